#!/bin/sh
# The shape that nodeadm writes, and a mirror that is verified.
umask 022
mkdir -p /etc/containerd/certs.d/docker.io
cat > /etc/containerd/config.toml <<'TOML'
version = 3
[grpc]
address = "/run/containerd/containerd.sock"
# tcp_address = "0.0.0.0:1234"
[plugins.'io.containerd.cri.v1.images'.registry]
config_path = "/etc/containerd/certs.d"
[plugins."io.containerd.grpc.v1.cri"]
  stream_server_address = '127.0.0.1'
[metrics]
address = "127.0.0.1:1338"
TOML
printf 'server = "https://registry-1.docker.io"\n[host."https://mirror.example.com"]\n  skip_verify = false\n' > /etc/containerd/certs.d/docker.io/hosts.toml
