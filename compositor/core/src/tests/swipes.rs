//! Swipes that columns and workspaces follow.

use glasshouse_scene::ElementKind;

use super::bench::{Bench, Do, Op};
use crate::{Command, LayoutKind, Settings, Swipes};

/// Windows in columns of 500 on an output of 1000; the last has the focus.
fn columns(windows: u8) -> Bench {
    let mut t = Bench::new(Settings { layout: LayoutKind::Columns, swipes: Swipes::default(), ..Settings::plain() });
    t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
    for n in 1..=windows {
        t.open(n, 300, 200);
    }
    t
}

fn command(t: &mut Bench, line: &str) {
    let command: Command = line.parse().unwrap();
    t.command(command).unwrap_or_else(|refusal| panic!("{line}: {refusal}"));
    t.answer();
}

/// Where the left edges of the windows are.
fn lefts(t: &Bench, windows: u8) -> Vec<f64> {
    (1..=windows).map(|n| t.area(n)[0]).collect()
}

/// Where a window is painted, if it is.
fn painted(t: &Bench, n: u8) -> Option<[i32; 2]> {
    let surface = t.clients[&n].surface;
    let element = t.scenes.values().flat_map(|scene| &scene.elements).find(|element| element.kind == ElementKind::Surface(surface))?;
    Some([element.area.origin.x, element.area.origin.y])
}

#[test]
fn columns_follow_the_fingers_and_settle_on_one() {
    let mut t = columns(4);
    assert_eq!(lefts(&t, 4), [-1000.0, -500.0, 0.0, 500.0]);
    t.run([Op::Swipe, Op::SwipeBy(5.0, 0.0)]);
    assert_eq!(lefts(&t, 4), [-1000.0, -500.0, 0.0, 500.0], "a tremble");
    t.run([Op::Pass(10), Op::SwipeBy(295.0, 3.0)]);
    assert_eq!(lefts(&t, 4), [-700.0, -200.0, 300.0, 800.0]);
    assert!(t.window(4).focused);
    // The fingers rest before they are lifted: the nearest column.
    t.run([Op::Pass(500), Op::SwipeEnd(false)]);
    t.answer();
    assert_eq!(lefts(&t, 4), [-500.0, 0.0, 500.0, 1000.0]);
    assert!(t.window(3).focused, "it is the nearest to the one that had it");
}

#[test]
fn a_fast_swipe_goes_further_than_the_fingers() {
    let mut t = columns(6);
    t.run([Op::Swipe]);
    for _ in 0..5 {
        t.run([Op::SwipeBy(60.0, 0.0), Op::Pass(8)]);
    }
    t.run([Op::SwipeEnd(false)]);
    t.answer();
    // 300 by hand and as much as 1,200 by its speed.
    assert_eq!(lefts(&t, 6).first(), Some(&-500.0));
}

#[test]
fn a_cancelled_swipe_leaves_the_columns_where_they_were() {
    let mut t = columns(4);
    let before = t.scenes.clone();
    t.run([Op::Swipe, Op::SwipeBy(700.0, 0.0), Op::SwipeBy(9000.0, 0.0), Op::SwipeEnd(true)]);
    t.answer();
    assert_eq!(t.scenes, before);
    assert!(!t.desktop.follows_swipe());
}

#[test]
fn a_cancelled_swipe_from_the_middle_comes_back_from_beyond_the_end() {
    let mut t = columns(5);
    command(&mut t, "focus-window 2");
    t.answer();
    let before = t.scenes.clone();
    for by in [9000.0, -9000.0] {
        t.run([Op::Swipe, Op::SwipeBy(by, 0.0), Op::SwipeBy(by, 0.0), Op::SwipeEnd(true)]);
        t.answer();
        assert_eq!(t.scenes, before);
    }
}

