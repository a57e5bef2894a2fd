# shellcheck shell=sh
# What provisioners ask of Debian's package manager. Sourced by them; the other package managers answer the same questions.

apt_plan=/var/lib/drover-bake/plan
borrowed_gpg=''

begin_packages() {
  # Nobody else may start apt while we bake; one that runs already is waited for by apt's own lock timeout.
  systemctl stop --no-block apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service 2>/dev/null || :
  cat >/etc/apt/apt.conf.d/99drover-bake <<'APT'
APT::Install-Recommends "false";
APT::Get::Assume-Yes "true";
DPkg::Lock::Timeout "120";
DPkg::Options { "--force-confdef"; "--force-confold"; };
DPkg::Use-Pty "false";
Acquire::Retries "3";
Acquire::Languages "none";
APT
  # A build machine that loses power is thrown away, so dpkg need not wait for the disk.
  echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/drover-bake
  # Services start on the machines of the image, not on the one it is made on: no state, no identity, no time lost.
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 0755 /usr/sbin/policy-rc.d
}

# Debian's stable release is one, which its updates belong to.
record_release() { :; }

# Needed for the keys of repositories; taken away again if the base has none.
borrow_gpg() {
  apt-get update -qq
  command -v gpg >/dev/null || { apt-get install -qq gpg; borrowed_gpg=gpg; }
}

# Its key has been found to be the pinned one.
trust_repository() {
  install -D -m 0644 "$apt_plan/repository-$1.asc" "/etc/apt/keyrings/$1.asc"
  install -m 0644 "$apt_plan/repository-$1.repository" "/etc/apt/sources.list.d/$1.sources"
}

# Upgrades the base and installs everything, files of packages included, in one transaction.
install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq --error-on=any
  # Offline: else every package with a unit makes systemd read all units again.
  # shellcheck disable=SC2046 # one word a package: names and versions hold no blanks
  SYSTEMD_OFFLINE=1 apt-get dist-upgrade -q $(cat "$apt_plan/packages") $(sed 's/$/-/' "$apt_plan/unwanted-packages") "$@"
  # shellcheck disable=SC2086 # empty when gpg was there before
  [ -z "$borrowed_gpg" ] || apt-get purge -q --autoremove $borrowed_gpg
}

installed_names() { dpkg-query --show --showformat='${Package}\n' | sort -u; }

# Name, version, architecture, source package, its version.
installed_packages() {
  dpkg-query --show --showformat='${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' | sort
}

# Name, what must be there before it, what it needs, what it provides.
installed_dependencies() {
  dpkg-query --show --showformat='${Package}\t${Pre-Depends}\t${Depends}\t${Provides}\n' | sort -u
}

# Those whose version came as a security update, one `name version` a line. Fails where no archive of such updates is known.
security_packages() {
  LC_ALL=C apt-cache policy | grep -q 'a=[a-z-]*-security' || return 1
  said=$(LC_ALL=C apt list --installed 2>/dev/null) || return 1
  printf '%s\n' "$said" | sed -nE 's,^([^/ ]+)/[^ ]*-security[^ ]* ([^ ]+) .*,\1 \2,p' | sort
}

# Versions of the installed packages that match a pattern, one `name version` a line.
versions_of() { dpkg-query --show --showformat='${db:Status-Abbrev}${Package} ${Version}\n' "$1" 2>/dev/null | sed -n 's/^ii *//p' | sort; }

end_packages() {
  export DEBIAN_FRONTEND=noninteractive
  rm -f /etc/apt/apt.conf.d/99drover-bake /etc/dpkg/dpkg.cfg.d/drover-bake /usr/sbin/policy-rc.d
  apt-get clean
  rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/lib/apt/periodic/* /var/log/apt/*
  rm -f /var/cache/debconf/*-old /var/lib/dpkg/*-old
}

# One line each of what is left of the bake or must be in no image.
left_of_packages() {
  for path in /etc/apt/apt.conf.d/99drover-bake /etc/dpkg/dpkg.cfg.d/drover-bake /usr/sbin/policy-rc.d; do
    [ ! -e "$path" ] || echo "$path is there"
  done
  find /var/lib/apt/lists /var/cache/apt/archives -type f ! -name lock 2>/dev/null | sed 's/^/package lists or archives: /' | head -n 3
  if grep -rqsiE '^[^#/]*Acquire::[a-z]+::[^ ]*Proxy' /etc/apt/apt.conf /etc/apt/apt.conf.d; then echo 'apt is told to use a proxy'; fi
  if grep -rqsE '^[^#]*://[^/@ ]+:[^/@ ]+@' /etc/apt; then echo 'a package source holds a password'; fi
}
