#!/bin/sh
useradd --system --no-create-home --shell /bin/sh syslog
