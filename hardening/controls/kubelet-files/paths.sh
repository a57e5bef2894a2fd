# shellcheck shell=sh
# Sourced: prints what of kubelet's is here and not as it must be, one path a line, by what it is.
# EKS: nodeadm's paths (awslabs/amazon-eks-ami); Debian: kubeadm's.

strays() {
  kind=$1 mode=$2
  shift 2
  for path in "$@"; do
    # Through links: what counts is the file that is read.
    [ ! -e "$path" ] || find -L "$path" -maxdepth 0 -type "$kind" \( ! -user root -o ! -group root -o -perm "$mode" \)
  done
}

stray_files() {
  strays f /7133 /var/lib/kubelet/kubeconfig /etc/kubernetes/*.conf /etc/kubernetes/kubelet/*.json /etc/kubernetes/kubelet/config.json.d/* \
    /var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env /etc/kubernetes/pki/*.crt /etc/eks/nodeadm.d/* /etc/eks/kubelet/environment \
    /etc/eks/image-credential-provider/*.json /etc/default/kubelet /etc/sysconfig/kubelet /etc/systemd/system/kubelet.service \
    /etc/systemd/system/kubelet.service.d/*
}

# kubelet runs what lies beside its configuration there (install-worker.sh puts ecr-credential-provider there).
stray_programs() {
  for path in /etc/eks/image-credential-provider/*; do
    case $path in *.json) ;; *) strays f /7022 "$path" ;; esac
  done
}

stray_keys() { strays f /7177 /var/lib/kubelet/pki/*.key /var/lib/kubelet/pki/*.pem /etc/kubernetes/pki/*.key; }

# /etc/kubernetes/manifests is here because whoever writes it runs pods.
stray_folders() {
  strays d /0022 /etc/kubernetes /etc/kubernetes/kubelet /etc/kubernetes/kubelet/config.json.d /etc/kubernetes/manifests /etc/kubernetes/pki \
    /etc/eks /etc/eks/image-credential-provider /etc/eks/kubelet /etc/eks/nodeadm.d /var/lib/kubelet /var/lib/kubelet/pki
}
