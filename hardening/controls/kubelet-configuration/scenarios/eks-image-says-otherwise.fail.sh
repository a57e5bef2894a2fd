#!/bin/sh
# Somebody's own file for nodeadm lets anonymous callers in, by configuration and by a flag.
sh "${0%/*}/eks-taken-over.pass.sh"
mkdir -p /etc/eks/nodeadm.d
cat > /etc/eks/nodeadm.d/95-team.yaml <<'YAML'
---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config: { authentication: { anonymous: { enabled: true } } }
    flags: ["--node-labels=team=web", "--anonymous-auth"]
YAML
