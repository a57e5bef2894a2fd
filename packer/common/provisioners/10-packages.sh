#!/bin/sh
# Adds the agents' repositories (only with the pinned key), fetches packages that come as files (only with the pinned digest),
# then upgrades the base and installs everything.
set -eu
umask 022

bundle=/var/lib/drover-bake
plan=$bundle/plan
metadata=http://169.254.169.254/latest
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
  mkdir "$bundle/downloads"
  while IFS='	' read -r name digest url region; do fetch "$bundle/downloads/$name" "$digest" "$url" "$region"; done <"$plan/downloads"
  set --
  for file in "$bundle/downloads/"*; do [ ! -e "$file" ] || set -- "$@" "$file"; done
  install_packages "$@"
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

# Fails closed: what was not pinned is not installed, wherever it came from.
fetch() {
  case $3 in
    s3://*) fetch_object "$1" "${3#s3://}" "$4" ;;
    *) curl -fsSL --proto '=https' --retry 3 --max-time 300 --output "$1" "$3" ;;
  esac || { echo "drover: $3 could not be fetched" >&2; exit 1; }
  found=$(sha256sum "$1" | cut -d' ' -f1)
  if [ "$found" != "$2" ]; then
    echo "drover: $3 has the digest $found, pinned is $2" >&2
    exit 1
  fi
}

# With the build machine's own role; the secret reaches curl by standard input. Called where `set -e` does not reach.
fetch_object() {
  token=$(curl -fsS --noproxy '*' --max-time 5 -X PUT -H 'x-aws-ec2-metadata-token-ttl-seconds: 300' "$metadata/api/token") || return 1
  role=$(ask_metadata iam/security-credentials/ | head -n 1) || return 1
  domain=$(ask_metadata services/domain) || return 1
  [ -n "$role" ] || { echo 'drover: the build machine has no role to read the bucket with: images.instanceProfile' >&2; return 1; }
  # The digest of nothing: the body of a GET, which S3 wants signed.
  ask_metadata "iam/security-credentials/$role" |
    jq -r '"user = \"" + .AccessKeyId + ":" + .SecretAccessKey + "\"", "header = \"x-amz-security-token: " + .Token + "\""' |
    curl -fsS --retry 3 --max-time 300 --config - --aws-sigv4 "aws:amz:$3:s3" \
      -H 'x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' \
      --output "$1" "https://${2%%/*}.s3.$3.$domain/${2#*/}"
}

ask_metadata() {
  printf 'header = "x-aws-ec2-metadata-token: %s"\n' "$token" |
    curl -fsS --noproxy '*' --max-time 5 --config - "$metadata/meta-data/$1"
}

main
