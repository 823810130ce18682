//! Layouts from outside: programs that answer well, badly, late and not at all.

mod answers;
mod drags;
mod focus;
mod histories;
mod late;
mod memory;

use std::sync::Arc;

use euclid::rect;

use super::{
    bench::{Bench, Do, Op},
    command,
};
use crate::{
    Caller, Command, Direction, Effect, Event, LayoutKind, Memory, Notice, Refusal, Scopes, Settings, WindowId,
    event::WindowChange,
    outside::{BadAnswer, Fallback, LayoutName, MAX_MISSES, MAX_OFFERS, MAX_OFFERS_EACH, MAX_OWED, Offer, ProviderId, Question},
    tiles::Placement,
};

/// Who is asked, with the serial.
type AskedOf = (ProviderId, u64, Arc<Question>);

/// A desktop, and the questions that programs were asked.
struct Play {
    t: Bench,
    asked: Vec<AskedOf>,
    /// A snapshot.
    taken: Option<Memory>,
}

const PROGRAM: ProviderId = ProviderId(1);

fn name(name: &str) -> LayoutName {
    LayoutName::new(name).unwrap()
}

fn offer() -> Offer {
    Offer { name: name("strips"), fallback: Fallback::Grid, follows_focus: false, resizes: false }
}

fn program() -> Caller {
    Caller::Program { pid: Some(7), scopes: Scopes::ALL }
}

/// Strips of equal height, one below the other: no layout of the desktop does that on a wide screen.
fn strips(question: &Question) -> Vec<Placement> {
    let (area, count) = (question.area, question.windows.len() as f64);
    let height = (area.height() - question.gap * (count - 1.0)) / count;
    let strip = |(index, window): (usize, WindowId)| Placement {
        window,
        rect: rect(area.min_x(), area.min_y() + index as f64 * (height + question.gap), area.width(), height),
        visible: true,
    };
    question.windows.iter().map(|subject| subject.window).enumerate().map(strip).collect()
}

impl Play {
    /// One output of 1000 × 600 whose workspace has the layout `strips`.
    fn new(offer: Offer) -> Self {
        let mut play =
            Self { t: Bench::new(Settings { layout: LayoutKind::MasterStack, ..Settings::plain() }), asked: Vec::new(), taken: None };
        play.run(Op::Command(Do::Plug(1000, 600, 1.0)));
        play.offer(offer).unwrap();
        play.run(Op::Command(Do::Layout(LayoutKind::Outside(offer.name))));
        play
    }

    /// Of a locked session other invariants are true.
    fn run(&mut self, op: Op) {
        if self.t.desktop.is_locked() {
            self.t.step(op)
        } else {
            self.t.run([op])
        }
        self.hear();
    }

    fn check(&self) {
        if !self.t.desktop.is_locked() {
            super::invariants::assert_invariants(&self.t);
        }
    }

    fn refresh(&mut self, provider: ProviderId, name: LayoutName) -> Result<(), Refusal> {
        let effects = self.t.desktop.refresh_layout(provider, name, self.t.now)?;
        self.t.take(effects);
        self.hear();
        Ok(())
    }

    fn hear(&mut self) {
        for effect in std::mem::take(&mut self.t.effects) {
            if let Effect::AskLayout { provider, serial, question } = effect {
                self.asked.push((provider, serial, question));
            }
        }
    }

    fn command(&mut self, line: &str) {
        command(&mut self.t, line);
        self.hear();
    }

    fn offer(&mut self, offer: Offer) -> Result<(), Refusal> {
        let effects = self.t.desktop.offer_layout(&program(), PROGRAM, offer, self.t.now)?;
        self.t.take(effects);
        self.hear();
        Ok(())
    }

    fn gone(&mut self, provider: ProviderId) {
        let effects = self.t.desktop.provider_gone(provider, self.t.now);
        self.t.take(effects);
        self.hear();
        self.check();
    }

    fn say(&mut self, provider: ProviderId, serial: u64, placements: &[Placement]) -> Result<(), BadAnswer> {
        let (effects, result) = self.t.desktop.answer_layout(provider, serial, placements, self.t.now);
        self.t.take(effects);
        self.hear();
        self.check();
        result
    }

