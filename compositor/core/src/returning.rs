//! After a restart: windows that are expected back, and the places that they find when they come.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use crate::{
    desktop::Desktop,
    effect::Effects,
    ids::{WindowId, WorkspaceId},
    layout::tiles::{Options, Outline},
    memory::{Memory, Ranks, RememberedOutput, RememberedWindow, RememberedWorkspace},
    output::Output,
    recall::Places,
    window::Window,
};

/// Windows that are waited for. They do not expire with time: who starts a program in the evening wants it where it was in the morning.
const MAX_ABSENT: usize = 1_000;

/// Who was there before the restart.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Returning {
    /// Not back yet; the oldest first.
    absent: VecDeque<Absent>,
    /// Those that are back, while somebody is absent. They come back once.
    back: BTreeMap<WindowId, Back>,
    /// Where they were.
    places: Places,
    /// Somebody chose who has the focus since: nobody who comes back takes it.
    focus_chosen: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Absent {
    was: RememberedWindow,
    /// Its number in the newest memory. `None`: it is from one before.
    number: Option<WindowId>,
    /// The arrangement that it is waited for because of, and its number there. `None`: the session before a restart.
    kept: Option<(String, usize)>,
}

impl Absent {
    fn is_of(&self, kept: &str) -> bool {
        self.kept.as_ref().is_some_and(|(name, _)| name == kept)
    }
}

/// What a window was that is back.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Back {
    ranks: Ranks,
    number: Option<WindowId>,
}

impl Returning {
    /// How many windows are still waited for.
    pub(crate) fn absent(&self) -> usize {
        self.absent.len()
    }

    /// Takes note that a window was given the focus for a reason of its own.
    pub(crate) fn focus_chosen(&mut self) {
        self.focus_chosen = true;
    }

    /// What was expected before stays expected, wherever it comes to then.
    fn begin_anew(&mut self) {
        self.focus_chosen = false;
        // Those of an earlier memory stay waited for, wherever they come to then.
        for window in &mut self.absent {
            (window.was.workspace, window.was.before_fullscreen, window.number) = (None, None, None);
        }
        self.back.values_mut().for_each(|back| back.number = None);
    }

    /// Some windows of an arrangement are in their places, and the others are expected there.
    pub(crate) fn expect_rest(&mut self, kept: &str, memory: &Memory, places: Places, found: &BTreeMap<WindowId, usize>) {
        self.forget_kept(kept);
        self.begin_anew();
        self.places = places;
        for (index, (was, number)) in memory.windows.iter().zip((0..).map(WindowId)).enumerate() {
            match found.iter().find(|(_, found)| **found == index) {
                Some((id, _)) => drop(self.back.insert(*id, Back { ranks: was.ranks, number: Some(number) })),
                None => self.absent.push_back(Absent { was: was.clone(), number: Some(number), kept: Some((kept.to_owned(), index)) }),
            }
        }
        let too_many = self.absent.len().saturating_sub(MAX_ABSENT);
        self.absent.drain(..too_many);
        self.tidy();
    }

    /// When everybody is back, nothing has to be known of them.
    fn tidy(&mut self) {
        if self.absent.is_empty() {
            (self.back, self.places) = (BTreeMap::new(), Places::default());
        }
    }

    /// Nobody waits for the rest of an arrangement any more.
    pub(crate) fn forget_kept(&mut self, kept: &str) {
        self.absent.retain(|absent| !absent.is_of(kept));
        self.tidy();
    }

    /// The windows of an arrangement that have not come, by their numbers.
    pub(crate) fn rest_of(&self, kept: &str) -> Vec<usize> {
        self.absent.iter().filter(|absent| absent.is_of(kept)).filter_map(|absent| Some(absent.kept.as_ref()?.1)).collect()
    }

    /// This process was started for a window of an arrangement.
    pub(crate) fn is_made_by(&mut self, kept: &str, number: usize, pid: i32) {
        let wanted = (kept.to_owned(), number);
        if let Some(absent) = self.absent.iter_mut().find(|absent| absent.kept.as_ref() == Some(&wanted)) {
            absent.was.pid = Some(pid);
        }
    }

    fn expect(&mut self, memory: Memory) {
        self.begin_anew();
        self.places = Places { workspaces: memory.workspaces, known: BTreeMap::new() };
        self.absent.extend(memory.windows.into_iter().zip(0..).map(|(was, number)| Absent {
            was,
            number: Some(WindowId(number)),
            kept: None,
        }));
        let too_many = self.absent.len().saturating_sub(MAX_ABSENT);
        self.absent.drain(..too_many);
    }

