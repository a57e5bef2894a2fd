#!/bin/sh
# Met when kubelet's files and folders are root's, nobody else may write them, and nobody else may read its keys.
set -eu
# shellcheck source=SCRIPTDIR/paths.sh
. "${0%/*}/paths.sh"

wrong=$(stray_files; stray_programs; stray_keys; stray_folders)
[ -z "$wrong" ] || { printf '%s\n' "$wrong" | xargs -d '\n' stat -c '%n is %U:%G %a' | head -n 3 | paste -sd ';'; exit 1; }
