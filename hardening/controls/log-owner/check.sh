#!/bin/sh
# Met when there is such a user, by any of the shells that let nobody in: the content has one of its own.
set -u
entry=$(getent passwd syslog) || { echo 'there is no user syslog'; exit 1; }
case $entry in
  *:/usr/sbin/nologin | *:/sbin/nologin | *:/bin/false | *:/usr/bin/false) ;;
  *) echo 'the user syslog may log in'; exit 1 ;;
esac