    /// Answers everything that was asked, and what is asked because of that. Answers how many questions there were.
    fn program_answers(&mut self) -> usize {
        let mut count = 0;
        while !self.asked.is_empty() {
            let (provider, serial, question) = self.asked.remove(0);
            count += 1;
            match self.say(provider, serial, &strips(&question)) {
                Ok(()) | Err(BadAnswer::Over(_)) => {}
                Err(bad) => panic!("{bad}: {question:?}"),
            }
        }
        count
    }

    /// Everybody answers, the program and the clients.
    fn answer(&mut self) {
        for _ in 0..4 {
            self.program_answers();
            self.run(Op::AllCommit);
        }
        self.program_answers();
    }

    fn open(&mut self, n: u8) {
        self.run(Op::Open(n, 300, 200));
        self.answer();
    }

    /// One that is known again after a restart.
    fn open_known(&mut self, n: u8) {
        self.run(Op::Open(n, 300, 200));
        self.t.change(n, WindowChange::AppId(format!("app-{n}")));
        self.answer();
    }

    fn areas(&self, windows: &[u8]) -> Vec<[f64; 4]> {
        windows.iter().map(|n| self.t.area(*n)).collect()
    }
}

/// Windows 1, 2, … from top to bottom, which is what the program says.
fn stacked(count: usize) -> Vec<[f64; 4]> {
    let height = 600.0 / count as f64;
    (0..count).map(|index| [0.0, index as f64 * height, 1000.0, height]).collect()
}

#[test]
fn a_program_says_where_windows_go() {
    let mut play = Play::new(offer());
    for n in 1..=3 {
        play.open(n);
    }
    assert_eq!(play.areas(&[1, 2, 3]), stacked(3));
    play.run(Op::Close(2));
    play.answer();
    assert_eq!(play.areas(&[1, 3]), stacked(2));
    let info = play.t.desktop.offered_layouts().pop().unwrap();
    assert_eq!((info.offer, info.pid, info.answers, info.workspaces.len()), (offer(), Some(7), true, 1));
    play.t.come_to_rest();
}

#[test]
fn a_new_window_gets_its_first_size_when_the_program_has_answered() {
    let mut play = Play::new(offer());
    play.open(1);
    play.run(Op::Open(2, 300, 200));
    assert!(play.t.clients[&2].pending.is_empty());
    assert_eq!(play.areas(&[1]), stacked(1));
    assert_eq!(play.program_answers(), 1);
    let size = play.t.clients[&2].pending[0].1.size.unwrap();
    assert_eq!((size.width, size.height), (1000.0, 300.0));
    // When it is shown, that answer is all that is needed.
    play.run(Op::ClientCommits(2));
    assert_eq!(play.asked.len(), 0);
    play.run(Op::AllCommit);
    assert_eq!(play.areas(&[1, 2]), stacked(2));
}

#[test]
fn a_program_that_is_late_leaves_windows_to_the_fallback_until_its_answer_comes() {
    let mut play = Play::new(offer());
    play.open(1);
    play.run(Op::Open(2, 300, 200));
    play.run(Op::Pass(19));
    assert!(play.t.clients[&2].pending.is_empty());
    play.run(Op::Pass(1));
    assert_eq!(play.t.clients[&2].pending.len(), 1);
    play.run(Op::AllCommit);
    play.run(Op::Pass(20));
    play.run(Op::AllCommit);
    // The grid has columns where the program has rows.
    assert_eq!(play.areas(&[1, 2]), [[0.0, 0.0, 500.0, 600.0], [500.0, 0.0, 500.0, 600.0]]);
    play.answer();
    assert_eq!(play.areas(&[1, 2]), stacked(2));
}

#[test]
fn windows_stay_where_they_are_while_the_program_thinks() {
    let mut play = Play::new(offer());
    (1..=3).for_each(|n| play.open(n));
    play.run(Op::Close(3));
    assert_eq!(play.asked.len(), 0, "that was known before the third one came");
    play.answer();
    play.run(Op::Limits(1, (0, 100), (0, 0)));
    assert_eq!(play.asked.len(), 1);
    let before = play.areas(&[1, 2]);
    play.run(Op::Pass(19));
    assert_eq!(play.areas(&[1, 2]), before);
    assert!(play.t.clients.values().all(|client| client.pending.is_empty()));
    play.program_answers();
    assert_eq!(play.areas(&[1, 2]), before);
    assert_eq!(play.t.desktop.deadline(), None);
}

