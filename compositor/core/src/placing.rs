//! Where the layouts want each window, and where it floats.

use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize, OutputId};

use crate::{
    command::LayoutKind,
    desktop::Desktop,
    grid::{centred, pull_in},
    ids::WindowId,
    layout::{floating, tiling},
    never::never,
    output::Output,
    window::{Anchor, Phase, Slot, Window},
    workspace::Workspace,
};

/// How much of a floating window must stay on its output: a finger's width.
const GRASP: f64 = 32.0;
/// A tile that begins to float is this much smaller than it was, so that one sees that it floats.
const LIFTED: f64 = 0.8;

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
    pub(crate) fn aim(&mut self) {
        let mut targets: Vec<(WindowId, Slot)> = Vec::new();
        for workspace in self.workspaces.iter() {
            let Some(output) = workspace.output.and_then(|output| self.outputs.get(output)) else { continue };
            let here = |window: &&Window| window.home.workspace == Some(workspace.id);
            let mut tiled: Vec<&Window> = self.tiled_in(workspace);
            let tiles = self.cut(output, &tiled);
            if never!(tiles.len() != tiled.len(), "a tiled window without a tile") {
                continue;
            }
            targets.extend(tiled.iter().zip(tiles).map(|(window, tile)| (window.id, Slot::Tile(tile))));
            for window in self.windows.iter().filter(here) {
                let waits_for_first = window.phase == Phase::Ready && !window.modes.minimized;
                if window.modes.fullscreen {
                    targets.push((window.id, Slot::Fullscreen(output.area())));
                } else if window.modes.maximized {
                    targets.push((window.id, Slot::Maximized(output.work_area)));
                } else if self.floats(window) {
                    targets.push((window.id, Slot::Floating));
                } else if waits_for_first {
                    // Its place will be at the end. The others keep theirs until it is there.
                    tiled.push(window);
                    if let Some(tile) = self.cut(output, &tiled).pop() {
                        targets.push((window.id, Slot::Tile(tile)));
                    }
                    tiled.pop();
                }
            }
        }
        for (id, target) in targets {
            // Later ones win: a fullscreen window keeps its tile for when it returns.
            let Some(window) = self.windows.get_mut(id) else { continue };
            window.target = target;
        }
        for id in self.windows.ids() {
            self.lift(id);
        }
    }

    /// The mapped windows that share the work area while a workspace is shown, in order.
    pub(crate) fn tiled_in(&self, workspace: &Workspace) -> Vec<&Window> {
        let windows = workspace.tiles.iter().filter_map(|id| self.windows.get(*id));
        windows.filter(|window| window.shown() && !self.floats(window)).collect()
    }

    fn cut(&self, output: &Output, windows: &[&Window]) -> Vec<LogicalRect> {
        let smallest: Vec<LogicalSize> = windows.iter().map(|window| window.min.max(euclid::Size2D::zero()).to_f64().cast_unit()).collect();
        let cut = tiling::Cut { gap: self.settings.tile_gap(), master: self.settings.master_fraction };
        tiling::tile(output.work_area, &smallest, cut, output.grid())
    }

    /// A tile that shall float for the first time gets a size and a place near its tile.
    fn lift(&mut self, id: WindowId) {
        let Some(window) = self.windows.get_mut(id).filter(|window| window.phase == Phase::Mapped) else { return };
        let (Slot::Floating, Slot::Tile(tile), None) = (window.target, window.slot, window.float.at) else { return };
        let size = window.limited((tile.size * LIFTED).round());
        window.float.size = Some(size);
        window.float.at = Some(centred(size, tile).round());
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
            let grabbed = self.pointer.grab.is_some_and(|grab| grab.window() == id);
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
