//! Single windows: sticky, above, marks, aspect ratios, snapping, the scratchpad.

use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize};

use super::{
    bench::{Bench, Op},
    workspaces::{bench, story},
};
use crate::{
    Refusal, Settings, WindowId,
    event::{Want, WindowChange},
    stacking::Item,
};

impl Bench {
    fn id(&self, n: u8) -> WindowId {
        self.clients[&n].id
    }

    /// Windows bottom to top, as they are painted.
    fn painted(&self) -> Vec<WindowId> {
        let window = |item| match item {
            Item::Window(id) => Some(id),
            _ => None,
        };
        self.desktop.bottom_to_top().into_iter().filter_map(window).collect()
    }
}

#[test]
fn a_sticky_window_is_on_whichever_workspace_one_looks_at() {
    let mut t = story(
        bench(1, 3),
        &[
            ("set-sticky on", "1: [1 2] *~3"),
            ("focus-window 2", "1: [1 *2] ~3"),
            // There it is alone, and has the keyboard.
            ("focus-workspace 2", "1: (1 2) [] *~3"),
            ("focus-workspace 1", "1: [1 *2] ~3"),
            ("set-sticky off --window 3", "1: [1 *2] ~3"),
            ("focus-workspace 2", "1: (1 2) ~3 []"),
        ],
    );
    assert_eq!(t.after("undo"), "1: [1 *2] ~3");
    assert_eq!(t.after("undo"), "1: [1 *2] ~3");
    assert!(t.desktop.window(t.id(3)).unwrap().sticky);
}

#[test]
fn what_becomes_a_tile_is_not_sticky_any_more() {
    let mut t = story(bench(1, 2), &[("set-sticky on", "1: [1] *~2"), ("set-floating off", "1: [1 *2]")]);
    assert!(!t.desktop.window(t.id(2)).unwrap().sticky);
    assert_eq!(t.after("focus-workspace 2"), "1: (1 2) []");
}

#[test]
fn a_sticky_window_of_an_unplugged_output_comes_back_with_it() {
    let mut t = bench(2, 0);
    t.open(1, 300, 200);
    t.after("move-to-output HEADLESS-2");
    t.after("set-sticky on");
    let (before, areas) = (t.sketch(), t.area(1));
    let output = t.desktop.outputs()[1].clone();
    t.after("remove-output HEADLESS-2");
    t.after("focus-workspace next");
    t.after(&format!(
        "add-output {}x{} --name HEADLESS-2 --position {},{}",
        output.mode.width, output.mode.height, output.position.x, output.position.y
    ));
    t.after("focus-output HEADLESS-2");
    assert_eq!((t.sketch(), t.area(1)), (before, areas));
}

#[test]
fn a_window_above_the_others_stays_there_with_its_dialogs() {
    let mut t = bench(1, 0);
    t.after("set-layout floating");
    for n in [1, 2] {
        t.open(n, 300, 200);
    }
    t.after("set-above on --window 1");
    let (one, two) = (t.id(1), t.id(2));
    assert_eq!(t.painted(), [two, one]);
    t.after("focus-window 2");
    assert_eq!(t.painted(), [two, one], "also below the one with the keyboard");
    t.run([Op::Dialog(3, 1, 100, 80), Op::ClientCommits(3)]);
    t.answer();
    t.after("focus-window 2");
    assert_eq!(t.painted(), [two, one, t.id(3)]);
    t.after("set-fullscreen on --window 2");
    assert_eq!(t.painted().last(), Some(&two), "what fills the screen covers it");
    t.after("undo");
    t.after("set-above off --window 1");
    assert_eq!(t.painted().last(), Some(&two));
}

