#!/bin/sh
# The base as it is.
set -eu
grep -q '^menuentry' /boot/grub/grub.cfg
