#!/bin/sh
# Met when no parameter is left in /etc/sysctl.conf and the reapply unit is enabled.
set -u

if [ -f /etc/sysctl.conf ] && grep -q '^[^#]*=' /etc/sysctl.conf; then echo '/etc/sysctl.conf sets parameters that systemd-sysctl does not read'; exit 1; fi
if ! systemctl is-enabled sysctl-reapply-network.service >/dev/null 2>&1; then echo 'sysctl-reapply-network.service is not enabled'; exit 1; fi
if ! grep -qx 'ExecStart=/usr/lib/systemd/systemd-sysctl' /etc/systemd/system/sysctl-reapply-network.service; then echo 'the reapply unit fails when one key is refused'; exit 1; fi
