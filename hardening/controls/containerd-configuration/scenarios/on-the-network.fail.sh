#!/bin/sh
# Every door there is, open.
mkdir -p /etc/containerd
cat > /etc/containerd/config.toml <<'TOML'
version = 2
[grpc]
  tcp_address = "0.0.0.0:1234" # for debugging
  gid = 1000
[metrics]
  address = "0.0.0.0:1338"
[plugins."io.containerd.grpc.v1.cri"]
  stream_server_address = ""
  disable_apparmor = true
  unset_seccomp_profile = "unconfined"
[plugins."io.containerd.grpc.v1.cri".registry.configs."mirror.example.com".tls]
  insecure_skip_verify = true
TOML
