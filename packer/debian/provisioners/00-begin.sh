#!/bin/sh
# Waits until the machine is ours, unpacks the bundle, and sets what speeds up a bake and is taken back by 90-cleanup.
set -eu
umask 022

bundle=/var/lib/drover-bake
archive=/tmp/drover-bundle.tar.gz

# 2 means "done, with something to complain about"; what matters to a bake shows up in the steps that follow.
ended=0
timeout 300 cloud-init status --wait >/dev/null || ended=$?
case $ended in
  0 | 2) ;;
  124) echo "drover: cloud-init did not finish within 300 s" >&2; exit 1 ;;
  *) echo "drover: cloud-init failed: $(cloud-init status --long | tail -1)" >&2; exit 1 ;;
esac

# Nobody else may start apt while we bake; one that runs already is waited for by apt's own lock timeout.
systemctl stop --no-block apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service 2>/dev/null || :

install -d -m 0700 "$bundle"
tar -xzf "$archive" -C "$bundle" --no-same-owner
rm -f "$archive"

# What the base brought: everything above it has to be there for a reason.
mkdir -p "$bundle/results/packages"
dpkg-query --show --showformat='${Package}\n' | sort -u >"$bundle/results/packages/base.txt"

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
