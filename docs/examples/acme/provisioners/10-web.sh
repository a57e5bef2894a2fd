#!/bin/sh
# The web server, without the default site.
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get install -q nginx
rm -f /etc/nginx/sites-enabled/default /var/www/html/index.nginx-debian.html
# Its logs go where all others go, and from there to the stage's collector; the files stay root's.
sed -i -e 's|^\([[:space:]]*access_log\) .*;|\1 syslog:server=unix:/dev/log,nohostname;|' \
  -e 's|^\([[:space:]]*error_log\) .*;|\1 syslog:server=unix:/dev/log,nohostname;|' /etc/nginx/nginx.conf
chown root:adm /var/log/nginx/*.log
sed -i 's/create 0640 www-data adm/create 0640 root adm/' /etc/logrotate.d/nginx
systemctl enable --quiet nginx.service
