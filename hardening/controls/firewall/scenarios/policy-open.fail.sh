#!/bin/sh
# ufw on, but everything comes in.
ufw --force default allow incoming >/dev/null
ufw allow 22/tcp >/dev/null
ufw --force enable >/dev/null
systemctl enable ufw.service 2>/dev/null
