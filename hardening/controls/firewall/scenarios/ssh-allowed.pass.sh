#!/bin/sh
# Denying by default, SSH and the declared port allowed.
mkdir -p /etc/drover/firewall.d
printf '# web\n80/tcp\n' > /etc/drover/firewall.d/web.ports
sed -i 's|^IPT_SYSCTL=.*|IPT_SYSCTL=|' /etc/default/ufw
ufw --force default deny incoming >/dev/null
ufw --force default deny routed >/dev/null
ufw allow 22/tcp >/dev/null
ufw allow 80/tcp >/dev/null
ufw --force enable >/dev/null
systemctl enable ufw.service 2>/dev/null
