# shellcheck shell=sh
# What the guest's scripts ask of Amazon Linux's package manager; by-apt.sh answers the same. Sourced, or put before the script that asks.

# Unpacks an oscap into root below the folder. Lists, archives and history of its own: the machine's are neither needed nor touched.
unpack_scanner() {
  scanner=$1
  mkdir -p "$scanner/archives" "$scanner/root"
  dnf --quiet --assumeyes --setopt="cachedir=$scanner/cache" --setopt="persistdir=$scanner/state" --setopt="logdir=$scanner/log" \
    --setopt=install_weak_deps=False --setopt=skip_if_unavailable=False --downloadonly --downloaddir="$scanner/archives" \
    install openscap-scanner >/dev/null
  for package in "$scanner"/archives/*.rpm; do
    rpm2cpio "$package" >"$scanner/package"
    (cd "$scanner/root" && cpio --quiet --extract --make-directories <"$scanner/package")
  done
  rm -rf "$scanner/archives" "$scanner/cache" "$scanner/state" "$scanner/log" "$scanner/package"
}

# Below the folder, where the dynamic linker finds them.
scanner_libraries() { echo "$1/root/usr/lib64"; }

# Name, version, architecture. A key that rpm trusts stands among its packages and is none.
installed_packages() { rpm --query --all --queryformat '%{NAME} %{EVR} %{ARCH}\n' | sed '/^gpg-pubkey /d' | sort; }

# Paths that packages own, and those of them that differ from the package's; one a line.
owned_files() { rpm --query --all --queryformat '[%{FILENAMES}\n]'; }

changed_files() {
  # It says 1 when something differs, and prints ATTRIBUTES, a letter for the file's kind, and its path; only contents count here,
  # or that nobody could say.
  verified=$(rpm --verify --all --nodeps --noscripts) || [ -n "$verified" ]
  printf '%s\n' "$verified" | sed -n -E 's,^[^ ]{2}[5?][^ ]* +([cdglr] )? *(/.*)$,\2,p'
}

# Folders the package manager keeps for itself.
own_folders() { echo '/var/lib/dnf /var/lib/rpm /usr/lib/sysimage/rpm'; }
