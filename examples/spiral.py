#!/usr/bin/python3
"""A layout of one's own: windows in a spiral, each half as large as the one before. With Debian's python3-jeepney.

Start it, then: `glassctl do set-layout spiral`. `glassctl do set-layout-parameters 0.6` makes the first of two larger.
"""

import os

from jeepney import DBusAddress, DBusErrorResponse, MatchRule, new_method_call
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg

SOCKET = f"{os.environ['XDG_RUNTIME_DIR']}/glasshouse-{os.environ['WAYLAND_DISPLAY']}"
LAYOUTS = DBusAddress("/org/glasshouse/Desktop", "org.glasshouse.Desktop", "org.glasshouse.Layouts1")


def call(connection, method, signature, *arguments):
    return unwrap_msg(connection.send_and_get_reply(new_method_call(LAYOUTS, method, signature, arguments)))


def spiral(count, x, y, width, height, gap, part):
    """Where so many windows go: to the left, the top, the right, the bottom of what is left, and so on."""
    places = []
    for turn in range(count):
        if turn == count - 1:
            places.append((x, y, width, height))
        elif turn % 2 == 0:
            first = max((width - gap) * part, 1)
            places.append((x if turn % 4 == 0 else x + width - first, y, first, height))
            x, width = (x + first + gap if turn % 4 == 0 else x), width - first - gap
        else:
            first = max((height - gap) * part, 1)
            places.append((x, y if turn % 4 == 1 else y + height - first, width, first))
            y, height = (y + first + gap if turn % 4 == 1 else y), height - first - gap
    return places


def main():
    connection = open_dbus_connection(f"unix:path={SOCKET}")
    rule = MatchRule(type="signal", interface=LAYOUTS.interface, member="ArrangeRequested")
    with connection.filter(rule, bufsize=300) as questions:  # Before it registers: it is asked at once.
        call(connection, "Register", "sa{sv}", "spiral", {"fallback": ("s", "grid")})
        print("ready", flush=True)
        while True:
            serial, question, windows = connection.recv_until_filtered(questions).body
            asked = {name: value for name, (_, value) in question.items()}
            area = [asked[name] for name in ("x", "y", "width", "height", "gap")]
            try:
                part = min(max(float(asked["parameters"] or 0.5), 0.1), 0.9)
            except ValueError:
                part = 0.5
            places = spiral(len(windows), *area, part)
            answer = [(window["id"][1], *place, True) for window, place in zip(windows, places)]
            try:
                call(connection, "Arrange", "ta(tddddb)", serial, answer)
            except DBusErrorResponse as error:
                print(f"refused: {error}", flush=True)  # Stale, or no room: the fallback stands.


if __name__ == "__main__":
    main()
