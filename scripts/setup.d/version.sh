# shellcheck shell=bash
# Versions: compared number by number.

# version_at_least VERSION MINIMUM: both like 1.24.12 or v20.19.0; a pre-release (1.10.0-rc1) counts below its release.
version_at_least() {
  local -a have want
  local index
  IFS=. read -ra have <<<"$(numbers_of "$1")"
  IFS=. read -ra want <<<"$(numbers_of "$2")"
  for index in 0 1 2; do
    ((10#${have[index]:-0} > 10#${want[index]:-0})) && return 0
    ((10#${have[index]:-0} < 10#${want[index]:-0})) && return 1
  done
  [[ $1 != *-* || $2 == *-* ]]
}

# first_version TEXT: the first thing in it that looks like a version, without a leading v; empty when there is none.
first_version() {
  [[ $1 =~ ([0-9]+(\.[0-9]+)+(-[0-9A-Za-z.]+)?) ]] || return 0
  printf '%s' "${BASH_REMATCH[1]}"
}

numbers_of() {
  local version=${1#v}
  printf '%s' "${version%%[-+]*}"
}