#[test]
fn a_mark_finds_its_window_and_belongs_to_one() {
    let mut t = story(
        bench(1, 3),
        &[
            ("set-mark mail --window 1", "1: [1 2 *3]"),
            ("focus-window mark:mail", "1: [*1 2 3]"),
            ("set-mark mail --window 2", "1: [*1 2 3]"),
        ],
    );
    assert_eq!(t.after("focus-window mark:mail"), "1: [1 *2 3]");
    assert!(t.desktop.window(t.id(1)).unwrap().marks.is_empty());
    t.after("undo");
    t.after("undo");
    assert_eq!(t.desktop.window(t.id(1)).unwrap().marks, ["mail"], "undo gives it back");
    t.after("set-mark mail --on off --window 1");
    let refused = t.refused("focus-window mark:mail").to_string();
    assert!(refused.starts_with("there is no window mark:mail"), "{refused}");
    assert!(matches!(t.refused("set-mark ''"), Refusal::BadName { .. }));
    for n in 0..32 {
        t.after(&format!("set-mark m{n}"));
    }
    assert!(matches!(t.refused("set-mark m32"), Refusal::NothingToChange(_)));
}

#[test]
fn a_snapshot_gives_marks_back_that_went_from_one_to_another() {
    let mut t = bench(1, 2);
    for n in [1, 2] {
        t.change(n, WindowChange::Title(format!("window {n}")));
    }
    t.after("set-mark a --window 1");
    let memory = t.desktop.memory();
    t.after("set-mark a --window 2");
    let (effects, _) = t.desktop.restore(&crate::Caller::Person, "marks", &memory, t.now).unwrap();
    t.take(effects);
    assert_eq!(t.desktop.marked("a"), Some(t.id(1)));
}

#[test]
fn a_refused_command_has_changed_nothing() {
    let mut t = bench(1, 2);
    t.after("move-to-scratchpad --window 1");
    // There is no layout into which it could be dropped.
    t.after("set-layout floating");
    let floating = t.desktop.arrangement();
    assert!(t.command("drop-window 2 left --window 1".parse().unwrap()).is_err());
    t.observe(crate::Event::Tick);
    assert_eq!(t.desktop.arrangement(), floating);
}

#[test]
fn a_minimized_window_that_is_dropped_beside_another_is_shown() {
    let mut t = bench(1, 2);
    t.after("set-minimized on --window 1");
    assert_eq!(t.after("drop-window 2 right --window 1"), "1: [2 *1]");
}

#[test]
fn the_scratchpad_hides_windows_and_shows_them_where_one_is() {
    let mut t = story(
        bench(1, 3),
        &[
            ("move-to-scratchpad --window 1", "1: [2 *3]"),
            ("move-to-scratchpad --window 2", "1: [*3]"),
            // The one that was hidden longest.
            ("toggle-scratchpad", "1: [3] *~1"),
            ("toggle-scratchpad", "1: [*3]"),
            ("toggle-scratchpad", "1: [3] *~2"),
            ("focus-window 3", "1: [*3] ~2"),
            // It is shown already.
            ("toggle-scratchpad", "1: [3] *~2"),
            ("focus-window 3", "1: [*3] ~2"),
            ("focus-workspace 2", "1: (3) ~2 []"),
            // From the other workspace.
            ("toggle-scratchpad", "1: (3) [] *~2"),
            ("set-floating off", "1: (3) [*2]"),
            ("toggle-scratchpad", "1: (3) [2] *~1"),
            ("move-to-workspace 1", "1: [3] *~1 (2)"),
        ],
    );
    assert!(matches!(t.refused("toggle-scratchpad"), Refusal::NothingToChange(_)), "nobody is in it any more");
    assert!(matches!(t.refused("toggle-scratchpad --window 1"), Refusal::NothingToChange(_)));
}

#[test]
fn a_window_from_the_scratchpad_lies_in_the_middle_and_then_where_one_left_it() {
    let mut t = bench(1, 2);
    t.after("move-to-scratchpad");
    let hidden = t.desktop.window(t.id(2)).unwrap();
    assert_eq!((hidden.workspace, hidden.visible, hidden.scratchpad, hidden.minimized), (None, false, true, true));
    t.after("toggle-scratchpad");
    assert_eq!(t.area(2), [200.0, 90.0, 600.0, 420.0], "three fifths of 1000 and seven tenths of 600");
    t.after("move-window 20,30");
    t.after("toggle-scratchpad");
    t.after("toggle-scratchpad");
    assert_eq!(t.area(2), [20.0, 30.0, 600.0, 420.0]);
}

