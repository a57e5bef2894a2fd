#!/bin/sh
# Declares the modules as pam-auth-update profiles, so that later package installations keep them.
set -eu
export DEBIAN_FRONTEND=noninteractive

profiles=/usr/share/pam-configs
here=${0%/*}

if "$here/check.sh" >/dev/null; then exit 0; fi

for profile in drover-faillock drover-faillock-count drover-faillock-reset drover-pwhistory; do
  install -m 0644 -o root -g root "$here/$profile" "$profiles/$profile"
done
# Debian's own pam_unix profile without nullok, so that whatever else a release of Debian puts there is kept.
sed -e 's/^Name:.*/Name: Unix authentication without empty passwords/' \
    -e 's/^Priority:.*/Priority: 257\nConflicts: unix/' \
    -e '/pam_unix\.so/s/ nullok[a-z_]*//g' "$profiles/unix" > "$profiles/drover-unix"
chmod 0644 "$profiles/drover-unix"

pam-auth-update --disable unix 2>/dev/null
pam-auth-update --enable drover-unix drover-faillock drover-faillock-count drover-faillock-reset drover-pwhistory pwquality 2>/dev/null

"$here/check.sh" >&2
