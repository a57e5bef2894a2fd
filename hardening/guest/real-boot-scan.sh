#!/bin/bash
# Plain oscap on a machine with the image's own kernel, for the rules that a container could not answer.
set -euo pipefail
"$(dirname "$0")/scan.sh" real-boot plain
