# shellcheck shell=sh
# What provisioners ask of Amazon Linux's package manager. Sourced by them; the other package managers answer the same questions.

dnf_plan=/var/lib/drover-bake/plan

begin_packages() {
  # Nobody else may start dnf while we bake.
  systemctl stop --no-block dnf-makecache.timer dnf-automatic.timer 2>/dev/null || :
  current_release >/var/lib/drover-bake/results/release-before.txt
}

# The dated release the machine is locked to [doc: linux/al2023/deterministic-upgrades-usage].
current_release() { rpm --query --queryformat '%{VERSION}\n' system-release; }

# The release the image is at when everything was done to it, and the newest that is out beyond it (`none`, or `unknown`: not to know it is
# no reason against an image) [doc: linux/al2023/managing-repos-os-updates].
record_release() {
  got=$(current_release)
  echo "$got" >"$1/release-after.txt"
  answer=unknown
  # All it says, wherever it says it: `--latest-only` sorts as text (amazonlinux/amazon-linux-2023#1062), and what goes by dnf's loggers,
  # to the one output or the other, is gone with `--quiet`.
  if said=$(dnf check-release-update --version-only 2>&1) && dnf_named_nothing "$said" "$got"; then answer=none; fi
  newest=$({ printf '%s\n' "$said" | grep -oE '[0-9]{4}\.[0-9]+\.[0-9]{8}' || :; echo "$got"; } | sort --version-sort | tail -n 1)
  [ "$newest" = "$got" ] || answer=$newest
  echo "$answer" >"$1/release-newer.txt"
}

# What dnf says of its lists names no release, nor does the one that the machine is at.
dnf_named_nothing() {
  ! printf '%s\n' "$1" | grep -vxF "$2" | grep -qvE '^$|^Last metadata expiration check: |[0-9] [kMG]?B/s \| '
}

borrow_gpg() {
  command -v gpg >/dev/null || { echo 'drover: the base has no gpg to look at the keys of repositories with' >&2; exit 1; }
}

# Its key has been found to be the pinned one.
trust_repository() {
  install -D -m 0644 "$dnf_plan/repository-$1.asc" "/etc/pki/rpm-gpg/$1.asc"
  rpm --import "/etc/pki/rpm-gpg/$1.asc"
  install -m 0644 "$dnf_plan/repository-$1.repository" "/etc/yum.repos.d/$1.repo"
}

# Moves the base to the dated release asked for, installs, and takes away; what is held does not move with it.
install_packages() {
  wanted=$(cat "$dnf_plan/distribution")
  [ "$wanted" != base ] || wanted=$(cat /var/lib/drover-bake/results/release-before.txt)
  dnf_run upgrade "$wanted"
  # shellcheck disable=SC2046 # one word a package: names and versions hold no blanks
  dnf_run install "$wanted" $(cat "$dnf_plan/packages") "$@"
  unwanted=$(dnf_installed_of "$dnf_plan/unwanted-packages")
  # shellcheck disable=SC2086 # one word a package
  [ -z "$unwanted" ] || dnf_run remove "$wanted" $unwanted
  got=$(current_release)
  if [ "$got" != "$wanted" ]; then
    echo "drover: the release $wanted of the distribution was asked for, the machine is at $got" >&2
    exit 1
  fi
}

dnf_run() {
  verb=$1 release=$2
  shift 2
  held=$(paste -sd ',' "$dnf_plan/held-packages")
  # Best or nothing: dnf would quietly take an older version of what it can't install.
  dnf --assumeyes --quiet --releasever="$release" --best ${held:+"--setopt=excludepkgs=$held"} \
    --setopt=install_weak_deps=False --setopt=skip_if_unavailable=False --setopt=retries=3 "$verb" "$@"
}

dnf_installed_of() {
  while read -r name; do if rpm --query --quiet "$name"; then echo "$name"; fi; done <"$1"
}

installed_names() { rpm --query --all --queryformat '%{NAME}\n' | sort -u; }

# Name, version, architecture, source package, its version.
installed_packages() {
  rpm --query --all --queryformat '%{NAME}\t%{EVR}\t%{ARCH}\t%{SOURCERPM}\n' |
    sed -E 's/\t([^\t]*)-([^-\t]+-[^-\t]+)\.src\.rpm$/\t\1\t\2/; s/\t\(none\)$/\t\t/' | sort
}

