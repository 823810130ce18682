//! Random histories with programs that do everything wrong that a program can do.

use proptest::{collection::vec, prelude::*};

use super::{Play, program, strips};
use crate::{
    Caller, Event, LayoutKind,
    outside::{Fallback, LayoutName, Offer, ProviderId},
    tests::{
        bench::{Do, Op},
        histories::{cases, op},
    },
    tiles::Placement,
};

#[derive(Debug, Clone)]
enum Happens {
    Desktop(Op),
    /// The focused workspace gets the n-th layout.
    Chosen(u8),
    Offers(u8, Offer),
    Withdraws(u8),
    Dies(u8),
    /// The oldest question is answered like this.
    Answers(How),
    /// All are answered well, until there are none.
    AnswersAll,
    /// The oldest question is not answered.
    Loses,
    Parameters(&'static str),
    Refreshes(u8, u8),
    Locked(bool),
    /// A snapshot is taken, and put back.
    Taken,
    PutBack,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Well,
    /// By another connection.
    Stolen,
    Twice,
    /// One is missing, at the place of another, moved by as much, or hidden.
    Without,
    Doubled,
    Moved(f64, f64),
    Sized(f64, f64),
    Hiding,
}

const NAMES: [&str; 3] = ["strips", "spiral", "x"];

fn happens() -> impl Strategy<Value = Happens> {
    let number = prop_oneof![-900.0..900.0_f64, Just(f64::NAN), Just(f64::INFINITY), Just(1e300)];
    let how = prop_oneof![
        6 => Just(How::Well),
        1 => Just(How::Stolen),
        1 => Just(How::Twice),
        1 => Just(How::Without),
        1 => Just(How::Doubled),
        1 => (number.clone(), number.clone()).prop_map(|(x, y)| How::Moved(x, y)),
        1 => (number.clone(), number).prop_map(|(x, y)| How::Sized(x, y)),
        1 => Just(How::Hiding),
    ];
    let fallback = prop_oneof![Just(Fallback::Grid), Just(Fallback::MasterStack), Just(Fallback::Monocle)];
    let offer = (0..3_usize, fallback, any::<bool>(), any::<bool>()).prop_map(|(name, fallback, follows_focus, resizes)| Offer {
        name: LayoutName::new(NAMES[name]).unwrap(),
        fallback,
        follows_focus,
        resizes,
    });
    prop_oneof![
        20 => op().prop_map(Happens::Desktop),
        4 => (0..3_u8).prop_map(Happens::Chosen),
        3 => (0..2_u8, offer).prop_map(|(provider, offer)| Happens::Offers(provider, offer)),
        1 => (0..2_u8).prop_map(Happens::Withdraws),
        1 => (0..2_u8).prop_map(Happens::Dies),
        8 => how.prop_map(Happens::Answers),
        4 => Just(Happens::AnswersAll),
        2 => Just(Happens::Loses),
        1 => proptest::sample::select(vec!["", "a", "b"]).prop_map(Happens::Parameters),
        2 => (0..2_u8, 0..3_u8).prop_map(|(provider, name)| Happens::Refreshes(provider, name)),
        1 => any::<bool>().prop_map(Happens::Locked),
        1 => Just(Happens::Taken),
        1 => Just(Happens::PutBack),
    ]
}

fn spoilt(mut good: Vec<Placement>, how: How) -> Vec<Placement> {
    let Some(last) = good.last().copied() else { return good };
    let mut replace = |new: Placement| {
        good.pop();
        good.push(new);
    };
    match how {
        How::Well | How::Stolen | How::Twice => {}
        How::Without => drop(good.pop()),
        How::Doubled => good.push(last),
        How::Moved(x, y) => replace(Placement { rect: last.rect.translate(euclid::vec2(x, y)), ..last }),
        How::Sized(width, height) => {
            replace(Placement { rect: euclid::Rect::new(last.rect.origin, euclid::size2(width, height)), ..last });
        }
        How::Hiding => replace(Placement { visible: false, ..last }),
    }
    good
}

impl Play {
    fn happens(&mut self, what: Happens) {
        match what {
            Happens::Desktop(op) => self.run(op),
            Happens::Chosen(n) => {
                let name = LayoutName::new(NAMES[usize::from(n)]).unwrap();
                self.run(Op::Command(Do::Layout(LayoutKind::Outside(name))));
            }
            Happens::Offers(provider, offer) => {
                let provider = ProviderId(provider.into());
                if let Ok(effects) = self.t.desktop.offer_layout(&program(), provider, offer, self.t.now) {
                    self.t.take(effects);
                    self.hear();
                }
            }
            Happens::Withdraws(provider) => {
                for name in NAMES {
                    let name = LayoutName::new(name).unwrap();
                    if let Ok(effects) = self.t.desktop.withdraw_layout(ProviderId(provider.into()), name, self.t.now) {
                        self.t.take(effects);
                        self.hear();
                    }
                }
            }
            Happens::Dies(provider) => self.gone(ProviderId(provider.into())),
            Happens::Answers(how) if !self.asked.is_empty() => {
                let (provider, serial, question) = self.asked.remove(0);
                let provider = if matches!(how, How::Stolen) { ProviderId(77) } else { provider };
                // Refused or not: the invariants hold.
                let answer = spoilt(strips(&question), how);
                drop(self.say(provider, serial, &answer));
                if matches!(how, How::Twice) {
                    drop(self.say(provider, serial, &answer));
                }
            }
            Happens::Loses if !self.asked.is_empty() => drop(self.asked.remove(0)),
            Happens::AnswersAll => {
                for (provider, serial, question) in std::mem::take(&mut self.asked) {
                    drop(self.say(provider, serial, &strips(&question)));
                }
            }
            Happens::Answers(_) | Happens::Loses => {}
            Happens::Parameters(text) => {
                let command = crate::Command::SetLayoutParameters { text: text.to_owned(), workspace: crate::WorkspaceRef::Focused };
                drop(self.t.command(command));
                self.hear();
            }
            Happens::Refreshes(provider, name) => {
                let name = LayoutName::new(NAMES[usize::from(name)]).unwrap();
                drop(self.refresh(ProviderId(provider.into()), name));
            }
            Happens::Locked(on) => {
                self.t.observe(Event::Locked(on));
                self.hear();
            }
            Happens::Taken => self.taken = Some(self.t.desktop.memory()),
            Happens::PutBack => {
                if let Some(memory) = &self.taken
                    && let Ok((effects, _)) = self.t.desktop.restore(&Caller::Person, "x", memory, self.t.now)
                {
                    self.t.take(effects);
                    self.hear();
                }
            }
        }
        self.check();
    }
}

#[test]
fn where_pixels_have_become_larger_nobody_waits_between_them() {
    let offer = Offer { name: LayoutName::new("strips").unwrap(), fallback: Fallback::Grid, follows_focus: false, resizes: true };
    let mut play = Play::new(offer);
    play.happens(Happens::Desktop(Op::Open(0, 1, 1)));
    play.happens(Happens::Desktop(Op::Command(Do::Configure(0, 1, 1, 8.0))));
    play.happens(Happens::AnswersAll);
    play.happens(Happens::Desktop(Op::Command(Do::Undo)));
    play.t.come_to_rest();
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn whatever_programs_do_the_invariants_hold_and_no_window_is_lost(happens in vec(happens(), 1..40)) {
        let offer = Offer { name: LayoutName::new("strips").unwrap(), fallback: Fallback::Grid, follows_focus: false, resizes: true };
        let mut play = Play::new(offer);
        for what in happens {
            play.happens(what);
        }
        play.happens(Happens::Locked(false));
        play.t.come_to_rest();
    }
}
