#!/bin/sh
# Every setting there is, the wrong way round.
mkdir -p /var/lib/kubelet
cat > /var/lib/kubelet/config.yaml <<'YAML'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: { anonymous: { enabled: true }, x509: { clientCAFile: "" } }
authorization: { mode: AlwaysAllow }
readOnlyPort: 10255
streamingConnectionIdleTimeout: 0h0m0s
makeIPTablesUtilChains: false
eventRecordQPS: 1
rotateCertificates: false
featureGates: { RotateKubeletServerCertificate: false }
YAML
