#!/bin/sh
# Installs what tells the Auto Scaling group that a new node is Ready.
set -eu
umask 022

bundle=/var/lib/drover-bake
rootfs=$bundle/node-rootfs

install -D -m 0755 "$rootfs/usr/lib/drover/node-ready" /usr/lib/drover/node-ready
install -m 0644 "$rootfs/usr/lib/systemd/system/drover-node-ready.service" /usr/lib/systemd/system/drover-node-ready.service
# What preflight demands of the group's hook, where the family says it.
[ ! -e "$bundle/plan/node-ready.conf" ] || install -D -m 0644 "$bundle/plan/node-ready.conf" /etc/drover/node-ready.conf
SYSTEMD_OFFLINE=1 systemctl enable --quiet drover-node-ready.service
