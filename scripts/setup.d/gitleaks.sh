# shellcheck shell=bash
# gitleaks: the secret scanner that looks through what an image holds, checked by Go's checksum database.

: "${root:?}" "${cache:?}"
readonly gitleaks_version=8.30.1

set_up_gitleaks() {
  local folder=$cache/gitleaks-$gitleaks_version
  [[ -x $folder/gitleaks ]] || locked gitleaks make_gitleaks "$folder"
  record gitleaks "$(jq --null-input --arg path "$folder/gitleaks" --arg version "$gitleaks_version" '{path: $path, version: $version}')"
}

make_gitleaks() {
  [[ ! -x $1/gitleaks ]] || return 0
  require_go "gitleaks $gitleaks_version"
  go_install "$1" "github.com/zricethezav/gitleaks/v8@v$gitleaks_version" ||
    fail "gitleaks $gitleaks_version could not be built" "Mend what Go says above; GOPROXY names the module proxy."
}
