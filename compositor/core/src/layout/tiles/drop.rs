//! Dropping a window onto a tile: what a point means, what comes of it, and where one sees it beforehand.

use euclid::Vector2D;
use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize};

use super::{Arrangement, Axis, Input, Layout, Placement, Tiling, list};
use crate::WindowId;

/// A window that is dropped comes to lie at this side of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DropSide {
    Left,
    Right,
    Top,
    Bottom,
    /// Columns and trees make tabs of both. The other layouts let both change places; a window from elsewhere takes the place of the tile.
    Middle,
}

impl DropSide {
    /// The axis along which both lie beside each other then, and whether the dropped one comes second. `None`: the middle.
    pub(super) fn axis(self) -> Option<(Axis, bool)> {
        match self {
            Self::Left => Some((Axis::Horizontal, false)),
            Self::Right => Some((Axis::Horizontal, true)),
            Self::Top => Some((Axis::Vertical, false)),
            Self::Bottom => Some((Axis::Vertical, true)),
            Self::Middle => None,
        }
    }
}

/// Where a window is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DropTarget {
    /// The tile.
    pub window: WindowId,
    pub side: DropSide,
}

/// How much of a tile at each edge means that edge, as a part of its width or height.
const RIM: f64 = 0.3;
/// How wide the place between two columns is shown, in logical units, and which part of a column it covers at most.
const BETWEEN: f64 = 120.0;
const BETWEEN_PART: f64 = 0.3;

impl Tiling {
    /// What dropping `window` at this point means: something about the tile there, or about the nearest one beside it. `None`: it would lie
    /// where it lies now, or there is no other tile.
    pub fn drop_target(&self, window: WindowId, at: LogicalPoint, input: &Input<'_>) -> Option<DropTarget> {
        let arrangement = self.arrange(input);
        let target = self.pointed_at(window, at, &arrangement, input)?;
        let mut after = self.clone();
        (after.drop_window(window, target, input) && after.outline() != self.outline()).then_some(target)
    }

    fn pointed_at(&self, window: WindowId, at: LogicalPoint, arrangement: &Arrangement, input: &Input<'_>) -> Option<DropTarget> {
        if let Some(tab) = arrangement.tabs.iter().rev().find(|tab| tab.rect.contains(at)) {
            return Some(DropTarget { window: tab.window, side: DropSide::Middle }).filter(|target| target.window != window);
        }
        let area = input.rect();
        let at = at.clamp(area.min(), area.max());
        let nearest = |but: Option<WindowId>| {
            let others = arrangement.tiles.iter().filter(|tile| tile.visible && Some(tile.window) != but);
            others.min_by(|a, b| distance(a.rect, at).total_cmp(&distance(b.rect, at)))
        };
        let own = nearest(None).filter(|tile| tile.window == window);
        if own.is_some_and(|own| own.rect.inflate(input.gap(), input.gap()).contains(at)) {
            return None;
        }
        // In the room beside its own column another one is meant.
        let tile = nearest(Some(window))?;
        Some(DropTarget { window: tile.window, side: self.side(tile, at, input) })
    }

    /// What a point in or beside a tile means.
    fn side(&self, tile: &Placement, at: LogicalPoint, input: &Input<'_>) -> DropSide {
        let part = |at: f64, start: f64, length: f64| ((at - start) / length.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        let x = part(at.x, tile.rect.min_x(), tile.rect.width());
        let y = part(at.y, tile.rect.min_y(), tile.rect.height());
        let horizontal = (x.min(1.0 - x), if x < 0.5 { DropSide::Left } else { DropSide::Right });
        let vertical = (y.min(1.0 - y), if y < 0.5 { DropSide::Top } else { DropSide::Bottom });
        let along = |axis: Axis| if axis == Axis::Horizontal { horizontal } else { vertical };
        let rim = |(depth, side): (f64, DropSide)| if depth < RIM { side } else { DropSide::Middle };
        match self {
            Self::Columns(_) if horizontal.0 < RIM => horizontal.1,
            Self::Columns(columns) if columns.sharing(tile.window) == Some(super::Sharing::Tabbed) => DropSide::Middle,
            Self::Columns(_) => vertical.1,
            Self::Tree(_) => rim(if horizontal.0 < vertical.0 { horizontal } else { vertical }),
            // Only what lies before or after it in the order can be meant.
            Self::MasterStack(layout) => rim(along(layout.stacking())),
            Self::Grid(_) => rim(along(Axis::longer(input.rect()))),
            // What before and after mean is for the program to say.
            Self::Monocle(_) | Self::Outside(_) => rim(horizontal),
        }
    }

    /// Puts `window`, from wherever it is in this layout or from elsewhere, to a side of another tile. `false`: there is no such tile, or
    /// it is the same.
    pub fn drop_window(&mut self, window: WindowId, target: DropTarget, input: &Input<'_>) -> bool {
        if window == target.window || !self.contains(target.window) {
            return false;
        }
        match self {
            Self::Columns(columns) => columns.drop_window(window, target, input),
            Self::Tree(tree) => tree.drop_window(window, target),
            Self::MasterStack(layout) => layout.drop_window(window, target),
            Self::Grid(grid) => list::drop_window(grid.windows_mut(), window, target),
            Self::Monocle(monocle) => list::drop_window(monocle.windows_mut(), window, target),
            Self::Outside(layout) => list::drop_window(layout.windows_mut(), window, target),
        }
        true
    }

    /// Where a person sees beforehand that `window` would lie. In columns, which scroll then, this is the place between or in the columns as
    /// they lie now; elsewhere exactly where it will be.
    pub fn drop_hint(&self, window: WindowId, target: DropTarget, input: &Input<'_>) -> Option<LogicalRect> {
        if let Self::Outside(_) = self {
            // Only the program knows where it will be: that it changes places with this one, or comes beside it.
            return self.arrange(input).rect(target.window);
        }
        if let Self::Columns(_) = self {
            let tile = self.arrange(input).rect(target.window)?;
            return column_hint(tile, target.side, input).intersection(&input.rect());
        }
        let mut after = self.clone();
        after.drop_window(window, target, input);
        let input = Input { focused: Some(window), ..*input };
        after.settle(&input);
        after.arrange(&input).rect(window)
    }
}

fn column_hint(tile: LogicalRect, side: DropSide, input: &Input<'_>) -> LogicalRect {
    let area = input.rect();
    let between = |middle: f64| {
        let width = BETWEEN.min(tile.width() * BETWEEN_PART).max(1.0);
        // The whole height: it is a column of its own. At the edge of the area it stays in view.
        let x = (middle - width / 2.0).min(area.max_x() - width).max(area.min_x());
        LogicalRect::new(LogicalPoint::new(x, area.min_y()), LogicalSize::new(width, area.height()))
    };
    let half = LogicalSize::new(tile.width(), tile.height() / 2.0);
    match side {
        DropSide::Left => between(tile.min_x() - input.gap() / 2.0),
        DropSide::Right => between(tile.max_x() + input.gap() / 2.0),
        DropSide::Top => LogicalRect::new(tile.origin, half),
        DropSide::Bottom => LogicalRect::new(tile.origin + Vector2D::new(0.0, half.height), half),
        DropSide::Middle => tile,
    }
}

/// From a point to the nearest one of a rectangle, squared.
fn distance(rect: LogicalRect, at: LogicalPoint) -> f64 {
    let beyond = |at: f64, start: f64, end: f64| (start - at).max(at - end).max(0.0);
    beyond(at.x, rect.min_x(), rect.max_x()).powi(2) + beyond(at.y, rect.min_y(), rect.max_y()).powi(2)
}
