#!/bin/sh
# Adds the agents' repositories (only with the pinned key), then upgrades the base and installs everything in one transaction.
set -eu
umask 022

bundle=/var/lib/drover-bake
plan=$bundle/plan
# shellcheck source=../../package-managers/apt.sh
. "$bundle/package-manager.sh"

main() {
  if [ -s "$plan/repositories" ]; then
    GNUPGHOME=$(mktemp -d)
    export GNUPGHOME
    borrow_gpg
    while IFS='	' read -r name fingerprint; do add_repository "$name" "$fingerprint"; done <"$plan/repositories"
    rm -rf "$GNUPGHOME"
  fi
  install_packages
  installed_names >"$bundle/results/packages/with-agents.txt"
}

# Fails closed: every primary key in the file must be the pinned one, so that no second key is trusted along with it.
add_repository() {
  key=$plan/repository-$1.asc
  found=$(gpg --batch --with-colons --show-keys "$key" | awk -F: '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }' | paste -sd ' ')
  if [ "$found" != "$2" ]; then
    echo "drover: the key of repository $1 has the fingerprint ${found:-none}, pinned is $2" >&2
    exit 1
  fi
  trust_repository "$1"
}

main
