//! An edge between two tiles in the hand, while a program says where tiles go: what is asked, and how old what is seen may be.

use std::{collections::VecDeque, time::Duration};

use euclid::rect;
use proptest::{collection::vec, prelude::*};

use super::{AskedOf, PROGRAM, Play, offer};
use crate::{
    Event,
    outside::{BadAnswer, Fallback, MAX_MISSES, Offer, PATIENCE, Question},
    tests::{
        bench::{Do, Op},
        histories::cases,
        invariants::assert_invariants,
    },
    tiles::Placement,
};

/// Two columns, the first as wide as somebody asked for. Nobody did: two fifths, which no fallback does.
fn columns(question: &Question) -> Vec<Placement> {
    let area = question.area;
    let first = match question.windows[0].wish.width {
        0.0 => 400.0,
        wish => wish.clamp(1.0, 999.0),
    };
    let at = |n: usize, x: f64, width: f64| Placement {
        window: question.windows[n].window,
        rect: rect(area.min_x() + x, area.min_y(), width, area.height()),
        visible: true,
    };
    vec![at(0, 0.0, first), at(1, first, area.width() - first)]
}

impl Play {
    /// Answers all that was asked as `columns` does.
    fn columns(&mut self) {
        while !self.asked.is_empty() {
            let (provider, serial, question) = self.asked.remove(0);
            self.say(provider, serial, &columns(&question)).unwrap();
        }
    }

    /// Two columns, and the edge between them in the hand.
    fn in_the_hand() -> Self {
        let mut play = Self::new(Offer { fallback: Fallback::Monocle, ..offer() });
        play.offer(Offer { resizes: true, ..offer() }).unwrap();
        play.run(Op::Open(1, 300, 200));
        play.program_answers();
        play.run(Op::AllCommit);
        play.run(Op::Open(2, 300, 200));
        for _ in 0..3 {
            play.columns();
            play.run(Op::AllCommit);
        }
        assert_eq!(play.areas(&[1, 2]), [[0.0, 0.0, 400.0, 600.0], [400.0, 0.0, 600.0, 600.0]]);
        play.run(Op::Point(390.0, 300.0));
        play.command("begin-resize --edges right --window last");
        play.run(Op::GrabHeld);
        assert!(play.t.desktop.interacting());
        play
    }

    /// Where the edge is that the hand has.
    fn edge(&self) -> f64 {
        self.t.desktop.lies_at(self.t.clients[&1].id).unwrap().max_x()
    }

    fn drag_to(&mut self, edge: f64) {
        self.t.step(Op::Point(edge - 10.0, 300.0));
        self.hear();
    }
}

/// Where the hand was at every millisecond, and where the edge was seen.
#[derive(Debug, Default)]
struct Course {
    hand: Vec<f64>,
    seen: Vec<f64>,
    questions: usize,
}

/// Where a hand goes with each motion: on to where it was never (0), or back to where it was so many motions before.
fn path(backs: &[usize]) -> Vec<f64> {
    let mut path = vec![400.0];
    for (index, back) in backs.iter().enumerate() {
        let before = path.len().checked_sub(1 + back).filter(|_| *back > 0);
        path.push(before.map_or(405.0 + 5.0 * index as f64, |before| path[before]));
    }
    path.split_off(1)
}

/// Motions of a hand that goes on or to and fro.
fn backs(most: usize) -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![vec(Just(0_usize), 1..most), vec(prop_oneof![2 => Just(0_usize), 1 => 1..4_usize], 1..most)]
}

