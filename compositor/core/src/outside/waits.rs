//! Who waits for an answer, for how long, and what is under way meanwhile.
//!
//! Each that asks has one question under way at most. What it would like to know may change in between, as with every motion of a hand that
//! drags an edge: then the answer to the older question is shown if it can be, and the newest is put after it. So a program is never further
//! behind than two of its answers take, however fast the hand is, and one that does not answer freezes nothing for longer than [`PATIENCE`].
//!
//! A question stays under way when nobody waits for its answer any more: a window that is late is shown without it and then belongs to those
//! that are there, which is the same question, and a hand goes back to where it was. So the answer is taken when it comes, and nothing is
//! asked twice.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use glasshouse_scene::LogicalRect;

use super::{
    LayoutName, PATIENCE, ProviderId, Question,
    registry::{Answer, Offered, Offers},
};
use crate::{
    effect::{Effect, Effects, Notice},
    ids::{OutputId, Timestamp, WindowId, WorkspaceId},
    layout::tiles::Said,
};

/// After so long without an answer a question is taken for lost, and a newer one put in its place. Programs that are merely slow are asked one
/// thing after the other, since each question more would only make them later.
pub(super) const LOST: Duration = Duration::from_millis(500);

/// Who would like to know something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asker {
    pub(super) workspace: WorkspaceId,
    /// Where this window will be; `None`: where the tiles are that are there.
    pub(super) newcomer: Option<WindowId>,
}

/// Somebody does not know yet what it would like to know.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    pub(super) layout: LayoutName,
    /// When it does without. Only something to show gives it more time.
    pub(super) until: Timestamp,
    /// It does without. Answers still count when they come.
    pub(super) given_up: bool,
    /// What was just said in time to a question that may not be the newest.
    pub(super) said: Option<(Arc<Question>, Arc<Said>)>,
}

/// A question under way.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) provider: ProviderId,
    pub(super) serial: u64,
    pub(super) question: Arc<Question>,
    pub(super) at: Timestamp,
    /// Something else is to be known by now.
    pub(super) overtaken: bool,
    /// It was answered, and the answer could not be carried out.
    pub(super) wrong: bool,
    /// A tick came when it should have been answered.
    pub(super) late: bool,
}

/// What a question is about, but for the windows: the layout, where it is, its scale and its area.
pub(super) type About = (LayoutName, WorkspaceId, OutputId, f64, LogicalRect);

/// What somebody who asks has got.
pub(super) enum Outlook {
    /// The answer, or one that will do until there is one.
    Said(Arc<Said>),
    /// Nothing yet, but it may come.
    Open,
    /// Nothing that is worth waiting for.
    Nothing,
}

impl Question {
    /// Whether what is said to this one can be shown until `newer` has an answer: it is about the same windows in the same area.
    pub(super) fn serves(&self, newer: &Self) -> bool {
        let ids = |question: &Self| question.windows.iter().map(|subject| subject.window).collect::<BTreeSet<_>>();
        self.about() == newer.about() && self.windows.len() == newer.windows.len() && ids(self) == ids(newer)
    }

    pub(super) fn about(&self) -> About {
        (self.layout, self.workspace, self.output, self.scale, self.area)
    }
}

impl Said {
    /// Whether somebody would see `focused`.
    fn shows(&self, focused: Option<WindowId>) -> bool {
        focused.is_none_or(|focused| self.tiles.iter().any(|tile| tile.window == focused && tile.visible))
    }
}

impl Asked {
    pub(super) fn is(&self, provider: ProviderId, serial: u64) -> bool {
        (self.provider, self.serial) == (provider, serial)
    }

    /// Whether its answer would be in time now.
    pub(super) fn is_in_time(&self, now: Timestamp) -> bool {
        now < self.at.after(PATIENCE)
    }
}

impl Offered {
    /// It has not answered a question by `until`, or not well. However many questions ended at that moment, it is one hiccup.
    pub(super) fn miss(&mut self, layout: LayoutName, until: Timestamp, effects: &mut Effects) {
        if self.missed.replace(until) == Some(until) {
            return;
        }
        self.misses = self.misses.saturating_add(1);
        if self.misses == super::MAX_MISSES {
            tracing::warn!(%layout, "a layout does not answer in time: windows do not wait for it any more");
            effects.push(Effect::Notify(Notice::LayoutsChanged));
        }
    }
}