#[test]
fn what_is_known_is_not_asked_again() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    for _ in 0..3 {
        play.run(Op::Command(Do::Minimize(2, true)));
        play.run(Op::Command(Do::Minimize(2, false)));
        play.run(Op::AllCommit);
        assert_eq!(play.asked.len(), 0);
    }
    assert_eq!(play.areas(&[1, 2]), stacked(2));
    // Unless the program says that it thinks otherwise now.
    play.refresh(PROGRAM, offer().name).unwrap();
    assert_eq!(play.asked.len(), 1);
    assert!(matches!(play.refresh(ProviderId(2), offer().name), Err(Refusal::NoLayout { .. })));
}

#[test]
fn nobody_waits_for_a_program_that_is_always_late_until_it_is_in_time_again() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    for n in 0..MAX_MISSES {
        assert!(play.t.desktop.offered_layouts()[0].answers);
        play.run(Op::Limits(1, (0, 100 + n as i32), (0, 0)));
        play.run(Op::Pass(20));
        play.answer();
    }
    assert!(!play.t.desktop.offered_layouts()[0].answers);
    play.run(Op::Open(3, 300, 200));
    assert_eq!(play.t.clients[&3].pending.len(), 1, "it is not held up");
    assert_eq!(play.t.desktop.deadline().filter(|deadline| *deadline < play.t.now.after(crate::outside::PATIENCE)), None);
    // Its answers still count, and one in time makes up for all.
    play.answer();
    assert_eq!(play.areas(&[1, 2, 3]), stacked(3));
    assert!(play.t.desktop.offered_layouts()[0].answers);
}

#[test]
fn a_program_that_reads_nothing_is_asked_no_more_and_goes_on_when_it_answers() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    for n in 0..100 {
        play.run(Op::Limits(1, (0, 100 + n), (0, 0)));
        play.run(Op::Pass(500));
    }
    assert_eq!(play.asked.len(), MAX_OWED);
    play.answer();
    assert_eq!(play.areas(&[1, 2]), stacked(2));
}

#[test]
fn a_program_that_died_leaves_the_fallback_and_finds_its_windows_again() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    play.run(Op::Limits(1, (0, 100), (0, 0)));
    play.gone(PROGRAM);
    assert_eq!(play.t.desktop.deadline().filter(|deadline| *deadline < play.t.now.after(crate::outside::PATIENCE)), None);
    play.run(Op::AllCommit);
    assert_eq!(play.areas(&[1, 2])[1], [500.0, 0.0, 500.0, 600.0]);
    let kept = play.t.desktop.workspaces()[0].layout;
    assert_eq!(kept.to_string(), "strips");
    // To choose what is not there would be a mistake.
    let refusal = play.t.command("set-layout strips".parse().unwrap()).unwrap_err();
    assert_eq!(refusal.to_string(), "nobody offers a layout strips; no program offers any");
    play.asked.clear();
    play.offer(offer()).unwrap();
    play.answer();
    assert_eq!(play.areas(&[1, 2]), stacked(2));
}

#[test]
fn names_are_taken_and_programs_offer_so_many_layouts() {
    let mut play = Play::new(offer());
    let mut offers = |provider, name: &str| {
        let offer = Offer { name: LayoutName::new(name).unwrap(), ..offer() };
        play.t.desktop.offer_layout(&program(), ProviderId(provider), offer, play.t.now).map(drop).map_err(|refusal| refusal.to_string())
    };
    assert_eq!(offers(2, "strips"), Err("another program offers a layout strips already (process 7)".to_owned()));
    assert_eq!(offers(1, "strips"), Ok(()));
    for n in 0..MAX_OFFERS_EACH {
        assert_eq!(offers(2, &format!("x{n}")), Ok(()));
    }
    assert_eq!(offers(2, "more"), Err("one program can offer 16 layouts and no more".to_owned()));
    for n in MAX_OFFERS_EACH + 1..MAX_OFFERS {
        assert_eq!(offers(n as u64, &format!("x{n}")), Ok(()));
    }
    assert_eq!(offers(99, "more"), Err("programs offer 64 layouts already, which is the most".to_owned()));
    let observer = Caller::Program { pid: None, scopes: Scopes::OBSERVE };
    let refused = play.t.desktop.offer_layout(&observer, PROGRAM, offer(), play.t.now);
    assert_eq!(refused, Err(Refusal::NotPermitted { scope: "observe and arrange" }));
    let stranger = play.t.desktop.withdraw_layout(PROGRAM, name("x0"), play.t.now);
    assert_eq!(stranger, Err(Refusal::NoLayout { name: name("x0"), offered: vec![name("strips")] }));
    assert!(play.t.desktop.withdraw_layout(PROGRAM, name("strips"), play.t.now).is_ok());
}

