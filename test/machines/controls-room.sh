#!/bin/bash
# controls-room.sh LOWER WORK CONTROL-FOLDER SCENARIO: one scenario of a control in a root of its own, seen by nobody else.
# Prints lines `check N: …` with check.sh's exit code and words, and `tree N: …` with a digest of all that was written.
set -euo pipefail

if [ "${IN_ROOM:-}" != yes ]; then
  IN_ROOM=yes exec unshare --mount --pid --net --ipc --uts --fork --kill-child --propagation private "$0" "$@"
fi

lower=$1 work=$2 control=$3 scenario=$4
mkdir -p "$work/upper" "$work/overlay" "$work/root"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$work/upper,workdir=$work/overlay" "$work/root"
mount -t proc proc "$work/root/proc"
mount -t tmpfs tmpfs "$work/root/run"
mkdir "$work/root/run/control"
cp -r "$control/." "$work/root/run/control"

inside() { chroot "$work/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"; }

check() {
  local code=0 words
  words=$(inside /run/control/check.sh 2>&1) || code=$?
  echo "check $1: $code $words"
}

# What a machine keeps of the writes: names, modes, owners, contents; not the logs and caches that every command touches.
tree() {
  (cd "$work/upper" && find . \( -path ./var/log -o -path ./var/cache -o -path ./var/lib/ufw \) -prune -o \( -type f -o -type l \) -print0 | sort -z |
    while IFS= read -r -d '' file; do
      stat -c '%n %a %u %g %N' "$file"
      if [ -f "$file" ] && [ ! -L "$file" ]; then sha256sum < "$file"; fi
    done | sha256sum)
}

inside "/run/control/scenarios/$scenario"
check 0
inside /run/control/apply.sh > "$work/apply.log" 2>&1 || { cat "$work/apply.log" >&2; exit 1; }
check 1
echo "tree 1: $(tree)"
inside /run/control/apply.sh > "$work/apply.log" 2>&1 || { cat "$work/apply.log" >&2; exit 1; }
check 2
echo "tree 2: $(tree)"
