# shellcheck shell=bash
# tools: programs that only the tests use. Go modules are checked by Go's checksum database, Python packages by their hashes.

: "${root:?}" "${cache:?}"
readonly actionlint_version=1.7.7
readonly versitygw_version=1.2.0

set_up_tools() {
  local requirements=$root/scripts/requirements-tools.txt environment
  environment=$(virtual_environment tools/python "$requirements")
  locked tools make_tools "$environment" "$requirements"
  record tools "$(jq --null-input --arg cache "$cache/tools" --arg environment "$environment" \
    --arg actionlint "$actionlint_version" --arg versitygw "$versitygw_version" '{
      actionlint: "\($cache)/actionlint-\($actionlint)/actionlint",
      versitygw: "\($cache)/versitygw-\($versitygw)/versitygw",
      zizmor: "\($environment)/bin/zizmor",
      aws: "\($environment)/bin/aws",
      python: "\($environment)/bin/python"
    }')"
}

make_tools() {
  make_go_tool actionlint "$actionlint_version" github.com/rhysd/actionlint/cmd/actionlint
  make_go_tool versitygw "$versitygw_version" github.com/versity/versitygw/cmd/versitygw
  make_virtual_environment "$1" "$2" "zizmor, AWS CLI and boto3"
}

make_go_tool() {
  local folder=$cache/tools/$1-$2
  [[ ! -x $folder/$1 ]] || return 0
  require_go "$1 $2"
  go_install "$folder" "$3@v$2" ||
    fail "$1 $2 could not be built" "Mend what Go says above; GOPROXY names the module proxy."
}
