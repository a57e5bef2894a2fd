#!/bin/sh
# A disk too small for what is written to it, as a provisioner meets it.
set -eu
mkdir -p /srv/data
mount -t tmpfs -o size=1m tmpfs /srv/data
head -c 2M /dev/zero >/srv/data/payload
