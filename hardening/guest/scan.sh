#!/bin/bash
# scan.sh NAME plain|fast: one evaluation of the gating profile → results/NAME.xml.gz and results/NAME.json.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=SCRIPTDIR/scanner.sh
. guest/scanner.sh
# shellcheck disable=SC1091 # generated with the bundle
. guest/settings.sh

name=$1 method=$2
mkdir -p results
install_scanner
gunzip --keep --force content.xml.gz
echo "$CONTENT_SHA256  content.xml" | sha256sum --check --quiet

# The scan that gates keeps the whole evidence, as an ARF: the results and what was found on the machine.
evaluate=oscap keep=--results-arf
[ "$method" = fast ] && evaluate=oscap_without_bus keep=--results
# Of the profile's rules only these, when the bundle names some.
selected=()
for rule in ${RULES:-}; do selected+=(--rule "$rule"); done
# Content that was cut down for a short way is no longer what its schema asks for.
[ -z "${VALIDATION:-}" ] || selected+=("$VALIDATION")
started=$(date +%s%3N)
# 0: every rule passed; 2: some did not. Anything else is a scan that did not happen.
outcome=0
"$evaluate" xccdf eval --profile "$PROFILE" --tailoring-file tailoring.xml "${selected[@]}" "$keep" "$name.xml" \
  content.xml \
  > "$name.log" 2>&1 || outcome=$?
if [ "$outcome" != 0 ] && [ "$outcome" != 2 ]; then
  tail -n 3 "$name.log" >&2
  echo "oscap ended with $outcome during the $name scan" >&2
  exit 1
fi
ended=$(date +%s%3N)

environment=${DROVER_ENVIRONMENT:-}
if [ -z "$environment" ]; then
  environment=virtual-machine
  systemd-detect-virt --quiet --container && environment=container
fi
cat > "results/$name.json" <<JSON
{
  "method": "$method",
  "scanner": "$(oscap --version | sed -n '1s/.*) //p')",
  "contentSha256": "$CONTENT_SHA256",
  "profile": "$PROFILE",
  "environment": "$environment",
  "startedAtMs": $started,
  "durationMs": $((ended - started)),
  "system": "$(. /etc/os-release && echo "$PRETTY_NAME" | tr -d '\042\134')",
  "kernel": "$(uname -r)"
}
JSON
gzip -6 < "$name.xml" > "results/$name.xml.gz"
rm -f "$name.xml" "$name.log"
