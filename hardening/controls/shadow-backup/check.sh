#!/bin/sh
set -u
unmet() { echo "$1"; exit 1; }
[ -e /etc/tmpfiles.d/drover-shadow-backup.conf ] || unmet 'nothing sets the mode of /etc/shadow- at boot'
systemctl is-enabled --quiet drover-shadow-backup.path drover-shadow-backup.service || unmet 'nothing sets the mode of /etc/shadow- after a change'
[ ! -e /etc/shadow- ] || [ "$(stat -c %a /etc/shadow-)" = 0 ] || unmet "/etc/shadow- has mode $(stat -c %a /etc/shadow-)"
