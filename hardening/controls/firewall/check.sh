#!/bin/sh
# Met when ufw is enabled, denies incoming and routed traffic by default, and allows 22/tcp and every declared port.
set -u

unmet() { echo "$1"; exit 1; }

grep -qx 'ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null || unmet 'ufw is not enabled'
systemctl is-enabled ufw.service >/dev/null 2>&1 || unmet 'ufw.service is not enabled'
grep -qx 'DEFAULT_INPUT_POLICY="DROP"' /etc/default/ufw || unmet 'incoming traffic is not denied by default'
grep -qx 'DEFAULT_FORWARD_POLICY="DROP"' /etc/default/ufw || unmet 'routed traffic is not denied by default'
grep -qx 'IPT_SYSCTL=' /etc/default/ufw || unmet 'ufw writes kernel parameters of its own'

{
  echo 22/tcp
  for list in /etc/drover/firewall.d/*.ports; do if [ -f "$list" ]; then sed 's/#.*//' "$list"; fi; done
} | tr -s ' \t' '\n' | while read -r port; do
  [ -z "$port" ] && continue
  grep -q "^### tuple ### allow ${port#*/} ${port%/*} 0.0.0.0/0 any 0.0.0.0/0 in" /etc/ufw/user.rules || { echo "port $port is not allowed"; exit 1; }
done
