#!/bin/sh
# Runs a playbook from the runner against the build machine. The temporary private key comes on standard input.
# Arguments: ansible-playbook, login user, playbook, file of extra variables, host, port.
set -eu
umask 077

program=$1 user=$2 playbook=$3 variables=$4 host=$5 port=$6

private=$(mktemp -d)
# A socket's path may have 108 characters, and nobody knows how deep TMPDIR is.
sockets=$(mktemp -d /tmp/drover-XXXXXX)
end() {
  ssh -F none -o ControlPath="$sockets/%C" -O exit -p "$port" "$user@$host" 2>/dev/null || :
  rm -rf "$private" "$sockets"
}
trap end EXIT
trap 'exit 130' INT TERM
cat >"$private/key"

# The host's key was made a minute ago and is gone after the bake: taken at first sight, for this connection only.
export ANSIBLE_SSH_ARGS="-F none -o IdentitiesOnly=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=$private/known_hosts -o ControlMaster=auto -o ControlPersist=60s"
export ANSIBLE_SSH_CONTROL_PATH="$sockets/%%C"
export ANSIBLE_LOCAL_TEMP="$private/temporary"
export ANSIBLE_PIPELINING=true
export ANSIBLE_RETRY_FILES_ENABLED=false
export ANSIBLE_NOCOLOR=true

cd "$(dirname "$playbook")"
"$program" --inventory "$host," --user "$user" --private-key "$private/key" \
  --extra-vars "ansible_port=$port ansible_python_interpreter=/usr/bin/python3" --extra-vars "@$variables" \
  "$playbook" </dev/null
