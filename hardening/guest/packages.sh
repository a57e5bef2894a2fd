# shellcheck shell=sh
# Sourced in the bundle's folder: brings what the machine's own package manager answers. One that has neither can't be asked.

if command -v apt-get >/dev/null; then
  # shellcheck source=SCRIPTDIR/by-apt.sh
  . guest/by-apt.sh
elif command -v dnf >/dev/null; then
  # shellcheck source=SCRIPTDIR/by-dnf.sh
  . guest/by-dnf.sh
else
  echo 'there is neither apt-get nor dnf: the scanner cannot be brought' >&2
  exit 1
fi
