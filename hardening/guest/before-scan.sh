#!/bin/bash
# Step before any package of ours: what the base is worth as it came.
set -euo pipefail
exec "$(dirname "$0")/scan.sh" before fast
