//! Answers that come when nobody waits for them any more.

use super::{PROGRAM, Play, offer, stacked, strips};
use crate::{outside::BadAnswer, tests::bench::Op};

/// A window on the desktop, and one that is about to come for which the program is late.
fn one_without_its_answer() -> Play {
    let mut play = Play::new(offer());
    play.open(1);
    play.run(Op::Open(2, 300, 200));
    play.run(Op::Pass(21));
    assert_eq!((play.asked.len(), play.t.clients[&2].pending.len()), (1, 1));
    play
}

#[test]
fn what_is_said_of_a_window_too_late_for_its_first_size_is_shown_when_it_is_there() {
    let mut play = one_without_its_answer();
    let (provider, serial, question) = play.asked.remove(0);
    assert_eq!(play.say(provider, serial, &strips(&question)), Ok(()));
    play.run(Op::AllCommit);
    assert_eq!(play.asked.len(), 0, "it has said that");
    play.run(Op::AllCommit);
    assert_eq!(play.areas(&[1, 2]), stacked(2));
    assert_eq!(play.t.desktop.deadline(), None);
}

#[test]
fn a_window_that_is_there_before_its_question_is_answered_asks_nothing_anew() {
    let mut play = one_without_its_answer();
    play.run(Op::AllCommit);
    play.run(Op::AllCommit);
    assert_eq!(play.asked.len(), 1);
    assert_eq!(play.areas(&[1, 2])[1], [500.0, 0.0, 500.0, 600.0], "its time is over, and the fallback stands");
    assert_eq!(play.t.desktop.deadline(), None);
    let (provider, serial, question) = play.asked.remove(0);
    assert_eq!(play.say(provider, serial, &strips(&question)), Ok(()));
    play.run(Op::AllCommit);
    assert_eq!((play.asked.len(), play.areas(&[1, 2])), (0, stacked(2)));
}

#[test]
fn a_window_and_those_that_are_there_miss_the_same_question_once() {
    let mut play = Play::new(offer());
    for n in 1..=4 {
        play.run(Op::Open(n, 300, 200));
        play.run(Op::Pass(21));
        play.run(Op::AllCommit);
        play.run(Op::Pass(30));
        assert_eq!(play.asked.len(), 1);
        play.answer();
    }
    assert!(play.t.desktop.offered_layouts()[0].answers, "four times late");
    assert_eq!(play.areas(&[1, 2, 3, 4]), stacked(4));
}

#[test]
fn two_windows_that_come_at_once_find_what_was_said_of_both() {
    let mut play = Play::new(offer());
    play.open(1);
    play.run(Op::Open(2, 300, 200));
    play.run(Op::Open(3, 300, 200));
    play.run(Op::Pass(21));
    assert_eq!(play.asked.len(), 2);
    for (provider, serial, question) in std::mem::take(&mut play.asked) {
        assert_eq!(play.say(provider, serial, &strips(&question)), Ok(()));
    }
    // With the first of them alone nothing is to be asked.
    play.run(Op::ClientCommits(2));
    assert_eq!(play.asked.len(), 0);
}

#[test]
fn what_was_asked_of_a_window_that_is_gone_is_over() {
    let mut play = one_without_its_answer();
    play.run(Op::Close(2));
    play.run(Op::Pass(1));
    let (_, serial, question) = play.asked.remove(0);
    assert_eq!(play.say(PROGRAM, serial, &strips(&question)), Err(BadAnswer::Over(serial)));
    assert_eq!(play.areas(&[1]), stacked(1));
}
