#!/bin/sh
# Installs what fetches the agents' secrets at first boot; the image itself holds only the parameters' names.
set -eu
umask 022

bundle=/var/lib/drover-bake
rootfs=$bundle/rootfs

install -D -m 0755 "$rootfs/usr/lib/drover/enrol" /usr/lib/drover/enrol
install -m 0644 "$rootfs/usr/lib/systemd/system/drover-enrol.service" /usr/lib/systemd/system/drover-enrol.service
install -D -m 0644 "$bundle/plan/enrolments.json" /etc/drover/enrolments.json
install -D -m 0644 "$rootfs/etc/drover/firewall.d/ssh.ports" /etc/drover/firewall.d/ssh.ports
SYSTEMD_OFFLINE=1 systemctl enable --quiet drover-enrol.service
