#!/bin/sh
# Lays the agents' files over the root and enables their units; none of them is started on the build machine.
set -eu
umask 022

bundle=/var/lib/drover-bake
plan=$bundle/plan

while IFS='	' read -r name target mode owner; do
  source=$bundle/$name
  if [ -d "$source" ]; then
    # Files of a folder keep their modes unless one is given; folders that exist keep everything.
    [ "$mode" = - ] || find "$source" -type f -exec chmod "$mode" {} +
    mkdir -p "$target"
    tar -C "$source" --owner="${owner%%:*}" --group="${owner#*:}" -cf - . | tar -C "$target" -xf - --no-overwrite-dir
  else
    mkdir -p "$(dirname "$target")"
    if [ "$mode" = - ]; then
      mode=0644
      [ ! -x "$source" ] || mode=0755
    fi
    install -m "$mode" -o "${owner%%:*}" -g "${owner#*:}" "$source" "$target"
  fi
done <"$plan/files"

# Offline: links are made by hand and nothing is reloaded for each of them.
export SYSTEMD_OFFLINE=1
wanted=$(awk '$2 != "inactive" { print $1 }' "$plan/services")
unwanted=$(awk '$2 == "inactive" { print $1 }' "$plan/services")
# shellcheck disable=SC2086 # unit names hold no blanks
{
  # What a timer or another unit starts has no [Install] section and is left as it is; a unit that is not there is an error.
  [ -z "$wanted" ] || systemctl enable --quiet $wanted
  [ -z "$unwanted" ] || systemctl mask --quiet $unwanted
}
SYSTEMD_OFFLINE=0 systemctl daemon-reload
