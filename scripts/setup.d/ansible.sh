# shellcheck shell=bash
# ansible: ansible-core ≥ 2.18, which is what can configure a Debian 13 guest (Python 3.13).

: "${root:?}"

set_up_ansible() {
  local folder requirements=$root/scripts/requirements-ansible.txt version
  version=$(sed -n 's/^ansible-core==\([0-9.]*\).*/\1/p' "$requirements")
  folder=$(virtual_environment "ansible-core-$version" "$requirements")
  locked ansible make_virtual_environment "$folder" "$requirements" "ansible-core $version"
  record ansible "$(jq --null-input --arg playbook "$folder/bin/ansible-playbook" --arg version "$version" '{playbook: $playbook, version: $version}')"
}
