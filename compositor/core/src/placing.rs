//! Where the layouts want each window, and where it floats.

use std::collections::BTreeMap;

use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize, OutputId};

use crate::{
    command::LayoutKind,
    desktop::Desktop,
    effect::Effects,
    grid::{centred, pull_in},
    ids::{Timestamp, WindowId},
    layout::{floating, tiles::Placement},
    window::{Anchor, Phase, Slot, Window},
};

/// How much of a floating window must stay on its output: a finger's width.
const GRASP: f64 = 32.0;
/// A tile that begins to float is this much smaller than it was, so that one sees that it floats.
pub(crate) const LIFTED: f64 = 0.8;

impl Desktop {
    /// An output has another size, place or work area: what floats on it moves along and is pulled back in.
    pub(crate) fn follow_output(&mut self, id: OutputId, before: LogicalPoint) {
        let Some(output) = self.outputs.get(id).cloned() else { return };
        // A window that is fullscreen elsewhere floats where it was before.
        let here = |window: &&Window| match window.home.before_fullscreen {
            Some((_, output)) => output == id,
            None => self.workspace_of(window).is_some_and(|workspace| workspace.output == Some(id)),
        };
        let sizes: Vec<_> = self.windows.iter().filter(here).map(|w| (w.id, self.geometry(w).size)).collect();
        for (window, size) in sizes {
            let Some(window) = self.windows.get_mut(window) else { continue };
            window.displace(output.position - before, size, &output);
        }
    }

    /// Whether a window floats, as far as layout and user are concerned. Maximized and fullscreen windows are asked as if they were not.
    pub(crate) fn floats(&self, window: &Window) -> bool {
        let layout = self.workspace_of(window).map_or(self.settings.layout, |workspace| self.layout_of(workspace));
        layout == LayoutKind::Floating || window.modes.floating.unwrap_or_else(|| window.is_dialog())
    }

    pub(crate) fn floats_by_layout(&self, id: WindowId) -> bool {
        self.windows.get(id).is_some_and(|window| self.floats(window))
    }

    /// Decides where every window shall be.
    pub(crate) fn aim(&mut self, now: Timestamp, effects: &mut Effects) {
        self.settle_tilings();
        self.consult(now, effects);
        let mut targets: Vec<(WindowId, Slot)> = Vec::new();
        let mut tabs = BTreeMap::new();
        let ground = self.ground();
        for workspace in self.workspaces.iter() {
            let Some(output) = workspace.output.and_then(|output| self.outputs.get(output)) else { continue };
            if self.layout_of(workspace) != LayoutKind::Floating && !self.outside.holds(workspace.id) {
                let arrangement = ground.arrange(workspace, output);
                let slot = |tile: &Placement| if tile.visible { Slot::Tile(tile.rect) } else { Slot::Behind(tile.rect) };
                targets.extend(arrangement.tiles.iter().map(|tile| (tile.window, slot(tile))));
                if !arrangement.tabs.is_empty() {
                    tabs.insert(workspace.id, arrangement.tabs);
                }
            }
            for window in self.windows.iter().filter(|window| window.home.workspace == Some(workspace.id)) {
                if window.modes.fullscreen {
                    targets.push((window.id, Slot::Fullscreen(output.area())));
                } else if window.modes.maximized {
                    targets.push((window.id, Slot::Maximized(output.work_area)));
                } else if self.floats(window) {
                    targets.push((window.id, Slot::Floating));
                } else if window.phase == Phase::Ready && !window.modes.minimized && window.configures.sent.is_none() {
                    // It is told how large it will be. The others keep their sizes until it is there.
                    let rect = self.outside.foretold(window.id).map(|rect| ground.snapped(workspace, output, rect));
                    let rect = rect.or_else(|| ground.foresee(workspace, output, window.id));
                    targets.extend(rect.map(|rect| (window.id, Slot::Tile(rect))));
                }
            }
        }
        for (id, target) in targets {
            // Later ones win: a fullscreen window keeps its tile for when it returns.
            let Some(window) = self.windows.get_mut(id) else { continue };
            window.target = target;
        }
        self.tabs = tabs;
        self.windows.iter_mut().filter(|window| window.phase == Phase::Mapped).for_each(lift);
    }

