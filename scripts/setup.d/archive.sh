# shellcheck shell=bash
# Where this machine gets Debian from: mirrors and keys, out of its own package sources.

# find_archive: sets debian_mirror, security_mirror (Debian's own where this is not a Debian machine) and debian_keyring.
find_archive() {
  local codename sources
  # shellcheck source=/dev/null
  codename=$(source /etc/os-release && printf '%s' "${VERSION_CODENAME:-none}")
  # apt itself reads them, whatever their format.
  # shellcheck disable=SC2016 # the dollars are apt's
  sources=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI) $(SIGNED_BY)' 'Created-By: Packages' 2>/dev/null) || sources=''
  debian_mirror=$(mirror_of "$codename" "$sources")
  security_mirror=$(mirror_of "$codename-security" "$sources")
  debian_mirror=${debian_mirror:-http://deb.debian.org/debian}
  security_mirror=${security_mirror:-http://deb.debian.org/debian-security}
  for debian_keyring in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    [[ ! -s $debian_keyring ]] || return 0
  done
  fail "there is no keyring of the Debian archive" "Install the package debian-archive-keyring."
}

# mirror_of SUITE SOURCES: other vendors may use Debian's code names for their own suites; Debian's keys tell them apart.
mirror_of() {
  awk -v suite="$1" '$1 == suite && $2 == "main" && ($4 == "" || $4 ~ /debian-archive/) { sub("/$", "", $3); print $3; exit }' <<<"$2"
}
