//! The surfaces that clients committed, as trees of subsurfaces.
//!
//! A client chooses how deep and how tangled its trees are, so every walk here is a loop, ends at [`MAX_DEPTH`], and visits a surface once.

use std::collections::{BTreeMap, BTreeSet};

use euclid::{Box2D, Point2D, Rect, Size2D, Vector2D};
use glasshouse_scene::{Logical, LogicalPoint, LogicalRect, LogicalSize, PhysicalRect, SurfaceId, geometry::MAX_EXTENT};
use rustc_hash::FxHashMap;

use crate::{
    event::SurfaceState,
    grid::{Grid, tame_i32},
};

/// How many subsurfaces may lie in each other. Deeper ones are not shown; the edge refuses them before.
pub(crate) const MAX_DEPTH: usize = 32;

/// A surface of a tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placed {
    pub(crate) surface: SurfaceId,
    /// Relative to the tree's root.
    pub(crate) at: Point2D<i32, Logical>,
    pub(crate) size: LogicalSize,
}

impl Placed {
    /// The pixels that it covers while its tree's root lies at `origin`. Position and size are rounded each by itself: a surface of a
    /// whole number of pixels is never stretched by one.
    pub(crate) fn pixels(&self, origin: LogicalPoint, grid: Grid) -> PhysicalRect {
        Rect::new(grid.pixel(origin + self.at.to_f64().to_vector()), grid.pixel_size(self.size))
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Surfaces {
    states: FxHashMap<SurfaceId, SurfaceState>,
    /// From subsurface to the surface in whose stack it is.
    parents: BTreeMap<SurfaceId, SurfaceId>,
}

impl Surfaces {
    /// Takes a new state. Answers whether it differs from the one before.
    pub(crate) fn commit(&mut self, surface: SurfaceId, state: SurfaceState) -> bool {
        let state = sanitised(state);
        if self.states.get(&surface) == Some(&state) {
            return false;
        }
        self.parents.retain(|_, parent| *parent != surface);
        for (child, _) in state.stack.iter().filter(|(child, _)| *child != surface) {
            self.parents.insert(*child, surface);
        }
        self.states.insert(surface, state);
        true
    }

    pub(crate) fn remove(&mut self, surface: SurfaceId) -> bool {
        self.parents.retain(|child, parent| *parent != surface && *child != surface);
        self.states.remove(&surface).is_some()
    }

    pub(crate) fn contains(&self, surface: SurfaceId) -> bool {
        self.states.contains_key(&surface)
    }

    pub(crate) fn size(&self, surface: SurfaceId) -> Option<LogicalSize> {
        self.states.get(&surface)?.size
    }

    /// The surfaces of a tree that have something to show, bottom to top. A child of a surface without content has none either.
    pub(crate) fn tree(&self, root: SurfaceId) -> impl DoubleEndedIterator<Item = Placed> {
        let (alone, several) = match self.alone(root) {
            Some(alone) => (alone, Vec::new()),
            None => (None, self.walk(root)),
        };
        alone.into_iter().chain(several)
    }

    fn walk(&self, root: SurfaceId) -> Vec<Placed> {
        let mut placed = Vec::new();
        let mut visited = BTreeSet::from([root]);
        // What remains to be done, the next at the end: surfaces to enter, and surfaces whose own turn in their stack has come.
        let mut rest = vec![Step { surface: root, at: Point2D::zero(), depth: 0, enter: true }];
        while let Some(step) = rest.pop() {
            let Some(state) = self.states.get(&step.surface) else { continue };
            let Some(size) = state.size else { continue };
            if !step.enter || state.stack.is_empty() {
                placed.push(Placed { surface: step.surface, at: step.at, size });
                continue;
            }
            let own = Step { enter: false, ..step };
            let mut seen_itself = false;
            let before = rest.len();
            for (child, offset) in &state.stack {
                if *child == step.surface {
                    if !seen_itself {
                        rest.push(own);
                    }
                    seen_itself = true;
                } else if step.depth < MAX_DEPTH && visited.insert(*child) {
                    rest.push(Step { surface: *child, at: step.at + offset.to_vector(), depth: step.depth + 1, enter: true });
                }
            }
            if !seen_itself {
                rest.push(own); // A stack without its surface: the surface lies at the bottom.
                rest.get_mut(before..).unwrap_or_default().rotate_right(1);
            }
            rest.get_mut(before..).unwrap_or_default().reverse();
        }
        placed
    }

    /// What a tree of a single surface shows, which is what most of them are. `None`: it has more.
    fn alone(&self, root: SurfaceId) -> Option<Option<Placed>> {
        let Some(state) = self.states.get(&root) else { return Some(None) };
        let placed = |size| Placed { surface: root, at: Point2D::zero(), size };
        state.stack.is_empty().then(|| state.size.map(placed))
    }

    /// The smallest rectangle around a tree, in its root's coordinates. Empty if there is nothing to see.
    pub(crate) fn extents(&self, root: SurfaceId) -> LogicalRect {
        if let Some(alone) = self.alone(root) {
            return alone.map_or(LogicalRect::zero(), |placed| LogicalRect::from_size(placed.size));
        }
        let boxes = self.tree(root).map(|placed| LogicalRect::new(placed.at.to_f64(), placed.size));
        boxes.reduce(|a, b| Box2D::new(a.min().min(b.min()), a.max().max(b.max())).to_rect()).unwrap_or_else(LogicalRect::zero)
    }

    /// The topmost surface of a tree that takes input at a point, and where it is painted on `grid`. The tree's root lies at `origin`.
    ///
    /// Goes by the pixels of the output that shows the point, as painting does: what lies on two outputs is on the grid of each.
    pub(crate) fn hit(&self, root: SurfaceId, origin: LogicalPoint, at: LogicalPoint, grid: Grid) -> Option<(SurfaceId, LogicalPoint)> {
        let pixel = grid.pixel_below(at);
        self.tree(root).rev().find_map(|placed| {
            let area = placed.pixels(origin, grid);
            let painted = grid.to_logical(area.origin);
            // A pixel begins a billionth before its edge.
            let local = (at - painted).to_point().max(LogicalPoint::zero());
            (area.contains(pixel) && self.takes_input(placed.surface, local)).then_some((placed.surface, painted))
        })
    }

    /// Whether a surface wants what happens at this point of it.
    pub(crate) fn takes_input(&self, surface: SurfaceId, at: LogicalPoint) -> bool {
        let Some(state) = self.states.get(&surface) else { return false };
        let Some(size) = state.size else { return false };
        if !LogicalRect::from_size(size).contains(at) {
            return false;
        }
        match &state.input {
            None => true,
            // A union or a difference decides for its own points: the last rectangle that holds the point counts.
            Some(rects) => rects.iter().rev().find(|(_, rect)| rect.to_f64().contains(at)).is_some_and(|(add, _)| *add),
        }
    }

    /// The root of the tree that a surface is in, and the surface's place in it.
    pub(crate) fn root(&self, surface: SurfaceId) -> (SurfaceId, Vector2D<i32, Logical>) {
        let (mut root, mut offset) = (surface, Vector2D::zero());
        for _ in 0..=MAX_DEPTH {
            let Some(parent) = self.parents.get(&root) else { break };
            let Some(state) = self.states.get(parent) else { break };
            if let Some((_, at)) = state.stack.iter().find(|(child, _)| *child == root) {
                offset += at.to_vector();
            }
            root = *parent;
        }
        (root, offset)
    }
}

#[derive(Clone, Copy)]
struct Step {
    surface: SurfaceId,
    at: Point2D<i32, Logical>,
    depth: usize,
    /// Whether its stack has still to be laid out.
    enter: bool,
}

/// Brings a client's numbers into a range in which nothing overflows.
fn sanitised(mut state: SurfaceState) -> SurfaceState {
    let limit = f64::from(MAX_EXTENT);
    state.size = state
        .size
        .filter(|size| size.width > 0.0 && size.height > 0.0)
        .map(|size| LogicalSize::new(size.width.min(limit), size.height.min(limit)));
    for (_, at) in &mut state.stack {
        *at = Point2D::new(tame_i32(at.x), tame_i32(at.y));
    }
    for (_, rect) in state.input.iter_mut().flatten() {
        *rect = tame_rect(*rect);
    }
    state
}

/// A client's rectangle with edges in range. Regions reach from far outside to far outside ("everything"), so edges are clamped, not sizes.
pub(crate) fn tame_rect(rect: Rect<i32, Logical>) -> Rect<i32, Logical> {
    let min = Point2D::new(tame_i32(rect.origin.x), tame_i32(rect.origin.y));
    let max_x = tame_i32(rect.origin.x.saturating_add(rect.size.width));
    let max_y = tame_i32(rect.origin.y.saturating_add(rect.size.height));
    Rect::new(min, Size2D::new((max_x - min.x).max(0), (max_y - min.y).max(0)))
}