    /// Gives floating windows their places, once their sizes are known.
    pub(crate) fn place_floating(&mut self) {
        for id in self.windows.ids() {
            let Some(window) = self.windows.get(id) else { continue };
            if window.slot != Slot::Floating || window.phase != Phase::Mapped {
                continue;
            }
            let Some(output) = window.shown_on().and_then(|output| self.outputs.get(output)) else { continue };
            let size = self.geometry(window).size;
            let mut at = window.float.at.unwrap_or_else(|| self.first_place(window, size));
            let anchor = window.float.anchor;
            at.x = anchor.right.map_or(at.x, |right| right - size.width);
            at.y = anchor.bottom.map_or(at.y, |bottom| bottom - size.height);
            let grabbed = self.pointer.grab.as_ref().is_some_and(|grab| grab.window == id);
            let at = reachable(LogicalRect::new(at, size), output.area());
            let answered = window.configures.in_flight.is_none();
            let size_wanted = window.float.size;
            let Some(window) = self.windows.get_mut(id) else { continue };
            window.float.at = Some(at);
            if window.float.size.is_none() && !size.is_empty() && answered {
                window.float.size = Some(size);
            }
            if !grabbed && answered && (size_wanted == Some(size) || size_wanted.is_none() || window.configures.late) {
                window.float.anchor = Anchor::default();
            }
        }
    }

    /// Where a window opens that has never floated.
    fn first_place(&self, window: &Window, size: LogicalSize) -> LogicalPoint {
        let Some(output) = self.home_of(window) else { return LogicalPoint::zero() };
        let parent = window.parent.and_then(|parent| self.windows.get(parent));
        let parent = parent.filter(|parent| parent.shown() && parent.home.workspace == window.home.workspace);
        if let Some(parent) = parent.and_then(|parent| self.drawn(parent)) {
            return floating::over_parent(output.work_area, size, parent.area);
        }
        let same = |other: &&Window| other.id != window.id && other.home.workspace == window.home.workspace;
        let others = self.windows.iter().filter(same).filter(|other| other.shown() && other.slot == Slot::Floating);
        let taken: Vec<LogicalPoint> = others.filter_map(|other| other.float.at).collect();
        floating::cascade(output.work_area, size, &taken, self.settings.cascade_step).round()
    }
}

/// A tile that shall float for the first time gets a size and a place near its tile.
fn lift(window: &mut Window) {
    let (Slot::Floating, Slot::Tile(tile) | Slot::Behind(tile), None) = (window.target, window.slot, window.float.at) else { return };
    let size = window.limited((tile.size * LIFTED).round());
    window.float.size = Some(size);
    window.float.at = Some(centred(size, tile).round());
}

/// Where a window of this size comes to lie so that enough of it can be seen on an output, and grasped.
fn reachable(area: LogicalRect, bounds: LogicalRect) -> LogicalPoint {
    let (width, height) = (GRASP.min(area.width()).min(bounds.width()), GRASP.min(area.height()).min(bounds.height()));
    let seen = area.intersection(&bounds);
    if seen.is_some_and(|seen| seen.width() >= width - 1e-6 && seen.height() >= height - 1e-6) {
        return area.origin;
    }
    // As if only the part to be grasped had to fit, from either side.
    let room = LogicalRect::new(
        LogicalPoint::new(bounds.min_x() - area.width() + width, bounds.min_y() - area.height() + height),
        LogicalSize::new(bounds.width() + 2.0 * (area.width() - width), bounds.height() + 2.0 * (area.height() - height)),
    );
    pull_in(area, room)
}
