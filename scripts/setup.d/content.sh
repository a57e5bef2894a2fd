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

# The archive keeps only the newest package of a name; what was fetched once stays here by its digest, so an older pin still holds.
readonly content_packages=$cache/content-packages

fetch_content() {
  local name staged
  [[ ! -d $(content_folder) ]] || return 0
  staged=$(staging_folder)
  while read -r name; do
    [[ -f $(kept_package "$name") ]] || fetch_package "$name"
    unpack "$name" "$staged"
  done < <(pin_names)
  publish "$staged" "$(content_folder)"
}

kept_package() { printf '%s/%s.deb' "$content_packages" "$(pinned "$1" packageSha256)"; }

# fetch_package NAME: the version that is pinned and no other, unless someone asks for it.
fetch_package() {
  local name=$1 package version offered staged
  read_sid
  package=$(pinned "$name" package)
  version=$(pinned "$name" packageVersion)
  offered=$(apt_of_sid apt-cache policy "$package" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }')
  [[ $offered == "$version" || (-n $offered && ${DROVER_CONTENT:-} == accept-new) ]] ||
    fail "Debian sid has $package ${offered:-not at all}, drover pins $version" \
      "DROVER_CONTENT=accept-new pins what sid has, in hardening/content.json, for you to review and commit."
  staged=$(staging_folder)
  with_heartbeat "downloading $package $offered" apt_of_sid download_into "$staged" "$package" "$offered" ||
    fail "$package $offered could not be downloaded" "Mend what apt says above and run this again."
  [[ $offered == "$version" ]] || pin_anew "$package" "$staged/$package.deb" "$offered"
  [[ $(digest_of "$staged/$package.deb") == "$(pinned "$name" packageSha256)" ]] ||
    fail "$(pinned "$name" packageFile) has SHA-256 $(digest_of "$staged/$package.deb"): not what hardening/content.json pins" "$one_digest"
  mkdir -p "$content_packages"
  mv "$staged/$package.deb" "$(kept_package "$name")"
  rm -rf "$staged"
}

# unpack NAME FOLDER: the pinned data stream out of its package.
unpack() {
  local file
  file=$(pinned "$1" file)
  [[ $(digest_of "$(kept_package "$1")") == "$(pinned "$1" packageSha256)" ]] ||
    fail "$(kept_package "$1") was changed after it was fetched" "Remove it and run this again."
  stream_of "$(kept_package "$1")" "$file" >"$2/$file"
  [[ $(digest_of "$2/$file") == "$(pinned "$1" sha256)" ]] ||
    fail "$file of $(pinned "$1" packageFile) has SHA-256 $(digest_of "$2/$file"): not what hardening/content.json pins" "$one_digest"
}

readonly one_digest="One version has one digest: do not go on before you know why; https://snapshot.debian.org lists what Debian published."

stream_of() { dpkg-deb --fsys-tarfile "$1" | tar --extract --to-stdout "./usr/share/xml/scap/ssg/content/$2"; }

# Once a run, and only when something has to be fetched.
read_sid() {
  [[ ${sid_was_read:-} != yes ]] || return 0
  prepare_apt
  with_heartbeat "reading the package list of Debian sid" apt_of_sid apt-get update ||
    fail "the package list of Debian sid could not be read" "Mend what apt says above; the mirror in $sid/sources.list comes from this machine's own package sources."
  sid_was_read=yes
}

# pin_anew PACKAGE DEB VERSION: a change of the checkout, so that it is seen, reviewed and committed; for all content of that package.
pin_anew() {
  local package=$1 deb=$2 version=$3 name old pins
  while read -r name; do
    [[ $(pinned "$name" package) == "$package" ]] || continue
    old=$(pinned "$name" packageVersion)
    pins=$(jq --arg name "$name" --arg version "$version" --arg deb "$(digest_of "$deb")" \
      --arg stream "$(stream_of "$deb" "$(pinned "$name" file)" | sha256sum | cut -d' ' -f1)" '.[$name] |= (
      .packageVersion as $old
      | .title |= (split($old | split("-")[0]) | join($version | split("-")[0]))
      | .packageFile |= (split($old) | join($version))
      | .packageVersion = $version | .packageSha256 = $deb | .sha256 = $stream)' "$content_pins")
    printf '%s\n' "$pins" >"$content_pins"
    say "hardening/content.json now pins $version (SHA-256 $(digest_of "$deb")) for $name instead of $old: review what differs and commit it"
  done < <(pin_names)
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
