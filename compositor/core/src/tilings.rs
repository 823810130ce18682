//! Workspaces and their layouts: which windows are tiles, and where that puts them.
//!
//! Nobody adds to or takes from a layout directly. Which windows are tiles follows from the windows; layouts are brought in line with that
//! before anybody looks at them, so that no way of moving a window (commands, undo, a returning output) can forget it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use glasshouse_scene::{LogicalRect, LogicalSize, PhysicalRect};

use crate::{
    Settings,
    command::Refusal,
    desktop::Desktop,
    grid::Grid,
    ids::{WindowId, WorkspaceId},
    layout::tiles::{Arrangement, Columns, Constraints, Input, Layout, Outline, Place, Tab, Tiling},
    output::{Output, Outputs},
    swipe::Swipe,
    window::{Window, Windows},
    workspace::Workspace,
};

/// Layouts of workspaces without an output are cut from this; nobody sees them.
const NOWHERE: LogicalSize = LogicalSize::new(1280.0, 720.0);

/// Of so many windows that float or are minimized a workspace knows exactly where they come back to.
const MAX_LEFT: usize = 16;

/// Everything that layouts have to know of the rest of the desktop.
pub(crate) struct Ground<'a> {
    settings: &'a Settings,
    windows: &'a Windows,
    outputs: &'a Outputs,
    /// Of each workspace, the tile that had the focus last.
    focused: BTreeMap<WorkspaceId, WindowId>,
    /// The workspace whose columns fingers scroll.
    held: Option<WorkspaceId>,
}

impl Window {
    /// Whether it shares the work area with others, if its workspace does not let everything float.
    pub(crate) fn is_tile(&self) -> bool {
        self.shown() && !self.modes.floating.unwrap_or_else(|| self.is_dialog())
    }
}

impl<'a> Ground<'a> {
    pub(crate) fn new(settings: &'a Settings, windows: &'a Windows, outputs: &'a Outputs, swipe: Option<&Swipe>) -> Self {
        let mut focused = BTreeMap::new();
        for window in windows.history.iter().rev().filter_map(|id| windows.get(*id)).filter(|window| window.is_tile()) {
            if let Some(workspace) = window.home.workspace {
                focused.entry(workspace).or_insert(window.id);
            }
        }
        Self { settings, windows, outputs, focused, held: swipe.and_then(Swipe::scrolls) }
    }

    /// The tile of a workspace that had the focus last.
    pub(crate) fn focused_on(&self, workspace: WorkspaceId) -> Option<WindowId> {
        self.focused.get(&workspace).copied()
    }

    /// What an output leaves for tiles: whole pixels, without the outer gap.
    fn area(&self, output: &Output) -> LogicalRect {
        let grid = output.grid();
        let area = grid.to_logical_rect(grid.pixels_inside(output.work_area));
        let outer = self.settings.outer_gap.max(self.settings.border.width);
        let struts = self.settings.struts;
        // On an output that is too small for its margins something must be left.
        let margin = |wanted: f64, extent: f64| (f64::from(grid.length(wanted)) / grid.scale).min((extent / 4.0).max(0.0));
        let [left, right] = [struts.left, struts.right].map(|strut| margin(outer + strut, area.width()));
        let [top, bottom] = [struts.top, struts.bottom].map(|strut| margin(outer + strut, area.height()));
        LogicalRect::new(
            area.origin + euclid::Vector2D::new(left, top),
            LogicalSize::new(area.width() - left - right, area.height() - top - bottom),
        )
    }