    /// Who this window was, if somebody like it is waited for.
    fn recognise(&mut self, window: &Window) -> Option<RememberedWindow> {
        if self.back.contains_key(&window.id) {
            return None;
        }
        let likeness = |(index, entry): (usize, &Absent)| Some((entry.was.likeness(window)?, std::cmp::Reverse(index)));
        let (_, std::cmp::Reverse(index)) = self.absent.iter().enumerate().filter_map(likeness).max()?;
        let Absent { was, number, .. } = self.absent.remove(index)?;
        self.back.insert(window.id, Back { ranks: was.ranks, number });
        Some(was)
    }

    /// How a workspace's tiles lie that has `now` and was the one at `index`: as they lay before, with everybody who is here now (`name`
    /// says who that is), if those who were back before still lie like that. `None`: somebody has arranged them anew.
    fn tiles_again(
        &self,
        index: usize,
        now: &Outline,
        newcomer: Option<WindowId>,
        options: &Options,
        name: impl Fn(WindowId) -> Option<WindowId>,
    ) -> Option<Outline> {
        let template = self.places.workspaces.get(index)?.tiles.as_ref()?;
        let known = |id: &WindowId| Some(*id) != newcomer && self.back.get(id).is_some_and(|back| back.number.is_some());
        let number = |number| self.back.iter().find(|(id, back)| known(id) && back.number == Some(number)).map(|(id, _)| *id);
        // Built, because containers go with their last window.
        let built = |outline: Outline| outline.build(options).outline();
        let (then, now) = (built(template.renamed(number)), built(now.renamed(|id| Some(id).filter(known))));
        (then == now || (then.windows().is_empty() && now.windows().is_empty())).then(|| template.renamed(name))
    }
}

/// Puts an item into an order: below the first that ranked higher, else above all that had a rank.
///
/// `below_top`: the last place is taken, whatever rank the item had.
fn insert_by_rank<T>(order: &mut Vec<T>, item: T, rank: usize, rank_of: impl Fn(&T) -> Option<usize>, below_top: bool) {
    let higher = order.iter().position(|other| rank_of(other).is_some_and(|other| other > rank));
    let behind_all = || order.iter().rposition(|other| rank_of(other).is_some()).map(|last| last + 1);
    let at = higher.or_else(behind_all).unwrap_or(order.len());
    let at = if below_top { at.min(order.len().saturating_sub(1)) } else { at };
    order.insert(at, item);
}

/// A place in an order of windows that are here and others that are not.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Seat {
    Here(WindowId),
    Absent(usize),
}

impl Desktop {
    /// The desktop was started again: outputs are made what they were, and windows find their places as they come.
    pub(crate) fn expect(&mut self, memory: Memory, effects: &mut Effects) {
        for output in &memory.outputs {
            if let Err(refusal) = self.restore_output(output, effects) {
                // What was remembered may be from a file that somebody edited.
                tracing::warn!(output = output.mode.name, %refusal, "an output could not be restored");
            }
        }
        let known = |output: &RememberedOutput| Some(self.outputs.any_named(&output.mode.name)?.id);
        let order: Vec<_> = memory.outputs.iter().filter_map(known).collect();
        self.reorder_outputs(&order, effects);
        if let Some(shown) = self.output_named(memory.focused_output.as_deref()).and_then(|output| self.workspaces.active_on(output)) {
            let shown = shown.id;
            self.workspaces.focus(shown);
        }
        self.returning.expect(memory);
        // What outputs show now is empty, and becomes what they showed. Named ones are there without any window.
        let mut places = std::mem::take(&mut self.returning.places);
        for (index, was) in places.workspaces.clone().iter().enumerate() {
            let shown = self.output_named(was.output.as_deref()).and_then(|output| self.workspaces.active_on(output));
            if was.name.is_some() {
                if let Some(id) = self.recall_workspace(&mut places, index) {
                    self.show_again(was, id);
                }
            } else if let Some(shown) = shown.filter(|shown| was.active && shown.is_dynamic_and_empty()) {
                places.known.insert(index, shown.id);
                let id = shown.id;
                if let Some(workspace) = self.workspaces.get_mut(id) {
                    workspace.begin_as(was, &self.settings.tiles);
                }
            }
        }
        self.returning.places = places;
        self.touch();
    }

