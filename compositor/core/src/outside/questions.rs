//! What is asked, who waits for it, and what becomes of answers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use glasshouse_scene::{LogicalRect, LogicalSize};

use super::{
    BadAnswer, LayoutName, Offer, PATIENCE, ProviderId, Question, Subject, check,
    registry::{Asked, Offered, Offers},
};
use crate::{
    command::LayoutKind,
    desktop::Desktop,
    effect::{Effect, Effects, Notice},
    grid::Grid,
    ids::{Timestamp, WindowId, WorkspaceId},
    layout::tiles::{Layout as _, Outside, Placement, Said, Tiling},
    output::Output,
    tilings::Ground,
    window::{Phase, Slot},
    workspace::Workspace,
};

/// Answers that are kept per workspace. They are for windows that were and will be there: one that opens is asked about before it is shown,
/// one that closes leaves what was before it.
const KEPT: usize = 8;

/// What a workspace would like to know.
struct Wanted {
    workspace: WorkspaceId,
    /// It is about a window that is to come, too.
    newcomer: Option<WindowId>,
    question: Arc<Question>,
}

impl Offers {
    /// When somebody has waited long enough.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.asked.values().filter(|asked| !asked.given_up).map(|asked| asked.until).min()
    }

    /// Whether the tiles of a workspace stay where they are for the moment.
    pub(crate) fn holds(&self, workspace: WorkspaceId) -> bool {
        self.waiting.contains(&workspace)
    }

    /// Whether a window has to wait for its first size.
    pub(crate) fn holds_up(&self, window: WindowId) -> bool {
        self.awaited.contains(&window)
    }

    /// Where a window would go that is not there yet, if a program has said so.
    pub(crate) fn foretold(&self, window: WindowId) -> Option<LogicalRect> {
        self.foretold.get(&window).copied()
    }

    fn answer_to(&mut self, question: &Question) -> Option<Arc<Said>> {
        let answers = self.answers.get_mut(&question.workspace)?;
        let at = answers.iter().position(|(known, _)| **known == *question)?;
        let found = answers.remove(at)?;
        let said = Arc::clone(&found.1);
        answers.push_back(found);
        Some(said)
    }

    /// Asks if that has not been done. Answers whether somebody waits.
    fn ask(&mut self, newcomer: Option<WindowId>, question: &Arc<Question>, now: Timestamp, effects: &mut Effects) -> bool {
        let Some(offered) = self.offered.get_mut(&question.layout) else { return false };
        if let Some(asked) = self.asked.values_mut().find(|asked| asked.question == *question) {
            if !asked.given_up && now >= asked.until {
                asked.given_up = true;
                offered.miss(question.layout, asked.until, effects);
            }
            return !asked.given_up;
        }
        // A window waits once, however often the question about it changes.
        let until = newcomer.map_or(now.after(PATIENCE), |window| *self.patience.entry(window).or_insert(now.after(PATIENCE)));
        if !offered.has_room() {
            return false;
        }
        self.last_serial += 1;
        let (serial, given_up) = (self.last_serial, offered.is_slow() || now >= until);
        offered.owed.insert(serial);
        self.asked.insert(serial, Asked { question: Arc::clone(question), until, given_up });
        effects.push(Effect::AskLayout { provider: offered.provider, serial, question: Arc::clone(question) });
        !given_up
    }
}

