//! A tile in the hand: where it would come to lie, and how that looks; and the edges of tiles.

use euclid::Vector2D;
use glasshouse_scene::{Logical, LogicalPoint, LogicalRect, LogicalSize};

use crate::{
    command::{Direction, LayoutKind, Refusal, WindowRef},
    desktop::Desktop,
    event::Edges,
    grab::{Grab, What},
    ids::{OutputId, WindowId, WorkspaceId},
    layout::tiles::{DropSide, DropTarget, Layout as _},
    placing::LIFTED,
    window::{Slot, Window},
};

/// A window in the hand covers at most this part of the output's width and height, so that one sees where it will lie.
const IN_HAND: f64 = 0.38;

/// Where a tile goes that is let go here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Landing {
    /// To the side of another tile.
    Beside(WorkspaceId, DropTarget),
    /// Among the tiles of a workspace, where the layout likes.
    Onto(WorkspaceId),
    /// To this corner, on a workspace where all windows float.
    Float(WorkspaceId, LogicalPoint),
}

impl Desktop {
    /// The tile that is carried. It is drawn in the hand, and nowhere else.
    pub(crate) fn carried(&self) -> Option<(&Grab, Vector2D<f64, Logical>)> {
        self.pointer.grab.as_ref().and_then(|grab| match grab.what {
            What::Carry { grip } => Some((grab, grip)),
            _ => None,
        })
    }

    pub(crate) fn is_carried(&self, id: WindowId) -> bool {
        self.carried().is_some_and(|(grab, _)| grab.window == id)
    }

    /// Where one sees a window that is carried, in the space of all outputs, and the output on which it would be let go.
    pub(crate) fn in_hand(&self, window: &Window) -> Option<(LogicalRect, OutputId)> {
        let (grab, grip) = self.carried().filter(|(grab, _)| grab.window == window.id)?;
        let size = self.geometry(window).size;
        let size = size * self.shrunk(size, grab.at);
        let corner = grab.at - Vector2D::new(grip.x * size.width, grip.y * size.height);
        Some((LogicalRect::new(corner, size), self.outputs.nearest(grab.at)?.id))
    }

    /// Where a tile goes that is let go at this point. `None`: back to where it is.
    fn landing(&self, id: WindowId, at: LogicalPoint, grip: Vector2D<f64, Logical>) -> Option<Landing> {
        let window = self.windows.get(id)?;
        let workspace = self.workspaces.active_on(self.outputs.nearest(at)?.id)?;
        if self.layout_of(workspace) == LayoutKind::Floating {
            let size = self.lifted_size(window);
            let corner = LogicalPoint::new(at.x - grip.x * size.width, at.y - grip.y * size.height);
            return Some(Landing::Float(workspace.id, corner.round()));
        }
        let target = self.ground().with_input(workspace, |input| workspace.tiling.drop_target(id, at, input));
        match target {
            Some(target) => Some(Landing::Beside(workspace.id, target)),
            None if window.home.workspace == Some(workspace.id) => None,
            None => Some(Landing::Onto(workspace.id)),
        }
    }

    /// Lets a tile go.
    pub(crate) fn land(&mut self, id: WindowId, at: LogicalPoint, grip: Vector2D<f64, Logical>) {
        let landed = match self.landing(id, at, grip) {
            None => Ok(()),
            Some(Landing::Beside(workspace, target)) => self.enter(id, workspace).and_then(|()| self.drop_beside(id, target)),
            Some(Landing::Onto(workspace)) => self.enter(id, workspace),
            Some(Landing::Float(workspace, corner)) => self.enter(id, workspace).and_then(|()| {
                let size = self.windows.get(id).map(|window| self.lifted_size(window));
                self.move_window(id, corner)?;
                if let Some(window) = self.windows.get_mut(id) {
                    window.float.size = size;
                }
                Ok(())
            }),
        };
        if let Err(refusal) = landed {
            tracing::debug!(window = id.0, %refusal, "it stays where it was");
        }
        self.focus_window(id);
    }

    /// How large a tile is that begins to float.
    pub(crate) fn lifted_size(&self, window: &Window) -> LogicalSize {
        window.limited(window.float.size.unwrap_or((self.geometry(window).size * LIFTED).round()))
    }

    fn enter(&mut self, id: WindowId, workspace: WorkspaceId) -> Result<(), Refusal> {
        match self.windows.get(id).is_some_and(|window| window.home.workspace == Some(workspace)) {
            true => Ok(()),
            false => self.move_to_workspace(id, workspace, None),
        }
    }

    fn drop_beside(&mut self, id: WindowId, target: DropTarget) -> Result<(), Refusal> {
        let changed = self.change_tiling(id, |tiling, input| {
            let before = tiling.outline();
            tiling.drop_window(id, target, input) && tiling.outline() != before
        })?;
        changed.then_some(()).ok_or(Refusal::NothingToChange("the window is there already"))
    }

