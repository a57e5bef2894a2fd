#!/bin/sh
# The content's fix: a value in a file nothing reads at boot.
echo 'net.ipv4.conf.all.accept_redirects = 0' > /etc/sysctl.conf
