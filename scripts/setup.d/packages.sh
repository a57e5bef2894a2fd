# shellcheck shell=bash
# The Debian packages drover uses: which, for which component, why.

# package | components | why
readonly package_table='
systemd-container      | host                   | systemd-nspawn boots the machines of the local cloud
mmdebstrap             | host qemu              | makes the base image, and the root QEMU is in
debian-archive-keyring | host qemu content      | the keys that sign Debian, trixie and sid included
gpg                    | host content           | reads until when the keys of repositories hold
nftables               | host                   | security groups, in the network namespace of the local cloud
e2fsprogs              | host                   | makes the disk of a machine with a kernel of its own
iproute2               | host                   | network namespaces and the cards in them
openssh-client         | host packer            | the probes log in as a user would; ssh-keygen
git                    | host node              | the configuration commit, its author and reviewers
jq                     | host qemu node packer ansible gitleaks session content tools bench | pins are read and tools.json is written with it
ca-certificates        | node packer ansible gitleaks session content tools bench | npm, Go and pip speak TLS
python3-venv           | ansible tools bench        | virtual environments
chromium               | tools                  | opens the pages of the site as a reader would
shellcheck             | tools                  | checks the shell scripts
openscap-scanner       | tools                  | validates tailorings and generates fixes from them
procps                 | tools                  | ps, by which the tests look for stray processes
'

# The first version that holds the keys of Debian 13.
readonly keyring_minimum=2023.3+deb12u2

# install_packages COMPONENT…: with one look at dpkg, and apt only if something is missing.
install_packages() {
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -eq 0 ]] && return 0
  become_root_for "${missing[@]}"
  locked apt install_missing "${missing[@]}"
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -eq 0 ]] ||
    fail "apt could not install ${missing[*]}" "The package sources of this machine seem to be too old or incomplete; see apt-cache policy ${missing[0]}."
}

missing_packages() {
  local -a wanted
  mapfile -t wanted < <(packages_for "$@")
  # dpkg-query fails when one of them is unknown, and still prints the others.
  # shellcheck disable=SC2016 # the dollars are dpkg-query's
  comm -13 \
    <(dpkg-query --show --showformat '${db:Status-Status} ${Package} ${Version}\n' "${wanted[@]}" 2>/dev/null | installed_names | sort) \
    <(printf '%s\n' "${wanted[@]}" | sort)
}

installed_names() {
  local status name version
  while read -r status name version; do
    [[ $status == installed ]] || continue
    [[ $name != debian-archive-keyring ]] || dpkg --compare-versions "$version" ge "$keyring_minimum" || continue
    printf '%s\n' "$name"
  done
}

packages_for() {
  local package served component
  while IFS='|' read -r package served _; do
    for component in "$@"; do
      [[ " $served " != *" $component "* ]] || { printf '%s\n' "${package// /}" && break; }
    done
  done < <(grep '|' <<<"$package_table")
}

become_root_for() {
  as_root=()
  [[ $EUID -ne 0 ]] || return 0
  command -v sudo >/dev/null || fail "these Debian packages are missing: $*" "Install them as root, or install sudo."
  # Asks for the password here, where a terminal may answer, and not in the middle of a quiet job.
  sudo -v || fail "these Debian packages are missing: $*" "Install them, or run this as root."
  as_root=(sudo)
}

install_missing() {
  # One broken source among many need not keep Debian's own packages away: the installation decides.
  with_heartbeat "reading the package lists" "${as_root[@]}" apt-get update || say "going on with the package lists that are there"
  with_heartbeat "installing $*" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" ||
    fail "apt could not install $*" "Mend what apt says above (network, package sources), or install them by hand."
}
