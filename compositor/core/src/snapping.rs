//! Where windows that float stick: edges and centre of the work area, and edges of each other.

use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize};

use crate::{
    command::{Refusal, Spot},
    desktop::Desktop,
    event::Edges,
    grid::centred,
    ids::WindowId,
    window::{Anchor, Slot},
};

impl Desktop {
    /// Puts a window at a spot of its output's work area.
    ///
    /// # Errors
    /// [`Refusal::NothingToChange`] without an output.
    pub(crate) fn snap_window(&mut self, id: WindowId, to: Spot) -> Result<(), Refusal> {
        let nothing = Refusal::NothingToChange("there is no output");
        let Some(window) = self.windows.get(id) else { return Err(nothing) };
        let Some(output) = self.home_of(window) else { return Err(nothing) };
        let now = window.float.size.unwrap_or(self.geometry(window).size);
        let outer = self.settings.outer_gap.max(self.settings.border.width);
        let room = output.work_area.inflate(-outer.min(output.work_area.width() / 4.0), -outer.min(output.work_area.height() / 4.0));
        let between = self.settings.tile_gap();
        let half = |length: f64| ((length - between) / 2.0).floor().max(1.0);
        let Edges { left, right, top, bottom } = to.edges();
        let wish = match to {
            Spot::Centre => now,
            _ => LogicalSize::new(
                if left || right { half(room.width()) } else { room.width() },
                if top || bottom { half(room.height()) } else { room.height() },
            ),
        };
        let size = window.limited(wish.floor().max(LogicalSize::splat(1.0)));
        let middle = centred(size, room);
        let along = |first: bool, last: bool, start: f64, end: f64, length: f64, middle: f64| match (first, last) {
            (true, _) => start,
            (_, true) => end - length,
            _ => middle,
        };
        let at = LogicalPoint::new(
            along(left, right, room.min_x(), room.max_x(), size.width, middle.x),
            along(top, bottom, room.min_y(), room.max_y(), size.height, middle.y),
        );
        if let Some(window) = self.windows.get_mut(id) {
            window.modes.maximized = false;
            window.float.at = Some(at.round());
            window.float.size = Some(size);
            // Its client may take another size: it stays at the edges that it was put at.
            window.float.anchor = Anchor { right: right.then_some(room.max_x()), bottom: bottom.then_some(room.max_y()) };
        }
        self.touch();
        Ok(())
    }

    /// Where a window that is dragged to `area` comes to lie: at an edge or the centre of the work area, or at an edge of another window, if
    /// one is near.
    pub(crate) fn stuck(&self, id: WindowId, area: LogicalRect) -> LogicalPoint {
        let reach = self.settings.snap_distance;
        let Some(output) = self.outputs.best_for(area).filter(|_| reach > 0.0) else { return area.origin };
        let work = output.work_area;
        let mut across = vec![work.min_x(), work.max_x() - area.width(), work.center().x - area.width() / 2.0];
        let mut down = vec![work.min_y(), work.max_y() - area.height(), work.center().y - area.height() / 2.0];
        let gap = self.settings.tile_gap();
        let others = self.windows.iter().filter(|other| other.id != id && other.slot == Slot::Floating && self.seen(other));
        for other in others.filter_map(|other| self.drawn(other)).map(|drawn| drawn.area).filter(|other| work.intersects(other)) {
            // Only those beside which it lies.
            if area.min_y() < other.max_y() + reach && other.min_y() < area.max_y() + reach {
                across.extend([other.max_x() + gap, other.min_x() - gap - area.width(), other.min_x(), other.max_x() - area.width()]);
            }
            if area.min_x() < other.max_x() + reach && other.min_x() < area.max_x() + reach {
                down.extend([other.max_y() + gap, other.min_y() - gap - area.height(), other.min_y(), other.max_y() - area.height()]);
            }
        }
        let nearest = |places: Vec<f64>, now: f64| {
            let nearest = places.into_iter().min_by(|a, b| (a - now).abs().total_cmp(&(b - now).abs()));
            nearest.filter(|place| (place - now).abs() <= reach).unwrap_or(now)
        };
        LogicalPoint::new(nearest(across, area.min_x()), nearest(down, area.min_y()))
    }
}