#[test]
fn a_window_keeps_its_aspect_ratio_as_a_tile_and_while_it_floats() {
    let mut t = bench(1, 1);
    t.after("set-aspect 1:1");
    assert_eq!(t.area(1), [200.0, 0.0, 600.0, 600.0], "in the middle of its tile");
    t.after("set-floating on");
    t.after("resize-window 320x300");
    assert_eq!(t.area(1)[2..], [300.0, 300.0]);
    t.after("set-aspect 16:9");
    assert_eq!(t.area(1)[2..], [300.0, 169.0]);
    t.after("set-aspect free");
    t.after("resize-window 320x300");
    assert_eq!(t.area(1)[2..], [320.0, 300.0]);
    for line in ["set-aspect 0:1", "set-aspect 16", "set-aspect 1:10001", "set-aspect x:y"] {
        assert!(line.parse::<crate::Command>().is_err(), "{line}");
    }
}

#[test]
fn windows_snap_to_edges_corners_and_the_centre() {
    let mut t = bench(1, 1);
    assert!(matches!(t.refused("snap-window left"), Refusal::NotFloating(_)));
    t.after("set-floating on");
    for (spot, area) in [
        ("left", [0.0, 0.0, 500.0, 600.0]),
        ("right", [500.0, 0.0, 500.0, 600.0]),
        ("top", [0.0, 0.0, 1000.0, 300.0]),
        ("bottom", [0.0, 300.0, 1000.0, 300.0]),
        ("top-left", [0.0, 0.0, 500.0, 300.0]),
        ("bottom-right", [500.0, 300.0, 500.0, 300.0]),
        ("centre", [250.0, 150.0, 500.0, 300.0]),
    ] {
        t.after(&format!("snap-window {spot}"));
        assert_eq!(t.area(1), area, "{spot}");
    }
    // One that cannot be as wide stays at its edge.
    t.run([Op::Limits(1, (0, 0), (200, 0))]);
    t.after("snap-window right");
    assert_eq!(t.area(1), [800.0, 0.0, 200.0, 600.0]);
}

#[test]
fn dragged_windows_stick_to_edges_that_are_near() {
    let settings = Settings { snap_distance: 10.0, gap: 0.0, layout: crate::LayoutKind::Floating, ..Settings::plain() };
    let mut t = Bench::new(settings);
    t.command(super::add_output(1000, 600, 1.0)).unwrap();
    for (n, at) in [(1, "600,100"), (2, "0,0")] {
        t.open(n, 200, 100);
        t.after(&format!("move-window {at} --window {}", t.id(n).0));
    }
    let stuck = |t: &Bench, x: f64, y: f64| {
        let at = t.desktop.stuck(t.id(2), LogicalRect::new(LogicalPoint::new(x, y), LogicalSize::new(200.0, 100.0)));
        (at.x, at.y)
    };
    assert_eq!(stuck(&t, 8.0, 300.0), (0.0, 300.0), "the left edge");
    assert_eq!(stuck(&t, 808.0, 495.0), (800.0, 500.0), "the corner");
    assert_eq!(stuck(&t, 404.0, 254.0), (400.0, 250.0), "the centre");
    assert_eq!(stuck(&t, 393.0, 104.0), (400.0, 100.0), "beside the other, in one line with it");
    assert_eq!(stuck(&t, 393.0, 420.0), (400.0, 420.0), "centred; the other is far");
    assert_eq!(stuck(&t, 100.0, 320.0), (100.0, 320.0), "nothing is near");
}

#[test]
fn a_window_thinks_it_is_fullscreen_and_stays_in_its_tile() {
    let mut t = bench(1, 2);
    let area = t.area(2);
    t.after("set-windowed-fullscreen on");
    assert_eq!(t.area(2), area);
    let told = |t: &Bench| t.desktop.windows.get(t.id(2)).and_then(|window| window.configures.sent.clone()).unwrap().1;
    assert!(told(&t).fullscreen);
    assert!(!t.desktop.window(t.id(2)).unwrap().fullscreen);
    // The client leaves it by itself.
    t.run([Op::Wants(2, Want::Fullscreen { on: false, output: None })]);
    t.answer();
    assert!(!told(&t).fullscreen);
    t.after("set-fullscreen on");
    t.after("set-windowed-fullscreen on");
    assert_eq!(t.area(2), area, "it leaves the screen");
    assert!(told(&t).fullscreen);
}
