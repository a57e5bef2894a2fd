#!/bin/sh
# Debian as installed.
set -u
if getent passwd syslog; then exit 1; fi
