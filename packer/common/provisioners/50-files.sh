#!/bin/sh
# Lays one of the family's folders over the root: owned by root, folders that exist keep their owner and mode.
set -eu
umask 022

mkdir -p "$DROVER_TO"
tar -C "/var/lib/drover-bake/$DROVER_FROM" -cf - . | tar -C "$DROVER_TO" -xf - --no-overwrite-dir --no-same-owner