impl Offered {
    /// It has not answered a question by `until`, or not well. However many questions ended at that moment, it is one hiccup.
    fn miss(&mut self, layout: LayoutName, until: Timestamp, effects: &mut Effects) {
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

impl Desktop {
    /// Gives layouts from outside what was said last about what is here now, and asks for what was not.
    pub(crate) fn consult(&mut self, now: Timestamp, effects: &mut Effects) {
        self.outside.waiting.clear();
        self.outside.awaited.clear();
        self.outside.foretold.clear();
        let is_outside = |workspace: &Workspace| matches!(*workspace.tiling, Tiling::Outside(_));
        if !self.workspaces.iter().any(is_outside) {
            self.outside.asked.clear();
            self.outside.answers.clear();
            self.outside.patience.clear();
            return;
        }
        if self.is_locked() {
            // What was asked before comes too late. It is asked again when somebody sees it.
            self.outside.asked.clear();
        }
        let wanted = self.questions();
        self.outside.patience.retain(|window, _| wanted.iter().any(|wanted| wanted.newcomer == Some(*window)));
        self.outside.asked.retain(|_, asked| wanted.iter().any(|wanted| wanted.question == asked.question));
        let known: BTreeSet<WorkspaceId> = self.workspaces.iter().filter(|workspace| is_outside(workspace)).map(|found| found.id).collect();
        self.outside.answers.retain(|workspace, _| known.contains(workspace));
        for Wanted { workspace, newcomer, question } in wanted {
            let said = self.outside.answer_to(&question);
            let waits = said.is_none() && !self.is_locked() && self.outside.ask(newcomer, &question, now, effects);
            match newcomer {
                Some(window) if waits => drop(self.outside.awaited.insert(window)),
                Some(window) => {
                    let tile = said.and_then(|said| said.tiles.iter().find(|tile| tile.window == window).copied());
                    if let Some(tile) = tile {
                        self.outside.foretold.insert(window, tile.rect);
                    }
                }
                None if waits && self.can_wait(workspace) => drop(self.outside.waiting.insert(workspace)),
                None => self.let_stand(workspace, said),
            }
        }
    }

    /// What workspaces would like to know: where their tiles go, and where each window would that is about to come.
    fn questions(&mut self) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        let offers: BTreeMap<LayoutName, (Offer, _)> =
            self.outside.offered.iter().map(|(name, offered)| (*name, (offered.offer, offered.terms()))).collect();
        for workspace in self.workspaces.iter_mut() {
            let Tiling::Outside(layout) = &*workspace.tiling else { continue };
            match offers.get(&layout.name()) {
                Some((_, terms)) if layout.terms != *terms => {
                    if let Tiling::Outside(layout) = Arc::make_mut(&mut workspace.tiling) {
                        layout.terms = *terms;
                    }
                }
                // Nobody is there to be asked. How it registered is kept, so that nothing moves twice.
                None if layout.said.is_some() => {
                    if let Tiling::Outside(layout) = Arc::make_mut(&mut workspace.tiling) {
                        layout.said = None;
                    }
                }
                _ => {}
            }
        }
        let ground = self.ground();
        for workspace in self.workspaces.iter() {
            let Tiling::Outside(layout) = &*workspace.tiling else { continue };
            let Some((offer, _)) = offers.get(&layout.name()) else { continue };
            // Where everything floats, the tiles are kept for another layout.
            if self.layout_of(workspace) != LayoutKind::Outside(layout.name()) {
                continue;
            }
            let Some(output) = workspace.output.and_then(|output| self.outputs.get(output)) else { continue };
            let coming = self.windows.iter().filter(|window| {
                window.home.workspace == Some(workspace.id)
                    && window.phase == Phase::Ready
                    && !window.modes.minimized
                    && !window.modes.fullscreen
                    && !window.modes.maximized
                    && window.configures.sent.is_none()
                    && !self.floats(window)
            });
            let newcomers: Vec<Option<WindowId>> =
                (!layout.is_empty()).then_some(None).into_iter().chain(coming.map(|window| Some(window.id))).collect();
            for newcomer in newcomers {
                let question = Arc::new(self.question(&ground, workspace, layout, output, offer, newcomer));
                wanted.push(Wanted { workspace: workspace.id, newcomer, question });
            }
        }
        wanted
    }

    fn question(
        &self,
        ground: &Ground<'_>,
        workspace: &Workspace,
        layout: &Outside,
        output: &Output,
        offer: &Offer,
        newcomer: Option<WindowId>,
    ) -> Question {
        ground.with_input(workspace, |input| {
            let subject = |window: WindowId| {
                let limits = (input.windows)(window);
                let aspect = self.windows.get(window).and_then(|window| window.modes.aspect);
                Subject { window, min: limits.min, max: limits.max, aspect, wish: layout.wish(window).unwrap_or_default() }
            };
            Question {
                layout: layout.name(),
                workspace: workspace.id,
                output: output.id,
                scale: output.grid().scale,
                area: input.rect(),
                gap: input.gap,
                focused: newcomer.or(input.focused).filter(|_| offer.follows_focus),
                parameters: layout.parameters().to_owned(),
                windows: layout.order_with(newcomer, input.focused).into_iter().map(subject).collect(),
            }
        })
    }

    /// What a layout says from now on; `None`: nothing, so that the fallback stands.
    fn let_stand(&mut self, workspace: WorkspaceId, said: Option<Arc<Said>>) {
        let Some(workspace) = self.workspaces.get_mut(workspace) else { return };
        if let Tiling::Outside(layout) = &*workspace.tiling
            && layout.said != said
            && let Tiling::Outside(layout) = Arc::make_mut(&mut workspace.tiling)
        {
            layout.said = said;
        }
    }

    /// Whether the tiles of a workspace can stay where they are for a moment: they lie in the area, beside each other, and who has the focus
    /// is seen. If not, the fallback is better than what is there.
    fn can_wait(&self, workspace: WorkspaceId) -> bool {
        let Some(workspace) = self.workspaces.get(workspace) else { return false };
        let Some(output) = workspace.output.and_then(|output| self.outputs.get(output)) else { return false };
        let (grid, area) = (output.grid(), output.grid().pixels(output.work_area));
        let mut shown = Vec::new();
        for window in workspace.tiling.windows().into_iter().filter_map(|id| self.windows.get(id)) {
            if window.modes.fullscreen || window.modes.maximized {
                continue;
            }
            match window.target {
                Slot::Tile(rect) if area.contains_rect(&grid.pixels(rect)) => shown.push((window.id, grid.pixels(rect))),
                Slot::Behind(_) if self.next_focus() != Some(window.id) => {}
                _ => return false,
            }
        }
        check::overlap(&mut shown).is_none()
    }

    /// Where a program says that the windows of a question go.
    ///
    /// # Errors
    ///
    /// [`BadAnswer`]; the fallback stands then, which is among the effects.
    pub fn answer_layout(
        &mut self,
        provider: ProviderId,
        serial: u64,
        placements: &[Placement],
        now: Timestamp,
    ) -> (Effects, Result<(), BadAnswer>) {
        let mut effects = Effects::new();
        let result = self.take_answer(provider, serial, placements, now, &mut effects);
        self.touch();
        self.settle(now, &mut effects);
        (effects, result)
    }

    fn take_answer(
        &mut self,
        provider: ProviderId,
        serial: u64,
        placements: &[Placement],
        now: Timestamp,
        effects: &mut Effects,
    ) -> Result<(), BadAnswer> {
        // Who answers has read everything up to there.
        let mine = self.outside.offered.values_mut().filter(|offered| offered.provider == provider);
        let mut owed = false;
        for offered in mine {
            if offered.owed.contains(&serial) {
                owed = true;
                offered.owed.retain(|asked| *asked > serial);
            }
        }
        let asked = self.outside.asked.get(&serial).cloned();
        let by_it = asked.filter(|asked| self.outside.offered.get(&asked.question.layout).is_some_and(|known| known.provider == provider));
        let Some(Asked { question, until, .. }) = by_it else {
            return Err(if owed { BadAnswer::Over(serial) } else { BadAnswer::NoQuestion(serial) });
        };
        let output = self.outputs.get(question.output);
        let grid = output.map_or(Grid { scale: question.scale, ..Grid::default() }, Output::grid);
        let Some(offered) = self.outside.offered.get_mut(&question.layout) else { return Err(BadAnswer::NoQuestion(serial)) };
        match question.check(serial, grid, offered.offer.follows_focus, placements) {
            Ok(tiles) => {
                if now < until && std::mem::take(&mut offered.misses) >= super::MAX_MISSES {
                    effects.push(Effect::Notify(Notice::LayoutsChanged));
                }
                self.outside.asked.remove(&serial);
                let answers = self.outside.answers.entry(question.workspace).or_default();
                let said = Said { area: question.area, tiles };
                answers.push_back((question, Arc::new(said)));
                answers.drain(..answers.len().saturating_sub(KEPT));
                Ok(())
            }
            Err(bad) => {
                if let Some(asked) = self.outside.asked.get_mut(&serial)
                    && !std::mem::replace(&mut asked.given_up, true)
                {
                    offered.miss(asked.question.layout, asked.until, effects);
                }
                Err(bad)
            }
        }
    }

    /// The tile of a workspace that has the focus, or would get it.
    pub fn tile_with_focus(&self, workspace: WorkspaceId) -> Option<WindowId> {
        self.ground().focused_on(workspace)
    }

    /// What a window of a question is at now, for whoever puts it into words. `None`: it has no place yet.
    pub fn lies_at(&self, window: WindowId) -> Option<LogicalRect> {
        let window = self.windows.get(window)?;
        window.target.rect().filter(|rect| rect.size != LogicalSize::zero())
    }
}
