# shellcheck shell=bash
# The cache outside the checkout: things appear in it whole, one set-up at a time makes each, and tools.json says where they are.

HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
export HOME
cache=${DROVER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/drover}
mkdir -p "$cache/locks" 2>/dev/null || fail "cannot write to $cache" "Set DROVER_CACHE to a folder that can be written."
cache=$(cd "$cache" && pwd)
readonly cache
# What set-up gives way to may run in another folder, or as root with another home.
export DROVER_CACHE=$cache

# locked NAME COMMAND…: only one set-up at a time on this cache runs a command under that name.
locked() {
  local name=$1 lock
  shift
  exec {lock}>"$cache/locks/$name"
  until flock -w 5 "$lock"; do say "another set-up is at work on $name; waiting"; done
  "$@"
  exec {lock}>&-
}

# staging_folder: a fresh folder on the cache's own file system, for `publish`. A crash leaves it; the next day's run removes it.
staging_folder() {
  mkdir -p "$cache/staging"
  find "$cache/staging" -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} +
  mktemp -d "$cache/staging/XXXXXXXX"
}

# publish STAGED TARGET: makes a staged folder appear under its name at once.
publish() {
  chmod 755 "$1"
  mkdir -p "$(dirname "$2")"
  rm -rf "$2"
  mv -T "$1" "$2"
}

# record KEY JSON: puts one member into tools.json.
record() {
  [[ $(recorded ".\"$1\"") != "$(jq --compact-output . <<<"$2")" ]] || return 0
  locked tools.json merge_into_tools "$1" "$2"
}

merge_into_tools() {
  local before='{}' staged
  [[ ! -s $cache/tools.json ]] || before=$(cat "$cache/tools.json")
  staged=$(mktemp "$cache/tools.json.XXXXXXXX")
  jq --arg key "$1" --argjson value "$2" '.[$key] = $value' <<<"$before" >"$staged"
  chmod 644 "$staged"
  mv "$staged" "$cache/tools.json"
}

# recorded JQ-PATH: a member of tools.json, strings bare; `null` or nothing when it is not there.
recorded() {
  [[ ! -s $cache/tools.json ]] || jq --compact-output --raw-output "$1" "$cache/tools.json"
}
