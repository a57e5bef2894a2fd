#!/bin/sh
# Makes a node of a plain machine: containerd's settings, kernel modules and parameters; they take effect when the image boots.
set -eu
umask 022

bundle=/var/lib/drover-bake
# shellcheck source=../../package-managers/apt.sh
. "$bundle/package-manager.sh"

tar -C "$bundle/node-rootfs" -cf - . | tar -C / -xf - --no-overwrite-dir --no-same-owner
# A key that containerd does not know is no error to it; a file it can't read is.
containerd config dump >/dev/null || { echo 'drover: containerd does not take its configuration' >&2; exit 1; }

mkdir -p /opt/cni/bin /etc/cni/net.d
for plugin in /usr/lib/cni/*; do ln -sf "$plugin" /opt/cni/bin/; done

SYSTEMD_OFFLINE=1 systemctl enable --quiet containerd.service
for pattern in containerd containernetworking-plugins 'linux-image-*' runc; do versions_of "$pattern"; done >"$bundle/results/node-components.txt"
