//! Windows that go along with a client's drag and drop.

use euclid::Point2D;

use super::bench::{Bench, Do, Op};
use crate::{Event, LayoutKind, Settings};

fn bench(layout: LayoutKind) -> Bench {
    let mut t = Bench::new(Settings { layout, ..Settings::plain() });
    t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
    t
}

fn takes(t: &mut Bench, n: u8, offset: [i32; 2]) {
    t.run([Op::Along(n, offset)]);
}

/// The window below a point.
fn under(t: &Bench, x: f64, y: f64) -> Option<crate::WindowId> {
    t.desktop.under(Point2D::new(x, y)).and_then(|under| under.window)
}

#[test]
fn a_floating_window_follows_the_drag_and_lies_in_nobodys_way() {
    let mut t = bench(LayoutKind::Floating);
    t.open(1, 600, 400);
    t.run([Op::Command(Do::Move(1, 0.0, 0.0)), Op::Point(100.0, 100.0), Op::Press]);
    t.open(2, 200, 100);
    takes(&mut t, 2, [20, 10]);
    assert_eq!(t.area(2), [80.0, 90.0, 200.0, 100.0], "the pointer is where it was asked to be in it");
    assert_eq!(under(&t, 100.0, 100.0), Some(t.clients[&1].id), "the drag is over what lies below");
    t.run([Op::Point(300.0, 200.0)]);
    assert_eq!(t.area(2), [280.0, 190.0, 200.0, 100.0]);
    assert!(!t.desktop.interacting(), "clients hear of the pointer");
    t.run([Op::AlongEnds, Op::Release]);
    assert_eq!(t.area(2), [280.0, 190.0, 200.0, 100.0]);
    assert_eq!(under(&t, 300.0, 200.0), Some(t.clients[&2].id));
    t.run([Op::Point(400.0, 300.0)]);
    assert_eq!(t.area(2), [280.0, 190.0, 200.0, 100.0], "it stays where it was let go");
}

#[test]
fn a_window_that_is_not_shown_yet_is_taken_when_it_is() {
    let mut t = bench(LayoutKind::Floating);
    t.run([Op::Point(500.0, 300.0), Op::Press, Op::Open(1, 200, 100)]);
    takes(&mut t, 1, [0, 0]);
    t.run([Op::Point(400.0, 250.0), Op::ClientCommits(1), Op::AllCommit]);
    assert_eq!(t.area(1), [400.0, 250.0, 200.0, 100.0]);
    // Unmapped, it goes along with nothing any more.
    t.run([Op::Unmap(1), Op::ClientCommits(1), Op::AllCommit, Op::ClientCommits(1)]);
    let before = t.area(1);
    t.run([Op::Point(100.0, 100.0)]);
    assert_eq!(t.area(1), before);
    assert!(!t.desktop.goes_along());
}

#[test]
fn a_tile_is_carried_and_falls_where_it_is_let_go() {
    let mut t = bench(LayoutKind::Columns);
    for n in 1..=2 {
        t.open(n, 300, 300);
    }
    let order = |t: &Bench| {
        let mut order: Vec<u8> = (1..=2).collect();
        order.sort_by(|a, b| t.area(*a)[0].total_cmp(&t.area(*b)[0]));
        order
    };
    t.run([Op::Command(Do::Line("focus-column first")), Op::AllCommit]);
    assert_eq!(order(&t), [1, 2]);
    let [x, y, width, height] = t.area(1);
    t.run([Op::Point(x + 10.0, y + 10.0), Op::Press]);
    takes(&mut t, 2, [5, 5]);
    assert!(t.desktop.is_carried(t.clients[&2].id));
    t.run([Op::Point(x + 2.0, y + height / 2.0)]);
    assert!(under(&t, x + width / 2.0, y + height / 2.0) == Some(t.clients[&1].id));
    t.run([Op::AlongEnds, Op::Release, Op::AllCommit]);
    assert_eq!(order(&t), [2, 1], "before the first");
    t.run([Op::Command(Do::Undo), Op::AllCommit]);
    assert_eq!(order(&t), [1, 2], "one step for undo");
}

#[test]
fn whoever_puts_the_window_down_meanwhile_has_the_last_word() {
    for line in ["end-drag", "cancel-drag"] {
        let mut t = bench(LayoutKind::Floating);
        t.open(1, 200, 100);
        t.run([Op::Point(500.0, 300.0), Op::Press]);
        takes(&mut t, 1, [0, 0]);
        t.run([Op::Command(Do::Line(line)), Op::Point(100.0, 100.0)]);
        assert!(!t.desktop.goes_along(), "{line}");
        assert_ne!(t.area(1)[..2], [100.0, 100.0], "{line}");
        t.run([Op::AlongEnds]);
    }
    // A lock takes it out of the hand, too.
    let mut t = bench(LayoutKind::Floating);
    t.open(1, 200, 100);
    t.run([Op::Point(500.0, 300.0), Op::Press]);
    takes(&mut t, 1, [0, 0]);
    t.observe(Event::Locked(true));
    assert!(!t.desktop.goes_along());
    t.observe(Event::Locked(false));
    assert!(!t.desktop.goes_along());
}

#[test]
fn a_finger_takes_a_window_along() {
    let mut t = bench(LayoutKind::Floating);
    t.open(1, 600, 400);
    t.run([Op::Command(Do::Move(1, 0.0, 0.0)), Op::Touch(50.0, 50.0)]);
    t.open(2, 200, 100);
    let window = t.clients[&2].id;
    t.observe(Event::DragTakesWindow { window, offset: Point2D::new(10, 10), finger: Some(7) });
    assert_eq!(t.area(2)[..2], [40.0, 40.0]);
    t.run([Op::TouchMove(200.0, 150.0), Op::Point(900.0, 500.0)]);
    assert_eq!(t.area(2)[..2], [190.0, 140.0], "the pointer has nothing to do with it");
    t.run([Op::AlongEnds, Op::TouchMove(220.0, 150.0)]);
    assert_eq!(t.area(2)[..2], [210.0, 140.0], "the end of the pointer's drag is not that of the finger's");
    t.observe(Event::DragOver { finger: Some(7) });
    t.run([Op::TouchMove(300.0, 150.0), Op::TouchUp]);
    assert_eq!(t.area(2)[..2], [210.0, 140.0]);
}

#[test]
fn an_output_that_goes_in_the_middle_of_a_drag_leaves_the_window_in_the_hand_and_in_view() {
    let mut t = bench(LayoutKind::Floating);
    t.run([Op::Command(Do::Plug(800, 600, 1.0)), Op::Point(1500.0, 300.0), Op::Press]);
    t.open(1, 200, 100);
    takes(&mut t, 1, [0, 0]);
    assert_eq!(t.area(1)[..2], [1500.0, 300.0]);
    t.run([Op::Command(Do::Unplug(1))]);
    let [x, ..] = t.area(1);
    assert!(x <= 1000.0, "{x}");
    t.run([Op::Point(300.0, 200.0), Op::AlongEnds]);
    assert_eq!(t.area(1)[..2], [300.0, 200.0]);
}
