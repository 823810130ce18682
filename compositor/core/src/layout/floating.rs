//! Where a floating window opens.

use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize};

use crate::grid::{centred, pull_in};

/// The place for a window of `size` among windows whose top-left corners are `taken`: in the middle, or else one or more `step`s to
/// the right of and below it, so that no title is covered. Past the edge of the work area the cascade begins again a little to the side.
pub(crate) fn cascade(work_area: LogicalRect, size: LogicalSize, taken: &[LogicalPoint], step: f64) -> LogicalPoint {
    let step = step.max(1.0);
    let is_free = |at: LogicalPoint| !taken.iter().any(|other| (other.x - at.x).abs() < step / 2.0 && (other.y - at.y).abs() < step / 2.0);
    let centre = pull_in(LogicalRect::new(centred(size, work_area), size), work_area);
    let room_x = (work_area.max_x() - size.width - centre.x).max(0.0);
    let room_y = (work_area.max_y() - size.height - centre.y).max(0.0);
    // As many steps as fit below the centre make one column of the cascade.
    let rows = (room_y / step).floor().min(64.0) as u32 + 1;
    for n in 0..256_u32 {
        let (column, row) = (n / rows, n % rows);
        let x = step * f64::from(row) + step * f64::from(column);
        if x > room_x {
            continue;
        }
        let at = LogicalPoint::new(centre.x + x, centre.y + step * f64::from(row));
        if is_free(at) {
            return at;
        }
    }
    centre
}

/// A dialog lies in the middle of its parent, and inside of the work area if it fits.
pub(crate) fn over_parent(work_area: LogicalRect, size: LogicalSize, parent: LogicalRect) -> LogicalPoint {
    pull_in(LogicalRect::new(centred(size, parent), size), work_area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cascade_inside_of_the_work_area() {
        let area = LogicalRect::new(LogicalPoint::new(0.0, 30.0), LogicalSize::new(1280.0, 690.0));
        let size = LogicalSize::new(640.0, 400.0);
        let mut taken = Vec::new();
        for _ in 0..12 {
            let at = cascade(area, size, &taken, 36.0);
            assert!(area.contains_rect(&LogicalRect::new(at, size)), "{at:?}");
            assert!(!taken.contains(&at), "{at:?} is taken");
            taken.push(at);
        }
    }

    #[test]
    fn a_window_that_does_not_fit_shows_its_top_left_corner() {
        let area = LogicalRect::new(LogicalPoint::new(10.0, 30.0), LogicalSize::new(100.0, 100.0));
        assert_eq!(cascade(area, LogicalSize::new(400.0, 400.0), &[], 36.0), area.origin);
    }
}