#[test]
fn beyond_the_ends_there_is_nothing_to_scroll_to() {
    let mut t = columns(3);
    t.run([Op::Swipe, Op::SwipeBy(-5000.0, 0.0)]);
    assert_eq!(lefts(&t, 3), [-500.0, 0.0, 500.0]);
    t.run([Op::SwipeBy(9999.0, 0.0)]);
    assert_eq!(t.area(1)[0], 0.0);
    t.run([Op::Pass(500), Op::SwipeEnd(false)]);
    t.answer();
    assert!(t.window(2).focused);
}

#[test]
fn both_workspaces_are_seen_while_one_pulls_the_other_in() {
    let mut t = columns(1);
    command(&mut t, "focus-workspace 2");
    t.open(2, 300, 200);
    t.run([Op::Swipe, Op::SwipeBy(0.0, 100.0)]);
    // A quarter of the way: one is that much lower, the other comes from above.
    assert_eq!((painted(&t, 2), painted(&t, 1)), (Some([0, 150]), Some([0, -450])));
    assert!(t.window(2).focused);
    t.run([Op::Pass(500), Op::SwipeEnd(false)]);
    assert_eq!((painted(&t, 2), painted(&t, 1)), (Some([0, 0]), None), "not far enough");
    t.run([Op::Swipe, Op::SwipeBy(0.0, 250.0), Op::Pass(500), Op::SwipeEnd(false)]);
    assert_eq!((painted(&t, 2), painted(&t, 1)), (None, Some([0, 0])));
    assert!(t.window(1).focused);
    // There is none above the first.
    t.run([Op::Swipe, Op::SwipeBy(0.0, 400.0)]);
    assert_eq!(painted(&t, 1), Some([0, 120]));
    t.run([Op::SwipeEnd(false)]);
    assert_eq!(painted(&t, 1), Some([0, 0]));
}

#[test]
fn a_sticky_window_stays_where_it_is_while_workspaces_are_pulled() {
    let mut t = columns(1);
    command(&mut t, "focus-workspace 2");
    t.open(2, 300, 200);
    t.open(3, 300, 200);
    command(&mut t, "set-sticky on");
    t.answer();
    let before = painted(&t, 3);
    t.run([Op::Swipe, Op::SwipeBy(0.0, 100.0)]);
    assert_ne!(painted(&t, 2), Some([0, 0]));
    assert_eq!(painted(&t, 3), before);
}

#[test]
fn a_cancelled_pull_goes_back() {
    let mut t = columns(1);
    t.run([Op::Swipe, Op::SwipeBy(0.0, -390.0), Op::SwipeEnd(true)]);
    assert_eq!(painted(&t, 1), Some([0, 0]));
}

#[test]
fn what_is_swiped_may_be_locked_hidden_or_unplugged_meanwhile() {
    let mut t = columns(3);
    t.run([Op::Swipe, Op::SwipeBy(300.0, 0.0)]);
    command(&mut t, "focus-workspace 2");
    assert!(!t.desktop.follows_swipe());
    command(&mut t, "focus-workspace 1");
    assert_eq!(lefts(&t, 3), [-500.0, 0.0, 500.0], "the focus is in view again");
    t.run([Op::Swipe, Op::SwipeBy(0.0, -300.0)]);
    t.observe(crate::Event::Locked(true));
    assert!(!t.desktop.follows_swipe());
    t.observe(crate::Event::Locked(false));
    t.run([Op::Swipe, Op::SwipeBy(0.0, -300.0), Op::Command(Do::Unplug(0)), Op::SwipeEnd(false)]);
    assert!(!t.desktop.follows_swipe());
}

#[test]
fn other_numbers_of_fingers_and_bound_directions_are_not_followed() {
    let mut t = columns(3);
    t.observe(crate::Event::SwipeBegan { fingers: 4, horizontal: true, vertical: true });
    assert!(!t.desktop.may_follow_swipe());
    t.observe(crate::Event::SwipeBegan { fingers: 3, horizontal: false, vertical: true });
    t.run([Op::SwipeBy(300.0, 0.0)]);
    assert!(!t.desktop.may_follow_swipe());
    assert_eq!(lefts(&t, 3), [-500.0, 0.0, 500.0]);
}
