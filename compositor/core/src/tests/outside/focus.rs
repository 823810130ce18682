//! Layouts that follow the focus, and may hide windows.

use super::{PROGRAM, Play, offer, stacked};
use crate::{
    Event, LayoutKind, Settings,
    outside::{BadAnswer, Offer, Question},
    tests::bench::{Do, Op},
    tiles::Placement,
};

/// Only one window is shown, over the whole area.
fn single(question: &Question) -> Vec<Placement> {
    let shown = |window| question.focused == Some(window);
    let place = |window| Placement { window, rect: question.area, visible: shown(window) };
    question.windows.iter().map(|subject| place(subject.window)).collect()
}

impl Play {
    /// So many windows in a layout that shows one.
    fn one_of(count: u8) -> Self {
        let mut play = Self::new(Offer { follows_focus: true, ..offer() });
        for n in 1..=count {
            play.run(Op::Open(n, 300, 200));
            play.shows_one();
        }
        play
    }

    /// Everybody answers.
    fn shows_one(&mut self) {
        for _ in 0..3 {
            for (provider, serial, question) in std::mem::take(&mut self.asked) {
                let said = self.say(provider, serial, &single(&question));
                assert!(matches!(said, Ok(()) | Err(BadAnswer::Over(_))), "{said:?}");
            }
            self.run(Op::AllCommit);
        }
    }

    fn visible(&self, windows: &[u8]) -> Vec<bool> {
        windows.iter().map(|n| self.t.window(*n).visible).collect()
    }
}

#[test]
fn one_that_gets_the_focus_behind_others_stays_there_until_the_answer_and_nothing_else_is_seen_in_between() {
    let mut play = Play::one_of(3);
    let answers = play.asked.len();
    play.run(Op::Command(Do::Focus(1)));
    assert_eq!((play.asked.len() - answers, play.visible(&[1, 2, 3])), (1, vec![false, false, true]));
    assert_eq!(play.t.clients.values().filter(|client| client.pending.iter().any(|(_, sent, _)| sent.size != client.last.size)).count(), 0);
    play.run(Op::Pass(19));
    assert_eq!(play.visible(&[1, 2, 3]), [false, false, true]);
    play.shows_one();
    assert_eq!(play.visible(&[1, 2, 3]), [true, false, false]);
    // A program that does not answer hides nothing from whoever types.
    play.run(Op::Command(Do::Focus(2)));
    play.run(Op::Pass(19));
    assert_eq!(play.visible(&[1, 2, 3]), [true, false, false]);
    play.run(Op::Pass(1));
    play.run(Op::AllCommit);
    assert_eq!(play.visible(&[1, 2, 3]), [true, true, true]);
    // And the focus may have gone on when it does.
    play.run(Op::Command(Do::Focus(3)));
    play.shows_one();
    assert_eq!(play.visible(&[1, 2, 3]), [false, false, true]);
}

#[test]
fn what_was_said_of_one_focus_is_not_shown_for_another() {
    let mut play = Play::one_of(3);
    play.run(Op::Command(Do::Focus(1)));
    play.run(Op::Command(Do::Focus(2)));
    let [(provider, serial, question)] = &play.asked[..] else { panic!("{:?}", play.asked) };
    let (provider, serial, answer) = (*provider, *serial, single(question));
    play.asked.clear();
    play.say(provider, serial, &answer).unwrap();
    assert_eq!(play.visible(&[1, 2, 3]), [false, false, true], "neither is the first one shown, nor the fallback");
    play.shows_one();
    assert_eq!(play.visible(&[1, 2, 3]), [false, true, false]);
}

#[test]
fn a_window_that_comes_without_the_focus_is_placed_as_was_said_of_it_until_that_is_known() {
    let mut play = Play::new(Offer { follows_focus: true, ..offer() });
    play.t.observe(Event::SettingsChanged(Box::new(Settings {
        focus_new: false,
        layout: LayoutKind::Outside(offer().name),
        ..Settings::plain()
    })));
    play.open(1);
    play.run(Op::Open(2, 300, 200));
    assert_eq!(play.program_answers(), 1);
    play.run(Op::AllCommit);
    play.run(Op::AllCommit);
    assert_eq!((play.asked.len(), play.areas(&[1, 2])), (1, stacked(2)));
}

#[test]
fn only_a_layout_that_follows_the_focus_hides_windows_and_never_the_focused_one() {
    let mut play = Play::one_of(2);
    assert_eq!(play.visible(&[1, 2]), [false, true]);
    play.run(Op::Command(Do::Focus(1)));
    let (_, serial, question) = play.asked.remove(0);
    let one = play.t.clients[&1].id;
    assert_eq!(question.focused, Some(one));
    let wrong = single(&Question { focused: Some(play.t.clients[&2].id), ..Question::clone(&question) });
    assert_eq!(play.say(PROGRAM, serial, &wrong), Err(BadAnswer::FocusHidden(one)));
    play.say(PROGRAM, serial, &single(&question)).unwrap();
    play.run(Op::AllCommit);
    assert_eq!(play.visible(&[1, 2]), [true, false]);
}