#[test]
fn every_command_has_an_answer_in_a_layout_from_outside() {
    let mut play = Play::new(offer());
    (1..=3).for_each(|n| play.open(n));
    for line in super::histories::TILE_COMMANDS.iter().filter(|line| !line.starts_with("cycle") && !line.contains("drag")) {
        let mut desktop = play.t.desktop.clone();
        if let Err(refusal) = desktop.apply(&Caller::Person, line.parse().unwrap(), play.t.now) {
            let text = refusal.to_string();
            assert!(
                text.contains("and this workspace has strips") || text.contains("there is nothing") || text.contains("there is no window"),
                "{line}: {text}"
            );
        }
    }
    // The order is for commands to change, and the program is told of it.
    play.command("focus-window up");
    play.command("move-towards up");
    play.answer();
    assert_eq!(play.areas(&[2, 1, 3]), stacked(3));
    play.command("swap-window down");
    play.answer();
    assert_eq!(play.areas(&[1, 2, 3]), stacked(3));
    // It heeds no sizes.
    let resize: Command = "resize-window 1000x400".parse().unwrap();
    assert!(matches!(play.t.command(resize), Err(Refusal::NothingToChange(_))));
    assert_eq!(play.t.desktop.tile_towards(play.t.clients[&2].id, Direction::Down), Some(play.t.clients[&3].id));
}

#[test]
fn sizes_and_parameters_go_to_a_program_that_heeds_them_and_undo_takes_them_back() {
    let mut play = Play::new(Offer { resizes: true, ..offer() });
    (1..=2).for_each(|n| play.open(n));
    play.command("resize-window 1000x400");
    let question = play.asked[0].2.clone();
    assert_eq!((question.windows[1].wish.width, question.windows[1].wish.height), (0.0, 400.0));
    play.answer();
    play.command("resize-window-by 0,-50 --window last");
    assert_eq!(play.asked[0].2.windows[0].wish.height, 250.0);
    play.answer();
    play.command("set-layout-parameters 'main = 2'");
    assert_eq!(play.asked[0].2.parameters, "main = 2");
    assert!(play.t.command("set-layout-parameters 'main = 2'".parse().unwrap()).is_err());
    let long = Command::SetLayoutParameters { text: "x".repeat(1025), workspace: crate::WorkspaceRef::Focused };
    assert_eq!(play.t.command(long), Err(Refusal::BadParameters { most: 1024 }));
    play.answer();
    play.command("balance");
    assert_eq!(play.asked[0].2.windows[0].wish.height, 0.0);
    play.answer();
    for _ in 0..3 {
        play.command("undo");
        play.answer();
    }
    let [ref outline] = play.t.desktop.memory().workspaces[..] else { panic!() };
    let Some(crate::tiles::Outline::Outside { windows, parameters, .. }) = &outline.tiles else { panic!("{outline:?}") };
    assert_eq!((parameters.as_str(), windows.iter().filter(|(_, wish)| wish.is_some()).count()), ("", 1));
    play.command("set-layout grid");
    assert!(play.t.command("set-layout-parameters x".parse().unwrap()).is_err());
    play.command("cycle-layout --back on");
    play.command("cycle-layout --back on");
    play.command("cycle-layout --back on");
    play.command("cycle-layout --back on");
    play.command("cycle-layout --back on");
    assert_eq!(play.t.desktop.workspaces()[0].layout, LayoutKind::Outside(offer().name));
}

