#!/bin/sh
# Stamps the image with its release and packs what the runner takes away as evidence.
set -eu
umask 022

bundle=/var/lib/drover-bake
results=$bundle/results
# shellcheck source=../../package-managers/apt.sh
. "$bundle/package-manager.sh"

install -m 0644 "$bundle/plan/release.json" /etc/drover-release.json

mkdir -p "$results/hardening"
installed_dependencies >"$results/packages/depends.tsv"
installed_packages >"$results/packages.tsv"
# Not to know them is no reason against an image: then there is no list.
security_packages >"$results/packages/security.txt" || rm "$results/packages/security.txt"
record_release "$results"
while read -r name; do cp "$bundle/hardening/$name" "$results/hardening/"; done <"$bundle/plan/hardening-results"
tar -C "$results" -czf /tmp/drover-results.tar.gz .
# Packer fetches it as the login user.
chown "$SUDO_USER" /tmp/drover-results.tar.gz
