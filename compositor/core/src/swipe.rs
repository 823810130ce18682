//! Swipes that what is on the screen follows: columns are scrolled, and workspaces pulled in from above and below.
//!
//! Nothing is decided until the fingers have gone some way in one direction. Columns are really scrolled while they go on; workspaces are only
//! drawn beside their places. When the fingers are lifted, place and speed say where it ends; a swipe that is cancelled leaves nothing behind.

use std::{collections::VecDeque, sync::Arc};

use euclid::Vector2D;
use glasshouse_scene::{Logical, OutputId};

use crate::{
    desktop::Desktop,
    ids::{Timestamp, WorkspaceId},
    layout::tiles::Tiling,
};

/// How far fingers go before a direction is theirs, in the units of a pointer's motion.
const DECIDED: f64 = 12.0;
/// How far they go to pull in a whole workspace.
const WORKSPACE: f64 = 400.0;
/// How much longer a swipe would have gone on, in seconds of its last speed.
const MOMENTUM: f64 = 0.2;
/// What counts as its last speed.
const RECENT_MS: u128 = 120;
const RECENT_EVENTS: usize = 32;
/// Where there is no workspace, what is shown gives way by this part only.
const STIFF: f64 = 0.2;
/// No event says more, in units.
const MOST: f64 = 10_000.0;

/// Fingers on their way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Swipe {
    workspace: WorkspaceId,
    output: OutputId,
    /// Which directions it may be.
    horizontal: bool,
    vertical: bool,
    /// So far.
    moved: Vector2D<f64, Logical>,
    way: Way,
    /// How the tiles lay when it began.
    tiling: Arc<Tiling>,
    recent: VecDeque<(Timestamp, Vector2D<f64, Logical>)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Undecided,
    /// Columns follow; so far, in logical pixels to the right.
    Columns(f64),
    Workspaces,
}

/// What an output shows while workspaces are pulled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Slide {
    pub(crate) output: OutputId,
    pub(crate) from: WorkspaceId,
    /// `None`: there is no other on that side.
    pub(crate) to: Option<WorkspaceId>,
    /// How far the first one is below its place, in logical pixels.
    pub(crate) by: f64,
}

impl Swipe {
    /// The workspace whose columns are scrolled.
    pub(crate) fn scrolls(&self) -> Option<WorkspaceId> {
        matches!(self.way, Way::Columns(_)).then_some(self.workspace)
    }

    /// In units per second.
    fn speed(&self, now: Timestamp) -> Vector2D<f64, Logical> {
        let young = |(at, _): &&(Timestamp, Vector2D<f64, Logical>)| now.0.saturating_sub(at.0).as_millis() <= RECENT_MS;
        let recent: Vec<_> = self.recent.iter().filter(young).collect();
        let Some((first, _)) = recent.first() else { return Vector2D::zero() };
        let seconds = now.0.saturating_sub(first.0).as_secs_f64();
        // The first of them says how far it went before that.
        let way: Vector2D<f64, Logical> = recent.iter().skip(1).map(|(_, by)| *by).fold(Vector2D::zero(), |sum, by| sum + by);
        if seconds < 0.01 { Vector2D::zero() } else { way / seconds }
    }
}

impl Desktop {
    /// Whether something follows the fingers.
    pub fn follows_swipe(&self) -> bool {
        self.swipe.as_ref().is_some_and(|swipe| swipe.way != Way::Undecided)
    }

    pub(crate) fn swipe_began(&mut self, fingers: u32, horizontal: bool, vertical: bool) {
        self.end_swipe();
        let swipes = self.settings.swipes;
        if self.lock.on || self.pointer.grab.is_some() || fingers == 0 {
            return;
        }
        let Some(output) = self.outputs.nearest(self.pointer.at).map(|output| output.id) else { return };
        let Some(workspace) = self.workspaces.active_on(output) else { return };
        let columns = self.layout_of(workspace).tiling().is_some() && matches!(*workspace.tiling, Tiling::Columns(_));
        let (horizontal, vertical) = (horizontal && columns && swipes.columns == fingers, vertical && swipes.workspaces == fingers);
        if horizontal || vertical {
            let tiling = Arc::clone(&workspace.tiling);
            let (workspace, moved, recent) = (workspace.id, Vector2D::zero(), VecDeque::new());
            self.swipe = Some(Swipe { workspace, output, horizontal, vertical, moved, way: Way::Undecided, tiling, recent });
        }
    }

