//! Snapshots: an arrangement that was kept is put onto the windows that are here now, or compared with them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    command::{Caller, Command, LayoutKind, Refusal},
    desktop::Desktop,
    effect::Effects,
    ids::{Timestamp, WindowId},
    memory::{Likeness, Memory, Ranks, RememberedWindow, RememberedWorkspace},
    permit::permit,
    recall::Places,
    undo::merged,
    window::Window,
};

/// What became of the windows of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    pub placed: usize,
    /// Not here any more.
    pub missing: usize,
}

impl Desktop {
    /// Puts the windows that are here back to where they were when the snapshot of this name was taken: one command, undone by one `undo`.
    ///
    /// Outputs stay as they are: to change those is another right. A window whose output is not there goes to it when it comes.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] or [`Refusal::Locked`]; the desktop is then as it was.
    pub fn restore(&mut self, caller: &Caller, name: &str, memory: &Memory, now: Timestamp) -> Result<(Effects, Restored), Refusal> {
        let command = Command::RestoreSnapshot { name: name.to_owned() };
        permit(caller, &command, self)?;
        let before = self.arrangement();
        let places = self.places(memory);
        let (found, _) = self.put_memory(memory, places);
        let mut effects = Effects::new();
        self.settle(now, &mut effects);
        self.remember_change(&[command], &before);
        Ok((effects, Restored { placed: found.len(), missing: memory.windows.len().saturating_sub(found.len()) }))
    }

    /// Puts the windows that are here where a memory says. Answers which of its windows they are, by their numbers there, and what became of its
    /// workspaces.
    pub(crate) fn put_memory(&mut self, memory: &Memory, mut places: Places) -> (BTreeMap<WindowId, usize>, Places) {
        let found = self.find_all(memory);
        for (index, id) in places.known.clone() {
            let was_on = places.workspaces.get(index).and_then(|was| self.output_named(was.output.as_deref()));
            if let Some(output) = was_on.filter(|output| self.workspaces.get(id).is_some_and(|now| now.output != Some(*output))) {
                self.bring_workspace(id, output);
            }
        }
        // First all lose their marks: one may have gone from one to another.
        for id in found.keys() {
            self.give_marks(*id, &BTreeSet::new());
        }
        for (id, was) in &found {
            self.put_window(*id, was, &mut places);
        }
        let order = |rank: fn(&Ranks) -> usize| {
            let mut order: Vec<(usize, WindowId)> = found.iter().map(|(id, was)| (rank(&was.ranks), *id)).collect();
            order.sort_unstable();
            order.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        };
        let tiles = order(|ranks| ranks.tile);
        let number = |was: &RememberedWindow| memory.windows.iter().zip(0..).find(|(other, _)| std::ptr::eq(*other, was));
        let here: BTreeMap<WindowId, WindowId> = found.iter().filter_map(|(id, was)| Some((WindowId(number(was)?.1), *id))).collect();
        let windows = &mut self.windows;
        windows.stack = merged(&order(|ranks| ranks.stack), &windows.stack, 1);
        windows.history = merged(&order(|ranks| ranks.focus), &windows.history, 1);
        for (index, was) in memory.workspaces.iter().enumerate() {
            if was.name.is_some() {
                self.recall_workspace(&mut places, index);
            }
            let Some(workspace) = places.known.get(&index).and_then(|id| self.workspaces.get_mut(*id)) else { continue };
            workspace.layout = was.layout;
            workspace.windows = merged(&tiles, &workspace.windows, 0);
            if let Some(outline) = &was.tiles {
                let outline = outline.renamed(|number| here.get(&number).copied());
                workspace.tiling = Arc::new(workspace.tiling.rebuilt(&outline, &self.settings.tiles));
                workspace.agree_on(was.terms);
            }
        }
        self.workspaces.reorder(&places.known.values().copied().collect::<Vec<_>>());
        self.show_as(memory, &mut places);
        self.clicked_layer = None;
        self.touch();
        let numbers = found.into_iter().filter_map(|(id, was)| Some((id, usize::try_from(number(was)?.1).ok()?))).collect();
        (numbers, places)
    }

