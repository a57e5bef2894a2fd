#!/bin/sh
useradd --system --no-create-home --shell /sbin/nologin syslog
