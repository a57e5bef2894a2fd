#!/bin/sh
# One line in /etc/fstab; systemd-remount-fs applies it at boot, here it is applied at once on a booted machine.
set -eu

line='tmpfs /dev/shm tmpfs defaults,nodev,nosuid,noexec 0 0'
touch /etc/fstab
if [ "$(grep -E '^[^#[:space:]]+[[:space:]]+/dev/shm[[:space:]]' /etc/fstab || true)" != "$line" ]; then
  sed -i -E '\|^[^#[:space:]]+[[:space:]]+/dev/shm[[:space:]]|d' /etc/fstab
  echo "$line" >> /etc/fstab
  if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
fi
# On a booted machine it holds at once.
if [ -d /run/systemd/system ] && ! findmnt --noheadings --output OPTIONS /dev/shm | grep -q 'nosuid,nodev,noexec'; then
  mount -o remount,nodev,nosuid,noexec /dev/shm
fi
