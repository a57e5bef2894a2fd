#!/bin/sh
# What the base was tested with: versions of the packages and digests of the programs that make it a node.
set -eu
umask 022

bundle=/var/lib/drover-bake
# shellcheck source=../../package-managers/dnf.sh
. "$bundle/package-manager.sh"

{
  while read -r pattern; do versions_of "$pattern"; done <"$bundle/plan/node-packages"
  while read -r path; do
    [ -f "$path" ] || { echo "drover: the base has no $path: is it an image for nodes?" >&2; exit 1; }
    echo "$path $(sha256sum "$path" | cut -d' ' -f1)"
  done <"$bundle/plan/node-programs"
} >"$bundle/results/node-components-before.txt"