/// A hand that moves along a path every so many milliseconds, and then rests. `takes`: how long the program takes for each answer, one after
/// the other. `None`: it answers nothing.
fn drag(path: &[f64], every: u64, takes: Option<u64>) -> (Play, Course) {
    let mut play = Play::in_the_hand();
    let mut course = Course::default();
    let motions = path.len() as u64;
    let (mut hand, mut moved) = (400.0, 0);
    // Those that the program has got, with the moment from which on it has thought about them long enough.
    let mut thinks: VecDeque<(u64, AskedOf)> = VecDeque::new();
    let end = motions * every + 4 * takes.unwrap_or(10) + 40;
    for ms in 0..end {
        while thinks.front().is_some_and(|(done, _)| *done <= ms) {
            let (_, (provider, serial, question)) = thinks.pop_front().unwrap();
            match play.say(provider, serial, &columns(&question)) {
                // Only what was taken for lost is said in vain.
                Ok(()) => {}
                Err(bad) => panic!("{bad}"),
            }
        }
        // As in a turn of the loop: who answers comes first.
        if play.t.desktop.deadline().is_some_and(|deadline| deadline <= play.t.now) {
            play.t.observe(Event::Tick);
            play.hear();
        }
        if ms % every == 0 && moved < motions {
            hand = path[moved as usize];
            moved += 1;
            play.drag_to(hand);
        }
        for asked in play.asked.drain(..) {
            course.questions += 1;
            if let Some(takes) = takes {
                let begins = thinks.back().map_or(ms, |(done, _)| ms.max(*done));
                thinks.push_back((begins + takes, asked));
            }
        }
        course.hand.push(hand);
        course.seen.push(play.edge());
        play.t.now = play.t.now.after(Duration::from_millis(1));
    }
    (play, course)
}

impl Course {
    /// What the hand wanted at some moment within so many milliseconds before.
    fn was_wanted(&self, ms: usize, within: u64) -> bool {
        let first = (ms + 1).saturating_sub(within as usize + 1);
        ms < within as usize && self.seen[ms] == 400.0 || self.hand[first..=ms].contains(&self.seen[ms])
    }
}

/// The grid, which is the fallback.
const FALLBACK: f64 = 500.0;

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_is_seen_is_never_older_than_two_answers_take(backs in backs(20), every in 1..30_u64, takes in 1..=20_u64) {
        let (play, course) = drag(&path(&backs), every, Some(takes));
        for ms in 0..course.seen.len() {
            prop_assert!(course.was_wanted(ms, 2 * takes), "after {} ms {} is seen: {:?}", ms, course.seen[ms], course);
        }
        prop_assert_eq!(course.seen.last(), course.hand.last());
        prop_assert!(course.questions <= backs.len(), "{:?}", course);
        assert_invariants(&play.t);
    }

    #[test]
    fn a_program_that_is_late_or_silent_never_freezes_a_drag_for_longer_than_20_ms(
        backs in backs(60), every in 1..30_u64, takes in proptest::option::of(21..200_u64)
    ) {
        let (play, course) = drag(&path(&backs), every, takes);
        for ms in 0..course.seen.len() {
            prop_assert!(course.seen[ms] == FALLBACK || course.was_wanted(ms, 20), "after {} ms {} is seen: {:?}", ms, course.seen[ms], course);
        }
        let wanted = if takes.is_some() { *course.hand.last().unwrap() } else { FALLBACK };
        prop_assert_eq!(*course.seen.last().unwrap(), wanted);
        assert_invariants(&play.t);
    }
}

#[test]
fn one_question_is_under_way_and_the_newest_comes_after_it() {
    let mut play = Play::in_the_hand();
    for edge in [410.0, 420.0, 430.0] {
        play.drag_to(edge);
    }
    let wish = |play: &Play, n: usize| play.asked[n].2.windows[0].wish.width;
    assert_eq!((play.asked.len(), wish(&play, 0)), (1, 410.0));
    let (provider, serial, question) = play.asked.remove(0);
    play.say(provider, serial, &columns(&question)).unwrap();
    assert_eq!((play.edge(), play.asked.len(), wish(&play, 0)), (410.0, 1, 430.0));
    // What was shown stays until the next one, also if something else happens.
    play.t.step(Op::Title(1, "a"));
    play.t.step(Op::Pass(19));
    assert_eq!(play.edge(), 410.0);
    play.columns();
    assert_eq!((play.edge(), play.asked.len()), (430.0, 0));
    play.run(Op::GrabReleased);
    play.t.come_to_rest();
}

