#!/bin/bash
# Step after remediation: what the bake achieved, and what is in the image.
set -euo pipefail
here=$(dirname "$0")
"$here/scan.sh" after fast
"$here/check-controls.sh"