    /// Shows a workspace that is back, if it was shown and nobody chose another one since.
    fn show_again(&mut self, was: &RememberedWorkspace, id: WorkspaceId) {
        if !was.active || self.returning.focus_chosen {
            return;
        }
        let output = self.workspaces.get(id).and_then(|workspace| workspace.output);
        if output.is_some() && self.workspaces.focused == output {
            self.workspaces.focus(id);
        } else {
            self.workspaces.activate(id);
        }
    }

    fn restore_output(&mut self, was: &RememberedOutput, effects: &mut Effects) -> Result<(), crate::Refusal> {
        if self.outputs.any_named(&was.mode.name).is_none() {
            self.add_output(was.mode.clone(), was.placed, effects)?;
        }
        let Some(mut output) = self.outputs.any_named(&was.mode.name).cloned() else { return Ok(()) };
        let RememberedOutput { mode, placed, enabled, mirror, .. } = was.clone();
        let wanted = Output { mode, placed, enabled, mirror, ..output.clone() };
        if output.chosen() != wanted.chosen() {
            output = wanted;
            self.put_output(&output, effects)?;
        }
        self.power_output(output.id, was.powered.into(), effects);
        Ok(())
    }

    /// A window is shown: if it was here before the restart, it gets its place and its states back. Answers whether.
    ///
    /// The memory is right even where the client asked for other states by itself: programs ask for what they were when they
    /// last ended, which is older.
    pub(crate) fn welcome(&mut self, id: WindowId) -> bool {
        let Some(window) = self.windows.get(id) else { return false };
        let Some(was) = self.returning.recognise(window) else { return false };
        let mut places = std::mem::take(&mut self.returning.places);
        self.settle_tilings();
        self.put_window(id, &was, &mut places);
        let workspace = self.windows.get(id).and_then(|window| window.home.workspace);
        let back = std::mem::take(&mut self.returning.back);
        let below_top = self.returning.focus_chosen;
        self.windows.forget(id);
        self.workspaces.forget(id);
        if let Some(workspace) = workspace.and_then(|workspace| self.workspaces.get_mut(workspace)) {
            insert_by_rank(&mut workspace.windows, id, was.ranks.tile, |id| back.get(id).map(|back| back.ranks.tile), false);
        }
        let windows = &mut self.windows;
        insert_by_rank(&mut windows.stack, id, was.ranks.stack, |id| back.get(id).map(|back| back.ranks.stack), below_top);
        insert_by_rank(&mut windows.history, id, was.ranks.focus, |id| back.get(id).map(|back| back.ranks.focus), below_top);
        if let (Some(place), Some(workspace)) = (was.workspace.and_then(|index| places.workspaces.get(index)), workspace) {
            self.show_again(place, workspace);
        }
        (self.returning.back, self.returning.places) = (back, places);
        self.tile_again(id, was.workspace);
        self.returning.tidy();
        self.touch();
        true
    }

    /// A window is back that was a tile on the workspace at this place in the memory: containers and columns come back with it.
    fn tile_again(&mut self, id: WindowId, index: Option<usize>) {
        let workspace = self.windows.get(id).and_then(|window| window.home.workspace).and_then(|id| self.workspaces.get_mut(id));
        let (Some(workspace), Some(index)) = (workspace, index) else { return };
        let returning = &self.returning;
        let here = |number| returning.back.iter().find(|(_, back)| back.number == Some(number)).map(|(id, _)| *id);
        if let Some(outline) = returning.tiles_again(index, &workspace.tiling.outline(), Some(id), &self.settings.tiles, here) {
            let order = outline.windows();
            workspace.tiling = Arc::new(workspace.tiling.rebuilt(&outline, &self.settings.tiles));
            workspace.reorder_tiles(&order);
        }
    }

