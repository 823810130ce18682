//! What is asked, who waits for it, and what becomes of answers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use glasshouse_scene::{LogicalRect, LogicalSize};

use super::{
    BadAnswer, LayoutName, Offer, ProviderId, Question, Subject, check,
    registry::Offers,
    waits::{About, Asker, Outlook},
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

/// What a place on the pixels of an output is off them at most, in logical units: an error of the division by the scale.
const ROUNDING: f64 = 1e-6;

/// What somebody would like to know.
struct Wanted {
    asker: Asker,
    question: Arc<Question>,
}

impl Offers {
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

    pub(super) fn answer_to(&mut self, question: &Question) -> Option<Arc<Said>> {
        let answers = self.answers.get_mut(&question.workspace)?;
        let at = answers.iter().position(|(known, _)| **known == *question)?;
        let found = answers.remove(at)?;
        let said = Arc::clone(&found.1);
        answers.push_back(found);
        Some(said)
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
            self.outside.waits.clear();
            self.outside.under_way.clear();
            self.outside.answers.clear();
            return;
        }
        if self.is_locked() {
            // What was asked before comes too late. It is asked again when somebody sees it.
            self.outside.waits.clear();
            self.outside.under_way.clear();
        }
        let (wanted, about) = self.questions();
        let askers: BTreeSet<Asker> = wanted.iter().map(|wanted| wanted.asker).collect();
        self.outside.waits.retain(|asker, _| askers.contains(asker));
        // Whoever asked may do without by now, and is told still: but not of another area, nor of a window that is gone.
        let windows = &self.windows;
        self.outside.under_way.retain(|asker, asked| {
            about.get(&asker.workspace) == Some(&asked.question.about())
                && asker.newcomer.is_none_or(|window| windows.get(window).is_some())
        });
        let known: BTreeSet<WorkspaceId> = self.workspaces.iter().filter(|workspace| is_outside(workspace)).map(|found| found.id).collect();
        self.outside.answers.retain(|workspace, _| known.contains(workspace));
        for Wanted { asker, question } in wanted {
            let outlook = match self.is_locked() {
                true => self.outside.answer_to(&question).map_or(Outlook::Nothing, Outlook::Said),
                false => self.outside.outlook(asker, &question, now, effects),
            };
            match (asker.newcomer, outlook) {
                (None, Outlook::Said(said)) => self.let_stand(asker.workspace, Some(said)),
                (None, Outlook::Open) if self.can_wait(asker.workspace) => drop(self.outside.waiting.insert(asker.workspace)),
                (None, Outlook::Open) => self.let_stand(asker.workspace, self.outside.stopgap(&question)),
                (None, Outlook::Nothing) => self.let_stand(asker.workspace, None),
                (Some(window), Outlook::Said(said)) => {
                    let tile = said.tiles.iter().find(|tile| tile.window == window);
                    self.outside.foretold.extend(tile.map(|tile| (window, tile.rect)));
                }
                (Some(window), Outlook::Open) => drop(self.outside.awaited.insert(window)),
                (Some(_), Outlook::Nothing) => {}
            }
        }
    }

    /// What workspaces would like to know: where their tiles go, and where each window would that is about to come. With what any question of
    /// each workspace is about now, also of those that have none.
    fn questions(&mut self) -> (Vec<Wanted>, BTreeMap<WorkspaceId, About>) {
        let (mut wanted, mut about) = (Vec::new(), BTreeMap::new());
        let offers: BTreeMap<LayoutName, (Offer, _)> =
            self.outside.offered.iter().map(|(name, offered)| (*name, (offered.offer, offered.terms()))).collect();
        for workspace in self.workspaces.iter_mut() {
            let Tiling::Outside(layout) = &*workspace.tiling else { continue };
            match offers.get(&layout.name()) {
                Some((_, terms)) => workspace.agree_on(Some(*terms)),
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
            for newcomer in std::iter::once(None).chain(coming.map(|window| Some(window.id))) {
                let question = Arc::new(self.question(&ground, workspace, layout, output, offer, newcomer));
                about.insert(workspace.id, question.about());
                if !question.windows.is_empty() {
                    wanted.push(Wanted { asker: Asker { workspace: workspace.id, newcomer }, question });
                }
            }
        }
        (wanted, about)
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

    /// Whether the tiles of a workspace can stay where they are for a moment: they lie on pixels of the area, beside each other. If not, the fallback is
    /// better than what is there. One that got the focus behind others may stay there so long: better than to see three layouts.
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
                Slot::Tile(rect) => {
                    let pixels = grid.pixels(rect);
                    let on_grid = grid.to_logical_rect(pixels);
                    let off = (on_grid.min() - rect.min()).length().max((on_grid.max() - rect.max()).length());
                    if pixels.is_empty() || !area.contains_rect(&pixels) || off > ROUNDING {
                        return false;
                    }
                    shown.push((window.id, pixels));
                }
                Slot::Behind(_) => {}
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
        for offered in mine.filter(|offered| offered.owed.contains(&serial)) {
            offered.owed.retain(|asked| *asked > serial);
        }
        let Some((asker, asked)) = self.outside.under_way.iter_mut().find(|(_, asked)| asked.is(provider, serial)) else {
            let was_asked = self.outside.serials.get(&provider).is_some_and(|last| (1..=*last).contains(&serial));
            return Err(if was_asked { BadAnswer::Over(serial) } else { BadAnswer::NoQuestion(serial) });
        };
        let (asker, question) = (*asker, Arc::clone(&asked.question));
        let Some(offered) = self.outside.offered.get_mut(&question.layout) else { return Err(BadAnswer::Over(serial)) };
        // Nobody waits for it if somebody went back to what is known, or does without.
        let wait = self.outside.waits.get_mut(&asker);
        let output = self.outputs.get(question.output);
        let grid = output.map_or(Grid { scale: question.scale, ..Grid::default() }, Output::grid);
        match question.check(serial, grid, offered.offer.follows_focus, placements) {
            Ok(tiles) => {
                let said = Arc::new(Said { area: question.area, tiles });
                let awaited = !asked.late && wait.as_ref().is_none_or(|wait| !wait.given_up);
                if awaited || asked.is_in_time(now) {
                    if std::mem::take(&mut offered.misses) >= super::MAX_MISSES {
                        effects.push(Effect::Notify(Notice::LayoutsChanged));
                    }
                    if let Some(wait) = wait {
                        wait.said = Some((Arc::clone(&question), Arc::clone(&said)));
                    }
                }
                self.outside.under_way.remove(&asker);
                let answers = self.outside.answers.entry(question.workspace).or_default();
                answers.push_back((question, said));
                answers.drain(..answers.len().saturating_sub(KEPT));
                Ok(())
            }
            Err(bad) => {
                asked.wrong = true;
                if let Some(wait) = wait
                    && !std::mem::replace(&mut wait.given_up, true)
                {
                    offered.miss(wait.layout, wait.until, effects);
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
