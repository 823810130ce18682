//! Windows: what a client said about each, what was asked of it, and what it answered.

use std::{collections::BTreeSet, sync::Arc};

use euclid::{Rect, Size2D};
use glasshouse_scene::{Logical, LogicalPoint, LogicalRect, LogicalSize, OutputId, SurfaceId};
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::{
    command::AspectRatio,
    effect::WindowConfigure,
    event::ClientInfo,
    grid::tame_i32,
    ids::{Timestamp, WindowId, WorkspaceId},
    rules::Ruled,
};

/// How far a window has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has a role and nothing else.
    Created,
    /// It got its first configure.
    Ready,
    /// It has contents.
    Mapped,
}

/// Where a window is put.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Slot {
    /// At [`Floating::at`], as large as it likes.
    Floating,
    Tile(LogicalRect),
    /// A tile of which nothing is seen: a tab in the background, a column out of view.
    Behind(LogicalRect),
    /// The work area.
    Maximized(LogicalRect),
    /// The whole output.
    Fullscreen(LogicalRect),
}

impl Slot {
    pub(crate) fn is_tile(self) -> bool {
        matches!(self, Self::Tile(_) | Self::Behind(_))
    }

    /// The rectangle that a window must keep to.
    pub(crate) fn rect(self) -> Option<LogicalRect> {
        match self {
            Self::Floating => None,
            Self::Tile(rect) | Self::Behind(rect) | Self::Maximized(rect) | Self::Fullscreen(rect) => Some(rect),
        }
    }
}

/// What a window is while it floats, and what it will be again.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Floating {
    /// The top-left corner of its geometry. `None`: it has never floated.
    pub(crate) at: Option<LogicalPoint>,
    /// What it is asked to be. `None`: the client chooses.
    pub(crate) size: Option<LogicalSize>,
    pub(crate) anchor: Anchor,
}

/// The edges that stay where they are while the client still answers with other sizes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Anchor {
    pub(crate) right: Option<f64>,
    pub(crate) bottom: Option<f64>,
}

/// What the user or the client chose for a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modes {
    pub fullscreen: bool,
    pub maximized: bool,
    pub minimized: bool,
    /// `None`: dialogs float and others do not.
    pub floating: Option<bool>,
    /// It is on whichever workspace its output shows.
    pub sticky: bool,
    /// It lies above other windows that float.
    pub above: bool,
    /// Its client thinks that it fills the screen.
    pub windowed_fullscreen: bool,
    pub aspect: Option<AspectRatio>,
    /// It is in the scratchpad. The one with the smallest number was put there first.
    pub scratchpad: Option<u64>,
}

/// The conversation about sizes and states: what was sent and what was answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Configures {
    /// The newest that the client was told.
    pub(crate) sent: Option<(u64, WindowConfigure)>,
    /// When it was, while it has not answered.
    pub(crate) in_flight: Option<Timestamp>,
    /// What the client's contents were made for.
    pub(crate) committed: Option<WindowConfigure>,
    /// It has let a relayout run into its deadline. Nobody waits for it until it answers.
    pub(crate) late: bool,
}

