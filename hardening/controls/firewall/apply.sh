#!/bin/sh
# Opens 22/tcp and every port named in /etc/drover/firewall.d/*.ports, then turns ufw on.
set -eu

# Each ufw call costs a third of a second, so what its file says is said there; nothing to do is the common case of the second run.
if "${0%/*}/check.sh" >/dev/null; then exit 0; fi

# systemd-sysctl is the only writer of kernel parameters; ufw's own file would undo log_martians.
sed -i 's|^IPT_SYSCTL=.*|IPT_SYSCTL=|' /etc/default/ufw

# What `ufw default deny incoming`, `allow outgoing` and `deny routed` write (ufw(8), DEFAULTS); read when it is enabled below.
policy() { sed -i "s|^DEFAULT_$1_POLICY=.*|DEFAULT_$1_POLICY=\"$2\"|" /etc/default/ufw; }
policy INPUT DROP
policy OUTPUT ACCEPT
policy FORWARD DROP

wanted_ports() {
  echo 22/tcp
  for list in /etc/drover/firewall.d/*.ports; do
    if [ -f "$list" ]; then sed 's/#.*//' "$list"; fi
  done
}

# `ufw allow` of a rule that exists is a no-op, so a second run changes nothing.
for port in $(wanted_ports | tr -s ' \t' '\n' | sort -u); do
  case $port in
    *[!0-9]*/tcp | *[!0-9]*/udp | /*) echo "firewall: not a port: $port" >&2; exit 1 ;;
    */tcp | */udp) ufw allow "$port" >/dev/null ;;
    *) echo "firewall: not a port: $port (write 443/tcp or 53/udp)" >&2; exit 1 ;;
  esac
done

ufw --force enable >/dev/null
if [ -d /run/systemd/system ]; then systemctl enable --now ufw.service 2>/dev/null; else systemctl enable ufw.service 2>/dev/null; fi