impl Offers {
    /// When somebody has waited long enough, or a question is late or to be taken for lost.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        let due = |(asker, wait): (&Asker, &Wait)| if wait.given_up { self.lost_at(asker, wait) } else { Some(wait.until) };
        let late = self.under_way.values().filter(|asked| !asked.late).map(|asked| asked.at.after(PATIENCE));
        self.waits.iter().filter_map(due).chain(late).min()
    }

    /// When the question under way is taken for lost. `None`: there is no other one to be put, or no room for it.
    fn lost_at(&self, asker: &Asker, wait: &Wait) -> Option<Timestamp> {
        let asked = self.under_way.get(asker).filter(|asked| asked.overtaken)?;
        self.offered.get(&wait.layout).filter(|offered| offered.has_room()).map(|_| asked.at.after(LOST))
    }

    /// Ends what has lasted long enough. Only a tick does, which comes when everything was heard that was said before: an answer that lies
    /// there already is not late.
    pub(crate) fn end_waits(&mut self, now: Timestamp, effects: &mut Effects) {
        let is_lost = |asker: &Asker, wait: &Wait| wait.given_up && self.lost_at(asker, wait).is_some_and(|lost_at| now >= lost_at);
        let lost: Vec<Asker> = self.waits.iter().filter(|(asker, wait)| is_lost(asker, wait)).map(|(asker, _)| *asker).collect();
        for asker in lost {
            self.under_way.remove(&asker);
        }
        for asked in self.under_way.values_mut() {
            asked.late |= !asked.is_in_time(now);
        }
        for wait in self.waits.values_mut() {
            if !wait.given_up && now >= wait.until {
                wait.given_up = true;
                if let Some(offered) = self.offered.get_mut(&wait.layout) {
                    offered.miss(wait.layout, wait.until, effects);
                }
            }
        }
    }

    /// What was last said that can be shown until this question has an answer.
    pub(super) fn stopgap(&self, question: &Question) -> Option<Arc<Said>> {
        let serves = |(answered, said): &&Answer| answered.serves(question) && said.shows(question.focused);
        self.answers.get(&question.workspace)?.iter().rev().find(serves).map(|(_, said)| Arc::clone(said))
    }

    /// What somebody who would like to know this can be told. What is not known is asked, now or after what is under way.
    pub(super) fn outlook(&mut self, asker: Asker, question: &Arc<Question>, now: Timestamp, effects: &mut Effects) -> Outlook {
        if let Some(said) = self.answer_to(question) {
            // What is under way stays so: nothing else is put before it is answered, or this one would have a queue for the places in between.
            self.waits.remove(&asker);
            return Outlook::Said(said);
        }
        let Some(offered) = self.offered.get(&question.layout) else { return Outlook::Nothing };
        let begun = Wait { layout: question.layout, until: now.after(PATIENCE), given_up: offered.is_slow(), said: None };
        let wait = self.waits.entry(asker).or_insert_with(|| begun.clone());
        if wait.layout != question.layout {
            *wait = begun;
        }
        let said = wait.said.take().filter(|(answered, said)| answered.serves(question) && said.shows(question.focused));
        if said.is_some() {
            (wait.until, wait.given_up) = (now.after(PATIENCE), false);
        }
        match said {
            // It is told at once how large it will be. Where it is when it is there is another question.
            Some((_, said)) if asker.newcomer.is_some() => {
                self.waits.remove(&asker);
                Outlook::Said(said)
            }
            said => {
                self.take_over(asker, question);
                self.put(asker, question, now, effects);
                let given_up = self.waits.get(&asker).is_none_or(|wait| wait.given_up);
                match said {
                    Some((_, said)) => Outlook::Said(said),
                    None if given_up => Outlook::Nothing,
                    None => Outlook::Open,
                }
            }
        }
    }

    /// Makes a question that is under way already somebody else's, if nobody waits for it: a window was to come with that and has come
    /// without. Its time goes on.
    fn take_over(&mut self, asker: Asker, question: &Arc<Question>) {
        let is_left = |other: &Asker, asked: &Asked| *other != asker && asked.question == *question && !self.waits.contains_key(other);
        let Some(other) = self.under_way.iter().find(|(other, asked)| is_left(other, asked)).map(|(other, _)| *other) else { return };
        let Some(asked) = self.under_way.remove(&other) else { return };
        if let Some(wait) = self.waits.get_mut(&asker) {
            wait.until = wait.until.min(asked.at.after(PATIENCE));
            wait.given_up |= asked.late;
        }
        // What was under way before may still be answered as well.
        if let Some(before) = self.under_way.insert(asker, asked) {
            self.under_way.insert(other, before);
        }
    }

    /// Puts a question for somebody who waits, unless another one is under way whose answer will do for now.
    fn put(&mut self, asker: Asker, question: &Arc<Question>, now: Timestamp, effects: &mut Effects) {
        let (Some(wait), Some(offered)) = (self.waits.get_mut(&asker), self.offered.get_mut(&question.layout)) else { return };
        if let Some(asked) = self.under_way.get_mut(&asker) {
            asked.overtaken = asked.question != *question;
            if !asked.overtaken {
                // A program that was told of its mistake may put it right. There is no time for that.
                wait.given_up |= asked.wrong;
                return;
            }
            if !asked.wrong && asked.question.serves(question) {
                return;
            }
        }
        self.under_way.remove(&asker);
        if !offered.has_room() {
            wait.given_up = true;
            return;
        }
        let provider = offered.provider;
        let last = self.serials.entry(provider).or_default();
        *last += 1;
        let serial = *last;
        offered.owed.insert(serial);
        let asked = Asked { provider, serial, question: Arc::clone(question), at: now, overtaken: false, wrong: false, late: false };
        self.under_way.insert(asker, asked);
        effects.push(Effect::AskLayout { provider, serial, question: Arc::clone(question) });
    }
}
