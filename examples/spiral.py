#!/usr/bin/python3
"""A layout of one's own: windows in a spiral, each half as large as the one before. With Debian's python3-jeepney.

Start it, then: `glassctl do set-layout spiral`. `glassctl do set-layout-parameters 0.6` makes the first of two larger, and so do
dragged edges and `glassctl do resize-window`.
"""

import os

from jeepney import DBusAddress, DBusErrorResponse, MatchRule, new_method_call
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg

SOCKET = f"{os.environ['XDG_RUNTIME_DIR']}/glasshouse-{os.environ['WAYLAND_DISPLAY']}"
LAYOUTS = DBusAddress("/org/glasshouse/Desktop", "org.glasshouse.Desktop", "org.glasshouse.Layouts1")


def call(connection, method, signature, *arguments):
    return unwrap_msg(connection.send_and_get_reply(new_method_call(LAYOUTS, method, signature, arguments)))


def spiral(windows, x, y, width, height, gap, part):
    """Where windows go: to the left, the top, the right, the bottom of what is left, and so on, as large as somebody asked for."""

    def first(length, wanted):
        return max(min(wanted or (length - gap) * part, length - gap - 1), 1)

    places = []
    for turn, window in enumerate(windows):
        if turn == len(windows) - 1:
            places.append((x, y, width, height))
        elif turn % 2 == 0:
            own = first(width, window.get("wanted_width"))
            places.append((x if turn % 4 == 0 else x + width - own, y, own, height))
            x, width = (x + own + gap if turn % 4 == 0 else x), width - own - gap
        else:
            own = first(height, window.get("wanted_height"))
            places.append((x, y if turn % 4 == 1 else y + height - own, width, own))
            y, height = (y + own + gap if turn % 4 == 1 else y), height - own - gap
    return places


def main():
    connection = open_dbus_connection(f"unix:path={SOCKET}")
    rule = MatchRule(type="signal", interface=LAYOUTS.interface, member="ArrangeRequested")
    with connection.filter(rule, bufsize=300) as questions:  # Before it registers: it is asked at once.
        call(connection, "Register", "sa{sv}", "spiral", {"fallback": ("s", "grid"), "resizes": ("b", True)})
        print("ready", flush=True)
        while True:
            serial, question, windows = connection.recv_until_filtered(questions).body
            asked, *windows = [{name: value for name, (_, value) in plain.items()} for plain in (question, *windows)]
            area = [asked[name] for name in ("x", "y", "width", "height", "gap")]
            try:
                part = min(max(float(asked["parameters"] or 0.5), 0.1), 0.9)
            except ValueError:
                part = 0.5
            answer = [(window["id"], *place, True) for window, place in zip(windows, spiral(windows, *area, part))]
            try:
                call(connection, "Arrange", "ta(tddddb)", serial, answer)
            except DBusErrorResponse as error:
                print(f"refused: {error}", flush=True)  # Stale, or no room: the fallback stands.


if __name__ == "__main__":
    main()
