//! Whether an answer can be carried out.

use std::collections::BTreeSet;

use glasshouse_scene::{LogicalRect, PhysicalRect};

use super::Question;
use crate::{WindowId, grid::Grid, layout::tiles::Placement};

/// Steps in which edges are counted, in logical units: what differs by less was meant to be the same. Halves of pixels are among them.
const STEP: f64 = 1.0 / 256.0;

/// Why the answer of a program is not carried out. The fallback stands; the same question may be answered again.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadAnswer {
    /// This connection was never asked that.
    #[error("there is no question {0}")]
    NoQuestion(u64),
    /// No mistake: it comes with the best program.
    #[error("question {0} is over: it was answered, another one has replaced it, or what it was about is gone")]
    Over(u64),
    #[error("question {question} is about {asked} windows, and {given} are placed")]
    Count { question: u64, asked: usize, given: usize },
    #[error("question {question} is not about window {window}")]
    Stranger { question: u64, window: WindowId },
    #[error("window {0} is placed twice")]
    Twice(WindowId),
    #[error("window {0} is at a place or of a size that is no number")]
    NotFinite(WindowId),
    #[error("window {0} is smaller than a pixel")]
    TooSmall(WindowId),
    #[error("window {window} leaves the area {},{} {}x{}", .area.min_x(), .area.min_y(), .area.width(), .area.height())]
    Outside { window: WindowId, area: LogicalRect },
    #[error("windows {0} and {1} overlap; one of two has to be hidden")]
    Overlap(WindowId, WindowId),
    #[error("window {0} is hidden; only a layout that follows the focus may do that")]
    Hidden(WindowId),
    #[error("window {0} has the focus and is hidden")]
    FocusHidden(WindowId),
}

impl Question {
    /// The answer as placements in the order of the question.
    ///
    /// # Errors
    ///
    /// [`BadAnswer`] with the first thing that is wrong. It is looked at as pixels, so rounding errors are none.
    pub(super) fn check(&self, serial: u64, grid: Grid, follows_focus: bool, given: &[Placement]) -> Result<Vec<Placement>, BadAnswer> {
        if given.len() != self.windows.len() {
            return Err(BadAnswer::Count { question: serial, asked: self.windows.len(), given: given.len() });
        }
        let asked: BTreeSet<WindowId> = self.windows.iter().map(|subject| subject.window).collect();
        let mut placed = BTreeSet::new();
        let mut shown: Vec<(WindowId, PhysicalRect)> = Vec::new();
        let mut tiles = Vec::with_capacity(given.len());
        // One that lies on half a pixel may be rounded either way.
        let area = grid.pixels(self.area).inflate(1, 1);
        for Placement { window, rect, visible } in given.iter().copied() {
            if !asked.contains(&window) {
                return Err(BadAnswer::Stranger { question: serial, window });
            }
            if !placed.insert(window) {
                return Err(BadAnswer::Twice(window));
            }
            let numbers = [rect.origin.x, rect.origin.y, rect.size.width, rect.size.height, rect.max_x(), rect.max_y()];
            if !numbers.into_iter().all(f64::is_finite) {
                return Err(BadAnswer::NotFinite(window));
            }
            let rect = stepped(rect);
            let pixels = grid.pixels(rect);
            if rect.size.width < 1.0 / grid.scale || rect.size.height < 1.0 / grid.scale || pixels.is_empty() {
                return Err(BadAnswer::TooSmall(window));
            }
            if !area.contains_rect(&pixels) || !self.area.inflate(0.5, 0.5).contains_rect(&rect) {
                return Err(BadAnswer::Outside { window, area: self.area });
            }
            // As it will be drawn: half a pixel beyond the edge is cut off.
            let pixels = pixels.intersection(&grid.pixels(self.area)).ok_or(BadAnswer::TooSmall(window))?;
            match (visible, follows_focus) {
                (true, _) => shown.push((window, pixels)),
                (false, false) => return Err(BadAnswer::Hidden(window)),
                (false, true) if self.focused == Some(window) => return Err(BadAnswer::FocusHidden(window)),
                (false, true) => {}
            }
            tiles.push(Placement { window, rect, visible });
        }
        match overlap(&mut shown) {
            Some((one, other)) => Err(BadAnswer::Overlap(one, other)),
            None => Ok(tiles),
        }
    }
}

/// With its edges on the steps.
fn stepped(rect: LogicalRect) -> LogicalRect {
    let step = |edge: f64| (edge / STEP).round() * STEP;
    let (min, max) = (rect.min(), rect.max());
    euclid::Box2D::new(euclid::point2(step(min.x), step(min.y)), euclid::point2(step(max.x), step(max.y))).to_rect()
}

/// Two that overlap. From the left to the right, so that 500 tiles are no 125,000 comparisons.
pub(super) fn overlap(rects: &mut [(WindowId, PhysicalRect)]) -> Option<(WindowId, WindowId)> {
    rects.sort_unstable_by_key(|(window, rect)| (rect.min_x(), *window));
    for (index, (window, rect)) in rects.iter().enumerate() {
        let beside = rects.iter().skip(index + 1).take_while(|(_, other)| other.min_x() < rect.max_x());
        if let Some((other, _)) = beside.into_iter().find(|(_, other)| other.intersects(rect)) {
            return Some((*window, *other));
        }
    }
    None
}
