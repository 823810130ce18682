//! What lies where and above what: the one order from which scenes are painted and points are looked up.

use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize, OutputId, SurfaceId};

use crate::{
    desktop::Desktop,
    event::Layer,
    grid::Grid,
    ids::{WindowId, WorkspaceId},
    popup::Popup,
    surfaces::MAX_DEPTH,
    window::{Slot, Window},
};

/// What lies at a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Under {
    pub surface: SurfaceId,
    /// Where the surface's (0, 0) is painted on the output that shows the point, in the space of all outputs.
    pub origin: LogicalPoint,
    /// The window it belongs to, also as a popup or subsurface.
    pub window: Option<WindowId>,
    /// It belongs to a layer surface.
    pub layer: bool,
}

/// Something of the stack, bottom to top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Item {
    Layer(SurfaceId),
    Window(WindowId),
    /// The titles of a workspace's tabs.
    Tabs(WorkspaceId),
    /// The popups of a window or layer surface.
    Popups(SurfaceId),
}

/// Where a window is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Drawn {
    /// The visible part of its geometry, on the pixel grid of its output.
    pub(crate) area: LogicalRect,
    /// Of its main surface.
    pub(crate) origin: LogicalPoint,
    /// Nothing of its surfaces is shown outside of it. `None`: no limit.
    pub(crate) clip: Option<LogicalRect>,
    /// The only output that shows it. `None`: all that it reaches.
    pub(crate) only_on: Option<OutputId>,
}

impl Desktop {
    /// The window's geometry in its main surface's coordinates: what the client said, as far as there are surfaces.
    pub(crate) fn geometry(&self, window: &Window) -> LogicalRect {
        let extents = self.surfaces.extents(window.surface);
        let said = window.geometry.map(|geometry| geometry.to_f64());
        said.and_then(|geometry| geometry.intersection(&extents)).filter(|geometry| !geometry.is_empty()).unwrap_or(extents)
    }

    pub(crate) fn grid_of(&self, window: &Window) -> Grid {
        window.shown_on().and_then(|output| self.outputs.get(output)).map(|output| output.grid()).unwrap_or_default()
    }

    /// Where a window is shown, or would be if it were not minimized. `None`: it is not mapped or has no place yet.
    pub(crate) fn drawn(&self, window: &Window) -> Option<Drawn> {
        let geometry = self.geometry(window);
        let grid = self.grid_of(window);
        let size = grid.snap_size(geometry.size);
        let (area, clip, only_on) = match window.slot.rect() {
            None => {
                let area = LogicalRect::new(grid.snap(window.float.at?), size);
                (area, self.settings.cuts_windows().then_some(area), None)
            }
            Some(rect) => {
                // Old or too large contents show their top-left corner, where titles and menus are; small ones lie in the middle.
                let shown = size.min(rect.size);
                let at = grid.snap(self.place_in(window, rect, shown));
                let area = LogicalRect::new(at, shown);
                let cuts = self.settings.cuts_windows() && !matches!(window.slot, Slot::Fullscreen(_));
                (area, Some(if cuts { area } else { rect }), window.shown_on())
            }
        };
        Some(Drawn { area, origin: area.origin - geometry.origin.to_vector(), clip, only_on })
    }

    /// Where contents of this size lie in a tile: in the middle, or as near to it as lets one see as much of them as can be. A column may
    /// reach far beyond its output.
    fn place_in(&self, window: &Window, tile: LogicalRect, shown: LogicalSize) -> LogicalPoint {
        let output = window.shown_on().and_then(|output| self.outputs.get(output)).map(|output| output.work_area);
        let in_view = output.and_then(|area| area.intersection(&tile)).unwrap_or(tile);
        let along = |start: f64, length: f64, shown: f64, first: f64, end: f64| {
            if shown <= end - first {
                return first + (end - first - shown) / 2.0;
            }
            (start + (length - shown) / 2.0).max(end - shown).min(first)
        };
        LogicalPoint::new(
            along(tile.min_x(), tile.width(), shown.width, in_view.min_x(), in_view.max_x()),
            along(tile.min_y(), tile.height(), shown.height, in_view.min_y(), in_view.max_y()),
        )
    }