#[test]
fn a_hand_that_goes_to_and_fro_leaves_one_question_under_way() {
    let mut play = Play::in_the_hand();
    play.drag_to(410.0);
    play.columns();
    for n in 0..20 {
        play.drag_to(420.0 + f64::from(n));
        play.t.step(Op::Pass(8));
        play.drag_to(410.0);
        play.t.step(Op::Pass(8));
        assert_eq!((play.edge(), play.asked.len()), (410.0, 1), "nobody waited for longer than 8 ms");
    }
    let info = play.t.desktop.offered_layouts().pop().unwrap();
    assert!(info.answers, "nor in vain");
    assert_eq!(play.t.desktop.deadline().filter(|deadline| *deadline <= play.t.now.after(PATIENCE)), None);
    // Another place: the newest is put when that one has been answered, which is late and not shown.
    play.drag_to(500.0);
    play.t.step(Op::Pass(20));
    let (provider, serial, question) = play.asked.remove(0);
    assert_eq!((play.edge(), question.windows[0].wish.width), (FALLBACK, 420.0));
    play.say(provider, serial, &columns(&question)).unwrap();
    assert_eq!((play.edge(), play.asked[0].2.windows[0].wish.width), (FALLBACK, 500.0));
    play.columns();
    // What was said late is known.
    play.drag_to(420.0);
    assert_eq!((play.edge(), play.asked.len()), (420.0, 0));
}

#[test]
fn an_answer_that_is_there_when_the_time_is_over_is_in_time() {
    let mut play = Play::in_the_hand();
    for n in 1..=2 * MAX_MISSES {
        let edge = 400.0 + f64::from(n);
        play.drag_to(edge);
        // The turn in which both come is late, and something else happened in it before.
        play.t.now = play.t.now.after(Duration::from_millis(25));
        play.t.step(Op::Title(1, if n % 2 == 0 { "a" } else { "b" }));
        assert_eq!(play.edge(), edge - 1.0, "nobody has looked what was said");
        play.columns();
        play.t.observe(Event::Tick);
        assert_eq!(play.edge(), edge);
    }
    assert!(play.t.desktop.offered_layouts()[0].answers);
}

#[test]
fn a_program_that_asks_to_be_asked_again_gains_no_time() {
    let mut play = Play::in_the_hand();
    play.drag_to(410.0);
    for _ in 0..4 {
        play.t.step(Op::Pass(5));
        let effects = play.t.desktop.refresh_layout(PROGRAM, offer().name, play.t.now).unwrap();
        play.t.take(effects);
    }
    assert_eq!(play.edge(), FALLBACK);
}

#[test]
fn a_question_that_is_lost_is_replaced_by_the_newest() {
    let mut play = Play::in_the_hand();
    play.drag_to(410.0);
    play.drag_to(420.0);
    play.asked.clear();
    play.t.step(Op::Pass(499));
    play.hear();
    assert_eq!((play.asked.len(), play.edge()), (0, FALLBACK));
    play.t.step(Op::Pass(1));
    play.hear();
    assert_eq!(play.asked.len(), 1);
    play.columns();
    assert_eq!(play.edge(), 420.0);
}

#[test]
fn a_wrong_answer_to_a_question_that_is_overtaken_makes_room_for_the_newest() {
    let mut play = Play::in_the_hand();
    play.drag_to(410.0);
    play.drag_to(420.0);
    let (provider, serial, _) = play.asked.remove(0);
    assert_eq!(play.say(provider, serial, &[]), Err(BadAnswer::Count { question: serial, asked: 2, given: 0 }));
    assert_eq!((play.asked.len(), play.edge()), (1, FALLBACK));
    play.columns();
    assert_eq!(play.edge(), 420.0);
}

#[test]
fn a_size_that_is_there_already_replaces_one_that_is_on_its_way() {
    let mut play = Play::in_the_hand();
    play.run(Op::GrabReleased);
    let id = play.t.clients[&1].id;
    play.command(&format!("resize-window 700x600 --window {}", id.0));
    play.command(&format!("resize-window 400x600 --window {}", id.0));
    play.columns();
    assert_eq!(play.edge(), 400.0);
    play.run(Op::Command(Do::Line("undo")));
    play.columns();
    assert_eq!(play.edge(), 700.0);
}
