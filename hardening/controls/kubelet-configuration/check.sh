#!/bin/sh
# Met when every configuration of a kubelet that is here, and every flag that overrules it, is as CIS Amazon EKS 3.2 asks.
set -eu
exec python3 "${0%/*}/kubelet.py" check
