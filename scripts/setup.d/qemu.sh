# shellcheck shell=bash
# qemu: QEMU ≥ 10 in a root folder of its own, from Debian 13 (Debian 12's 7.2 panics guests when it emulates them). The local
# cloud boots an image's own kernel in it, where a rule cannot be judged in a container.

: "${root:?}" "${cache:?}"
readonly qemu_minimum=10

set_up_qemu() {
  local folder version
  folder=$(qemu_folder)
  [[ -x $folder/usr/bin/$(qemu_program) ]] || locked qemu make_qemu_root "$folder"
  version=$(installed_qemu "$folder")
  [[ ${version%%.*} -ge $qemu_minimum ]] ||
    fail "the QEMU in $folder says it is version ${version:-unknown}; drover needs $qemu_minimum or newer" "Remove $folder and run this again."
  record qemu "$(jq --null-input --arg directory "$folder" --arg program "$(qemu_program)" --arg version "$version" \
    '{directory: $directory, program: $program, version: $version}')"
}

qemu_architecture() { dpkg --print-architecture; }

qemu_packages() {
  case $(qemu_architecture) in
    amd64) printf 'qemu-system-x86,seabios' ;;
    arm64) printf 'qemu-system-arm' ;;
    *) fail "there is no QEMU for machines of $(qemu_architecture)" "Leave out the component qemu." ;;
  esac
}

qemu_program() {
  case $(qemu_architecture) in
    amd64) printf 'qemu-system-x86_64' ;;
    *) printf 'qemu-system-aarch64' ;;
  esac
}

# What it is made of is in its name: another list, another folder.
qemu_folder() { printf '%s/qemu-trixie-%s' "$cache" "$(qemu_packages | sha256sum | cut -c1-12)"; }

make_qemu_root() {
  local staged
  [[ ! -x $1/usr/bin/$(qemu_program) ]] || return 0
  find_archive
  staged=$(staging_folder)
  with_heartbeat "making a root with QEMU (once; half a minute)" qemu_root_into "$staged" ||
    fail "a root with QEMU could not be made" "Mend what mmdebstrap says above; the mirror comes from this machine's own package sources."
  publish "$staged" "$1"
}

# Through an archive, so that it comes out the same whoever runs this; device nodes are the host's, when it runs.
qemu_root_into() {
  mmdebstrap --variant=apt --include="$(qemu_packages)" --aptopt='APT::Install-Recommends "false"' --format=tar \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' trixie - \
    "deb [signed-by=${debian_keyring:?}] ${debian_mirror:?} trixie main" \
    "deb [signed-by=$debian_keyring] ${security_mirror:?} trixie-security main" |
    tar --extract --directory="$1" --exclude='./dev/*'
}

# Of what is installed in it: a look that needs no rights.
installed_qemu() {
  local status=$1/var/lib/dpkg/status
  awk '/^Package: / { name = $2 } /^Version: / && name ~ /^qemu-system-(x86|arm)$/ { sub(/^[0-9]+:/, "", $2); sub(/[+-].*/, "", $2); print $2; exit }' "$status"
}
