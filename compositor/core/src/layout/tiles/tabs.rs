//! The strip of titles above a tabbed or stacked container.

use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize};

use super::span::{self, Part, SHORTEST};

/// How titles lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strip {
    /// Side by side in one row.
    Tabbed,
    /// One above the other, a row each.
    Stacked,
}

/// The titles of `count` tabs in `area`, and what is left below them for all of them. Titles take half of the height at most.
pub(super) fn titles(area: LogicalRect, strip: Strip, title: f64, count: usize) -> (Vec<LogicalRect>, LogicalRect) {
    let rows = match strip {
        Strip::Tabbed => 1,
        Strip::Stacked => count.max(1),
    };
    let title = span::quantize(title.min(area.height() / 2.0 / rows as f64)).max(0.0);
    let height = title * rows as f64;
    let titles = match strip {
        Strip::Tabbed => {
            let parts = vec![Part { weight: 1.0, least: SHORTEST, min: SHORTEST, max: f64::INFINITY }; count];
            let y = span::Span { start: area.min_y(), end: area.min_y() + height };
            span::cut(span::horizontal(area), 0.0, &parts).into_iter().map(|x| span::rect(x, y)).collect()
        }
        Strip::Stacked => {
            let size = LogicalSize::new(area.width(), title);
            (0..count).map(|row| LogicalRect::new(LogicalPoint::new(area.min_x(), area.min_y() + title * row as f64), size)).collect()
        }
    };
    let mut content = area;
    content.origin.y += height;
    content.size.height -= height;
    (titles, content)
}

/// How much of the height the titles want.
pub(super) fn height(strip: Strip, title: f64, count: usize) -> f64 {
    match strip {
        Strip::Tabbed => title,
        Strip::Stacked => title * count as f64,
    }
}
