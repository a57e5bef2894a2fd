#!/bin/sh
# As rsyslog's own packages elsewhere make it.
useradd --system --no-create-home --shell /usr/sbin/nologin syslog
