# shellcheck shell=bash
# Virtual environments of pinned Python packages.

: "${cache:?}"

# Debian's own: what python3-venv serves, whatever else PATH holds.
readonly system_python=/usr/bin/python3

# virtual_environment NAME REQUIREMENTS: prints its folder, named by what is in it and by the Python it is bound to.
virtual_environment() {
  local digest python
  digest=$(sha256sum "$2" | cut -c1-12)
  python=$("$system_python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  printf '%s/%s-%s-python%s' "$cache" "$1" "$digest" "$python"
}

# make_virtual_environment FOLDER REQUIREMENTS WHAT: it holds its own absolute path, so it can't be staged elsewhere and renamed;
# a marker, written last, says that it is whole.
make_virtual_environment() {
  [[ ! -e $1/complete ]] || return 0
  rm -rf "$1"
  with_heartbeat "making a virtual environment for $3" "$system_python" -m venv "$1" ||
    fail "no virtual environment could be made" "Mend what Python says above."
  with_heartbeat "installing $3" "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: \
    --require-hashes --requirement "$2" ||
    fail "pip could not install $3" "Mend what pip says above; PIP_INDEX_URL names another package index."
  touch "$1/complete"
}
