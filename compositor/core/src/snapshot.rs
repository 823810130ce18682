//! Snapshots: an arrangement that was kept is put onto the windows that are here now, or compared with them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    command::{Caller, Command, LayoutKind, Refusal},
    desktop::Desktop,
    effect::Effects,
    ids::{Timestamp, WindowId},
    memory::{Likeness, Memory, Ranks, RememberedWindow},
    permit::permit,
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
        let found = self.find_all(memory);
        if let Some(layout) = memory.layout {
            self.settings.layout = layout;
        }
        for (id, was) in &found {
            self.put_window(*id, was);
        }
        let order = |rank: fn(&Ranks) -> usize| {
            let mut order: Vec<(usize, WindowId)> = found.iter().map(|(id, was)| (rank(&was.ranks), *id)).collect();
            order.sort_unstable();
            order.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        };
        let windows = &mut self.windows;
        windows.tiles = merged(&order(|ranks| ranks.tile), &windows.tiles, 0);
        windows.stack = merged(&order(|ranks| ranks.stack), &windows.stack, 1);
        windows.history = merged(&order(|ranks| ranks.focus), &windows.history, 1);
        self.clicked_layer = None;
        self.touch();
        let mut effects = Effects::new();
        self.settle(now, &mut effects);
        self.remember_change(&[command], &before);
        Ok((effects, Restored { placed: found.len(), missing: memory.windows.len().saturating_sub(found.len()) }))
    }

    /// Which window is which: the surest pairs first.
    fn find_all<'a>(&self, memory: &'a Memory) -> BTreeMap<WindowId, &'a RememberedWindow> {
        let mut found = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for likeness in [Likeness::ProcessAndTitle, Likeness::Process, Likeness::Title, Likeness::Application] {
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
        if let Some(layout) = memory.layout.filter(|layout| *layout != self.settings.layout) {
            said.push(format!("the layout is {} and was {layout}", self.settings.layout));
        }
        let layout = memory.layout.unwrap_or(self.settings.layout);
        let floated =
            |was: &RememberedWindow, window: &Window| layout == LayoutKind::Floating || was.floating.unwrap_or_else(|| window.is_dialog());
        // Only the order of those that were and are tiles means something.
        let tiles: Vec<(WindowId, usize)> = found
            .iter()
            .filter_map(|(id, was)| {
                let window = self.windows.get(*id)?;
                (!floated(was, window) && !self.floats(window)).then_some((*id, was.ranks.tile))
            })
            .collect();
        for (id, window) in self.shown_windows() {
            let Some(was) = found.get(&id) else {
                said.push(format!("{} is new", name(&window.app_id, &window.title, Some(id))));
                continue;
            };
            let mut differs = self.window_differences(window, was, floated(was, window));
            let before = |other: &&(WindowId, usize)| other.1 < was.ranks.tile;
            let rank = |id: WindowId| self.windows.tiles.iter().position(|other| *other == id);
            let now_before = |other: &&(WindowId, usize)| rank(other.0) < rank(id);
            let is_tile = tiles.iter().any(|(tile, _)| *tile == id);
            if is_tile && tiles.iter().filter(before).count() != tiles.iter().filter(now_before).count() {
                differs.push("has another place among the tiles".to_owned());
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

    fn window_differences(&self, window: &Window, was: &RememberedWindow, floated: bool) -> Vec<String> {
        let now = self.remembered(window);
        let floats = self.floats(window);
        let mut said = Vec::new();
        if now.output != was.output {
            let output = |name: &Option<String>| name.clone().unwrap_or_else(|| "no output".to_owned());
            said.push(format!("is on {} and was on {}", output(&now.output), output(&was.output)));
        }
        let modes = [
            (now.fullscreen, was.fullscreen, "fullscreen"),
            (now.maximized, was.maximized, "maximized"),
            (now.minimized, was.minimized, "minimized"),
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
}

fn name(app_id: &str, title: &str, id: Option<WindowId>) -> String {
    let app_id = if app_id.is_empty() { "a window without a name" } else { app_id };
    match id {
        Some(id) => format!("{app_id} {title:?} (window {id})"),
        None => format!("{app_id} {title:?}"),
    }
}
