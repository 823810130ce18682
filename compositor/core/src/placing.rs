//! Which output each window is on, and where the layouts want it.

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
};

/// A tile that begins to float is this much smaller than it was, so that one sees that it floats.
const LIFTED: f64 = 0.8;

impl Desktop {
    /// Gives every window an output, as long as there is one.
    pub(crate) fn assign_outputs(&mut self) {
        for id in self.windows.ids() {
            let Some(window) = self.windows.get(id) else { continue };
            if window.phase == Phase::Created || window.home.output.is_some_and(|output| self.outputs.get(output).is_some()) {
                continue;
            }
            let Some(output) = self.choose_output(window).cloned() else {
                if let Some(window) = self.windows.get_mut(id) {
                    window.home.output = None;
                }
                continue;
            };
            self.bring_to(id, &output);
        }
    }

    fn choose_output(&self, window: &Window) -> Option<&Output> {
        let named = window.home.name.as_ref().and_then(|name| self.outputs.iter().find(|output| output.mode.name == *name));
        let of_parent = || self.outputs.get(self.windows.get(window.parent?)?.home.output?);
        named.or_else(of_parent).or_else(|| self.outputs.nearest(self.pointer.at))
    }

    /// Puts a window on an output, at the same place of it as on the one it was on.
    pub(crate) fn bring_to(&mut self, id: WindowId, output: &Output) {
        let size = self.windows.get(id).map(|window| self.geometry(window).size).unwrap_or_default();
        let from = self.windows.get(id).and_then(|window| self.outputs.get(window.home.output?)).map(|output| output.position);
        let Some(window) = self.windows.get_mut(id) else { return };
        let from = from.or(window.home.lost_at.take());
        window.home.output = Some(output.id);
        window.home.lost_at = None;
        if window.home.name.as_ref() == Some(&output.mode.name) {
            window.home.name = None;
        }
        if let (Some(at), Some(from)) = (&mut window.float.at, from) {
            *at += output.position - from;
        }
        pull_window_in(window, size, output);
    }

    /// An output has another size, place or work area: what floats on it moves along and is pulled back in.
    pub(crate) fn follow_output(&mut self, id: OutputId, before: LogicalPoint) {
        let Some(output) = self.outputs.get(id).cloned() else { return };
        let sizes: Vec<_> = self.windows.iter().filter(|w| w.home.output == Some(id)).map(|w| (w.id, self.geometry(w).size)).collect();
        for (window, size) in sizes {
            let Some(window) = self.windows.get_mut(window) else { continue };
            if let Some(at) = &mut window.float.at {
                *at += output.position - before;
            }
            pull_window_in(window, size, &output);
        }
    }

    /// Whether a window floats, as far as layout and user are concerned. Maximized and fullscreen windows are asked as if they were not.
    pub(crate) fn floats(&self, window: &Window) -> bool {
        self.settings.layout == LayoutKind::Floating || window.modes.floating.unwrap_or_else(|| window.is_dialog())
    }

    pub(crate) fn floats_by_layout(&self, id: WindowId) -> bool {
        self.windows.get(id).is_some_and(|window| self.floats(window))
    }

    /// Decides where every window shall be.
    pub(crate) fn aim(&mut self) {
        let mut targets: Vec<(WindowId, Slot)> = Vec::new();
        for output in self.outputs.iter() {
            let here = |window: &&Window| window.home.output == Some(output.id);
            let mut tiled: Vec<&Window> = self.tiled_on(output.id);
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

    /// The mapped windows that share an output's work area, in order.
    pub(crate) fn tiled_on(&self, output: OutputId) -> Vec<&Window> {
        let windows = self.windows.tiles.iter().filter_map(|id| self.windows.get(*id));
        windows.filter(|window| window.shown() && window.home.output == Some(output) && !self.floats(window)).collect()
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
            if window.slot != Slot::Floating || window.phase != Phase::Mapped || window.home.output.is_none() {
                continue;
            }
            let size = self.geometry(window).size;
            let mut at = window.float.at.unwrap_or_else(|| self.first_place(window, size));
            let anchor = window.float.anchor;
            at.x = anchor.right.map_or(at.x, |right| right - size.width);
            at.y = anchor.bottom.map_or(at.y, |bottom| bottom - size.height);
            let grabbed = self.pointer.grab.is_some_and(|grab| grab.window() == id);
            // Not rounded to the grid of its output: where it lies decides which output that is.
            let at = self.reachable(LogicalRect::new(at, size));
            let output = self.outputs.best_for(LogicalRect::new(at, size)).map(|output| output.id);
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
            if let Some(output) = output {
                window.float_on(output);
            }
        }
    }

    /// Where a window opens that has never floated.
    fn first_place(&self, window: &Window, size: LogicalSize) -> LogicalPoint {
        let Some(output) = window.home.output.and_then(|output| self.outputs.get(output)) else { return LogicalPoint::zero() };
        let parent = window.parent.and_then(|parent| self.windows.get(parent)).filter(|parent| parent.shown());
        if let Some(parent) = parent.and_then(|parent| self.drawn(parent)) {
            return floating::over_parent(output.work_area, size, parent.area);
        }
        let others = self.windows.iter().filter(|other| other.id != window.id && other.shown() && other.slot == Slot::Floating);
        let taken: Vec<LogicalPoint> = others.filter_map(|other| other.float.at).collect();
        floating::cascade(output.work_area, size, &taken, self.settings.cascade_step).round()
    }
}

fn pull_window_in(window: &mut Window, size: LogicalSize, output: &Output) {
    let size = window.float.size.filter(|_| size.is_empty()).unwrap_or(size);
    if let Some(at) = &mut window.float.at {
        *at = pull_in(LogicalRect::new(*at, size), output.work_area);
    }
    window.float.anchor = Anchor::default();
}
