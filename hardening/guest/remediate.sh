#!/bin/bash
# Our controls, then the content's own fixes of what fails, then our controls again to mend what those fixes undid.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=SCRIPTDIR/scanner.sh
. guest/scanner.sh
# shellcheck disable=SC1091 # generated with the bundle
. guest/settings.sh

# Some rules apply only once another's fix has run, and some fixes undo an earlier one's: two passes, never more.
passes=2

main() {
  mkdir -p results
  install_scanner
  gunzip --keep --force content.xml.gz
  echo "$CONTENT_SHA256  content.xml" | sha256sum --check --quiet
  : > remediation.log
  : > results/content-fixes.txt
  apply_controls
  local pass left='' tried=''
  for ((pass = 1; pass <= passes; pass++)); do
    fix_what_fails "$pass"
    if [ -z "$left" ] || [ "$left" = "$tried" ]; then break; fi
    tried=$left
  done
  apply_controls
  gzip -9 < remediation.log > results/remediation.log.gz
  still_open_to_operators
  rm -f remediation.log evaluation.log remediation-*.xml fix-*.sh
}

apply_controls() {
  local control
  for control in $CONTROLS; do
    echo "$(date +%T) control $control" >> remediation.log
    if ! "controls/$control/apply.sh" >> remediation.log 2>&1; then
      tail -n 3 remediation.log >&2
      echo "the control $control could not be applied" >&2
      exit 1
    fi
  done
}

# Sets $left to what the content has fixes for and has just tried; empty when every rule passed.
fix_what_fails() {
  local pass=$1 outcome=0
  left=''
  oscap_without_bus xccdf eval --profile "$REMEDIATION_PROFILE" --tailoring-file tailoring.xml \
    --results "remediation-$pass.xml" content.xml > evaluation.log 2>&1 || outcome=$?
  if [ "$outcome" = 0 ]; then return 0; fi
  if [ "$outcome" != 2 ]; then
    tail -n 3 evaluation.log >&2
    echo "oscap ended with $outcome while looking for what to fix" >&2
    exit 1
  fi
  oscap xccdf generate fix --fix-type bash --tailoring-file tailoring.xml \
    --result-id "xccdf_org.open-scap_testresult_$REMEDIATION_PROFILE" \
    --output "fix-$pass.sh" "remediation-$pass.xml" > evaluation.log 2>&1 || { tail -n 3 evaluation.log >&2; exit 1; }
  left=$(sed -n "s/^# BEGIN fix ([0-9 /]*) for '\(.*\)'/\1/p" "fix-$pass.sh")
  if [ -z "$left" ]; then
    echo 'oscap says rules fail but generates no fix for any' >&2
    exit 1
  fi
  if [ "$left" = "$tried" ]; then return 0; fi
  echo "pass $pass: $(echo "$left" | wc -l) rules to fix"
  echo "$left" >> results/content-fixes.txt
  # Every fix runs in a subshell of its own and says on its own what it could not do; the scans tell what came of it.
  bash "fix-$pass.sh" >> remediation.log 2>&1 < /dev/null || true
}

# A hardening that locks its operators out has failed, whatever its score.
still_open_to_operators() {
  mkdir -p /run/sshd
  local complaint
  # With a key of its own: a build machine may have lost its host keys by now.
  if command -v ssh-keygen > /dev/null; then ssh-keygen -q -t ed25519 -N '' -f host_key; fi
  if command -v sshd > /dev/null; then complaint=$(sshd -t -h "$PWD/host_key" 2>&1) || refuse sshd "$complaint"; fi
  rm -f host_key host_key.pub
  if command -v visudo > /dev/null; then complaint=$(visudo --check 2>&1 > /dev/null) || refuse sudo "$complaint"; fi
}

refuse() {
  echo "$1 refuses its configuration after hardening: $(tail -n 1 <<< "$2")" >&2
  exit 1
}

main
