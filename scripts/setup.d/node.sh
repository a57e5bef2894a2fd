# shellcheck shell=bash
# node: Node.js itself, and the npm packages that package-lock.json pins.

: "${root:?}"
readonly node_minimum=20.19.0

set_up_node() {
  require_node
  packages_are_locked_ones || locked node install_node_packages
}

require_node() {
  local version=none
  if command -v node >/dev/null; then version=$(node --version); fi
  version_at_least "${version/none/0}" "$node_minimum" ||
    fail "Node.js ≥ 20.19 is needed (found: $version)" "Install it from https://nodejs.org or https://deb.nodesource.com and put it on PATH."
  command -v npm >/dev/null || fail "npm is missing" "Install the npm that belongs to Node.js $version."
}

# npm writes down what it installed when it is through: the same packages as in our lockfile, optional ones of other platforms
# left out, or something to do. Times of files would not tell: a checkout sets them all.
packages_are_locked_ones() {
  [[ -s $root/node_modules/.package-lock.json ]] || return 1
  jq --exit-status --slurp '
    (.[0].packages | del(.[""])) as $wanted | .[1].packages as $present
    | all($wanted | to_entries[];
        $present[.key].integrity == .value.integrity or ($present[.key] == null and (.value.optional or .value.devOptional)))
      and all($present | to_entries[]; $wanted[.key] != null or .value.optional)
  ' "$root/package-lock.json" "$root/node_modules/.package-lock.json" >/dev/null
}

install_node_packages() {
  packages_are_locked_ones && return 0
  with_heartbeat "installing the npm packages" npm_install_locked ||
    fail "npm could not install its packages" "Mend what npm says above; 'npm config get registry' names the registry it asks."
}

# A registry that lacks the optional packages of other platforms (many mirrors do) writes lockfiles without them, which npm 11's
# `ci` calls out of step. `install --no-save` then installs the same locked versions, checked by the same digests.
npm_install_locked() {
  local -a options=(--prefix "$root" --include=dev --no-audit --no-fund --no-update-notifier)
  npm ci "${options[@]}" || npm install --no-save "${options[@]}"
}
