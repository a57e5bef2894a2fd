#!/bin/sh
# The content's reapply unit.
cat > /etc/systemd/system/sysctl-reapply-network.service <<'UNIT'
[Service]
Type=oneshot
ExecStart=/sbin/sysctl --system
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable sysctl-reapply-network.service 2>/dev/null
