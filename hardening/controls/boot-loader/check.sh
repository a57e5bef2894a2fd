#!/bin/sh
# Met when the file that GRUB reads says so; a root without GRUB has nothing to protect.
set -u

unmet() { echo "$1"; exit 1; }

config=/boot/grub/grub.cfg
command -v grub-mkpasswd-pbkdf2 >/dev/null || exit 0
[ -f "$config" ] || unmet "there is no $config: no kernel would be started"
[ "$(stat -c '%a %u %g' "$config")" = '600 0 0' ] || unmet "$config is not root's alone"
kernels=$(grep -E '^[[:space:]]*linux[[:space:]]' "$config") || unmet "$config starts no kernel"
for argument in apparmor=1 security=apparmor; do
  if printf '%s\n' "$kernels" | grep -Evq "[[:space:]]$argument([[:space:]]|\$)"; then unmet "a kernel is started without $argument"; fi
done
grep -Eq '^[[:space:]]*set[[:space:]]+superusers="?[a-zA-Z_]+"?$' "$config" || unmet 'entries can be changed at the console: no superuser is set'
grep -Eq '^[[:space:]]*password_pbkdf2[[:space:]]+[a-zA-Z_]+[[:space:]]+grub\.pbkdf2\.sha512\.' "$config" || unmet 'the superuser has no password'
if grep -E '^[[:space:]]*(menuentry|submenu)[[:space:]]' "$config" | grep -Fvq -e --unrestricted; then unmet 'an entry would ask for the password to start: the machine would not boot by itself'; fi
[ "$(readlink -f /boot/grub2)" = /boot/grub ] || unmet '/boot/grub2, where the content looks, is not /boot/grub'
