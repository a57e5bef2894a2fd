#!/bin/sh
# What kubeadm writes on Debian.
mkdir -p /var/lib/kubelet
cat > /var/lib/kubelet/config.yaml <<'YAML'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: /etc/kubernetes/pki/ca.crt } }
authorization: { mode: Webhook }
rotateCertificates: true
streamingConnectionIdleTimeout: 0s
YAML
sed -i s/0s/5m0s/ /var/lib/kubelet/config.yaml