    /// Whether a swipe that has begun may yet be one that something follows: then no program gets it.
    pub fn may_follow_swipe(&self) -> bool {
        self.swipe.is_some()
    }

    pub(crate) fn swipe_moved(&mut self, by: Vector2D<f64, Logical>, at: Timestamp) {
        if !by.is_finite() {
            return;
        }
        let by = by.clamp(Vector2D::splat(-MOST), Vector2D::splat(MOST));
        let Some(swipe) = &mut self.swipe else { return };
        swipe.moved += by;
        swipe.moved = swipe.moved.clamp(Vector2D::splat(-MOST), Vector2D::splat(MOST));
        swipe.recent.push_back((at, by));
        if swipe.recent.len() > RECENT_EVENTS {
            swipe.recent.pop_front();
        }
        let moved = swipe.moved;
        if swipe.way == Way::Undecided && moved.length() >= DECIDED {
            match moved.x.abs() > moved.y.abs() {
                true if swipe.horizontal => swipe.way = Way::Columns(0.0),
                false if swipe.vertical => swipe.way = Way::Workspaces,
                // It is for a binding, or for nobody.
                _ => {
                    self.swipe = None;
                    return;
                }
            }
        }
        if let Way::Columns(scrolled) = swipe.way {
            // Contents follow the fingers.
            self.scroll_columns(-moved.x - scrolled);
        }
        self.touch();
    }

    /// Scrolls the columns in hand, as far as there are some.
    fn scroll_columns(&mut self, by: f64) {
        let Some(workspace) = self.swipe.as_ref().and_then(Swipe::scrolls) else { return };
        self.with_columns(workspace, |columns, input| columns.scroll(by, input));
        if let Some(Swipe { way: Way::Columns(scrolled), .. }) = &mut self.swipe {
            *scrolled += by;
        }
    }

    pub(crate) fn swipe_ended(&mut self, cancelled: bool, at: Timestamp) {
        let Some(swipe) = &self.swipe else { return };
        let (swipe, speed) = (swipe.clone(), swipe.speed(at));
        match swipe.way {
            Way::Undecided => {}
            Way::Columns(_) if cancelled => {
                // Unless somebody has changed them meanwhile.
                let now = self.workspaces.get_mut(swipe.workspace);
                if let Some(now) = now.filter(|now| now.tiling.outline() == swipe.tiling.outline()) {
                    now.tiling = swipe.tiling;
                }
            }
            Way::Columns(_) => {
                let next = self.with_columns(swipe.workspace, |columns, input| columns.settle_on(-speed.x * MOMENTUM, input));
                if let Some(next) = next.flatten() {
                    self.focus_window(next);
                }
            }
            Way::Workspaces => {
                let ahead = swipe.moved.y + speed.y * MOMENTUM;
                let to = self.slide().and_then(|slide| slide.to).filter(|_| ahead.abs() >= WORKSPACE / 2.0 && ahead * swipe.moved.y > 0.0);
                if let Some(to) = to.filter(|_| !cancelled) {
                    self.go_to_workspace(to);
                }
            }
        }
        self.end_swipe();
    }

    pub(crate) fn end_swipe(&mut self) {
        if self.swipe.take().is_some() {
            self.touch();
        }
    }

    /// What is swiped may be gone, or hidden by something else.
    pub(crate) fn check_swipe(&mut self) {
        let Some(swipe) = &self.swipe else { return };
        let workspace = self.workspaces.get(swipe.workspace).filter(|workspace| workspace.active && workspace.output == Some(swipe.output));
        let goes_on = !self.lock.on
            && self.pointer.grab.is_none()
            && workspace.is_some_and(|workspace| swipe.scrolls().is_none() || self.layout_of(workspace).tiling().is_some());
        if !goes_on {
            self.swipe = None;
        }
    }

    pub(crate) fn slide(&self) -> Option<Slide> {
        let swipe = self.swipe.as_ref().filter(|swipe| swipe.way == Way::Workspaces)?;
        let height = self.outputs.get(swipe.output)?.size().height;
        let index = self.workspaces.index(swipe.workspace);
        let beside = if swipe.moved.y < 0.0 { index.checked_add(1) } else { index.checked_sub(1) };
        let to = beside.and_then(|beside| self.workspaces.on(swipe.output).nth(beside)).map(|workspace| workspace.id);
        let part = (swipe.moved.y / WORKSPACE).clamp(-1.0, 1.0);
        let by = part * height * if to.is_some() { 1.0 } else { STIFF };
        Some(Slide { output: swipe.output, from: swipe.workspace, to, by })
    }
}
