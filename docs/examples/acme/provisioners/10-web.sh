#!/bin/sh
# The web server, without the default site.
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get install -q nginx
rm -f /etc/nginx/sites-enabled/default /var/www/html/index.nginx-debian.html
systemctl enable --quiet nginx.service
