#!/bin/sh
# Two terminals side by side on a desktop of 1280x720, with nothing but glassctl. Writes a picture to the file that is named.
set -eu
picture=${1:-arrange.png}
place() { echo "set-floating on --window $1 , move-window $2 --window $1 , resize-window $3 --window $1"; }

# A program and its window: once by the id that launch answers, once by waiting for what it calls itself.
left=$(glassctl launch -- foot --app-id=org.example.Left)
glassctl do spawn foot --app-id=org.example.Right
right=$(glassctl wait-for window --app-id org.example.Right --state focused)
echo "windows $left and $right"

# Events come from here on, and all that there were since the start, so that nothing is missed.
events=$(mktemp -u)
mkfifo "$events"
trap 'kill $watch 2>/dev/null || :; rm "$events"' EXIT # It may have ended by itself: nobody reads any more.
glassctl watch --since 0 --kind window_changed >"$events" &
watch=$!

# What would happen, and then all of it in one go: one frame, one undo. The words of place are meant to be split.
glassctl do --dry-run $(place "$left" 0,0 640x720) , $(place "$right" 640,0 640x720)
glassctl do $(place "$left" 0,0 640x720) , $(place "$right" 640,0 640x720)
echo "changed: $(grep --max-count=1 " $right x 640.0" <"$events")"
glassctl capture -o "$picture"
glassctl windows
glassctl undo
