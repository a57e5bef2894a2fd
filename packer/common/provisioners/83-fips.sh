#!/bin/sh
# Only where the family asks for FIPS mode. After the hardening, whose rules also speak of the cryptographic policy; from the next boot
# on kernel and libraries are in it. Fails closed: an image that only says so must not be made [doc: linux/al2023/fips-mode].
set -eu
umask 022

refuse() { echo "drover: FIPS mode was asked for, and $1" >&2; exit 1; }

fips-mode-setup --enable || refuse "fips-mode-setup could not turn it on"
policy=$(update-crypto-policies --show)
case $policy in
FIPS | FIPS:*) ;;
*) refuse "the cryptographic policy is $policy" ;;
esac
arguments=$(grubby --info=ALL | sed -n 's/^args=//p')
[ -n "$arguments" ] || refuse 'no kernel is known to the boot loader'
if printf '%s\n' "$arguments" | grep -vqw 'fips=1'; then refuse 'a kernel would start without fips=1'; fi
