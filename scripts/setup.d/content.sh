# shellcheck shell=bash
# content: the SCAP content that hardening/content.json pins, from Debian sid (trixie's own has no CIS profile for Debian).

: "${root:?}" "${cache:?}"
readonly content_pins=$root/hardening/content.json
readonly sid=$cache/apt-sid

set_up_content() {
  local name folder
  [[ -d $(content_folder) ]] || locked content fetch_content
  folder=$(content_folder)
  while read -r name; do
    [[ $(digest_of "$folder/$(pinned "$name" file)") == "$(pinned "$name" sha256)" ]] ||
      fail "$folder/$(pinned "$name" file) was changed after it was fetched" "Remove $folder and run this again."
  done < <(pin_names)
  record content "$(jq --arg directory "$folder" '{ directory: $directory, version: (map(.packageVersion) | unique | join(" ")) }' "$content_pins")"
}

# One folder holds what all the pins name: other pins, another folder.
content_folder() { printf '%s/scap-content-%s' "$cache" "$(digest_of "$content_pins" | cut -c1-12)"; }

pin_names() { jq --raw-output 'keys[]' "$content_pins"; }

pinned() { jq --raw-output --arg name "$1" --arg field "$2" '.[$name][$field]' "$content_pins"; }

digest_of() { sha256sum <"$1" | cut -d' ' -f1; }

fetch_content() {
  local name staged
  [[ ! -d $(content_folder) ]] || return 0
  prepare_apt
  with_heartbeat "reading the package list of Debian sid" apt_of_sid apt-get update ||
    fail "the package list of Debian sid could not be read" "Mend what apt says above; the mirror in $sid/sources.list comes from this machine's own package sources."
  staged=$(staging_folder)
  while read -r name; do fetch_pinned "$name" "$staged"; done < <(pin_names)
  rm -f "$staged"/*.deb
  publish "$staged" "$(content_folder)"
}

# fetch_pinned NAME FOLDER: the version that is pinned and no other, unless someone asks for it.
fetch_pinned() {
  local name=$1 staged=$2 package version offered
  package=$(pinned "$name" package)
  version=$(pinned "$name" packageVersion)
  offered=$(apt_of_sid apt-cache policy "$package" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }')
  [[ $offered == "$version" || (-n $offered && ${DROVER_CONTENT:-} == accept-new) ]] ||
    fail "Debian sid has $package ${offered:-not at all}, drover pins $version" \
      "DROVER_CONTENT=accept-new pins what sid has, in hardening/content.json, for you to review and commit."
  with_heartbeat "downloading $package $offered" apt_of_sid download_into "$staged" "$package" "$offered" ||
    fail "$package $offered could not be downloaded" "Mend what apt says above and run this again."
  dpkg-deb --fsys-tarfile "$staged/$package.deb" |
    tar --extract --directory "$staged" --strip-components 7 "./usr/share/xml/scap/ssg/content/$(pinned "$name" file)"
  [[ $offered == "$version" ]] || pin_anew "$name" "$staged" "$offered"
  check_digests "$name" "$staged"
}

check_digests() {
  local name=$1 file deb
  file=$2/$(pinned "$name" file)
  deb=$2/$(pinned "$name" package).deb
  [[ $(digest_of "$deb") == "$(pinned "$name" packageSha256)" && $(digest_of "$file") == "$(pinned "$name" sha256)" ]] ||
    fail "$(pinned "$name" packageFile) has SHA-256 $(digest_of "$deb") and its data stream $(digest_of "$file"): not what hardening/content.json pins" \
      "One version has one digest: do not go on before you know why; https://snapshot.debian.org lists what Debian published."
}

# pin_anew NAME FOLDER VERSION: a change of the checkout, so that it is seen, reviewed and committed.
pin_anew() {
  local deb stream pins
  deb=$(digest_of "$2/$(pinned "$1" package).deb")
  stream=$(digest_of "$2/$(pinned "$1" file)")
  pins=$(jq --arg name "$1" --arg version "$3" --arg deb "$deb" --arg stream "$stream" '.[$name] |= (
      .packageVersion as $old
      | .title |= (split($old | split("-")[0]) | join($version | split("-")[0]))
      | .packageFile |= (split($old) | join($version))
      | .packageVersion = $version | .packageSha256 = $deb | .sha256 = $stream)' "$content_pins")
  say "hardening/content.json now pins $3 (SHA-256 $deb) for $1 instead of $(pinned "$1" packageVersion): review what differs and commit it"
  printf '%s\n' "$pins" >"$content_pins"
}

# A world of apt's own: this machine's package sources and lists stay as they are.
prepare_apt() {
  find_archive
  mkdir -p "$sid/state/lists/partial" "$sid/cache/archives/partial"
  : >"$sid/status"
  printf 'deb [signed-by=%s] %s sid main\n' "${debian_keyring:?}" "${debian_mirror:?}" >"$sid/sources.list"
  cat >"$sid/apt.conf" <<CONF
Dir::State "$sid/state";
Dir::State::status "$sid/status";
Dir::Cache "$sid/cache";
Dir::Etc::sourcelist "$sid/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Sandbox::User "root";
// The digest decides what is good: a mirror that lags behind will do.
Acquire::Check-Valid-Until "false";
CONF
}

apt_of_sid() { APT_CONFIG=$sid/apt.conf "$@"; }

download_into() {
  cd "$1" || return
  apt-get download "$2=$3" || return
  mv "$2"_*.deb "$2.deb"
}
