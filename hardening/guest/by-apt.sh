# shellcheck shell=sh
# What the guest's scripts ask of Debian's package manager; by-dnf.sh answers the same. Sourced, or put before the script that asks.

# Unpacks an oscap into root below the folder. Lists and archives of its own: the machine's are neither needed nor touched.
unpack_scanner() {
  scanner=$1
  mkdir -p "$scanner/archives/partial" "$scanner/lists/partial" "$scanner/root"
  apt_privately update
  apt_privately install --yes --no-install-recommends --download-only openscap-scanner >/dev/null
  for package in "$scanner"/archives/*.deb; do dpkg-deb -x "$package" "$scanner/root"; done
  rm -rf "$scanner/archives" "$scanner/lists"
}

apt_privately() {
  apt-get -o "Dir::State::Lists=$scanner/lists" -o "Dir::Cache::Archives=$scanner/archives" -o Dir::Cache::pkgcache= \
    -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root -o Acquire::Languages=none -qq "$@"
}

# Below the folder, where the dynamic linker finds them.
scanner_libraries() { echo "$1"/root/usr/lib/*-linux-gnu; }

# Name, version, architecture.
installed_packages() { dpkg-query --show --showformat '${Package} ${Version} ${Architecture}\n' | sort; }

# Paths that packages own, and those of them that differ from the package's; one a line.
owned_files() { cat /var/lib/dpkg/info/*.list; }

changed_files() {
  # It says 1 when something differs; what is missing is not there to be packed.
  verified=$(dpkg --verify) || [ $? -eq 1 ]
  printf '%s\n' "$verified" | sed -n -E 's,^[^m].{8} . ,,p'
}

# Folders the package manager keeps for itself.
own_folders() { echo '/var/lib/apt /var/lib/dpkg'; }