    /// Lets outputs show what they did.
    fn show_as(&mut self, memory: &Memory, places: &mut Places) {
        for output in self.outputs.ids() {
            let name = self.outputs.get(output).map(|output| output.mode.name.clone());
            if memory.outputs.iter().all(|was| Some(&was.mode.name) != name.as_ref()) {
                continue;
            }
            let shown = memory.workspaces.iter().position(|was| was.active && was.output == name);
            let last = self.workspaces.on(output).next_back();
            let (last, end) = (last.map(|last| last.id), last.filter(|last| last.is_dynamic_and_empty()).map(|end| end.id));
            let shown = match shown {
                Some(index) => self.recall_workspace(places, index),
                None => Some(end.unwrap_or_else(|| self.workspaces.insert(Some(output), None, last))),
            };
            if let Some(shown) = shown {
                self.workspaces.activate(shown);
            }
            if memory.focused_output == name
                && let Some(shown) = self.workspaces.active_on(output).map(|workspace| workspace.id)
            {
                self.workspaces.focus(shown);
            }
        }
    }

    /// Which window is which: the surest pairs first.
    fn find_all<'a>(&self, memory: &'a Memory) -> BTreeMap<WindowId, &'a RememberedWindow> {
        let mut found = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for likeness in [Likeness::ProcessAndTitle, Likeness::Process, Likeness::Title, Likeness::Tag, Likeness::Application] {
            for (id, window) in self.shown_windows() {
                if found.contains_key(&id) {
                    continue;
                }
                let like = |(index, was): &(usize, &RememberedWindow)| !taken.contains(index) && was.likeness(window) >= Some(likeness);
                if let Some((index, was)) = memory.windows.iter().enumerate().find(like) {
                    taken.insert(index);
                    found.insert(id, was);
                }
            }
        }
        found
    }

    /// What is different now from what was remembered, one sentence each. Titles may change; that is no difference.
    pub fn differences(&self, memory: &Memory) -> Vec<String> {
        let found = self.find_all(memory);
        let mut said = Vec::new();
        let places = self.places(memory);
        let layout_was = |was: &RememberedWorkspace| was.layout.unwrap_or(self.settings.layout);
        for (index, was) in memory.workspaces.iter().enumerate() {
            let now = places.known.get(&index).and_then(|id| self.workspaces.get(*id)).map(|workspace| self.layout_of(workspace));
            if let Some(now) = now.filter(|now| *now != layout_was(was)) {
                said.push(format!("{} is {now} and was {}", workspace_name(memory, Some(index)), layout_was(was)));
            }
        }
        let floated = |was: &RememberedWindow, window: &Window| {
            let layout = was.workspace.and_then(|index| memory.workspaces.get(index)).map_or(self.settings.layout, layout_was);
            layout == LayoutKind::Floating || was.modes.floating.unwrap_or_else(|| window.is_dialog())
        };
        let now = self.memory();
        let order = self.tiles_in_order();
        // Only the order of those that were and are tiles on one workspace means something.
        let tiles: Vec<(WindowId, usize, [Option<usize>; 2])> = found
            .iter()
            .filter_map(|(id, was)| {
                let window = self.windows.get(*id)?;
                let is_tile = !floated(was, window) && !self.floats(window);
                let index = self.shown_windows().position(|(other, _)| other == *id)?;
                is_tile.then_some((*id, was.ranks.tile, [was.workspace, now.windows.get(index)?.workspace]))
            })
            .collect();
        for ((id, window), now_remembered) in self.shown_windows().zip(&now.windows) {
            let Some(was) = found.get(&id) else {
                said.push(format!("{} is new", name(&window.app_id, &window.title, Some(id))));
                continue;
            };
            let mut differs = Vec::new();
            let (place, place_was) = (workspace_name(&now, now_remembered.workspace), workspace_name(memory, was.workspace));
            if place != place_was {
                differs.push(format!("is on {place} and was on {place_was}"));
            }
            differs.extend(window_differences((now_remembered, self.floats(window)), (was, floated(was, window))));
            let rank = |id: WindowId| order.iter().position(|other| *other == id);
            if let Some((_, rank_was, workspaces)) = tiles.iter().find(|(tile, ..)| *tile == id) {
                let beside = || tiles.iter().filter(|(.., other)| other == workspaces);
                let before_was = beside().filter(|(_, other, _)| other < rank_was).count();
                if before_was != beside().filter(|(other, ..)| rank(*other) < rank(id)).count() {
                    differs.push("has another place among the tiles".to_owned());
                }
            }
            if !differs.is_empty() {
                said.push(format!("{} {}", name(&window.app_id, &window.title, Some(id)), differs.join(", ")));
            }
        }
        let kept: BTreeSet<*const RememberedWindow> = found.values().map(|was| std::ptr::from_ref(*was)).collect();
        for was in memory.windows.iter().filter(|was| !kept.contains(&std::ptr::from_ref(*was))) {
            said.push(format!("{} is missing", name(&was.app_id, &was.title, None)));
        }
        let had_focus = found.iter().max_by_key(|(_, was)| was.ranks.focus).map(|(id, _)| *id);
        let has_focus = self.windows.history.iter().rev().find(|id| found.contains_key(id)).copied();
        if let (Some(had), Some(has)) = (had_focus, has_focus)
            && had != has
        {
            let name = |id| self.windows.get(id).map(|window| name(&window.app_id, &window.title, Some(id))).unwrap_or_default();
            said.push(format!("{} had the focus, {} was used since", name(had), name(has)));
        }
        said
    }
}