    pub(crate) fn with_input<T>(&self, workspace: &Workspace, f: impl FnOnce(&Input<'_>) -> T) -> T {
        let output = workspace.output.and_then(|output| self.outputs.get(output));
        let scale = output.map_or(1.0, |output| output.grid().scale);
        let whole = |length: f64| output.map_or(length, |output| f64::from(output.grid().length(length)) / scale);
        let constraints = |id: WindowId| {
            let size = |size: euclid::Size2D<i32, _>| -> LogicalSize { size.to_f64().cast_unit() };
            let limits = |window: &Window| Constraints { min: size(window.least()), max: size(window.most()) };
            self.windows.get(id).map(limits).unwrap_or_default()
        };
        f(&Input {
            area: output.map_or(LogicalRect::from_size(NOWHERE), |output| self.area(output)),
            gap: whole(self.settings.tile_gap()),
            title: whole(self.settings.tabs.height),
            options: &self.settings.tiles,
            windows: &constraints,
            // A tile that is shorter than a pixel would lie on its neighbour's.
            shortest: 1.0 / scale,
            focused: self.focused.get(&workspace.id).copied(),
            held: self.held == Some(workspace.id),
        })
    }

    /// Brings a workspace's layout in line with its windows.
    fn settle(&self, workspace: &mut Workspace) {
        let tiles: Vec<WindowId> =
            workspace.windows.iter().copied().filter(|id| self.windows.get(*id).is_some_and(Window::is_tile)).collect();
        let kind = workspace.layout.unwrap_or(self.settings.layout).tiling();
        let mut tiling = std::mem::take(&mut workspace.tiling);
        let mut left = std::mem::take(&mut workspace.left);
        left.retain(|(id, _)| workspace.windows.contains(id));
        let order = self.with_input(workspace, |input| {
            let tiling = Arc::make_mut(&mut tiling);
            if let Some(kind) = kind.filter(|kind| *kind != tiling.kind()) {
                *tiling = tiling.switched(kind, input);
            }
            if tiling.windows() != tiles {
                left.extend(take_out(tiling, &tiles).into_iter().filter(|(id, _)| workspace.windows.contains(id)));
                put_in(tiling, &tiles, &mut left, input);
            }
            tiling.settle(input);
            tiling.windows()
        });
        workspace.tiling = tiling;
        left.drain(..left.len().saturating_sub(MAX_LEFT));
        workspace.left = left;
        if order != tiles {
            workspace.reorder_tiles(&order);
        }
    }

    /// Where the tiles of a workspace and their titles go, on the pixel grid of its output.
    pub(crate) fn arrange(&self, workspace: &Workspace, output: &Output) -> Arrangement {
        let mut arrangement = self.with_input(workspace, |input| workspace.tiling.arrange(input));
        let snap = Snap::on(workspace, output);
        arrangement.tiles.iter_mut().for_each(|tile| tile.rect = snap.snapped(tile.rect));
        arrangement.tabs.iter_mut().for_each(|tab| tab.rect = snap.snapped(tab.rect));
        arrangement
    }

    /// A place on the pixels of an output.
    pub(crate) fn snapped(&self, workspace: &Workspace, output: &Output, rect: LogicalRect) -> LogicalRect {
        Snap::on(workspace, output).snapped(rect)
    }

    /// Where a window would go that is not there yet.
    pub(crate) fn foresee(&self, workspace: &Workspace, output: &Output, window: WindowId) -> Option<LogicalRect> {
        self.with_input(workspace, |input| {
            let mut tiling = Tiling::clone(&workspace.tiling);
            tiling.insert(window, input.focused.map_or(Place::Last, Place::After), input);
            tiling.settle(&Input { focused: Some(window), ..*input });
            tiling.arrange(input).rect(window)
        })
        .map(|rect| Snap::on(workspace, output).snapped(rect))
    }
}

/// Takes those out of a layout that are no tiles any more. Answers who they were, with the layout that they were in.
fn take_out(tiling: &mut Tiling, tiles: &[WindowId]) -> Vec<(WindowId, Arc<Outline>)> {
    let stay: BTreeSet<&WindowId> = tiles.iter().collect();
    let mut gone = tiling.windows();
    gone.retain(|id| !stay.contains(id));
    if gone.is_empty() {
        return Vec::new();
    }
    let outline = Arc::new(tiling.outline());
    gone.into_iter().filter(|id| tiling.remove(*id)).map(|id| (id, Arc::clone(&outline))).collect()
}

/// Puts those into a layout that are tiles now: where they were before they left, or else behind the tile that comes before them.
fn put_in(tiling: &mut Tiling, tiles: &[WindowId], left: &mut Vec<(WindowId, Arc<Outline>)>, input: &Input<'_>) {
    let now: BTreeSet<WindowId> = tiling.windows().into_iter().collect();
    let mut before = None;
    for (index, id) in tiles.iter().enumerate() {
        if !now.contains(id) {
            let next = || tiles.iter().skip(index + 1).find(|next| now.contains(next)).copied();
            let place = before.map(Place::After).or_else(|| next().map(Place::Before)).unwrap_or(Place::Last);
            let was = left.iter().position(|(left, _)| left == id).map(|index| left.remove(index).1);
            match was.and_then(|was| tiling.put_back(*id, &was, input.options)) {
                Some(back) => *tiling = back,
                None => tiling.insert(*id, place, input),
            }
        }
        before = Some(*id);
    }
}

/// How tiles come onto the pixels of an output.
struct Snap {
    grid: Grid,
    area: PhysicalRect,
    /// Tiles may reach beyond the left and the right edge.
    scrolls: bool,
}

impl Snap {
    fn on(workspace: &Workspace, output: &Output) -> Self {
        let grid = output.grid();
        // Layouts think that there is a logical pixel at least.
        let scrolls = matches!(*workspace.tiling, Tiling::Columns(_)) && output.work_area.width() >= 1.0;
        Self { grid, area: grid.pixels(output.work_area), scrolls }
    }

