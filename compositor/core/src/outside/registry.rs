//! Who offers which layout.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use glasshouse_scene::LogicalRect;

use super::{
    LayoutName, MAX_MISSES, MAX_OWED, MAX_PARAMETERS, Offer, ProviderId, Question,
    waits::{Asked, Asker, Wait},
};
use crate::{
    command::{Act, Caller, LayoutKind, Refusal},
    desktop::Desktop,
    effect::{Effect, Effects, Notice},
    ids::{Timestamp, WindowId, WorkspaceId},
    layout::tiles::{Said, Terms, Tiling},
    permit::permit,
};

/// Layouts that all programs offer together.
pub const MAX_OFFERS: usize = 64;
/// Layouts that one connection offers.
pub const MAX_OFFERS_EACH: usize = 16;

/// Everything that is known of layouts from outside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offers {
    pub(super) offered: BTreeMap<LayoutName, Offered>,
    /// Those that do not know yet what they would like to know.
    pub(super) waits: BTreeMap<Asker, Wait>,
    /// What was asked and has no good answer yet, with who asked it. It may have been told what it would like to know since, or be content.
    pub(super) under_way: BTreeMap<Asker, Asked>,
    /// Good answers, per workspace, the one used last at the end.
    pub(super) answers: BTreeMap<WorkspaceId, VecDeque<Answer>>,
    /// Workspaces whose windows lie where they lay.
    pub(super) waiting: BTreeSet<WorkspaceId>,
    /// Windows that are not configured for the first time yet.
    pub(super) awaited: BTreeSet<WindowId>,
    /// Where such windows will be.
    pub(super) foretold: BTreeMap<WindowId, LogicalRect>,
    /// How many questions each connection was ever asked: their serials are the numbers up to there.
    pub(super) serials: BTreeMap<ProviderId, u64>,
}

/// A question and what was said to it.
pub(super) type Answer = (Arc<Question>, Arc<Said>);

/// A layout, and how its program keeps to it.
#[derive(Debug, Clone)]
pub(super) struct Offered {
    pub(super) offer: Offer,
    pub(super) provider: ProviderId,
    pub(super) pid: Option<i32>,
    /// In a row.
    pub(super) misses: u32,
    /// When it should have answered what it missed last.
    pub(super) missed: Option<Timestamp>,
    /// What it was asked and has not answered.
    pub(super) owed: BTreeSet<u64>,
}

/// A layout that a program offers, as others see it.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutInfo {
    pub offer: Offer,
    pub pid: Option<i32>,
    /// Whether it keeps to its time: if not, nobody waits for it.
    pub answers: bool,
    /// Which workspaces have it.
    pub workspaces: Vec<WorkspaceId>,
}

impl Offered {
    pub(super) fn terms(&self) -> Terms {
        Terms { fallback: self.offer.fallback, resizes: self.offer.resizes }
    }

    pub(super) fn is_slow(&self) -> bool {
        self.misses >= MAX_MISSES
    }

    pub(super) fn has_room(&self) -> bool {
        self.owed.len() < MAX_OWED
    }
}

impl Offers {
    /// # Errors
    ///
    /// [`Refusal::NoLayout`] with those that there are.
    pub(crate) fn known(&self, name: LayoutName) -> Result<(), Refusal> {
        let offered = || self.offered.keys().copied().collect();
        if self.offered.contains_key(&name) { Ok(()) } else { Err(Refusal::NoLayout { name, offered: offered() }) }
    }

    /// Those that are offered, for whoever goes through all.
    pub(crate) fn names(&self) -> impl Iterator<Item = LayoutName> {
        self.offered.keys().copied()
    }

    /// Nothing that was said of this layout counts any more.
    fn forget(&mut self, name: LayoutName) {
        // Who waits goes on waiting for the next answer, and no longer than it would have.
        self.under_way.retain(|_, asked| asked.question.layout != name);
        for answers in self.answers.values_mut() {
            answers.retain(|(question, _)| question.layout != name);
        }
        self.answers.retain(|_, answers| !answers.is_empty());
    }

    fn mine(&mut self, provider: ProviderId, name: LayoutName) -> Result<&mut Offered, Refusal> {
        let offered: Vec<LayoutName> = self.offered.iter().filter(|(_, known)| known.provider == provider).map(|(name, _)| *name).collect();
        let mine = self.offered.get_mut(&name).filter(|known| known.provider == provider);
        mine.ok_or(Refusal::NoLayout { name, offered })
    }
}

