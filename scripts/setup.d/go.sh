# shellcheck shell=bash
# Building programs with Go.

: "${root:?}"
readonly go_minimum=1.24.12

# require_go WHY: a Go that can build what drover pins, in the folder that it builds in.
require_go() {
  local version=none
  if command -v go >/dev/null; then version=$(go_version); fi
  version_at_least "${version/none/0}" "$go_minimum" ||
    fail "$1 must be built, which needs Go ≥ $go_minimum (found: $version)" "Install Go from https://go.dev/dl/ and put it on PATH."
}

# A Go older than go.mod asks for fetches the right one, unless it is told not to (GOTOOLCHAIN=local): so it is asked there.
go_version() {
  local answer
  answer=$(cd "$root/packer/toolchain" && go version 2>/dev/null) || answer=$(go version)
  first_version "$answer"
}

# go_install TARGET MODULE@VERSION: one program of a public module, checked against Go's checksum database.
go_install() {
  local staged
  staged=$(staging_folder)
  with_heartbeat "building ${1##*/}" env GOBIN="$staged" GOFLAGS='' CGO_ENABLED=0 go install -trimpath "$2" || return
  publish "$staged" "$1"
}
