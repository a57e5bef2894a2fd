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
  forget_enrolments
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
  end_auditd
  # From here on the journal goes to memory only.
  journalctl --relinquish-var 2>/dev/null || :
}

# Its unit takes no `stop` (RefuseManualStop, audit-userspace's init.d/auditd.service), and it would record the sudo of the next script.
end_auditd() {
  systemctl is-active --quiet auditd.service || return 0
  # Refused where the rules are locked; then the signal alone has to do.
  auditctl -e 0 >/dev/null 2>&1 || :
  systemctl kill --signal=TERM auditd.service 2>/dev/null || :
  # Its last record is written on its way down, and has to be there to be removed.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    systemctl is-active --quiet auditd.service || return 0
    sleep 1
  done
}

undo_begin() {
  end_packages
  # For 95-validate; /run is in no image.
  cp "$bundle/package-manager.sh" /run/drover-package-manager.sh
  cp "$bundle/plan/login" /run/drover-login
  cp "$bundle/plan/units-of-user-data" /run/drover-units-of-user-data
  rm -rf "$bundle" /tmp/drover-results.tar.gz
}

forget_machine() {
  forget_cloud_init
  rm -rf /var/lib/cloud/* /run/cloud-init/instance-data*.json
  rm -f /etc/ssh/ssh_host_*
  # Empty, not `uninitialized`: that would be a first boot, where systemd resets which units are enabled.
  : >/etc/machine-id
  [ -L /var/lib/dbus/machine-id ] || rm -f /var/lib/dbus/machine-id
  rm -f /var/lib/systemd/random-seed /var/lib/systemd/credential.secret /boot/efi/loader/random-seed
  rm -rf /var/lib/systemd/timers/* /var/lib/dhcp/* /var/lib/dhcpcd/* /var/lib/private/systemd/journal-upload
  # EKS's image comes without one (awslabs/amazon-eks-ami, cleanup.sh).
  name=$(cat /etc/hostname 2>/dev/null || echo localhost)
  if [ "$name" != localhost ]; then
    echo localhost >/etc/hostname
    sed -i "/[[:space:]]$name\([[:space:].]\|\$\)/d" /etc/hosts
  fi
}

# Amazon Linux's is 22.2.2, which ends with 2 at `--configs`; the files are those of its successors (cloudinit/cmd/clean.py).
forget_cloud_init() {
  case $(cloud-init clean --help) in
    *--configs*) cloud-init clean --logs --configs all >/dev/null ;;
    *)
      cloud-init clean --logs >/dev/null
      rm -f /etc/netplan/50-cloud-init.yaml /etc/NetworkManager/conf.d/*-cloud-init*.conf /etc/network/interfaces.d/50-cloud-init.cfg \
        /etc/NetworkManager/system-connections/cloud-init-*.nmconnection /etc/systemd/network/10-cloud-init-*.network \
        /etc/ssh/sshd_config.d/50-cloud-init.conf
      ;;
  esac
}

# Written whole at a machine's first boot: what lies there by now is a package's own example of it.
forget_enrolments() {
  jq -r '.enrolments[].file' /etc/drover/enrolments.json >/run/drover-enrolled
  while IFS= read -r file; do rm -f "$file"; done </run/drover-enrolled
  rm -f /run/drover-enrolled
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
