#!/bin/sh
# A booted node of EKS: what nodeadm wrote, and a drop-in of the team's.
mkdir -p /etc/eks/kubelet /etc/kubernetes/kubelet/config.json.d
cat > /etc/kubernetes/kubelet/config.json <<'JSON'
{
	"apiVersion": "kubelet.config.k8s.io/v1beta1",
	"kind": "KubeletConfiguration",
	"authentication": { "anonymous": { "enabled": false }, "x509": { "clientCAFile": "/etc/kubernetes/pki/ca.crt" } },
	"authorization": { "mode": "Webhook" },
	"featureGates": { "RotateKubeletServerCertificate": true },
	"readOnlyPort": 0
}
JSON
echo '{ "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "maxPods": 58 }' > /etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf
echo 'NODEADM_KUBELET_ARGS=--config=/etc/kubernetes/kubelet/config.json --hostname-override=ip-10-0-0-1.ec2.internal' > /etc/eks/kubelet/environment
