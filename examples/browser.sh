#!/bin/sh
# Terminal left, browser right, wait until the page is there, take a picture: browser.sh TITLE [OPTION...] URL
set -eu
title=$1 && shift
glassctl do set-layout columns
glassctl launch -- foot
page=$(glassctl launch --timeout 1m -- chromium --ozone-platform=wayland "$@")
glassctl wait-for window --window "$page" --title "$title" --timeout 1m
glassctl capture -o browser.png
