#!/bin/sh
# Adds the agents' repositories (only with the pinned key), then upgrades the base and installs everything in one transaction.
set -eu
umask 022
export DEBIAN_FRONTEND=noninteractive

plan=/var/lib/drover-bake/plan
gnupg_added=''

main() {
  if [ -s "$plan/repositories" ]; then
    GNUPGHOME=$(mktemp -d)
    export GNUPGHOME
    apt-get update -qq
    command -v gpg >/dev/null || { apt-get install -qq gpg; gnupg_added=gpg; }
    while IFS='	' read -r name fingerprint; do add_repository "$name" "$fingerprint"; done <"$plan/repositories"
    rm -rf "$GNUPGHOME"
  fi
  apt-get update -qq --error-on=any
  # Offline: else every package with a unit makes systemd read all units again.
  # shellcheck disable=SC2046 # one word a package: names and versions hold no blanks
  SYSTEMD_OFFLINE=1 apt-get dist-upgrade -q $(cat "$plan/packages")
  # shellcheck disable=SC2086 # empty when gpg was there before
  [ -z "$gnupg_added" ] || apt-get purge -q --autoremove $gnupg_added
  dpkg-query --show --showformat='${Package}\n' | sort -u >/var/lib/drover-bake/results/packages/with-agents.txt
}

# Fails closed: every primary key in the file must be the pinned one, so that no second key is trusted along with it.
add_repository() {
  key=$plan/repository-$1.asc
  found=$(gpg --batch --with-colons --show-keys "$key" | awk -F: '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }' | paste -sd ' ')
  if [ "$found" != "$2" ]; then
    echo "drover: the key of repository $1 has the fingerprint ${found:-none}, pinned is $2" >&2
    exit 1
  fi
  install -D -m 0644 "$key" "/etc/apt/keyrings/$1.asc"
  install -m 0644 "$plan/repository-$1.sources" "/etc/apt/sources.list.d/$1.sources"
}

main