    /// Everything that is to be seen, bottom to top.
    pub(crate) fn bottom_to_top(&self) -> Vec<Item> {
        let mut tiles = Vec::new();
        let mut floating = Vec::new();
        let mut above = Vec::new();
        let mut fullscreen = Vec::new();
        for (index, id) in self.windows.stack.iter().enumerate() {
            let Some(window) = self.windows.get(*id).filter(|window| self.seen(window) && !self.is_carried(*id)) else { continue };
            if self.is_above_panels(window, index) {
                fullscreen.push(window);
            } else if self.floats(window) && self.keeps_above(window) {
                above.push(window);
            } else if self.floats(window) {
                floating.push(window);
            } else {
                tiles.push(window);
            }
        }
        let mut items = Vec::with_capacity(self.windows.stack.len() + 2 * self.layers.list.len() + 1);
        let has_popups = self.popups.iter().next().is_some();
        let layer = |items: &mut Vec<Item>, layer| items.extend(self.layers.on(layer).map(|layer| Item::Layer(layer.surface)));
        let menus = |items: &mut Vec<Item>, layer| items.extend(self.layers.on(layer).map(|layer| Item::Popups(layer.surface)));
        layer(&mut items, Layer::Background);
        layer(&mut items, Layer::Bottom);
        // Below windows: one that has not answered yet still lies where titles are now.
        let shown = self.outputs.ids().into_iter().filter_map(|output| self.workspaces.active_on(output)).map(|workspace| workspace.id);
        items.extend(shown.filter(|workspace| !self.tabs_on(*workspace).is_empty()).map(Item::Tabs));
        // A tile's menu may lie over its neighbour.
        items.extend(tiles.iter().map(|window| Item::Window(window.id)));
        items.extend(tiles.iter().filter(|_| has_popups).map(|window| Item::Popups(window.surface)));
        for window in floating.into_iter().chain(above) {
            items.push(Item::Window(window.id));
            items.extend(has_popups.then_some(Item::Popups(window.surface)));
        }
        // The menu of a panel below windows must be seen all the same.
        menus(&mut items, Layer::Background);
        menus(&mut items, Layer::Bottom);
        layer(&mut items, Layer::Top);
        menus(&mut items, Layer::Top);
        for window in fullscreen {
            items.extend([Item::Window(window.id), Item::Popups(window.surface)]);
        }
        layer(&mut items, Layer::Overlay);
        menus(&mut items, Layer::Overlay);
        items
    }

    /// Whether a window, or the one that it is a dialog of, stays above the others.
    fn keeps_above(&self, window: &Window) -> bool {
        let mut next = Some(window);
        // Clients can make rings of parents.
        for _ in 0..MAX_DEPTH {
            let Some(window) = next else { break };
            if window.modes.above {
                return true;
            }
            next = window.parent.and_then(|parent| self.windows.get(parent));
        }
        false
    }

    /// A fullscreen window covers panels until another window is raised above it; its dialogs go with it.
    fn is_above_panels(&self, window: &Window, index: usize) -> bool {
        let is_fullscreen = |window: &Window| matches!(window.slot, Slot::Fullscreen(_));
        let covers = |fullscreen: &Window, index: usize| {
            self.windows.stack.iter().skip(index + 1).filter_map(|id| self.windows.get(*id)).all(|above| {
                !self.seen(above)
                    || above.shown_on() != fullscreen.shown_on()
                    || is_fullscreen(above)
                    || self.windows.descends(above.id, fullscreen.id)
            })
        };
        if is_fullscreen(window) {
            return covers(window, index);
        }
        // Most windows are nobody's dialog, and need no look at all others.
        if window.parent.is_none() {
            return false;
        }
        self.windows.stack.iter().enumerate().take(index).any(|(below, id)| {
            self.windows.get(*id).is_some_and(|other| {
                is_fullscreen(other)
                    && self.seen(other)
                    && other.shown_on() == window.shown_on()
                    && self.windows.descends(window.id, *id)
                    && covers(other, below)
            })
        })
    }

    /// The window's or layer surface's main surface below a chain of popups; the surface itself if it is no popup.
    pub(crate) fn popup_root(&self, main: SurfaceId) -> SurfaceId {
        let mut current = main;
        for _ in 0..=MAX_DEPTH {
            match self.popups.get(current) {
                Some(popup) => current = self.surfaces.root(popup.parent).0,
                None => break,
            }
        }
        current
    }

