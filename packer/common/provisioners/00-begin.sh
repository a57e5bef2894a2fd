#!/bin/sh
# Waits until the machine is ours, unpacks the bundle, and sets what speeds up a bake and is taken back by 90-cleanup.
set -eu
umask 022

bundle=/var/lib/drover-bake
archive=/tmp/drover-bundle.tar.gz

# 2 means "done, with something to complain about"; what matters to a bake shows up in the steps that follow.
ended=0
timeout 300 cloud-init status --wait >/dev/null || ended=$?
case $ended in
  0 | 2) ;;
  124) echo "drover: cloud-init did not finish within 300 s" >&2; exit 1 ;;
  *) echo "drover: cloud-init failed: $(cloud-init status --long | tail -1)" >&2; exit 1 ;;
esac

install -d -m 0700 "$bundle"
tar -xzf "$archive" -C "$bundle" --no-same-owner
rm -f "$archive"

# shellcheck source=../../package-managers/apt.sh
. "$bundle/package-manager.sh"
# What the base brought: everything above it has to be there for a reason.
mkdir -p "$bundle/results/packages"
installed_names >"$bundle/results/packages/base.txt"
begin_packages
