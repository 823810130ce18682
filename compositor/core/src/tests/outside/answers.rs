//! Answers that are wrong, late, twice, and to nothing.

use euclid::rect;
use glasshouse_scene::LogicalRect;

use super::{PROGRAM, Play, name, offer, program, stacked, strips};
use crate::{
    WindowId,
    outside::{BadAnswer, Offer, ProviderId},
    tests::bench::{Do, Op},
    tiles::Placement,
};

/// Two questions with good answers. They are about different areas: what is said to the first is no use for the second.
fn overtaken() -> (Play, [(u64, Vec<Placement>); 2]) {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    play.run(Op::Command(Do::Configure(0, 900, 600, 1.0)));
    play.run(Op::Command(Do::Configure(0, 800, 600, 1.0)));
    let [(_, old, first), (_, new, second)] = &play.asked[..] else { panic!("{:?}", play.asked) };
    let questions = [(*old, strips(first)), (*new, strips(second))];
    (play, questions)
}

#[test]
fn a_question_that_is_over_is_answered_in_vain() {
    let (mut play, [(old, first), (new, second)]) = overtaken();
    assert_eq!(play.say(PROGRAM, old, &first), Err(BadAnswer::Over(old)));
    assert_eq!(play.say(PROGRAM, old, &first), Err(BadAnswer::Over(old)));
    assert_eq!(play.say(ProviderId(2), new, &second), Err(BadAnswer::NoQuestion(new)));
    assert_eq!(play.say(PROGRAM, new + 1, &second), Err(BadAnswer::NoQuestion(new + 1)));
    assert_eq!(play.say(PROGRAM, 0, &second), Err(BadAnswer::NoQuestion(0)));
    assert_eq!(play.say(PROGRAM, new, &second), Ok(()));
    assert_eq!(play.say(PROGRAM, new, &second), Err(BadAnswer::Over(new)));
}

#[test]
fn answers_in_another_order_are_told_apart_from_answers_to_nothing() {
    let (mut play, [(old, first), (new, second)]) = overtaken();
    assert_eq!(play.say(PROGRAM, new, &second), Ok(()));
    assert_eq!(play.say(PROGRAM, old, &first), Err(BadAnswer::Over(old)));
    // A connection is asked for the first time: what others were asked says nothing about it.
    let other = Offer { name: name("other"), ..offer() };
    play.t.desktop.offer_layout(&program(), ProviderId(2), other, play.t.now).unwrap();
    assert_eq!(play.say(ProviderId(2), old, &first), Err(BadAnswer::NoQuestion(old)));
    play.gone(PROGRAM);
    assert_eq!(play.say(PROGRAM, old, &first), Err(BadAnswer::NoQuestion(old)));
}

#[test]
fn a_wrong_answer_is_refused_and_can_be_put_right() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    play.run(Op::Limits(1, (0, 100), (0, 0)));
    let (_, serial, question) = play.asked.remove(0);
    let [one, two] = [1, 2].map(|n| play.t.clients[&n].id);
    let at = |window, x: f64, y: f64, width: f64, height: f64| Placement { window, rect: rect(x, y, width, height), visible: true };
    let good = strips(&question);
    let area = question.area;
    let hidden = Placement { visible: false, ..good[0] };
    let cases: [(Vec<Placement>, BadAnswer); 11] = [
        (vec![], BadAnswer::Count { question: serial, asked: 2, given: 0 }),
        (vec![good[0]; 3], BadAnswer::Count { question: serial, asked: 2, given: 3 }),
        (vec![good[0]; 2], BadAnswer::Twice(one)),
        (vec![good[0], at(WindowId(99), 0.0, 0.0, 9.0, 9.0)], BadAnswer::Stranger { question: serial, window: WindowId(99) }),
        (vec![good[0], at(two, f64::NAN, 0.0, 9.0, 9.0)], BadAnswer::NotFinite(two)),
        (vec![good[0], at(two, 1e308, 0.0, 1e308, 9.0)], BadAnswer::NotFinite(two)),
        (vec![good[0], at(two, 0.0, 300.0, 0.0, 9.0)], BadAnswer::TooSmall(two)),
        (vec![good[0], at(two, 0.0, 300.0, 9.0, -9.0)], BadAnswer::TooSmall(two)),
        (vec![good[0], at(two, 0.0, 300.0, 1001.0, 300.0)], BadAnswer::Outside { window: two, area }),
        (vec![good[0], at(two, 999.0, 299.0, 1.0, 300.0)], BadAnswer::Overlap(one, two)),
        (vec![hidden, good[1]], BadAnswer::Hidden(one)),
    ];
    for (answer, bad) in cases {
        assert_eq!(play.say(PROGRAM, serial, &answer), Err(bad));
    }
    play.run(Op::AllCommit);
    assert_eq!(play.areas(&[1, 2])[1], [500.0, 0.0, 500.0, 600.0], "the fallback stands");
    assert_eq!(play.say(PROGRAM, serial, &good), Ok(()));
    play.run(Op::AllCommit);
    assert_eq!(play.areas(&[1, 2]), stacked(2));
}

#[test]
fn rounding_errors_are_no_overlap_and_every_edge_is_on_the_grid() {
    let mut play = Play::new(offer());
    play.run(Op::Command(Do::Configure(0, 1000, 700, 1.5)));
    (1..=7).for_each(|n| play.open(n));
    // Where clients can have whole sizes only, the tiles still touch.
    let mut tiles: Vec<LogicalRect> = play.t.desktop.windows.iter().filter_map(|window| window.slot.rect()).collect();
    tiles.sort_by(|a, b| a.min_y().total_cmp(&b.min_y()));
    assert_eq!(tiles.len(), 7);
    for pair in tiles.windows(2) {
        assert!((pair[0].max_y() - pair[1].min_y()).abs() < 1e-9, "{tiles:?}");
    }
}