    /// With its edges on the grid, so that tiles that touch go on touching, and with a pixel at least, which lies in the area: on an output
    /// of a few pixels layouts run out of room.
    fn snapped(&self, rect: LogicalRect) -> LogicalRect {
        let pixels = self.grid.pixels(rect);
        let inside = |start: i32, length: i32, first: i32, end: i32| {
            let start = start.clamp(first, (end - 1).max(first));
            (start, (start + length).min(end.max(first + 1)) - start)
        };
        let (mut x, mut width) = (pixels.origin.x, pixels.size.width.max(1));
        if !self.scrolls {
            (x, width) = inside(x, width, self.area.min_x(), self.area.max_x());
        }
        let (y, height) = inside(pixels.origin.y, pixels.size.height.max(1), self.area.min_y(), self.area.max_y());
        self.grid.to_logical_rect(PhysicalRect::new(euclid::Point2D::new(x, y), euclid::Size2D::new(width, height)))
    }
}

impl Desktop {
    /// Brings all layouts in line with the windows there are.
    pub(crate) fn settle_tilings(&mut self) {
        let ground = Ground::new(&self.settings, &self.windows, &self.outputs, self.swipe.as_ref());
        for workspace in self.workspaces.iter_mut() {
            ground.settle(workspace);
        }
    }

    pub(crate) fn ground(&self) -> Ground<'_> {
        Ground::new(&self.settings, &self.windows, &self.outputs, self.swipe.as_ref())
    }

    /// The workspace on which a window is a tile.
    ///
    /// # Errors
    /// [`Refusal::NotTiled`].
    pub(crate) fn tiled_on(&self, id: WindowId) -> Result<&Workspace, Refusal> {
        let window = self.windows.get(id).filter(|window| window.is_tile() && !self.floats(window));
        window.and_then(|window| self.workspace_of(window)).ok_or(Refusal::NotTiled(id))
    }

    /// Changes the layout in which a window is a tile.
    ///
    /// # Errors
    /// [`Refusal::NotTiled`].
    pub(crate) fn change_tiling<T>(&mut self, id: WindowId, change: impl FnOnce(&mut Tiling, &Input<'_>) -> T) -> Result<T, Refusal> {
        let on = self.tiled_on(id)?.id;
        // A command before this one may have moved windows.
        self.settle_tilings();
        let ground = Ground::new(&self.settings, &self.windows, &self.outputs, self.swipe.as_ref());
        let Some(workspace) = self.workspaces.get_mut(on) else { return Err(Refusal::NotTiled(id)) };
        let mut tiling = std::mem::take(&mut workspace.tiling);
        let answer = ground.with_input(workspace, |input| change(Arc::make_mut(&mut tiling), input));
        workspace.tiling = tiling;
        let order = workspace.tiling.windows();
        workspace.reorder_tiles(&order);
        self.touch();
        Ok(answer)
    }

    /// Does something with the columns of a workspace. `None`: it has another layout.
    pub(crate) fn with_columns<T>(&mut self, id: WorkspaceId, f: impl FnOnce(&mut Columns, &Input<'_>) -> T) -> Option<T> {
        self.settle_tilings();
        let ground = Ground::new(&self.settings, &self.windows, &self.outputs, self.swipe.as_ref());
        let workspace = self.workspaces.get_mut(id)?;
        let mut tiling = std::mem::take(&mut workspace.tiling);
        let answer = ground.with_input(workspace, |input| match Arc::make_mut(&mut tiling) {
            Tiling::Columns(columns) => Some(f(columns, input)),
            _ => None,
        });
        workspace.tiling = tiling;
        self.touch();
        answer
    }

    /// The next tile in a direction, also one that is out of view or behind a tab. `None`: it is not a tile, or at the edge.
    pub(crate) fn tile_towards(&self, id: WindowId, direction: crate::Direction) -> Option<WindowId> {
        let workspace = self.tiled_on(id).ok()?;
        self.ground().with_input(workspace, |input| workspace.tiling.neighbour(id, direction, &workspace.tiling.arrange(input)))
    }

    /// The title of a tab at a point: the window that is behind it.
    pub(crate) fn tab_at(&self, at: glasshouse_scene::LogicalPoint) -> Option<WindowId> {
        let output = self.outputs.at(at)?;
        self.tabs_on(self.workspaces.active_on(output.id)?.id).iter().rev().find(|tab| tab.rect.contains(at)).map(|tab| tab.window)
    }

    /// The titles of tabs that a workspace shows.
    pub(crate) fn tabs_on(&self, workspace: WorkspaceId) -> &[Tab] {
        self.tabs.get(&workspace).map_or(&[], Vec::as_slice)
    }
}

impl Workspace {
    /// Puts its tiles into this order. What is no tile keeps its place among them, and comes back there.
    pub(crate) fn reorder_tiles(&mut self, order: &[WindowId]) {
        let tiles: BTreeSet<WindowId> = order.iter().copied().collect();
        let mut order = order.iter();
        for id in self.windows.iter_mut().filter(|id| tiles.contains(id)) {
            *id = order.next().copied().unwrap_or(*id);
        }
    }
}
