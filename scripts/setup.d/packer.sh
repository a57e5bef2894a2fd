# shellcheck shell=bash
# packer: a Packer that can bake on EC2, found on PATH or built from packer/toolchain, with its amazon plugin.

: "${root:?}" "${cache:?}"
readonly packer_minimum=1.10.0
readonly toolchain=$root/packer/toolchain
packer_pinned=$(awk '$1 == "github.com/hashicorp/packer" { print substr($2, 2) }' "$toolchain/go.mod")
amazon_pinned=$(awk '$1 == "github.com/hashicorp/packer-plugin-amazon" { print substr($2, 2) }' "$toolchain/go.mod")
readonly packer_pinned amazon_pinned
readonly built_packer=$cache/packer-$packer_pinned
readonly built_plugins=$cache/packer-plugins/amazon-$amazon_pinned

# Packer asks its maker for news, and reads and writes in the home folder, unless told not to.
export CHECKPOINT_DISABLE=1

set_up_packer() {
  still_as_recorded || locked packer choose_packer
}

# What was chosen still holds when PATH holds the same Packer, the pins are the same and the chosen files are there.
still_as_recorded() {
  [[ $(recorded '.packer.chosenFor') == "$(choice_key)" && -x $(recorded .packer.path) && -d $(recorded .packer.pluginPath) ]]
}

choice_key() {
  local found
  found=$(type -P packer || true)
  printf '%s/%s %s' "$packer_pinned" "$amazon_pinned" "${found:+$(stat --dereference --format '%n %s %Y' "$found") ${PACKER_PLUGIN_PATH:-}}"
}

choose_packer() {
  local log
  still_as_recorded && return 0
  use_packer_on_path && return 0
  if ! [[ -x $built_packer/packer && -d $built_plugins ]]; then
    require_go "Packer $packer_pinned"
    build_toolchain packer packer-plugin-amazon
  fi
  log=$(log_file "packer validate")
  can_bake "$built_packer/packer" "$built_plugins" >"$log" 2>&1 ||
    fail "the Packer that was built does not work: see $log" "Remove $built_packer and $built_plugins and run this again."
  record_packer "$built_packer/packer" "$packer_pinned" "$built_plugins" "$amazon_pinned"
}

# Succeeds when the Packer on PATH is recent enough and works with an amazon plugin, its own or ours.
use_packer_on_path() {
  local found version plugins plugin_version
  found=$(type -P packer) || return 1
  version=$(first_version "$(timeout 20 "$found" version 2>/dev/null </dev/null | head -n 1)")
  if ! version_at_least "${version:-0}" "$packer_minimum"; then
    say "$found is ${version:-not HashiCorp Packer}${version:+, older than $packer_minimum}: using the pinned $packer_pinned"
    return 1
  fi
  read -r plugin_version plugins < <(amazon_plugin_of "$found") || true
  if [[ -z $plugins ]]; then
    if ! [[ -d $built_plugins ]]; then
      require_go "the amazon plugin $amazon_pinned for $found"
      build_toolchain packer-plugin-amazon
    fi
    plugins=$built_plugins plugin_version=$amazon_pinned
  fi
  if ! can_bake "$found" "$plugins" >/dev/null 2>&1; then
    say "$found $version does not work with the amazon plugin $plugin_version: using the pinned $packer_pinned"
    return 1
  fi
  record_packer "$found" "$version" "$plugins" "$plugin_version"
}

# amazon_plugin_of PACKER: version and plugin folder of an installed amazon plugin that is no older than the pinned; else nothing.
amazon_plugin_of() {
  local path version
  while read -r path; do
    [[ $path == */github.com/hashicorp/amazon/packer-plugin-amazon_v* ]] || continue
    version=$(first_version "${path##*_v}")
    version_at_least "$version" "$amazon_pinned" || continue
    printf '%s %s\n' "$version" "${path%/github.com/*}"
    return 0
  done < <(timeout 20 "$1" plugins installed 2>/dev/null </dev/null)
}

# build_toolchain PROGRAM…: one build for both, because they share most of their packages and use all cores to the end.
build_toolchain() {
  local staged
  staged=$(staging_folder)
  with_heartbeat "building ${*//packer-plugin-amazon/its amazon plugin} $packer_pinned/$amazon_pinned (once; a few minutes)" \
    compile_toolchain "$staged" "${@/#/github.com/hashicorp/}" ||
    fail "Packer could not be built" "Mend what Go says above; GOPROXY names the module proxy. Or put Packer ≥ $packer_minimum on PATH."
  [[ ! -x $staged/packer-plugin-amazon ]] || publish_plugin "$staged/packer-plugin-amazon" ||
    fail "the amazon plugin that was built does not answer" "Report this, with $cache/logs."
  [[ ! -x $staged/packer ]] || publish "$staged" "$built_packer"
  rm -rf "$staged"
}

compile_toolchain() {
  local staged=$1 release='-X github.com/hashicorp/packer-plugin-amazon/version.VersionPrerelease='
  shift
  cd "$toolchain" || return
  GOFLAGS=-mod=readonly CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $release" -o "$staged/" "$@"
}

# Laid out as `packer plugins install --path` does it, which an older Packer does not have.
publish_plugin() {
  local staged api name
  staged=$(staging_folder)
  api=$("$1" describe | jq --exit-status --raw-output .api_version) || return
  name="packer-plugin-amazon_v${amazon_pinned}_${api}_$(go env GOOS)_$(go env GOARCH)"
  mkdir -p "$staged/github.com/hashicorp/amazon"
  mv "$1" "$staged/github.com/hashicorp/amazon/$name"
  sha256sum "$staged/github.com/hashicorp/amazon/$name" | cut -d' ' -f1 | tr -d '\n' >"$staged/github.com/hashicorp/amazon/${name}_SHA256SUM"
  publish "$staged" "$built_plugins"
}

# can_bake PACKER PLUGINS: the two understand each other, shown by a template that is read and checked, not run.
can_bake() {
  local staged status=0
  staged=$(staging_folder)
  cat >"$staged/probe.pkr.hcl" <<PROBE
packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= $amazon_pinned"
    }
  }
}
source "amazon-ebs" "probe" {
  region        = "eu-central-1"
  ami_name      = "probe"
  source_ami    = "ami-00000000000000000"
  instance_type = "t3.micro"
  ssh_username  = "admin"
}
build {
  sources = ["source.amazon-ebs.probe"]
}
PROBE
  PACKER_PLUGIN_PATH=$2 timeout 60 "$1" validate "$staged/probe.pkr.hcl" </dev/null || status=$?
  rm -rf "$staged"
  return "$status"
}

record_packer() {
  record packer "$(jq --null-input --arg path "$1" --arg version "$2" --arg pluginPath "$3" --arg amazonPlugin "$4" --arg chosenFor "$(choice_key)" \
    '{path: $path, version: $version, pluginPath: $pluginPath, amazonPlugin: $amazonPlugin, chosenFor: $chosenFor}')"
}
