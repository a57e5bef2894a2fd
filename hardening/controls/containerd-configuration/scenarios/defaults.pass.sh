#!/bin/sh
# No configuration: its defaults.
true