/// The workspace a window is on, and where it came from.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Home {
    /// `None`: it is not meant to be shown yet, or there is no output.
    pub(crate) workspace: Option<WorkspaceId>,
    /// Where it floated on the output that its workspace has lost. It is there again when that returns, unless somebody moves it.
    pub(crate) away: Option<LogicalPoint>,
    /// Where it was before it became fullscreen elsewhere. [`Floating::at`] still lies there.
    pub(crate) before_fullscreen: Option<(WorkspaceId, OutputId)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    pub(crate) id: WindowId,
    pub(crate) surface: SurfaceId,
    pub(crate) client: ClientInfo,
    pub(crate) title: String,
    pub(crate) app_id: String,
    /// By which commands find it. No two windows have the same.
    pub(crate) marks: BTreeSet<String>,
    /// What its program calls it among its own.
    pub(crate) tag: String,
    /// What its icon is called.
    pub(crate) icon: Option<Arc<str>>,
    pub(crate) parent: Option<WindowId>,
    pub(crate) geometry: Option<Rect<i32, Logical>>,
    /// 0: no limit.
    pub(crate) min: Size2D<i32, Logical>,
    pub(crate) max: Size2D<i32, Logical>,
    pub(crate) phase: Phase,
    pub(crate) modes: Modes,
    pub(crate) home: Home,
    pub(crate) float: Floating,
    /// Where it is shown.
    pub(crate) slot: Slot,
    /// The output that `slot` is on: `home` may already be another one.
    slot_output: Option<OutputId>,
    /// Where it is to be shown once everybody concerned has answered.
    pub(crate) target: Slot,
    /// Since when the two differ.
    pub(crate) pending_since: Option<Timestamp>,
    /// It was not on the screen before: it appears at its target at once.
    pub(crate) appears: bool,
    /// It asks for attention, until it has the focus.
    pub(crate) urgent: bool,
    /// Its client does not answer.
    pub(crate) unresponsive: bool,
    pub(crate) configures: Configures,
    /// What rules say about it.
    pub(crate) ruled: Ruled,
}

impl Window {
    pub(crate) fn new(id: WindowId, surface: SurfaceId, client: ClientInfo) -> Self {
        Self {
            id,
            surface,
            client,
            title: String::new(),
            app_id: String::new(),
            marks: BTreeSet::new(),
            tag: String::new(),
            icon: None,
            parent: None,
            geometry: None,
            min: Size2D::zero(),
            max: Size2D::zero(),
            phase: Phase::Created,
            modes: Modes::default(),
            home: Home::default(),
            float: Floating::default(),
            slot: Slot::Floating,
            slot_output: None,
            target: Slot::Floating,
            pending_since: None,
            appears: true,
            urgent: false,
            unresponsive: false,
            configures: Configures::default(),
            ruled: Ruled::default(),
        }
    }

    /// Whether it has contents and is meant to be seen while its workspace is.
    pub(crate) fn shown(&self) -> bool {
        self.phase == Phase::Mapped && !self.modes.minimized
    }

    /// Dialogs float above tiles: a window with a parent, or one of a fixed size.
    pub(crate) fn is_dialog(&self) -> bool {
        self.parent.is_some() || (self.min == self.max && self.min.width > 0 && self.min.height > 0)
    }

    /// Whether it is in the scratchpad and hidden: then it is on no workspace.
    pub(crate) fn is_stowed(&self) -> bool {
        self.modes.scratchpad.is_some() && self.modes.minimized
    }

    /// The smallest size that its client and rules allow. 0: no limit.
    pub(crate) fn least(&self) -> Size2D<i32, Logical> {
        let ruled = self.ruled.lasting.min_size.map_or(Size2D::zero(), whole);
        self.min.max(ruled)
    }

    /// The largest size that its client and rules allow. 0: no limit.
    pub(crate) fn most(&self) -> Size2D<i32, Logical> {
        let ruled = self.ruled.lasting.max_size.map_or(Size2D::zero(), whole);
        let less = |one: i32, other: i32| if one > 0 && other > 0 { one.min(other) } else { one.max(other) };
        Size2D::new(less(self.max.width, ruled.width), less(self.max.height, ruled.height))
    }

    /// The nearest size that the client said it can have, in its aspect ratio, and that rules allow.
    pub(crate) fn limited(&self, size: LogicalSize) -> LogicalSize {
        let size = self.modes.aspect.map_or(size, |aspect| aspect.within(size));
        let limit = |value: f64, min: i32, max: i32| {
            let max = if max > 0 { f64::from(max) } else { f64::INFINITY };
            value.min(max).max(f64::from(min)).max(1.0)
        };
        let (min, max) = (self.least(), self.most());
        LogicalSize::new(limit(size.width, min.width, max.width), limit(size.height, min.height, max.height))
    }

