#!/bin/sh
# Values in a drop-in, a unit that goes on past a refused key.
echo 'net.ipv4.conf.all.accept_redirects = 0' > /etc/sysctl.d/60-drover-hardening.conf
cat > /etc/systemd/system/sysctl-reapply-network.service <<'UNIT'
[Service]
Type=oneshot
ExecStart=/usr/lib/systemd/systemd-sysctl
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable sysctl-reapply-network.service 2>/dev/null