    /// What dragging a window to the side of a tile does, as a command.
    ///
    /// # Errors
    /// [`Refusal::NotTiled`] if the target floats, [`Refusal::NothingToChange`] if the window is there already.
    pub(crate) fn drop_window(&mut self, asked: &WindowRef, target: &WindowRef, side: DropSide) -> Result<(), Refusal> {
        let (id, target) = (self.mapped(asked)?, self.mapped(target)?);
        let workspace = self.tiled_on(target)?.id;
        if id == target {
            return Err(Refusal::NothingToChange("a window cannot be dropped onto itself"));
        }
        let comes = self.windows.get(id).is_some_and(|window| window.home.workspace != Some(workspace)) || self.floats_by_layout(id);
        self.set_minimized(id, false);
        self.enter(id, workspace)?;
        if self.floats_by_layout(id) {
            self.leave_scratchpad(id);
            if let Some(window) = self.windows.get_mut(id) {
                // What is sticky floats.
                (window.modes.floating, window.modes.sticky) = (Some(false), false);
            }
        }
        match self.drop_beside(id, DropTarget { window: target, side }) {
            // The layout has put it there already.
            Err(Refusal::NothingToChange(_)) if comes => Ok(()),
            result => result,
        }
    }

    /// Where one sees that the carried tile would lie, in the space of all outputs.
    pub(crate) fn landing_hint(&self) -> Option<LogicalRect> {
        let (grab, grip) = self.carried()?;
        let id = grab.window;
        let on = |workspace: WorkspaceId| {
            let workspace = self.workspaces.get(workspace)?;
            Some((workspace, self.outputs.get(workspace.output?)?))
        };
        match self.landing(id, grab.at, grip) {
            Some(Landing::Beside(workspace, target)) => {
                let (workspace, output) = on(workspace)?;
                let hint = self.ground().with_input(workspace, |input| workspace.tiling.drop_hint(id, target, input))?;
                Some(output.grid().to_logical_rect(output.grid().pixels(hint)))
            }
            Some(Landing::Onto(workspace)) => {
                let (workspace, output) = on(workspace)?;
                self.ground().foresee(workspace, output, id)
            }
            Some(Landing::Float(_, corner)) => {
                let window = self.windows.get(id)?;
                Some(LogicalRect::new(corner, self.lifted_size(window)))
            }
            // Its own place, which is still free.
            None => match self.windows.get(id)?.slot {
                Slot::Tile(rect) => Some(rect),
                _ => None,
            },
        }
    }

    /// How much smaller a carried window of this size is drawn. Never larger.
    pub(crate) fn shrunk(&self, size: LogicalSize, at: LogicalPoint) -> f64 {
        let Some(output) = self.outputs.nearest(at) else { return 1.0 };
        let most = output.size() * IN_HAND;
        (most.width / size.width.max(1.0)).min(most.height / size.height.max(1.0)).clamp(0.05, 1.0)
    }

    /// Those of the wanted edges that the layout can move; where it cannot, the opposite one.
    ///
    /// # Errors
    /// [`Refusal::NothingToChange`] if there is none.
    pub(crate) fn movable_edges(&self, id: WindowId, wanted: Edges) -> Result<Edges, Refusal> {
        let workspace = self.tiled_on(id)?;
        let can = |edge: Direction| {
            self.ground().with_input(workspace, |input| {
                let tries = |by: f64| workspace.tiling.as_ref().clone().resize(id, edge, by, input);
                tries(1.0) || tries(-1.0)
            })
        };
        let pair = |first: bool, second: bool, one: Direction, other: Direction| match (first, second) {
            (true, _) if can(one) => (true, false),
            (_, true) if can(other) => (false, true),
            (true, _) if can(other) => (false, true),
            (_, true) if can(one) => (true, false),
            _ => (false, false),
        };
        let (left, right) = pair(wanted.left, wanted.right, Direction::Left, Direction::Right);
        let (top, bottom) = pair(wanted.top, wanted.bottom, Direction::Up, Direction::Down);
        let edges = Edges { left, right, top, bottom };
        if edges == Edges::default() { Err(Refusal::NothingToChange("no edge of the tile can be moved")) } else { Ok(edges) }
    }

    /// Moves the edges of a tile that had this size to where the hand has gone. As the size counts, and not the last step, an edge that was
    /// pulled beyond its limit and back follows at once.
    pub(crate) fn resize_tile_by_hand(&mut self, id: WindowId, edges: Edges, size: LogicalSize, by: Vector2D<f64, Logical>) {
        let wishes = [
            (edges.left, Direction::Left, size.width - by.x),
            (edges.right, Direction::Right, size.width + by.x),
            (edges.top, Direction::Up, size.height - by.y),
            (edges.bottom, Direction::Down, size.height + by.y),
        ];
        let changed = self.change_tiling(id, |tiling, input| {
            for (_, edge, wanted) in wishes.into_iter().filter(|(moves, ..)| *moves) {
                let Some(rect) = tiling.arrange(input).rect(id) else { return };
                let now = if matches!(edge, Direction::Left | Direction::Right) { rect.width() } else { rect.height() };
                tiling.resize(id, edge, wanted.round().max(1.0) - now, input);
            }
        });
        if let Err(refusal) = changed {
            tracing::debug!(window = id.0, %refusal, "it is no tile any more");
        }
    }
}