    /// The nearest size that rules allow, whatever its client has said: that is its own business.
    pub(crate) fn ruled_size(&self, size: LogicalSize) -> LogicalSize {
        let lasting = &self.ruled.lasting;
        if lasting.min_size.is_none() && lasting.max_size.is_none() { size } else { self.limited(size) }
    }

    /// Puts it where it shall be, which is on this output.
    pub(crate) fn arrive(&mut self, output: Option<OutputId>) {
        self.slot = self.target;
        self.slot_output = output;
        self.pending_since = None;
    }

    /// It is seen on this output from now on.
    pub(crate) fn show_on(&mut self, output: OutputId) {
        self.slot_output = Some(output);
    }

    /// The output it is seen on, and whose pixel grid it keeps to.
    pub(crate) fn shown_on(&self) -> Option<OutputId> {
        self.slot_output
    }

    pub(crate) fn is_being_placed(&self) -> bool {
        self.target != self.slot
    }
}

/// A size of a rule in whole pixels.
fn whole(size: LogicalSize) -> Size2D<i32, Logical> {
    let length = |length: f64| tame_i32(length.round() as i32).max(0);
    Size2D::new(length(size.width), length(size.height))
}

/// All windows and the two orders they have. That of tiles is their workspace's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Windows {
    /// In the order in which they were created. It is looked into for each window many times a turn.
    map: IndexMap<WindowId, Window, FxBuildHasher>,
    /// The focus is asked for with every window that is looked at.
    of_surface: FxHashMap<SurfaceId, WindowId>,
    /// Bottom to top.
    pub(crate) stack: Vec<WindowId>,
    /// The most recently focused at the end.
    pub(crate) history: Vec<WindowId>,
}

impl Windows {
    pub(crate) fn get(&self, id: WindowId) -> Option<&Window> {
        self.map.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: WindowId) -> Option<&mut Window> {
        self.map.get_mut(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Window> {
        self.map.values()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Window> {
        self.map.values_mut()
    }

    pub(crate) fn ids(&self) -> Vec<WindowId> {
        self.map.keys().copied().collect()
    }

    pub(crate) fn of_surface(&self, surface: SurfaceId) -> Option<&Window> {
        self.of_surface.get(&surface).and_then(|id| self.map.get(id))
    }

    pub(crate) fn insert(&mut self, window: Window) {
        self.of_surface.insert(window.surface, window.id);
        self.map.insert(window.id, window);
    }

    pub(crate) fn remove(&mut self, id: WindowId) -> Option<Window> {
        self.forget(id);
        let window = self.map.shift_remove(&id)?;
        self.of_surface.remove(&window.surface);
        Some(window)
    }

    /// Takes a window out of both orders: it is no longer mapped.
    pub(crate) fn forget(&mut self, id: WindowId) {
        for order in [&mut self.stack, &mut self.history] {
            order.retain(|other| *other != id);
        }
    }

    /// Makes a window the one that had the focus last.
    pub(crate) fn remember_focus(&mut self, id: WindowId) {
        self.history.retain(|other| *other != id);
        self.history.push(id);
    }

    /// Whether `id` is a dialog of `ancestor`, or a dialog's dialog. Clients can make rings of parents, so this counts its steps.
    pub(crate) fn descends(&self, id: WindowId, ancestor: WindowId) -> bool {
        let mut parent = self.get(id).and_then(|window| window.parent);
        for _ in 0..self.map.len() {
            match parent {
                Some(found) if found == ancestor => return true,
                Some(found) => parent = self.get(found).and_then(|window| window.parent),
                None => return false,
            }
        }
        false
    }

    /// Puts a window on top, and its dialogs on top of it in the order they have.
    pub(crate) fn raise(&mut self, id: WindowId) {
        let dialogs: Vec<_> = self.stack.iter().copied().filter(|other| *other != id && self.descends(*other, id)).collect();
        self.stack.retain(|other| *other != id && !dialogs.contains(other));
        self.stack.push(id);
        self.stack.extend(dialogs);
    }
}
