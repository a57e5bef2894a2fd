#!/bin/sh
# As above, and a drop-in that nodeadm's own does not overrule opens the read-only port.
sh "${0%/*}/eks-taken-over.pass.sh"
printf 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255\n' > /etc/kubernetes/kubelet/config.json.d/90-metrics.conf