/// What is different about a window, and whether it floats: now, and then.
fn window_differences((now, floats): (&RememberedWindow, bool), (was, floated): (&RememberedWindow, bool)) -> Vec<String> {
    let mut said = Vec::new();
    let modes = [
        (now.modes.fullscreen, was.modes.fullscreen, "fullscreen"),
        (now.modes.windowed_fullscreen, was.modes.windowed_fullscreen, "fullscreen in its window"),
        (now.modes.maximized, was.modes.maximized, "maximized"),
        (now.modes.minimized, was.modes.minimized, "minimized"),
        (now.modes.sticky, was.modes.sticky, "sticky"),
        (now.modes.above, was.modes.above, "above the others"),
        (now.modes.scratchpad.is_some(), was.modes.scratchpad.is_some(), "in the scratchpad"),
        (floats, floated, "floating"),
    ];
    for (now, was, mode) in modes {
        match (now, was) {
            (true, false) => said.push(format!("is {mode} and was not")),
            (false, true) => said.push(format!("was {mode} and is not")),
            _ => {}
        }
    }
    if floats && floated {
        if let (Some(at), Some(was)) = (now.at, was.at)
            && at != was
        {
            said.push(format!("is at {},{} of its output and was at {},{}", at.x, at.y, was.x, was.y));
        }
        if let (Some(size), Some(was)) = (now.size, was.size)
            && size != was
        {
            said.push(format!("is {}x{} and was {}x{}", size.width, size.height, was.width, was.height));
        }
    }
    said
}

/// Such as `workspace 2 of HEADLESS-1`. Empty ones do not count.
fn workspace_name(memory: &Memory, index: Option<usize>) -> String {
    let Some((index, workspace)) = index.and_then(|index| Some((index, memory.workspaces.get(index)?))) else {
        return "no workspace".to_owned();
    };
    let output = workspace.output.as_deref().unwrap_or("no output");
    match &workspace.name {
        Some(name) => format!("workspace {name} of {output}"),
        None => {
            let before = memory.workspaces.iter().take(index + 1).filter(|other| other.output == workspace.output).count();
            format!("workspace {before} of {output}")
        }
    }
}

fn name(app_id: &str, title: &str, id: Option<WindowId>) -> String {
    let app_id = if app_id.is_empty() { "a window without a name" } else { app_id };
    match id {
        Some(id) => format!("{app_id} {title:?} (window {id})"),
        None => format!("{app_id} {title:?}"),
    }
}
