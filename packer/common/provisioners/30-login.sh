#!/bin/sh
# Who may log in and become root: the SSH policy and the sudo policy, both checked before they can lock anybody out.
set -eu
umask 022

rootfs=/var/lib/drover-bake/rootfs
# shellcheck disable=SC1091 # LOGIN_USER and ALLOW_GROUPS, written by the plan
. /var/lib/drover-bake/plan/login

install -m 0440 "$rootfs/etc/sudoers.d/10-drover" /etc/sudoers.d/10-drover
visudo -c >/dev/null

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

# Homes are made from here, the login user's on every machine: nobody else may read what starts their shells (CIS 7.2.10).
find /etc/skel -type f -exec chmod 0640 {} +

install -d -m 0755 /etc/ssh/sshd_config.d
cat >/etc/ssh/sshd_config.d/10-drover-login.conf <<SSHD
# Written by drover at bake time; read before every other setting, and the first one counts.
AllowGroups $ALLOW_GROUPS
PermitRootLogin no
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
SSHD
chmod 0600 /etc/ssh/sshd_config.d/10-drover-login.conf
sshd -t
