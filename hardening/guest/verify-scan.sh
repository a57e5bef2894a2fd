#!/bin/bash
# The scan that gates: plain oscap on a fresh, booted machine of the finished image.
set -euo pipefail
here=$(dirname "$0")
"$here/scan.sh" scan plain
"$here/check-controls.sh"
