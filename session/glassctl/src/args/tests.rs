use clap::CommandFactory as _;

use glasshouse_core::WindowId;

use super::*;

fn parse(line: &str) -> Result<Args, clap::Error> {
    Args::try_parse_from(["glassctl"].into_iter().chain(line.split(' ')))
}

#[track_caller]
fn wrong(line: &str, words: &str) {
    let error = parse(line).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{line}");
    assert!(error.to_string().contains(words), "{line}: {error}");
}

#[test]
fn the_command_line_is_well_formed() {
    Args::command().debug_assert();
}

#[test]
fn pictures() {
    let args = parse("capture -o a.png --region -10.5,20,640x480 --scale 0.5 --no-cursor -d wayland-1").unwrap();
    assert_eq!(args.display.as_deref(), Some("wayland-1"));
    let Order::Capture(capture) = args.order else { panic!() };
    assert_eq!(capture.region, Some(Region(-10.5, 20.0, 640.0, 480.0)));
    assert_eq!((capture.scale, capture.cursor, capture.raw), (Some(0.5), false, false));
    let Order::Capture(capture) = parse("capture --window 7 --size 64x32").unwrap().order else { panic!() };
    assert_eq!((capture.window, capture.size, capture.cursor), (Some(WindowRef::Id(WindowId(7))), Some(Size(64, 32)), true));

    wrong("capture --region 1,2,3", "write X,Y,WxH, such as");
    wrong("capture --region 1,2,0x4", "write X,Y,WxH");
    wrong("capture --region nan,2,3x4", "write X,Y,WxH");
    wrong("capture --size 0x4", "write WxH");
    wrong("capture --size 1x1 --scale 2", "cannot be used with");
    wrong("capture --window 7 --output A", "cannot be used with");
}

#[test]
fn programs() {
    let Order::Launch { timeout, argv, .. } = parse("launch --timeout 500ms -- foot -e sh").unwrap().order else { panic!() };
    assert_eq!((timeout, argv.join(" ").as_str()), (Duration::from_millis(500), "foot -e sh"));
    for (written, seconds) in [("2m", 120.0), ("7", 7.0), ("0.25s", 0.25)] {
        assert_eq!(duration(written).unwrap().as_secs_f64(), seconds);
    }
    let Order::Launch { timeout, argv, .. } = parse("launch -t 2 foot --timeout 3 -e sh").unwrap().order else { panic!() };
    assert_eq!((timeout.as_secs(), argv.join(" ").as_str()), (2, "foot --timeout 3 -e sh"));
    wrong("launch --timeout soon -- foot", "write 500ms, 10s or 2m");
    wrong("launch --timeout 11m -- foot", "at most 10m");
    wrong("launch --timeout -5 -- foot", "");
    wrong("launch", "ARGV");
}

#[test]
fn hands() {
    let Order::Key { chords } = parse("key ctrl+shift+t enter").unwrap().order else { panic!() };
    assert_eq!(chords.iter().map(Chord::to_string).collect::<Vec<_>>(), ["ctrl+shift+t", "Return"]);
    let Order::Click { x, y, button, count, hold } = parse("click -1.5 20 --button right --count 2 --hold ctrl,shift").unwrap().order
    else {
        panic!()
    };
    assert_eq!((x, y, button, count, hold.len()), (-1.5, 20.0, Button::Right, 2, 2));
    let Order::Type { text } = parse("type -d wayland-1 -- -n").unwrap().order else { panic!() };
    assert_eq!(text, "-n");
    let Order::Drag { x, y, to_x, to_y, button } = parse("drag -1 2 30.5 -4").unwrap().order else { panic!() };
    assert_eq!((x, y, to_x, to_y, button), (-1.0, 2.0, 30.5, -4.0, Button::Left));
    let Order::Scroll { dx, dy } = parse("scroll 0 -3").unwrap().order else { panic!() };
    assert_eq!((dx, dy), (0.0, -3.0));

    wrong("type -n", "--");
    wrong("key strg+t", "is no modifier");
    wrong("key ctrl+", "ends without a key");
    wrong("click 1 2 --button primary", "there are left, right");
    wrong("click 1 2 --count 0", "0 is not in 1..=10");
    wrong("click 1 2 --hold t", "is no modifier");
    wrong("click here there", "write a number");
    wrong("move inf 0", "write a number");
}

#[test]
fn windows_are_named_as_in_commands() {
    let Order::Focus { window } = parse("focus app-id:foot").unwrap().order else { panic!() };
    assert_eq!(window, WindowRef::AppId("foot".to_owned()));
    let Order::Close { window } = parse("close").unwrap().order else { panic!() };
    assert_eq!(window, WindowRef::Focused);
    wrong("focus lft", "\"lft\" is no window; write focused, pointed, left");
    wrong("capture --window pid:x", "is no window");
}

#[test]
fn the_words_of_a_command_are_left_alone() {
    let words = |line: &str| match parse(line).unwrap().order {
        Order::Do(order) => (order.words.join(" "), order.dry_run),
        other => panic!("{other:?}"),
    };
    assert_eq!(words("do set-fullscreen toggle"), ("set-fullscreen toggle".to_owned(), false));
    assert_eq!(words("do --dry-run move-window -10,20 --window 7"), ("move-window -10,20 --window 7".to_owned(), true));
    assert_eq!(words("do spawn foot --dry-run -e sh -c x"), ("spawn foot --dry-run -e sh -c x".to_owned(), false));
    assert_eq!(words("do set-floating --help"), ("set-floating --help".to_owned(), false));
    assert_eq!(words("do -n type-text -- --hi"), ("type-text -- --hi".to_owned(), true));
    wrong("do", "COMMAND");
    wrong("do --list --dry-run", "cannot be used with");
    assert!(Args::definition().try_get_matches_from(["glassctl", "do", "--help"]).unwrap_err().to_string().contains("swap-window"));
}

#[test]
fn waiting_and_watching() {
    let Order::WaitFor(WaitFor::Window { app_id, state, timeout, .. }) =
        parse("wait-for window --app-id firefox --state focused --timeout 2m").unwrap().order
    else {
        panic!()
    };
    assert_eq!((app_id.as_deref(), state, timeout.as_secs()), (Some("firefox"), Awaited::Focused, 120));
    let Order::Watch { kinds, filter, .. } = parse("watch --kind focus_changed -k window_created --since 7").unwrap().order else {
        panic!()
    };
    assert_eq!((kinds.len(), filter.since), (2, Some(7)));
    wrong("wait-for window --state maped", "did you mean mapped?");
    wrong("wait-for event", "<KIND>");
    wrong("trace 7 --last 3", "cannot be used with");
    wrong("completions tcsh", "invalid value");
}
