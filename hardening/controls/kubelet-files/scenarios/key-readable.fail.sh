#!/bin/sh
# Everybody may read the key that it serves with.
sh "${0%/*}/eks.pass.sh"
chmod 644 /var/lib/kubelet/pki/kubelet-server-2026.pem
