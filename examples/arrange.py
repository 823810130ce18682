#!/usr/bin/python3
"""Two terminals side by side on a desktop of 1280x720, with a plain D-Bus library (Debian's python3-jeepney).

No bus daemon is needed: the desktop serves D-Bus on a socket of its own. Writes a picture to the file that is named.
"""

import os
import sys

from jeepney import DBusAddress, MatchRule, new_method_call
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg

SOCKET = f"{os.environ['XDG_RUNTIME_DIR']}/glasshouse-{os.environ['WAYLAND_DISPLAY']}"


class Desktop:
    def __init__(self):
        self.connection = open_dbus_connection(f"unix:path={SOCKET}", enable_fds=True)

    def call(self, interface, method, signature="", *arguments):
        """The answer's values, or an exception with the desktop's sentence."""
        address = DBusAddress("/org/glasshouse/Desktop", "org.glasshouse.Desktop", f"org.glasshouse.{interface}")
        message = new_method_call(address, method, signature, arguments)
        return unwrap_msg(self.connection.send_and_get_reply(message, timeout=30))


def plain(value):
    """Without the signatures that variants carry."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        return plain(value[1])
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def half(window, x):
    """Commands are lists of words, as after `glassctl do`."""
    which = ["--window", str(window)]
    return [["set-floating", "on"] + which, ["move-window", f"{x},0"] + which, ["resize-window", "640x720"] + which]


def main(picture):
    desktop = Desktop()
    launch = lambda app_id: desktop.call("Windows1", "Launch", "asa{ss}su", ["foot", f"--app-id={app_id}"], {}, "", 10_000)
    left = plain(launch("org.example.Left")[0])["id"]
    right = plain(launch("org.example.Right")[0])["id"]
    desktop.call("Windows1", "WaitFor", "a{sv}su", {"id": ("t", right)}, "focused", 10_000)
    print(f"windows {left} and {right}")

    # First everything that there is, and from then on what changes. Filters before the call, so that nothing is missed.
    rule = MatchRule(type="signal", interface="org.glasshouse.Desktop1", member="Event")
    with desktop.connection.filter(rule, bufsize=1_000) as events:
        sequence, state = desktop.call("Desktop1", "Subscribe", "a{sv}", {"kinds": ("as", ["window_changed"])})
        print(f"{len(plain(state)['windows'])} windows at event {sequence}")

        commands = half(left, 0) + half(right, 640)
        (preview,) = desktop.call("Commands1", "DryRun", "aas", commands)
        for window in plain(preview)["windows"]:
            print(f"would be: {window['app_id']} at {window['x']:g},{window['y']:g}")
        desktop.call("Commands1", "Transaction", "aas", commands)

        # It is carried out; the programs draw themselves anew in their own time. A change has only what is other than before.
        windows = {window["id"]: window for window in plain(state)["windows"]}
        while (windows[left]["x"], windows[right]["x"]) != (0, 640):
            number, _, _, kind, change = desktop.connection.recv_until_filtered(events, timeout=30).body
            windows[plain(change)["id"]].update(plain(change))
            print(f"changed: {kind} is event {number}: {plain(change)}")

    # The picture is in memory that we share: read it by position, because its offset is shared too.
    memory, info = desktop.call("Capture1", "Capture", "a{sv}", {"format": ("s", "png")})
    with memory.to_file("rb") as source, open(picture, "wb") as target:
        target.write(os.pread(source.fileno(), plain(info)["bytes"], 0))
    print(f"undone: {desktop.call('Commands1', 'Undo')[0]}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "arrange.png")
