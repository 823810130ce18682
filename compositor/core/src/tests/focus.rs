//! The focus that follows the pointer, and the pointer that follows the focus.

use glasshouse_scene::LogicalPoint;

use super::{
    bench::{Bench, Do, Op},
    command,
};
use crate::{LayoutKind, Settings};

fn bench(change: impl FnOnce(&mut Settings), layout: LayoutKind, windows: u8) -> Bench {
    let mut settings = Settings { layout, ..Settings::plain() };
    change(&mut settings);
    let mut t = Bench::new(settings);
    t.run([Op::Command(Do::Plug(1000, 600, 1.0)), Op::Command(Do::Plug(1000, 600, 1.0))]);
    for n in 1..=windows {
        t.open(n, 300, 200);
    }
    t
}

#[test]
fn a_window_gets_the_focus_when_the_pointer_comes_into_it_and_is_not_raised() {
    let mut t = bench(|settings| settings.focus_follows_pointer = true, LayoutKind::Floating, 2);
    t.run([Op::Command(Do::Move(1, 0.0, 0.0)), Op::Command(Do::Move(2, 100.0, 100.0))]);
    t.run([Op::Point(900.0, 550.0), Op::Point(50.0, 50.0)]);
    assert!(t.window(1).focused);
    assert_eq!(t.sketch(), "1: [] *~1 ~2\n2: []");
    t.run([Op::Point(150.0, 150.0)]);
    assert!(t.window(2).focused);
    // Over nothing it stays.
    t.run([Op::Point(900.0, 550.0)]);
    assert!(t.window(2).focused);
}

#[test]
fn what_comes_to_lie_below_a_pointer_at_rest_does_not_get_the_focus() {
    let mut t = bench(|settings| settings.focus_follows_pointer = true, LayoutKind::MasterStack, 2);
    t.run([Op::Point(900.0, 100.0), Op::Point(100.0, 100.0)]);
    assert!(t.window(1).focused);
    command(&mut t, "swap-window right");
    t.answer();
    assert!(t.window(1).focused);
    // Nor when it trembles there; only when it comes back.
    t.run([Op::Point(101.0, 100.0)]);
    assert!(t.window(1).focused);
    t.run([Op::Point(900.0, 100.0), Op::Point(101.0, 100.0)]);
    assert!(t.window(2).focused);
}

#[test]
fn a_held_button_keeps_the_focus_where_it_is() {
    let mut t = bench(|settings| settings.focus_follows_pointer = true, LayoutKind::MasterStack, 2);
    t.run([Op::Point(900.0, 100.0), Op::Point(100.0, 100.0), Op::Press, Op::Point(900.0, 100.0)]);
    assert!(t.window(1).focused);
    t.run([Op::Release]);
    assert!(t.window(1).focused);
}

#[test]
fn the_pointer_goes_to_the_window_that_a_command_focuses() {
    let mut t = bench(|settings| settings.pointer_follows_focus = true, LayoutKind::MasterStack, 2);
    t.run([Op::Point(900.0, 100.0)]);
    command(&mut t, "focus-window left");
    assert_eq!(t.desktop.pointer(), LogicalPoint::new(275.0, 300.0));
    // Where it is in the window already, it stays.
    t.run([Op::Point(10.0, 10.0)]);
    command(&mut t, "focus-window right");
    command(&mut t, "focus-window left");
    t.run([Op::Point(20.0, 20.0)]);
    command(&mut t, "set-master-fraction 0.6");
    assert_eq!(t.desktop.pointer(), LogicalPoint::new(20.0, 20.0));
    command(&mut t, "focus-output HEADLESS-2");
    assert_eq!(t.desktop.pointer(), LogicalPoint::new(1500.0, 300.0));
}

#[test]
fn a_click_need_not_raise() {
    for raises in [true, false] {
        let mut t = bench(|settings| settings.click_raises = raises, LayoutKind::Floating, 2);
        t.run([Op::Command(Do::Move(1, 0.0, 0.0)), Op::Command(Do::Move(2, 100.0, 100.0))]);
        t.run([Op::Point(50.0, 50.0), Op::Press, Op::Release]);
        assert!(t.window(1).focused);
        let top = t.desktop.under(LogicalPoint::new(150.0, 150.0)).unwrap().window;
        assert_eq!(top == Some(t.window(1).id), raises);
    }
}

#[test]
fn focus_goes_from_the_tiles_to_what_floats_and_back() {
    let mut t = bench(|_| {}, LayoutKind::MasterStack, 3);
    assert!(t.command("focus-floating-or-tiled".parse().unwrap()).is_err());
    t.run([Op::Command(Do::Float(3, true))]);
    command(&mut t, "focus-floating-or-tiled");
    assert!(t.window(2).focused);
    t.run([Op::Command(Do::Focus(1))]);
    command(&mut t, "focus-floating-or-tiled");
    assert!(t.window(3).focused);
    command(&mut t, "focus-floating-or-tiled");
    assert!(t.window(1).focused);
}
