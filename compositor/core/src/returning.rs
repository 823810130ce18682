//! After a restart: windows that are expected back, and the places that they find when they come.

use std::collections::{BTreeMap, VecDeque};

use glasshouse_scene::{LogicalPoint, LogicalSize};

use crate::{
    desktop::Desktop,
    effect::Effects,
    grid::{tame_i32, tame_point},
    ids::WindowId,
    memory::{Memory, Ranks, RememberedOutput, RememberedWindow},
    output::Outputs,
    window::{Floating, Home, Modes, Window},
};

/// Windows that are waited for. They do not expire with time: who starts a program in the evening wants it where it was in the morning.
const MAX_ABSENT: usize = 1_000;

/// Who was there before the restart.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Returning {
    /// Not back yet; the oldest first.
    absent: VecDeque<RememberedWindow>,
    /// Those that are back, with the ranks that they had, while somebody is absent. They come back once.
    back: BTreeMap<WindowId, Ranks>,
    /// Somebody chose who has the focus since: nobody who comes back takes it.
    focus_chosen: bool,
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

    fn expect(&mut self, windows: Vec<RememberedWindow>) {
        self.focus_chosen = false;
        self.absent.extend(windows);
        let too_many = self.absent.len().saturating_sub(MAX_ABSENT);
        self.absent.drain(..too_many);
    }

    /// Who this window was, if somebody like it is waited for.
    fn recognise(&mut self, window: &Window) -> Option<RememberedWindow> {
        if self.back.contains_key(&window.id) {
            return None;
        }
        let likeness = |(index, entry): (usize, &RememberedWindow)| Some((entry.likeness(window)?, std::cmp::Reverse(index)));
        let (_, std::cmp::Reverse(index)) = self.absent.iter().enumerate().filter_map(likeness).max()?;
        let entry = self.absent.remove(index)?;
        self.back.insert(window.id, entry.ranks);
        Some(entry)
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
        if let Some(layout) = memory.layout {
            self.settings.layout = layout;
        }
        for output in &memory.outputs {
            if let Err(refusal) = self.restore_output(output, effects) {
                // What was remembered may be from a file that somebody edited.
                tracing::warn!(output = output.mode.name, %refusal, "an output could not be restored");
            }
        }
        let by_name = |outputs: &Outputs, name: &str| outputs.iter().find(|output| output.mode.name == name).map(|output| output.id);
        let order: Vec<_> = memory.outputs.iter().filter_map(|output| by_name(&self.outputs, &output.mode.name)).collect();
        self.reorder_outputs(&order, effects);
        self.returning.expect(memory.windows);
        self.touch();
    }

    fn restore_output(&mut self, was: &RememberedOutput, effects: &mut Effects) -> Result<(), crate::Refusal> {
        let now = self.outputs.iter().find(|output| output.mode.name == was.mode.name).cloned();
        match now {
            Some(now) if (&now.mode, now.placed) == (&was.mode, was.placed) => Ok(()),
            Some(mut output) => {
                (output.mode, output.placed) = (was.mode.clone(), was.placed);
                self.put_output(&output, effects)
            }
            None => self.add_output(was.mode.clone(), was.placed, effects),
        }
    }

    /// A window is shown: if it was here before the restart, it gets its place and its states back. Answers whether.
    ///
    /// The memory is right even where the client asked for other states by itself: programs ask for what they were when they
    /// last ended, which is older.
    pub(crate) fn welcome(&mut self, id: WindowId) -> bool {
        let Some(window) = self.windows.get(id) else { return false };
        let Some(was) = self.returning.recognise(window) else { return false };
        self.put_window(id, &was);
        let back = std::mem::take(&mut self.returning.back);
        let below_top = self.returning.focus_chosen;
        let windows = &mut self.windows;
        windows.forget(id);
        insert_by_rank(&mut windows.tiles, id, was.ranks.tile, |id| back.get(id).map(|ranks| ranks.tile), false);
        insert_by_rank(&mut windows.stack, id, was.ranks.stack, |id| back.get(id).map(|ranks| ranks.stack), below_top);
        insert_by_rank(&mut windows.history, id, was.ranks.focus, |id| back.get(id).map(|ranks| ranks.focus), below_top);
        if self.returning.absent() > 0 {
            self.returning.back = back;
        }
        self.touch();
        true
    }

    /// Gives a window the states and the place that one had. Its ranks are the caller's business.
    pub(crate) fn put_window(&mut self, id: WindowId, was: &RememberedWindow) {
        let named = |name: &Option<String>| self.outputs.iter().find(|output| Some(&output.mode.name) == name.as_ref());
        let there = named(&was.output).is_some();
        let now = self.windows.get(id).and_then(|window| self.outputs.get(window.home.output?));
        let output = named(&was.output).or(now).map(|output| (output.id, output.position));
        let before_fullscreen = named(&was.before_fullscreen).map(|output| output.id);
        let Some(window) = self.windows.get_mut(id) else { return };
        if window.modes.minimized != was.minimized {
            window.appears = true;
        }
        window.modes = Modes { fullscreen: was.fullscreen, maximized: was.maximized, minimized: was.minimized, floating: was.floating };
        let at = was.at.map(|at| tame_point(at + output.map(|(_, position)| position).unwrap_or_default().to_vector()));
        let whole = |length: f64| f64::from(tame_i32(length.round() as i32).max(1));
        let size = was.size.map(|size| window.limited(LogicalSize::new(whole(size.width), whole(size.height))));
        window.float = Floating { at, size, ..Floating::default() };
        window.home = Home {
            output: output.map(|(output, _)| output),
            // Without its output, as if that had just gone.
            name: was.returns_to.clone().or_else(|| was.output.clone().filter(|_| !there)),
            before_fullscreen,
            lost_at: output.is_none().then(LogicalPoint::zero),
        };
    }

    /// What is here now and what is still waited for, so that a second restart forgets nobody.
    pub fn memory_with_absent(&self) -> Memory {
        let mut memory = self.memory();
        let Returning { absent, back, focus_chosen } = &self.returning;
        if absent.is_empty() {
            return memory;
        }
        let merged = |order: &[WindowId], rank: fn(&Ranks) -> usize, below_top: bool| {
            let mut seats: Vec<Seat> = order.iter().copied().map(Seat::Here).collect();
            let rank_of = |seat: &Seat| match seat {
                Seat::Here(id) => back.get(id).map(rank),
                Seat::Absent(index) => absent.get(*index).map(|window| rank(&window.ranks)),
            };
            for (index, window) in absent.iter().enumerate() {
                insert_by_rank(&mut seats, Seat::Absent(index), rank(&window.ranks), rank_of, below_top);
            }
            seats
        };
        let tiles = merged(&self.windows.tiles, |ranks| ranks.tile, false);
        let stack = merged(&self.windows.stack, |ranks| ranks.stack, *focus_chosen);
        let history = merged(&self.windows.history, |ranks| ranks.focus, *focus_chosen);
        let rank = |seats: &[Seat], seat: Seat| seats.iter().position(|other| *other == seat).unwrap_or(seats.len());
        let ranks = |seat: Seat| Ranks { tile: rank(&tiles, seat), stack: rank(&stack, seat), focus: rank(&history, seat) };
        for (window, (id, _)) in memory.windows.iter_mut().zip(self.shown_windows()) {
            window.ranks = ranks(Seat::Here(id));
        }
        let absent = absent.iter().enumerate();
        memory.windows.extend(absent.map(|(index, window)| RememberedWindow { ranks: ranks(Seat::Absent(index)), ..window.clone() }));
        memory
    }

    /// How many windows that were there before the restart have not come back yet.
    pub fn absent_windows(&self) -> usize {
        self.returning.absent()
    }
}