    /// Where a main surface's geometry begins, in its own coordinates.
    pub(crate) fn geometry_origin(&self, main: SurfaceId) -> LogicalPoint {
        if let Some(popup) = self.popups.get(main) {
            return popup.geometry.origin.to_f64();
        }
        self.windows.of_surface(main).map(|window| self.geometry(window).origin).unwrap_or_default()
    }

    /// Where a window's, layer surface's or popup's surface lies. `None`: it is not to be seen.
    pub(crate) fn main_origin(&self, main: SurfaceId) -> Option<LogicalPoint> {
        let mut offset = LogicalPoint::zero();
        let mut current = main;
        for _ in 0..=MAX_DEPTH {
            let Some(popup) = self.popups.get(current) else { break };
            offset += self.popup_offset(popup).to_vector();
            current = popup.parent;
        }
        let root = match self.windows.of_surface(current) {
            Some(window) if self.seen(window) => self.drawn(window)?.origin,
            Some(_) => return None,
            None => match self.lock_origin(current) {
                Some(origin) => origin,
                None => self.layers.get(current).filter(|layer| layer.mapped && layer.output.is_some())?.area.origin,
            },
        };
        Some(root + offset.to_vector())
    }

    /// Of a popup's surface, relative to its parent's.
    pub(crate) fn popup_offset(&self, popup: &Popup) -> LogicalPoint {
        self.geometry_origin(popup.parent) + popup.at.to_f64().to_vector() - popup.geometry.origin.to_f64().to_vector()
    }

    /// What lies at a point, from top to bottom. Nobody points at what a dark output does not show.
    pub fn under(&self, at: LogicalPoint) -> Option<Under> {
        if !self.outputs.at(at)?.powered {
            return None;
        }
        if self.lock.on {
            return self.under_lock(at);
        }
        let grid = self.outputs.at(at)?.grid();
        let pixel = grid.pixel_below(at);
        for item in self.bottom_to_top().into_iter().rev() {
            match item {
                Item::Layer(surface) => {
                    let layer = self.layers.get(surface)?;
                    if layer.output.is_some_and(|output| self.shows(output, at))
                        && let Some((surface, origin)) = self.surfaces.hit(surface, layer.area.origin, at, grid)
                    {
                        return Some(Under { surface, origin, window: None, layer: true });
                    }
                }
                Item::Window(id) => {
                    if self.is_out_of_the_way(id) {
                        continue;
                    }
                    let window = self.windows.get(id)?;
                    // Most windows lie elsewhere, and nothing of a tile is shown outside of it.
                    let near = |rect: LogicalRect| rect.inflate(1.0, 1.0).contains(at);
                    if window.slot.rect().is_some_and(|rect| !near(rect)) {
                        continue;
                    }
                    let Some(drawn) = self.drawn(window) else { continue };
                    if drawn.only_on.is_some_and(|output| !self.shows(output, at)) {
                        continue;
                    }
                    if drawn.clip.is_none_or(|clip| grid.pixels(clip).contains(pixel))
                        && let Some((surface, origin)) = self.surfaces.hit(window.surface, drawn.origin, at, grid)
                    {
                        return Some(Under { surface, origin, window: Some(id), layer: false });
                    }
                    // Nobody sees what lies below the black around a fullscreen window.
                    if matches!(window.slot, Slot::Fullscreen(rect) if grid.pixels(rect).contains(pixel)) {
                        return None;
                    }
                }
                // They are the desktop's own: no client hears of them.
                Item::Tabs(_) => {}
                Item::Popups(root) => {
                    if self.windows.of_surface(root).is_some_and(|window| self.is_out_of_the_way(window.id)) {
                        continue;
                    }
                    for popup in self.popups.above(root).into_iter().rev() {
                        let Some(origin) = self.main_origin(popup.surface) else { continue };
                        if let Some((surface, origin)) = self.surfaces.hit(popup.surface, origin, at, grid) {
                            let window = self.windows.of_surface(root).map(|window| window.id);
                            return Some(Under { surface, origin, window, layer: window.is_none() });
                        }
                    }
                }
            }
        }
        None
    }

    fn shows(&self, output: OutputId, at: LogicalPoint) -> bool {
        self.outputs.get(output).is_some_and(|output| output.area().contains(at))
    }
}
