#!/bin/sh
# Its group may write what says which cluster kubelet obeys.
sh "${0%/*}/eks.pass.sh"
chmod 664 /var/lib/kubelet/kubeconfig
