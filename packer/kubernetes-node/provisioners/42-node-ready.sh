#!/bin/sh
# Installs what tells the Auto Scaling group that a new node is Ready.
set -eu
umask 022

rootfs=/var/lib/drover-bake/node-rootfs

install -D -m 0755 "$rootfs/usr/lib/drover/node-ready" /usr/lib/drover/node-ready
install -m 0644 "$rootfs/usr/lib/systemd/system/drover-node-ready.service" /usr/lib/systemd/system/drover-node-ready.service
SYSTEMD_OFFLINE=1 systemctl enable --quiet drover-node-ready.service
