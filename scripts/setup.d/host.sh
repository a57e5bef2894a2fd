# shellcheck shell=bash
# host: this machine can be the local cloud.

set_up_host() {
  local id version
  # shellcheck source=/dev/null
  read -r id version < <(source /etc/os-release && printf '%s %s\n' "$ID" "${VERSION_ID:-none}")
  [[ $id == debian && ($version == 12 || $version == 13) ]] ||
    fail "the local cloud needs Debian 12 or 13; this is $id $version" "Rehearse on a Debian machine; releases to AWS need only: scripts/setup node packer ansible gitleaks content."
  find_archive
  record archive "$(jq --null-input --arg debian "${debian_mirror:?}" --arg security "${security_mirror:?}" --arg keyring "${debian_keyring:?}" \
    '{debian: $debian, security: $security, keyring: $keyring}')"
}
