# shellcheck shell=bash
# session: AWS's Session Manager plugin, the runner's end of sessions into machines; built from packer/session-plugin.

: "${root:?}" "${cache:?}"
readonly session_module=$root/packer/session-plugin

set_up_session() {
  local pinned folder
  pinned=$(awk '$1 == "require" && $2 == "github.com/aws/session-manager-plugin" { print substr($3, 2) }' "$session_module/go.mod")
  # What it is built of is in the name too: other pins, another program.
  folder=$cache/session-manager-plugin-${pinned##*-}-$(sha256sum <"$session_module/go.sum" | cut -c1-12)
  [[ -x $folder/session-manager-plugin ]] || locked session make_session_plugin "$folder"
  record session "$(jq --null-input --arg path "$folder/session-manager-plugin" --arg version "$pinned" '{path: $path, version: $version}')"
}

make_session_plugin() {
  local staged
  [[ ! -x $1/session-manager-plugin ]] || return 0
  require_go "the Session Manager plugin"
  staged=$(staging_folder)
  with_heartbeat "building the Session Manager plugin (once; a minute)" compile_session_plugin "$staged" ||
    fail "the Session Manager plugin could not be built" "Mend what Go says above; GOPROXY names the module proxy."
  publish "$staged" "$1"
}

compile_session_plugin() {
  cd "$session_module" || return
  GOFLAGS=-mod=readonly CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$1/session-manager-plugin" \
    github.com/aws/session-manager-plugin/src/sessionmanagerplugin-main
}
