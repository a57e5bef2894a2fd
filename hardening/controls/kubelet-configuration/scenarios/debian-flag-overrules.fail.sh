#!/bin/sh
# The file is good, a flag is not.
sh "${0%/*}/debian-declared.pass.sh"
echo 'KUBELET_EXTRA_ARGS="--v=2 --authorization-mode=AlwaysAllow --feature-gates=A=true,RotateKubeletServerCertificate=false"' > /etc/default/kubelet
