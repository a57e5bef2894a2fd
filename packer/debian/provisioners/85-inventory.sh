#!/bin/sh
# Stamps the image with its release and packs what the runner takes away as evidence.
set -eu
umask 022

bundle=/var/lib/drover-bake
results=$bundle/results

install -m 0644 "$bundle/plan/release.json" /etc/drover-release.json

mkdir -p "$results/hardening"
dpkg-query --show --showformat='${Package}\t${Pre-Depends}\t${Depends}\t${Provides}\n' | sort -u >"$results/packages/depends.tsv"
dpkg-query --show --showformat='${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' |
  sort >"$results/packages.tsv"
while read -r name; do cp "$bundle/hardening/$name" "$results/hardening/"; done <"$bundle/plan/hardening-results"
tar -C "$results" -czf /tmp/drover-results.tar.gz .
# Packer fetches it as the login user.
chown "$SUDO_USER" /tmp/drover-results.tar.gz