    /// What is here now and what is still waited for, so that a second restart forgets nobody.
    pub fn memory_with_absent(&self) -> Memory {
        let mut memory = self.memory();
        let Returning { absent, back, focus_chosen, places } = &self.returning;
        if absent.is_empty() {
            return memory;
        }
        // Where each of them is waited for: a workspace that is here, or one that comes back with it.
        let mut here = self.remembered_workspaces();
        let old = |id: WorkspaceId| places.known.iter().find(|(_, known)| **known == id).map(|(index, _)| *index);
        // Windows are numbered as they come below: those that are here, then the others.
        let numbers: BTreeMap<WindowId, WindowId> = self.shown_windows().map(|(id, _)| id).zip((0..).map(WindowId)).collect();
        let count = numbers.len() as u64;
        let absent_number = |number| absent.iter().zip(count..).find(|(absent, _)| absent.number == Some(number)).map(|(_, n)| WindowId(n));
        let new_number = |number| {
            let here = back.iter().find(|(_, back)| back.number == Some(number)).and_then(|(id, _)| numbers.get(id).copied());
            here.or_else(|| absent_number(number))
        };
        for (id, now) in &mut here {
            let again = old(*id)
                .zip(now.tiles.as_ref())
                .and_then(|(index, tiles)| self.returning.tiles_again(index, tiles, None, &self.settings.tiles, new_number));
            now.tiles = again.or_else(|| Some(now.tiles.as_ref()?.renamed(|id| numbers.get(&id).copied())));
        }
        let mut slots: Vec<(Option<usize>, RememberedWorkspace)> = here.iter().map(|(id, now)| (old(*id), now.clone())).collect();
        let mut indices: Vec<usize> = (0..slots.len()).collect();
        for (index, was) in places.workspaces.iter().enumerate() {
            let waits = absent.iter().any(|window| window.was.workspace == Some(index) || window.was.before_fullscreen == Some(index));
            // One that is shown although nobody is back on it is shown after another restart, too.
            let shown = places.known.get(&index).and_then(|id| self.workspaces.get(*id)).is_some_and(|workspace| workspace.active);
            let tiles = was.tiles.as_ref().map(|tiles| tiles.renamed(absent_number));
            let was = RememberedWorkspace { active: shown, tiles, ..was.clone() };
            if (waits || shown) && slots.iter().all(|(old, _)| *old != Some(index)) {
                let before = slots.len();
                let mut order: Vec<(Option<usize>, usize)> = slots.iter().map(|(old, _)| *old).zip(0..).collect();
                insert_by_rank(&mut order, (Some(index), before), index, |(old, _)| *old, false);
                let at = order.iter().position(|(_, place)| *place == before).unwrap_or(before);
                slots.insert(at, (Some(index), was));
                indices.iter_mut().filter(|place| **place >= at).for_each(|place| *place += 1);
            }
        }
        for window in &mut memory.windows {
            for place in [&mut window.workspace, &mut window.before_fullscreen] {
                *place = place.and_then(|place| indices.get(place).copied());
            }
        }
        let place_of = |index: Option<usize>| slots.iter().position(|(old, _)| old.is_some() && *old == index);
        memory.workspaces = slots.iter().map(|(_, workspace)| workspace.clone()).collect();
        let merged = |order: &[WindowId], rank: fn(&Ranks) -> usize, below_top: bool| {
            let mut seats: Vec<Seat> = order.iter().copied().map(Seat::Here).collect();
            let rank_of = |seat: &Seat| match seat {
                Seat::Here(id) => back.get(id).map(|back| rank(&back.ranks)),
                Seat::Absent(index) => absent.get(*index).map(|window| rank(&window.was.ranks)),
            };
            for (index, window) in absent.iter().enumerate() {
                insert_by_rank(&mut seats, Seat::Absent(index), rank(&window.was.ranks), rank_of, below_top);
            }
            seats
        };
        let tiles = merged(&self.tiles_in_order(), |ranks| ranks.tile, false);
        let stack = merged(&self.windows.stack, |ranks| ranks.stack, *focus_chosen);
        let history = merged(&self.windows.history, |ranks| ranks.focus, *focus_chosen);
        let rank = |seats: &[Seat], seat: Seat| seats.iter().position(|other| *other == seat).unwrap_or(seats.len());
        let ranks = |seat: Seat| Ranks { tile: rank(&tiles, seat), stack: rank(&stack, seat), focus: rank(&history, seat) };
        for (window, (id, _)) in memory.windows.iter_mut().zip(self.shown_windows()) {
            window.ranks = ranks(Seat::Here(id));
        }
        let absent = absent.iter().enumerate();
        memory.windows.extend(absent.map(|(index, Absent { was, .. })| RememberedWindow {
            ranks: ranks(Seat::Absent(index)),
            workspace: place_of(was.workspace),
            before_fullscreen: place_of(was.before_fullscreen),
            ..was.clone()
        }));
        memory
    }

    /// How many windows that were there before the restart have not come back yet.
    pub fn absent_windows(&self) -> usize {
        self.returning.absent()
    }
}