impl Desktop {
    /// A program offers a layout from now on. Workspaces that have one of this name are arranged by it at once.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotPermitted`], or [`Refusal::BadOffer`] if another program has that name or there are too many.
    pub fn offer_layout(&mut self, caller: &Caller, provider: ProviderId, offer: Offer, now: Timestamp) -> Result<Effects, Refusal> {
        permit(caller, Act::OfferLayouts, self)?;
        let Offer { name, .. } = offer;
        let offers = &mut self.outside;
        match offers.offered.get(&name) {
            Some(known) if known.provider != provider => {
                let by = known.pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
                return Err(Refusal::BadOffer(format!("another program offers a layout {name} already{by}")));
            }
            Some(_) => {}
            None if offers.offered.len() >= MAX_OFFERS => {
                return Err(Refusal::BadOffer(format!("programs offer {MAX_OFFERS} layouts already, which is the most")));
            }
            None if offers.offered.values().filter(|known| known.provider == provider).count() >= MAX_OFFERS_EACH => {
                return Err(Refusal::BadOffer(format!("one program can offer {MAX_OFFERS_EACH} layouts and no more")));
            }
            None => {}
        }
        let pid = match caller {
            Caller::Program { pid, .. } => *pid,
            Caller::Person | Caller::Client => None,
        };
        offers.forget(name);
        // Who registers again has read no more than before.
        let owed = offers.offered.remove(&name).map(|before| before.owed).unwrap_or_default();
        offers.offered.insert(name, Offered { offer, provider, pid, misses: 0, missed: None, owed });
        Ok(self.offers_changed(now))
    }

    /// It does not any more. Workspaces keep the name, and have the fallback.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoLayout`] if this program offers no such layout.
    pub fn withdraw_layout(&mut self, provider: ProviderId, name: LayoutName, now: Timestamp) -> Result<Effects, Refusal> {
        self.outside.mine(provider, name)?;
        self.outside.offered.remove(&name);
        self.outside.forget(name);
        Ok(self.offers_changed(now))
    }

    /// Its connection is gone, and with it all that it offered.
    pub fn provider_gone(&mut self, provider: ProviderId, now: Timestamp) -> Effects {
        let of_it = |(name, known): (&LayoutName, &Offered)| (known.provider == provider).then_some(*name);
        let names: Vec<LayoutName> = self.outside.offered.iter().filter_map(of_it).collect();
        self.outside.serials.remove(&provider);
        if names.is_empty() {
            return Effects::new();
        }
        for name in names {
            self.outside.offered.remove(&name);
            self.outside.forget(name);
        }
        self.offers_changed(now)
    }

    /// The program would answer otherwise now than it did: it is asked again.
    ///
    /// # Errors
    ///
    /// As [`Self::withdraw_layout`].
    pub fn refresh_layout(&mut self, provider: ProviderId, name: LayoutName, now: Timestamp) -> Result<Effects, Refusal> {
        self.outside.mine(provider, name)?;
        self.outside.forget(name);
        let mut effects = Effects::new();
        self.touch();
        self.settle(now, &mut effects);
        Ok(effects)
    }

    fn offers_changed(&mut self, now: Timestamp) -> Effects {
        let mut effects = vec![Effect::Notify(Notice::LayoutsChanged)];
        self.touch();
        self.settle(now, &mut effects);
        effects
    }

    /// All layouts that programs offer, by name.
    pub fn offered_layouts(&self) -> Vec<LayoutInfo> {
        let info = |offered: &Offered| {
            let has_it = |workspace: &&crate::workspace::Workspace| self.layout_of(workspace) == LayoutKind::Outside(offered.offer.name);
            let workspaces = self.workspaces.iter().filter(has_it).map(|workspace| workspace.id).collect();
            LayoutInfo { offer: offered.offer, pid: offered.pid, answers: !offered.is_slow(), workspaces }
        };
        self.outside.offered.values().map(info).collect()
    }

    /// # Errors
    ///
    /// [`Refusal::BadParameters`] if they are too long or cannot be sent, [`Refusal::NothingToChange`] if the layout is one of the desktop's own.
    pub(crate) fn set_layout_parameters(&mut self, workspace: WorkspaceId, text: &str) -> Result<(), Refusal> {
        if text.len() > MAX_PARAMETERS || text.contains('\0') {
            return Err(Refusal::BadParameters { most: MAX_PARAMETERS });
        }
        // The layout may be that of a command before this one.
        self.settle_tilings();
        let workspace = self.workspaces.get_mut(workspace);
        match workspace.map(|workspace| Arc::make_mut(&mut workspace.tiling)) {
            Some(Tiling::Outside(layout)) if layout.parameters() != text => layout.set_parameters(text),
            Some(Tiling::Outside(_)) => return Err(Refusal::NothingToChange("the parameters are these already")),
            _ => return Err(Refusal::NothingToChange("the layout of this workspace is not from outside")),
        }
        self.touch();
        Ok(())
    }
}
