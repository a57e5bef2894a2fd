#!/bin/sh
# Fails closed when kubelet, container runtime or kernel are no longer what the base was tested with, unless that was asked for.
set -eu
umask 022

bundle=/var/lib/drover-bake
results=$bundle/results
# shellcheck source=../../package-managers/dnf.sh
. "$bundle/package-manager.sh"

{
  while read -r pattern; do versions_of "$pattern"; done <"$bundle/plan/node-packages"
  while read -r path; do
    if [ -f "$path" ]; then echo "$path $(sha256sum "$path" | cut -d' ' -f1)"; else echo "$path missing"; fi
  done <"$bundle/plan/node-programs"
} >"$results/node-components.txt"

cmp -s "$results/node-components-before.txt" "$results/node-components.txt" && exit 0
if grep -q ' missing$' "$results/node-components.txt"; then
  echo "drover: $(sed -n 's/ missing$//p' "$results/node-components.txt" | paste -sd ' ') is gone: it would be no node" >&2
  exit 1
fi
[ "$(cat "$bundle/plan/node-upgrade")" != yes ] || exit 0
moved=$(diff "$results/node-components-before.txt" "$results/node-components.txt" | sed -n 's/^> //p; s/^< \(.*\)/(was \1)/p' | paste -sd ' ')
echo "drover: what the base was tested with has moved: $moved; node.upgradeNodeComponents would allow it" >&2
exit 1
