#!/bin/sh
# What the content's own fix leaves behind: on, denying, and no rule that lets SSH in.
sed -i 's|^IPT_SYSCTL=.*|IPT_SYSCTL=|' /etc/default/ufw
ufw --force enable >/dev/null
systemctl enable ufw.service 2>/dev/null
