#!/bin/sh
# shellcheck disable=SC2016 # dollar signs in filters are jq's
# Puts the image of the pause container into containerd's store: made here, of one static program from a package of Debian's.
set -eu
umask 022

name=localhost/kubernetes/pause:latest
# containerd listens here for the time of the import; its own unit waits for the image's machines.
socket=/run/drover-containerd/containerd.sock
work=$(mktemp -d)
blobs=$work/layout/blobs/sha256

main() {
  mkdir -p "$blobs"
  layer=$(keep_layer)
  config=$(keep_json '{ architecture: $architecture, os: "linux", rootfs: { type: "layers", diff_ids: ["sha256:" + $layer] },
    config: { Entrypoint: ["/pause", "-P"], User: "65535:65535" } }')
  manifest=$(keep_json '{ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: ("sha256:" + $config), size: $config_size },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: ("sha256:" + $layer), size: $layer_size }] }')
  json '{ schemaVersion: 2, manifests: [{ mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: ("sha256:" + $manifest), size: $manifest_size, annotations: { "io.containerd.image.name": $name } }] }' >"$work/layout/index.json"
  echo '{ "imageLayoutVersion": "1.0.0" }' >"$work/layout/oci-layout"
  tar -C "$work/layout" -cf "$work/pause.tar" .
  import_image
  rm -rf "$work"
}

# The same program gives the same image: nothing in it tells when or where it was made.
keep_layer() {
  install -D -m 0755 /usr/bin/catatonit "$work/root/pause"
  if ! is_static "$work/root/pause"; then
    echo 'drover: catatonit is no static program: nothing could start it in an image of its own' >&2
    exit 1
  fi
  tar -C "$work/root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/blob" .
  keep
}

# ldd runs nothing but the loader: it fails where the program names none.
is_static() { ! ldd "$1" >/dev/null 2>&1; }

# Names of shell variables in a filter stand for their values.
json() {
  jq -n --arg architecture "$(dpkg --print-architecture)" --arg name "$name" \
    --arg layer "${layer:-}" --argjson layer_size "$(size_of "${layer:-}")" \
    --arg config "${config:-}" --argjson config_size "$(size_of "${config:-}")" \
    --arg manifest "${manifest:-}" --argjson manifest_size "$(size_of "${manifest:-}")" "$1"
}

keep_json() {
  json "$1" >"$work/blob"
  keep
}

keep() {
  digest=$(sha256sum "$work/blob" | cut -d' ' -f1)
  mv "$work/blob" "$blobs/$digest"
  echo "$digest"
}

size_of() { if [ -n "$1" ]; then stat -c %s "$blobs/$1"; else echo 0; fi; }

import_image() {
  mkdir -p "${socket%/*}"
  containerd --address "$socket" --state "${socket%/*}/state" >"${socket%/*}/log" 2>&1 &
  server=$!
  tries=0
  until ask version >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 150 ] || { tail -n 3 "${socket%/*}/log" >&2; echo 'drover: containerd did not start' >&2; exit 1; }
    sleep 0.2
  done
  # Unpacked on the machine that runs it, by what can be mounted there.
  ask images import --no-unpack "$work/pause.tar" >/dev/null
  # Nobody could fetch it again: kubelet's cleaning passes over what is pinned.
  ask images label "$name" io.cri-containerd.pinned=pinned >/dev/null
  ask images check "name==$name" | grep -q "^$name .* complete " || { echo 'drover: containerd does not hold the pause image' >&2; exit 1; }
  kill "$server"
  wait "$server" || :
  # Else every machine of the image would be one and the same containerd.
  rm -rf "${socket%/*}" /var/lib/containerd/io.containerd.grpc.v1.introspection
}

ask() { ctr --address "$socket" --namespace k8s.io "$@"; }

main
