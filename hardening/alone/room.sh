#!/bin/bash
# room.sh MODE ROOT BUNDLE: runs the bundle's `prepare.sh`, then `run.sh`, in a root directory that nothing else sees.
# MODE look: what is written goes to memory and is gone; change: it stays in ROOT. run.sh has no network at all.
# The results are left in BUNDLE/results. This host's kernel settings, processes and mounts are out of reach.
set -euo pipefail

if [ "${IN_ROOM:-}" != yes ]; then
  IN_ROOM=yes exec unshare --mount --pid --ipc --uts --fork --kill-child --propagation private "$0" "$@"
fi

mode=$1 directory=$2 bundle=$3
room=$(mktemp -d)
mount -t tmpfs -o mode=0755 room "$room"
root=$room/root
mkdir "$root"
case $mode in
  look)
    mkdir "$room/upper" "$room/work"
    # redirect_dir and index off: the folder below may itself be an overlay.
    mount -t overlay overlay -o "lowerdir=$directory,upperdir=$room/upper,workdir=$room/work" "$root"
    ;;
  change) mount --bind "$directory" "$root" ;;
  *) echo "room.sh: there is no mode $mode" >&2; exit 64 ;;
esac

mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t tmpfs -o mode=0755,nosuid dev "$root/dev"
for device in null zero full random urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=0755 run "$root/run"
mkdir "$root/run/drover"
cp -r "$bundle/." "$root/run/drover"

# Names are looked up as on this host; the root's own file comes back as it was.
resolver=$root/etc/resolv.conf
if [ -L "$resolver" ]; then
  target=$(chroot "$root" readlink -m /etc/resolv.conf)
  case $target in /run/*) mkdir -p "$root$(dirname "$target")" && cp /etc/resolv.conf "$root$target" ;; esac
elif [ -f "$resolver" ]; then
  cp /etc/resolv.conf "$root/run/resolv.conf"
  mount --bind "$root/run/resolv.conf" "$resolver"
fi

inside() {
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    DROVER_ENVIRONMENT=container DROVER_BUNDLE=/run/drover bash -c "cd /run/drover && $1" < /dev/null
}
export -f inside
export root room

inside ./prepare.sh
# Fixes run `sysctl -w` and `ufw enable`: in a network of their own, whose parameters they may set, they reach nothing of this host.
# shellcheck disable=SC2016 # expanded by the shell inside
unshare --net bash -c '
  ip link set lo up
  mkdir "$room/proc"
  mount -t proc -o nosuid,nodev,noexec proc "$room/proc"
  mount --bind "$room/proc/sys/net" "$root/proc/sys/net"
  inside ./run.sh'
mkdir -p "$bundle/results"
cp -r "$root/run/drover/results/." "$bundle/results"
