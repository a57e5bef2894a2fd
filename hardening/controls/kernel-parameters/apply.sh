#!/bin/sh
# Moves what the content wrote into /etc/sysctl.conf to a drop-in, and installs a reapply unit that tolerates a refused key.
set -eu

changed=no

dropin=/etc/sysctl.d/60-drover-hardening.conf
unit=/etc/systemd/system/sysctl-reapply-network.service
shipped="${0%/*}/sysctl-reapply-network.service"

if [ -s /etc/sysctl.conf ] && [ ! -L /etc/sysctl.conf ] && grep -q '^[^#]*=' /etc/sysctl.conf; then
  changed=yes
  touch "$dropin"
  # Newer values win: a key written again by a later fix replaces the line moved by an earlier run.
  grep -h '^[^#]*=' "$dropin" /etc/sysctl.conf | awk -F= '{ key = $1; gsub(/[ \t]/, "", key); line[key] = $0 } END { for (key in line) print line[key] }' | sort > "$dropin.new"
  chmod 0644 "$dropin.new"
  mv "$dropin.new" "$dropin"
  sed -i '/^[^#]*=/d' /etc/sysctl.conf
fi

if ! cmp -s "$shipped" "$unit"; then
  changed=yes
  install -m 0644 -o root -g root "$shipped" "$unit"
fi
systemctl enable sysctl-reapply-network.service 2>/dev/null
if [ $changed = yes ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; systemctl restart sysctl-reapply-network.service; fi