#[test]
fn a_locked_session_asks_nobody_and_asks_when_it_is_unlocked() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    play.t.observe(Event::Locked(true));
    // Nobody has the focus, which is what other invariants are about.
    play.t.step(Op::Limits(1, (0, 100), (0, 0)));
    play.t.step(Op::Open(3, 300, 200));
    play.hear();
    assert_eq!(play.t.clients[&3].pending.len(), 1);
    assert_eq!(play.asked.len(), 0);
    // A program that was started again meanwhile is welcome.
    let effects = play.t.desktop.provider_gone(PROGRAM, play.t.now);
    play.t.take(effects);
    play.offer(offer()).unwrap();
    assert_eq!(play.asked.len(), 0);
    play.t.step(Op::AllCommit);
    play.t.observe(Event::Locked(false));
    play.hear();
    play.answer();
    assert_eq!(play.areas(&[1, 2, 3]), stacked(3));
}

#[test]
fn a_question_that_is_open_when_the_session_is_locked_wakes_nobody() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    play.run(Op::Limits(1, (0, 100), (0, 0)));
    let (_, serial, question) = play.asked.remove(0);
    play.t.observe(Event::Locked(true));
    play.t.step(Op::Pass(100));
    assert!(play.t.desktop.deadline().is_none_or(|deadline| deadline > play.t.now));
    // Nobody has the focus, which is what other invariants are about.
    let (_, answer) = play.t.desktop.answer_layout(PROGRAM, serial, &strips(&question), play.t.now);
    assert_eq!(answer, Err(BadAnswer::Over(serial)));
    play.t.observe(Event::Locked(false));
    play.hear();
    play.answer();
    assert_eq!(play.areas(&[1, 2]), stacked(2));
}

#[test]
fn a_window_waits_once_however_often_the_question_about_it_changes() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    play.t.step(Op::Open(3, 300, 200));
    for step in 0..4 {
        assert_eq!(play.t.clients[&3].pending.len(), 0, "after {step} steps");
        play.t.step(Op::Limits(1, (0, 100 + step), (0, 0)));
        play.t.step(Op::Pass(5));
    }
    assert_eq!(play.t.clients[&3].pending.len(), 1);
}

#[test]
fn a_window_gets_the_size_that_was_said_although_something_else_is_asked_by_now() {
    let mut play = Play::new(offer());
    play.open(1);
    play.run(Op::Open(2, 300, 200));
    play.run(Op::Limits(1, (0, 100), (0, 0)));
    // What is there is asked about as well.
    assert_eq!(play.asked.iter().map(|(.., question)| question.windows.len()).collect::<Vec<_>>(), [2, 1]);
    let (provider, serial, question) = play.asked.remove(0);
    play.say(provider, serial, &strips(&question)).unwrap();
    let size = play.t.clients[&2].pending[0].1.size.unwrap();
    assert_eq!((size.width, size.height), (1000.0, 300.0));
    play.answer();
    assert_eq!(play.areas(&[1, 2]), stacked(2));
}

#[test]
fn an_output_that_is_unplugged_in_between_costs_no_window() {
    let mut play = Play::new(offer());
    (1..=2).for_each(|n| play.open(n));
    play.run(Op::Limits(1, (0, 100), (0, 0)));
    let (_, serial, question) = play.asked.remove(0);
    play.run(Op::Command(Do::Unplug(0)));
    assert_eq!(play.say(PROGRAM, serial, &strips(&question)), Err(BadAnswer::Over(serial)));
    play.run(Op::Command(Do::Plug(500, 900, 2.0)));
    play.answer();
    let areas = play.areas(&[1, 2]);
    assert!(areas.iter().all(|[x, _, width, height]| (*x, *width, *height) == (0.0, 250.0, 225.0)), "{areas:?}");
}

#[test]
fn who_is_interested_hears_of_layouts() {
    let mut play = Play::new(offer());
    let effects = play.t.desktop.provider_gone(PROGRAM, play.t.now);
    assert!(effects.contains(&Effect::Notify(Notice::LayoutsChanged)));
    assert_eq!(play.t.desktop.provider_gone(PROGRAM, play.t.now), vec![]);
    assert_eq!(play.t.desktop.offered_layouts(), vec![]);
}
