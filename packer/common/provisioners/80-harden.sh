#!/bin/sh
# Runs the hardening room's steps for this moment of the bake (DROVER_WHEN), in their order.
set -eu
umask 022
export DEBIAN_FRONTEND=noninteractive
export DROVER_BUNDLE=/var/lib/drover-bake/hardening

mkdir -p "$DROVER_BUNDLE/results"
if [ "$DROVER_WHEN" = after-provisioners ]; then
  # shellcheck source=../../package-managers/apt.sh
  . /var/lib/drover-bake/package-manager.sh
  installed_names >/var/lib/drover-bake/results/packages/provisioned.txt
fi
cd "$DROVER_BUNDLE"
while IFS='	' read -r when name script; do
  [ "$when" = "$DROVER_WHEN" ] || continue
  echo "drover: hardening: $name"
  "./$script" </dev/null || { echo "drover: the hardening step $name failed with exit code $?" >&2; exit 1; }
done <../plan/hardening-steps
