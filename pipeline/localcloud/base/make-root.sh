#!/usr/bin/env bash
# Makes a base's root folder, whole or not at all: make-root.sh TARGET STAGING ROOTFS MMDEBSTRAP-ARGUMENT…
# mmdebstrap writes to STAGING; the caller sees to it that only one of us uses it at a time.
set -euo pipefail

main() {
  local target=$1 staging=$2 rootfs=$3
  shift 3
  # Another run, asked for in the same minute, made it while we waited.
  [[ ! -e $target ]] || return 0
  umask 022
  # What a killed run left: nobody else is at work here now.
  rm -rf --one-file-system "$staging"
  mmdebstrap "$@"
  forget_the_builder "$staging"
  cp --recursive --no-preserve=all "$rootfs/." "$staging/"
  systemctl --root="$staging" --quiet enable amazon-ssm-agent.service
  chmod 755 "$staging"
  mv --no-target-directory "$staging" "$target"
}

# What came from this machine or must be each instance's own. Debian's EC2 images leave machine-id and hostname empty as well.
forget_the_builder() {
  local root=$1
  rm -rf "$root"/etc/ssh/ssh_host_* "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/* \
    "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root/var/lib/dbus/machine-id" "$root"/var/log/{alternatives.log,apt,bootstrap.log,dpkg.log}
  : >"$root/etc/machine-id"
  : >"$root/etc/hostname"
  : >"$root/etc/resolv.conf"
}

main "$@"
