#!/bin/sh
# A mirror that anybody can be.
sh "${0%/*}/nodeadm.pass.sh"
sed -i s/false/true/ /etc/containerd/certs.d/docker.io/hosts.toml
