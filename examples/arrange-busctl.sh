#!/bin/sh
# The same with busctl, on the desktop's own socket: no bus daemon is there. Pictures come as descriptors, which busctl cannot take.
set -eu
socket=$XDG_RUNTIME_DIR/glasshouse-$WAYLAND_DISPLAY
call() {
    interface=$1 method=$2
    shift 2
    busctl --address="unix:path=$socket" --json=short -- call \
        org.glasshouse.Desktop /org/glasshouse/Desktop "org.glasshouse.$interface" "$method" "$@"
}

# Launch(as argv, a{ss} env, s cwd, u timeout_ms) answers when the window is there.
left=$(call Windows1 Launch 'asa{ss}su' 2 foot --app-id=org.example.Left 0 '' 10000 | jq '.data[0].id.data')
call Commands1 Run as 3 spawn foot --app-id=org.example.Right
right=$(call Windows1 WaitFor 'a{sv}su' 1 app_id s org.example.Right focused 10000 | jq '.data[0].id.data')
echo "windows $left and $right"

# Transaction and DryRun take commands, each of them a list of words.
for method in DryRun Transaction; do
    call Commands1 $method aas 6 \
        4 set-floating on --window "$left" 4 move-window 0,0 --window "$left" 4 resize-window 640x720 --window "$left" \
        4 set-floating on --window "$right" 4 move-window 640,0 --window "$right" 4 resize-window 640x720 --window "$right"
done
places() {
    call Desktop1 Snapshot | jq --compact-output '.data[1].windows.data[] | { app: .app_id.data, x: .x.data, width: .width.data }'
}
# The programs draw in their own time. busctl cannot subscribe to events on a socket without a bus, so it asks again.
for _ in $(seq 500); do
    [ "$(places | grep --count '"width":640}')" = 2 ] && break
done
places
call Commands1 Undo
