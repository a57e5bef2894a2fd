#!/bin/sh
# The last word before the image is made: fails the bake if anything of the build, a machine or a person is left in it.
set -eu

self=$(readlink -f "$0")
faults=0
# shellcheck source=../../package-managers/apt.sh
. /run/drover-package-manager.sh
# shellcheck disable=SC1091 # LOGIN_BY
. /run/drover-login
# The one entry there is of the sudo that started this script.
[ ! -f /var/log/sudo.log ] || : >/var/log/sudo.log

main() {
  nothing_of_the_bake
  nothing_of_a_machine
  nothing_of_a_person
  no_secrets
  it_can_be_reached
  [ "$faults" -eq 0 ] || { echo "drover: $faults findings, named above" >&2; exit 1; }
}

fault() {
  echo "drover: the image is not clean: $1" >&2
  faults=$((faults + 1))
}

absent() {
  for path in "$@"; do
    if [ -e "$path" ] || [ -L "$path" ]; then fault "$path is there"; fi
  done
}

# The text of the second and later arguments is one find expression; whatever it finds is a fault.
none_found() {
  what=$1
  shift
  found=$(find "$@" 2>/dev/null | head -n 3)
  [ -z "$found" ] || fault "$what: $(echo "$found" | tr '\n' ' ')"
}

nothing_of_the_bake() {
  absent /var/lib/drover-bake
  none_found 'temporary files' /tmp /var/tmp -mindepth 1 -maxdepth 1 ! -path "$self" ! -name 'systemd-private-*'
  left_of_packages >/run/drover-left
  while IFS= read -r left; do fault "$left"; done </run/drover-left
  rm -f /run/drover-left
  if command -v oscap >/dev/null; then fault 'the scanner oscap is installed'; fi
  none_found 'scanner content' /usr/share /opt /root -name 'ssg-*-ds.xml*'
  jq -e '.release and .family and .builtAt' /etc/drover-release.json >/dev/null || fault '/etc/drover-release.json is not a release stamp'
}

nothing_of_a_machine() {
  none_found 'host keys' /etc/ssh -name 'ssh_host_*'
  [ ! -s /etc/machine-id ] || fault '/etc/machine-id is not empty'
  if [ -s /var/lib/dbus/machine-id ]; then fault '/var/lib/dbus/machine-id is not empty'; fi
  none_found 'instance data of cloud-init' /var/lib/cloud -mindepth 1 -type f
  none_found 'DHCP leases' /var/lib/dhcp /var/lib/dhcpcd -type f
  absent /var/lib/systemd/random-seed /var/lib/systemd/credential.secret
  none_found 'logs' /var/log -type f -size +0
  # A build machine has no user data: what can't start without it is asked on a fresh machine, which has.
  failed=$(systemctl list-units --state=failed --plain --no-legend | cut -d' ' -f1 |
    grep -vxF "$(cat /run/drover-units-of-user-data)" | tr '\n' ' ')
  [ -z "$failed" ] || fault "failed units on the build machine: $failed"
}

nothing_of_a_person() {
  none_found 'authorised keys' /root /home -path '*/.ssh/*' -type f -size +0
  none_found 'histories' /root /home -maxdepth 2 -name '.*_history'
  users=$(awk -F: '$2 !~ /^[!*]/ { print $1 }' /etc/shadow | tr '\n' ' ')
  [ -z "$users" ] || fault "accounts with a password: $users"
}

no_secrets() {
  jq -r '.enrolments[].file' /etc/drover/enrolments.json | while read -r file; do echo "$file"; done >/run/drover-enrolled
  while read -r file; do absent "$file"; done </run/drover-enrolled
  rm -f /run/drover-enrolled
  keys=$(holding '-----BEGIN [A-Z ]*PRIVATE KEY-----' ! -path '*/doc/*' | head -n 3)
  [ -z "$keys" ] || fault "private keys: $(echo "$keys" | tr '\n' ' ')"
  names=$(holding '(AKIA|ASIA)[A-Z0-9]{16}' | head -n 3)
  [ -z "$names" ] || fault "AWS access keys: $(echo "$names" | tr '\n' ' ')"
}

# Files that hold what the first argument describes. The AWS CLI of EKS's image (install-worker.sh there) comes with a manual full of
# examples of both; verification passes the same two folders over (pipeline/verify/probes.ts, hardening/guest/own-files.sh).
holding() {
  what=$1
  shift
  find /etc /root /home /opt /srv /usr/local /var \
    \( -path '/usr/local/aws-cli/*/dist/awscli/examples' -o -path '/usr/local/aws-cli/*/dist/awscli/botocore/data' \) -prune \
    -o -type f "$@" -exec grep -lsIE -e "$what" {} + 2>/dev/null
}

it_can_be_reached() {
  key=$(mktemp -d /run/drover-XXXXXX)
  ssh-keygen -q -t ed25519 -N '' -f "$key/host"
  sshd -t -h "$key/host" || fault 'sshd does not take its configuration'
  rm -rf "$key"
  visudo -c >/dev/null || fault 'sudo does not take its configuration'
  case $LOGIN_BY in
    ssm) by_ssm_alone ;;
    *) systemctl is-enabled --quiet ssh.service || systemctl is-enabled --quiet sshd.service || systemctl is-enabled --quiet ssh.socket || fault 'sshd does not start at boot' ;;
  esac
  systemctl is-enabled --quiet drover-enrol.service || fault 'drover-enrol does not start at boot'
}

by_ssm_alone() {
  for unit in ssh.service ssh.socket sshd.service sshd.socket; do
    [ "$(systemctl is-enabled "$unit" 2>/dev/null)" = masked ] || fault "$unit could start, and SSM is to be the only way in"
  done
  systemctl is-enabled --quiet amazon-ssm-agent.service || fault 'amazon-ssm-agent does not start at boot'
}

main
