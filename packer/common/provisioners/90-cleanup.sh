#!/bin/sh
# Takes away everything that belongs to the build machine or to the bake, and every identity; 95-validate proves it.
set -eu

bundle=/var/lib/drover-bake
self=$(readlink -f "$0")
# shellcheck source=../../package-managers/apt.sh
. "$bundle/package-manager.sh"

main() {
  stop_writers
  undo_begin
  forget_machine
  forget_people
  forget_logs
  empty_scratch
}

stop_writers() {
  # Some are hardening's own and run by now; whatever a unit would write on its way down is removed below.
  while IFS='	' read -r unit expect; do
    [ "$expect" = inactive ] || systemctl stop --quiet "$unit" 2>/dev/null || :
  done <"$bundle/plan/services"
  systemctl stop --quiet rsyslog.service syslog.socket systemd-random-seed.service 2>/dev/null || :
  # From here on the journal goes to memory only.
  journalctl --relinquish-var 2>/dev/null || :
}

undo_begin() {
  end_packages
  # For 95-validate; /run is in no image.
  cp "$bundle/package-manager.sh" /run/drover-package-manager.sh
  cp "$bundle/plan/login" /run/drover-login
  rm -rf "$bundle" /tmp/drover-results.tar.gz
}

forget_machine() {
  cloud-init clean --logs --configs all >/dev/null
  rm -rf /var/lib/cloud/* /run/cloud-init/instance-data*.json
  rm -f /etc/ssh/ssh_host_*
  # Empty, not `uninitialized`: that would be a first boot, where systemd resets which units are enabled.
  : >/etc/machine-id
  [ -L /var/lib/dbus/machine-id ] || rm -f /var/lib/dbus/machine-id
  rm -f /var/lib/systemd/random-seed /var/lib/systemd/credential.secret /boot/efi/loader/random-seed
  rm -rf /var/lib/systemd/timers/* /var/lib/dhcp/* /var/lib/dhcpcd/* /var/lib/private/systemd/journal-upload
  name=$(cat /etc/hostname)
  if [ "$name" != localhost ]; then
    echo localhost >/etc/hostname
    sed -i "/[[:space:]]$name\([[:space:].]\|\$\)/d" /etc/hosts
  fi
}

forget_people() {
  for home in /root /home/*; do
    [ -d "$home" ] || continue
    rm -rf "$home/.ssh" "$home/.ansible" "$home/.cache" "$home/.local" "$home/.gnupg" "$home/.aws"
    rm -f "$home"/.*_history "$home/.lesshst" "$home/.viminfo" "$home/.wget-hsts" "$home/.sudo_as_admin_successful"
  done
  rm -rf /run/sudo/ts/* /var/lib/sudo/lectured/* /var/lib/sudo/ts/*
}

# Files stay, for the programs that expect them; what they say about the build does not.
forget_logs() {
  rm -rf /var/log/journal/* /var/log/installer /var/log/unattended-upgrades/*
  find /var/log -type f \( -name '*.gz' -o -name '*.[0-9]' -o -name '*.old' \) -delete
  find /var/log -type f -exec truncate --size 0 {} +
  rm -f /var/lib/wtmpdb/wtmp.db /var/lib/lastlog/lastlog2.db /var/lib/rsyslog/* /var/spool/rsyslog/* /var/lib/logrotate/status
  rm -rf /var/lib/aide/*.db* /var/lib/collectd/* /var/lib/sss/db/* /var/lib/sss/mc/* /var/crash/* /var/mail/*
}

empty_scratch() {
  find /tmp /var/tmp -mindepth 1 -maxdepth 1 ! -path "$self" ! -name 'systemd-private-*' -exec rm -rf {} +
  sync
}

main
