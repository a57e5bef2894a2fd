#!/bin/sh
# SSH is allowed, a port the family declares is not.
mkdir -p /etc/drover/firewall.d
echo '8443/tcp # admin' > /etc/drover/firewall.d/web.ports
sed -i 's|^IPT_SYSCTL=.*|IPT_SYSCTL=|' /etc/default/ufw
ufw allow 22/tcp >/dev/null
ufw --force enable >/dev/null
systemctl enable ufw.service 2>/dev/null
