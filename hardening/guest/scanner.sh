# Sourced in the bundle's folder: unpacks an unmodified oscap there, so that it goes when the bundle goes and never enters
# the package database. Not under /run, which a real boot mounts noexec. Needs bash, root, apt and a network.
# Defines: install_scanner, oscap, oscap_without_bus.

scanner=$PWD/scanner

install_scanner() {
  [ -x "$scanner/root/usr/bin/oscap" ] && return 0
  mkdir -p "$scanner/archives/partial" "$scanner/lists/partial" "$scanner/root"
  # Lists and archives of its own: the machine's are neither needed nor touched.
  local private=(-o "Dir::State::Lists=$scanner/lists" -o "Dir::Cache::Archives=$scanner/archives"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root -o Acquire::Languages=none -qq)
  apt-get "${private[@]}" update
  apt-get "${private[@]}" install --yes --no-install-recommends --download-only openscap-scanner > /dev/null
  local package
  for package in "$scanner"/archives/*.deb; do dpkg-deb -x "$package" "$scanner/root"; done
  rm -rf "$scanner/archives" "$scanner/lists" "$scanner/root/usr/share/doc" "$scanner/root/usr/share/man"
}

oscap() {
  local libraries
  libraries=$(echo "$scanner"/root/usr/lib/*-linux-gnu)
  LD_LIBRARY_PATH=$libraries \
    OSCAP_SCHEMA_PATH=$scanner/root/usr/share/openscap/schemas \
    OSCAP_XSLT_PATH=$scanner/root/usr/share/openscap/xsl \
    "$scanner/root/usr/bin/oscap" "$@"
}

# Each service rule asks PID 1 for every unit file, half a second a time. Without the bus those few rules come out as
# error or unknown, so such a scan may steer remediation but never gates.
oscap_without_bus() {
  export -f oscap
  export scanner
  unshare --mount --propagation private bash -c '
    for socket in /run/dbus/system_bus_socket /run/systemd/private; do
      [ ! -e "$socket" ] || mount --bind /dev/null "$socket"
    done
    oscap "$@"' oscap "$@"
}
