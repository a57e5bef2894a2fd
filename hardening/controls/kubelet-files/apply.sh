#!/bin/sh
# Gives kubelet's files to root and takes from everybody else what they may do with them beyond reading.
set -eu
# shellcheck source=SCRIPTDIR/paths.sh
. "${0%/*}/paths.sh"

mend() { while IFS= read -r path; do chown root:root "$path" && chmod "$1" "$path"; done; }

stray_files | mend a-st,u-x,go-wx
stray_programs | mend a-st,go-w
stray_keys | mend a-st,u-x,go=
stray_folders | mend go-w
