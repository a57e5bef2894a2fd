#!/bin/sh
# Met when the stack in /etc/pam.d/common-* says so.
set -u

unmet() { echo "$1"; exit 1; }

cd /etc/pam.d || exit 1
if grep -hs '^[^#]*nullok' common-auth common-password common-account common-session common-session-noninteractive >/dev/null; then unmet 'empty passwords are accepted (nullok)'; fi
grep -Eq '^auth[[:space:]]+required[[:space:]]+pam_faillock\.so preauth' common-auth || unmet 'common-auth does not refuse locked users'
grep -Eq '^auth[[:space:]]+\[default=die\][[:space:]]+pam_faillock\.so authfail' common-auth || unmet 'common-auth does not count failures'
grep -Eq '^auth[[:space:]]+sufficient[[:space:]]+pam_faillock\.so authsucc' common-auth || unmet 'common-auth does not forget failures after a good login'
grep -Eq '^account[[:space:]]+required[[:space:]]+pam_faillock\.so' common-account || unmet 'common-account does not refuse locked users'
grep -Eq '^password[[:space:]]+requisite[[:space:]]+pam_pwquality\.so' common-password || unmet 'common-password does not test new passwords'
grep -Eq '^password[[:space:]]+requisite[[:space:]]+pam_pwhistory\.so .*remember=[0-9]+ enforce_for_root .*use_authtok' common-password || unmet 'common-password does not remember old passwords'