# Name, nothing, packages it needs, and what of the plan it answers to by another name. What rpm knows by capability (a library's
# version, a file, a condition) leaves the machine as the names of the packages that have it.
installed_dependencies() {
  asked=$(mktemp -d)
  rpm --query --all --queryformat '%{NAME}\n' | sort -u >"$asked/names"
  rpm --query --all --queryformat '[%{=NAME}\t%{PROVIDENAME}\n]' | sort -u >"$asked/provided"
  rpm --query --all --queryformat '[%{=NAME}\t%{REQUIRENAME}\n]' | dnf_plain_capabilities | sort -u >"$asked/needed"
  { cut -f2 "$asked/needed" && cat "$dnf_plan/packages"; } | sort -u >"$asked/capabilities"
  # A file is needed by its path and provided by being there, so rpm has to be asked: for a few, each costs a moment.
  cut -f2 "$asked/provided" | sort -u | comm -23 "$asked/capabilities" - | while read -r capability; do
    found=$(rpm --query --whatprovides --queryformat '%{NAME}\n' "$capability" 2>/dev/null) || continue
    for name in $found; do printf '%s\t%s\n' "$name" "$capability"; done
  done >"$asked/found"
  awk -F'\t' -v OFS='\t' '
    function add(list, word) { return list == "" ? word : list ", " word }
    FILENAME ~ /\/(provided|found)$/ { if (!(seen[$2, $1]++)) providers[$2] = providers[$2] " " $1; next }
    FILENAME ~ /\/needed$/ {
      count = split(providers[$2], names, " ")
      for (i = 1; i <= count; i++) if (names[i] != $1 && !(needs[$1, names[i]]++)) needed[$1] = add(needed[$1], names[i])
      next
    }
    FILENAME ~ /\/packages$/ {
      count = split(providers[$1], names, " ")
      for (i = 1; i <= count; i++) if (names[i] != $1) answers[names[i]] = add(answers[names[i]], $1)
      next
    }
    { print $1, "", needed[$1], answers[$1] }
  ' "$asked/provided" "$asked/found" "$asked/needed" "$dnf_plan/packages" "$asked/names"
  rm -rf "$asked"
}

# From `name, capability`: without what rpm itself must be able to do, and of a condition what would have to be there.
dnf_plain_capabilities() {
  awk -F'\t' -v OFS='\t' '
    $2 ~ /^rpmlib\(/ { next }
    $2 !~ /^\(/ { print; next }
    {
      sub(/ (if|unless|without) .*/, "", $2)
      count = split($2, parts, / (and|or|with) /)
      for (i = 1; i <= count; i++) {
        part = parts[i]
        sub(/ [<>=]+ .*/, "", part)
        sub(/^\(+/, "", part)
        while (gsub(/\)/, ")", part) > gsub(/\(/, "(", part)) sub(/\)$/, "", part)
        print $1, part
      }
    }'
}

# Those whose version came as a security update, one `name version` a line. Fails where the repositories' advisories can't be read.
# Advisories name versions that have been passed since, too: what is installed decides.
security_packages() {
  said=$(dnf --quiet updateinfo list --security --installed) || return 1
  { printf '%s\n' "$said" | awk '{ print $NF }' && rpm --query --all --queryformat '%{NAME}-%{EVR}.%{ARCH}\t%{NAME} %{EVR}\n'; } |
    awk -F'\t' 'NF < 2 { advised[$1]; next } $1 in advised { print $2 }' | sort
}

# Versions of the installed packages that match a pattern, one `name version` a line.
versions_of() { rpm --query --all --queryformat '%{NAME} %{EVR}\n' "$1" | sort; }

end_packages() {
  dnf --quiet clean all
  rm -rf /var/cache/dnf /var/lib/dnf/history.sqlite* /var/log/dnf*.log /var/log/hawkey.log
}

# One line each of what is left of the bake or must be in no image.
left_of_packages() {
  find /var/cache/dnf -type f 2>/dev/null | sed 's/^/package lists or archives: /' | head -n 3
  if grep -qsiE '^[[:space:]]*proxy[[:space:]]*=' /etc/dnf/dnf.conf /etc/yum.repos.d/*.repo; then echo 'dnf is told to use a proxy'; fi
  if grep -qsE '^[^#]*://[^/@ ]+:[^/@ ]+@' /etc/yum.repos.d/*.repo; then echo 'a package source holds a password'; fi
}
