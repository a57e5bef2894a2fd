# shellcheck shell=bash
# Sourced in the bundle's folder: unpacks an unmodified oscap there, so that it goes when the bundle goes and never enters
# the package database. Not under /run, which a real boot mounts noexec. Needs bash, root, a package manager and a network.
# Defines: install_scanner, oscap, oscap_without_bus, and what the package manager's file defines.

scanner=$PWD/scanner
# shellcheck source=SCRIPTDIR/packages.sh
. guest/packages.sh

install_scanner() {
  [ -x "$scanner/root/usr/bin/oscap" ] && return 0
  unpack_scanner "$scanner"
  rm -rf "$scanner/root/usr/share/doc" "$scanner/root/usr/share/man"
}

oscap() {
  LD_LIBRARY_PATH=$(scanner_libraries "$scanner") \
    OSCAP_SCHEMA_PATH=$scanner/root/usr/share/openscap/schemas \
    OSCAP_XSLT_PATH=$scanner/root/usr/share/openscap/xsl \
    "$scanner/root/usr/bin/oscap" "$@"
}

# Each service rule asks PID 1 for every unit file, half a second a time. Without the bus those few rules come out as
# error or unknown, so such a scan may steer remediation but never gates.
oscap_without_bus() {
  export -f oscap scanner_libraries
  export scanner
  # shellcheck disable=SC2016 # expanded by that shell
  unshare --mount --propagation private bash -c '
    for socket in /run/dbus/system_bus_socket /run/systemd/private; do
      [ ! -e "$socket" ] || mount --bind /dev/null "$socket"
    done
    oscap "$@"' oscap "$@"
}
