# shellcheck shell=bash
# bench: the emulators the local cloud is measured against. Python packages, checked by their hashes.

: "${root:?}" "${cache:?}"

set_up_bench() {
  local requirements=$root/scripts/requirements-bench.txt environment
  environment=$(virtual_environment tools/bench "$requirements")
  locked bench make_virtual_environment "$environment" "$requirements" "moto and ministack"
  record bench "$(jq --null-input --arg directory "$environment" '{directory: $directory}')"
}
