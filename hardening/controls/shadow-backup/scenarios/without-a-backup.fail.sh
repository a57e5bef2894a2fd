#!/bin/sh
rm -f /etc/shadow-
