#!/bin/sh
# Stands where Packer is started: becomes the program that plays it.
set -eu
here=$(dirname "$(readlink -f "$0")")
exec node --import "$here/../../node_modules/tsx/dist/loader.mjs" "$here/programs/play-packer.ts"
