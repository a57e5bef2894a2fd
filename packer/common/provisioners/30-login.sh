#!/bin/sh
# Who may log in and become root: the SSH policy and the sudo policy, both checked before they can lock anybody out. The sshd that
# Packer came in by goes on as it is: nothing here is reloaded.
set -eu
umask 022

rootfs=/var/lib/drover-bake/rootfs
plan=/var/lib/drover-bake/plan
# shellcheck disable=SC1091 # LOGIN_USER, LOGIN_BY and ALLOW_GROUPS, written by the plan
. "$plan/login"

install -m 0440 "$rootfs/etc/sudoers.d/10-drover" /etc/sudoers.d/10-drover
visudo -c >/dev/null

needs_a_group() {
  for group in $ALLOW_GROUPS; do
    getent group "$group" >/dev/null || { echo "drover: the login policy allows the group $group, which is not on the image" >&2; exit 1; }
  done
  allowed=''
  for group in $(id -nG "$LOGIN_USER"); do
    case " $ALLOW_GROUPS " in *" $group "*) allowed=$group ;; esac
  done
  if [ -z "$allowed" ]; then
    echo "drover: $LOGIN_USER is in none of the groups that may log in ($ALLOW_GROUPS): nobody could reach the image's machines" >&2
    exit 1
  fi
}

# A certificate, and nothing else: no key of a launch, of a home or of a command.
trust_certificates() {
  if grep -q 'PRIVATE KEY' "$plan/login-trusted-keys" || ! ssh-keygen -l -f "$plan/login-trusted-keys" >/dev/null; then
    echo 'drover: login.trustedKeys is not a file of public keys' >&2
    exit 1
  fi
  install -m 0644 "$plan/login-trusted-keys" /etc/ssh/drover-trusted-keys
  install -D -m 0644 "$plan/login-principals" "/etc/ssh/drover-principals/$LOGIN_USER"
  # What an option of sshd's own command line says comes before any file: EC2 Instance Connect brings one.
  for folder in /usr/lib/systemd/system/ssh.service.d /usr/lib/systemd/system/sshd.service.d; do
    for file in "$folder"/*.conf; do
      if [ ! -e "$file" ] || ! grep -q AuthorizedKeysCommand "$file"; then continue; fi
      install -d -m 0755 "/etc/systemd/system/${folder##*/}"
      ln -sf /dev/null "/etc/systemd/system/${folder##*/}/${file##*/}"
    done
  done
}

# Offline: the sshd that runs is left alone, and no later boot starts one.
close_ssh() {
  SYSTEMD_OFFLINE=1 systemctl is-enabled --quiet amazon-ssm-agent.service || {
    echo 'drover: SSM is to be the only way in, and amazon-ssm-agent.service is not enabled: nobody could reach the image' >&2
    exit 1
  }
  for unit in ssh.service ssh.socket sshd.service sshd.socket; do
    SYSTEMD_OFFLINE=1 systemctl disable --quiet "$unit" 2>/dev/null || :
    SYSTEMD_OFFLINE=1 systemctl mask --quiet "$unit"
  done
}

# One `AllowGroups` or none, then what each way in adds.
ssh_policy() {
  echo '# Written by drover at bake time; read before every other setting, and the first one counts.'
  [ -z "$ALLOW_GROUPS" ] || echo "AllowGroups $ALLOW_GROUPS"
  cat <<'SSHD'
PermitRootLogin no
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
SSHD
  [ "$LOGIN_BY" = ssh-ca ] || return 0
  cat <<'SSHD'
TrustedUserCAKeys /etc/ssh/drover-trusted-keys
AuthorizedPrincipalsFile /etc/ssh/drover-principals/%u
AuthorizedPrincipalsCommand none
AuthorizedKeysFile none
AuthorizedKeysCommand none
SSHD
}

case $LOGIN_BY in
  keys) needs_a_group ;;
  ssh-ca)
    needs_a_group
    trust_certificates
    ;;
  ssm) close_ssh ;;
esac
if [ "$LOGIN_BY" != keys ]; then
  # The key of a machine's launch would be laid into the login user's home [doc: cloud-init, module ssh].
  echo 'allow_public_ssh_keys: false' >/etc/cloud/cloud.cfg.d/99-drover-login.cfg
fi

# Homes are made from here, the login user's on every machine: nobody else may read what starts their shells (CIS 7.2.10).
find /etc/skel -type f -exec chmod 0640 {} +

install -d -m 0755 /etc/ssh/sshd_config.d
ssh_policy >/etc/ssh/sshd_config.d/10-drover-login.conf
chmod 0600 /etc/ssh/sshd_config.d/10-drover-login.conf
sshd -t
