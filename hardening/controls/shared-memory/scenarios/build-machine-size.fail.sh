#!/bin/sh
# What the content's fix leaves behind.
echo 'tmpfs /dev/shm tmpfs defaults,nosuid,size=2468412k,nr_inodes=409600,nodev,noexec 0 0' > /etc/fstab
