#!/bin/sh
# As nodeadm writes them, and the program that EKS's image has where kubelet looks for it.
umask 022
mkdir -p /etc/eks/image-credential-provider /etc/eks/kubelet /etc/kubernetes/kubelet/config.json.d /etc/kubernetes/pki /var/lib/kubelet/pki
for file in /etc/kubernetes/kubelet/config.json /etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf /etc/kubernetes/pki/ca.crt \
  /etc/eks/image-credential-provider/config.json /etc/eks/kubelet/environment /var/lib/kubelet/kubeconfig; do echo x > "$file"; done
printf '#!/bin/sh\n' > /etc/eks/image-credential-provider/ecr-credential-provider
chmod 755 /etc/eks/image-credential-provider/ecr-credential-provider
umask 077
echo x > /var/lib/kubelet/pki/kubelet-server-2026.pem
ln -s kubelet-server-2026.pem /var/lib/kubelet/pki/kubelet-server-current.pem
