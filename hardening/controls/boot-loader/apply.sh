#!/bin/sh
# Where update-grub can work it is given its settings and run; where it cannot (no disk under the root), its result is edited.
set -eu

here=${0%/*}
config=/boot/grub/grub.cfg
if "$here/check.sh" >/dev/null; then exit 0; fi

# Nobody is to know it: machines are replaced, not repaired at a console. The entries themselves start without it.
secret=$(head -c 32 /dev/urandom | base64)
hash=$(printf '%s\n%s\n' "$secret" "$secret" | LC_ALL=C grub-mkpasswd-pbkdf2 2>/dev/null | grep -o 'grub\.pbkdf2\.sha512\.[0-9A-F.]*')
[ -n "$hash" ] || { echo 'grub-mkpasswd-pbkdf2 gave no hash' >&2; exit 1; }
protection="set superusers=\"root\"
password_pbkdf2 root $hash"

umask 077
mkdir -p /etc/default/grub.d
# shellcheck disable=SC2016 # the variable is the file's own
echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX apparmor=1 security=apparmor"' > /etc/default/grub.d/50-drover-apparmor.cfg
printf '#!/bin/sh\ncat << "end"\n%s\nend\n' "$protection" > /etc/grub.d/01_drover_superuser
chmod 0700 /etc/grub.d/01_drover_superuser
[ ! -f /etc/grub.d/10_linux ] || grep -q '^CLASS=.*--unrestricted' /etc/grub.d/10_linux ||
  sed -i 's/^CLASS="\(.*\)"/CLASS="\1 --unrestricted"/' /etc/grub.d/10_linux

if grub-probe --target=device / >/dev/null 2>&1; then
  update-grub
else
  changed=$(mktemp /boot/grub/grub.cfg.XXXXXXXX)
  {
    printf '%s\n' "$protection"
    sed -E -e '/^[[:space:]]*(set[[:space:]]+superusers=|password(_pbkdf2)?[[:space:]])/d' \
      -e '/^[[:space:]]*linux[[:space:]]/ { s/[[:space:]]+(apparmor|security)=[^[:space:]]+//g; s/$/ apparmor=1 security=apparmor/ }' \
      -e '/^[[:space:]]*(menuentry|submenu)[[:space:]]/ { /--unrestricted/! s/[[:space:]]*\{[[:space:]]*$/ --unrestricted {/ }' "$config"
  } > "$changed"
  mv "$changed" "$config"
fi
chown root:root "$config"
chmod 0600 "$config"
# Where the content looks on UEFI machines: the same file, so that it judges what GRUB reads.
[ -e /boot/grub2 ] || ln -s grub /boot/grub2

"$here/check.sh" >&2
