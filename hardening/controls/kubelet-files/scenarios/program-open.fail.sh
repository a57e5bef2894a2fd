#!/bin/sh
# Its group may write a program that kubelet runs as root.
sh "${0%/*}/eks.pass.sh"
chmod 775 /etc/eks/image-credential-provider/ecr-credential-provider
