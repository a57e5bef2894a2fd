#!/bin/sh
# Debian as it is installed.
true
