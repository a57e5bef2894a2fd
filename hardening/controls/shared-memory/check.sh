#!/bin/sh
# Met when /etc/fstab has exactly one entry for /dev/shm, with the three options and no size.
set -u

entry=$(grep -E '^[^#[:space:]]+[[:space:]]+/dev/shm[[:space:]]' /etc/fstab)
if [ "$(printf '%s\n' "$entry" | grep -c .)" != 1 ]; then echo '/etc/fstab does not have exactly one entry for /dev/shm'; exit 1; fi
for option in nodev nosuid noexec; do
  case $entry in *"$option"*) ;; *) echo "/dev/shm is not mounted $option"; exit 1 ;; esac
done
case $entry in *size=*) echo '/dev/shm has the size of another machine'; exit 1 ;; esac
