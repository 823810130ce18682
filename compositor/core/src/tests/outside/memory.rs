//! What is remembered of layouts from outside: over restarts, and in snapshots.

use super::{PROGRAM, Play, offer, stacked};
use crate::{
    Caller, Event, LayoutKind, Settings,
    outside::Offer,
    tests::bench::{Bench, Op},
};

/// A desktop that was started again, with what the one before remembered.
fn started_again(before: &Play) -> Play {
    let mut next =
        Play { t: Bench::new(Settings { layout: LayoutKind::MasterStack, ..Settings::plain() }), asked: Vec::new(), taken: None };
    next.t.observe(Event::Remembered(Box::new(before.t.desktop.memory())));
    next
}

#[test]
fn an_arrangement_is_remembered_over_a_restart_and_waits_for_its_program() {
    let mut play = Play::new(Offer { resizes: true, ..offer() });
    (1..=2).for_each(|n| play.open_known(n));
    play.command("set-layout-parameters wide");
    let mut next = started_again(&play);
    assert_eq!(next.t.desktop.workspaces()[0].layout, LayoutKind::Outside(offer().name));
    (1..=2).for_each(|n| next.open_known(n));
    assert_eq!(next.areas(&[1, 2]), [[0.0, 0.0, 500.0, 600.0], [500.0, 0.0, 500.0, 600.0]], "the fallback that the program chose");
    // What the program said of sizes holds until it says something else.
    next.command("resize-window 300x600");
    let mut third = started_again(&next);
    (1..=2).for_each(|n| third.open_known(n));
    third.offer(Offer { resizes: true, ..offer() }).unwrap();
    assert_eq!(third.asked[0].2.parameters, "wide");
    assert_eq!(third.asked[0].2.windows[1].wish.width, 300.0);
    third.answer();
    assert_eq!(third.areas(&[1, 2]), stacked(2));
}

#[test]
fn parameters_are_there_again_before_any_window_is() {
    let mut play = Play::new(offer());
    play.open_known(1);
    play.command("set-layout-parameters wide");
    for name in ["", "work"] {
        play.command(&format!("rename-workspace '{name}'"));
        let mut next = started_again(&play);
        next.offer(offer()).unwrap();
        // Another one than what is expected.
        next.run(Op::Open(3, 300, 200));
        assert_eq!(next.asked[0].2.parameters, "wide", "{name:?}");
    }
}

#[test]
fn a_snapshot_knows_the_fallback_and_the_parameters() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open_known(n));
    play.command("set-layout-parameters wide");
    let memory = play.t.desktop.memory();
    play.command("set-layout monocle");
    play.gone(PROGRAM);
    play.asked.clear();
    let (effects, _) = play.t.desktop.restore(&Caller::Person, "x", &memory, play.t.now).unwrap();
    play.t.take(effects);
    play.answer();
    assert_eq!(play.areas(&[1, 2]), [[0.0, 0.0, 500.0, 600.0], [500.0, 0.0, 500.0, 600.0]]);
    play.offer(offer()).unwrap();
    assert_eq!(play.asked[0].2.parameters, "wide");
}
