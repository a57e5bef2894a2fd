#!/bin/sh
# EKS's image before its first boot: nodeadm is there, and nothing says what kubelet will be told.
mkdir -p /etc/eks
