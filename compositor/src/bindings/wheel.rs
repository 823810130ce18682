//! Whole detents of a wheel that also reports parts of them.

use glasshouse_config::{Modifiers, Way};

/// A detent, as libinput and Wayland count.
const DETENT: f64 = 120.0;
/// What a mistaken or hostile event may turn it by at once; the fastest wheels reach ten or so.
const MOST: i32 = 32;

/// What has been turned since the last detent, on each axis.
#[derive(Debug, Default)]
pub(super) struct Wheel {
    turned: [Turned; 2],
}

#[derive(Debug, Default, Clone, Copy)]
struct Turned {
    by: f64,
    with: Modifiers,
}

/// Which way the wheel turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Horizontal,
    Vertical,
}

impl Axis {
    /// Towards negative values, and towards positive ones.
    pub(super) fn ways(self) -> [Way; 2] {
        match self {
            Self::Horizontal => [Way::Left, Way::Right],
            Self::Vertical => [Way::Up, Way::Down],
        }
    }
}

impl Wheel {
    /// Turns it by 120ths of a detent; positive is right and down. Answers how many whole detents that makes, and which way. Other modifiers,
    /// or the other direction, begin anew.
    pub(super) fn turn(&mut self, axis: Axis, by: f64, with: Modifiers) -> Option<(Way, u32)> {
        let [horizontal, vertical] = &mut self.turned;
        let turned = match axis {
            Axis::Horizontal => horizontal,
            Axis::Vertical => vertical,
        };
        if !by.is_finite() || by == 0.0 {
            return None;
        }
        if turned.with != with || turned.by * by < 0.0 {
            *turned = Turned { by: 0.0, with };
        }
        turned.by += by;
        let detents = ((turned.by / DETENT).trunc() as i32).clamp(-MOST, MOST); // `as` saturates.
        if detents == 0 {
            return None;
        }
        turned.by %= DETENT;
        let [negative, positive] = axis.ways();
        Some((if detents < 0 { negative } else { positive }, detents.unsigned_abs()))
    }

    /// What was begun is forgotten.
    pub(super) fn stop(&mut self, axis: Axis) {
        let [horizontal, vertical] = &mut self.turned;
        match axis {
            Axis::Horizontal => horizontal.by = 0.0,
            Axis::Vertical => vertical.by = 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_detent_add_up() {
        let mut wheel = Wheel::default();
        let turns: Vec<_> = (0..9).filter_map(|_| wheel.turn(Axis::Vertical, 30.0, Modifiers::default())).collect();
        assert_eq!(turns, [(Way::Down, 1), (Way::Down, 1)]);
        // A whole one the other way counts at once, whatever was left.
        assert_eq!(wheel.turn(Axis::Vertical, -120.0, Modifiers::default()), Some((Way::Up, 1)));
        assert_eq!(wheel.turn(Axis::Horizontal, -240.0, Modifiers::default()), Some((Way::Left, 2)));
        assert_eq!(wheel.turn(Axis::Horizontal, 1e300, Modifiers::default()), Some((Way::Right, 32)));
        assert_eq!(wheel.turn(Axis::Vertical, f64::NAN, Modifiers::default()), None);
    }

    #[test]
    fn other_modifiers_begin_anew() {
        let mut wheel = Wheel::default();
        assert_eq!(wheel.turn(Axis::Vertical, 100.0, Modifiers::default()), None);
        assert_eq!(wheel.turn(Axis::Vertical, 100.0, Modifiers { ctrl: true, ..Modifiers::default() }), None);
        assert_eq!(wheel.turn(Axis::Vertical, 20.0, Modifiers { ctrl: true, ..Modifiers::default() }), Some((Way::Down, 1)));
    }
}
