#!/bin/sh
set -eu
here=${0%/*}
if "$here/check.sh" >/dev/null; then exit 0; fi
install -m 0644 -o root -g root "$here/drover-shadow-backup.path" "$here/drover-shadow-backup.service" /etc/systemd/system
install -D -m 0644 -o root -g root "$here/shadow-backup.conf" /etc/tmpfiles.d/drover-shadow-backup.conf
systemctl enable --quiet drover-shadow-backup.path drover-shadow-backup.service
[ ! -d /run/systemd/system ] || { systemctl daemon-reload; systemctl start drover-shadow-backup.path drover-shadow-backup.service; }
[ ! -e /etc/shadow- ] || chmod 0000 /etc/shadow-
