#!/bin/sh
# Debian as installed.
: > /etc/fstab
