//! What fingers on a touchpad mean, in libinput's terms: a gesture begins, is updated, and ends or is cancelled.

use glasshouse_config::{Input, Way};

/// What kind of gesture libinput says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Swipe,
    Pinch,
    Hold,
}

/// How far fingers swipe, in the units of a pointer's motion: less is a tremble. A deliberate swipe of three fingers has hundreds.
const SWIPE: f64 = 60.0;
/// How much nearer or farther fingers come.
const PINCH_IN: f64 = 0.8;
const PINCH_OUT: f64 = 1.25;

/// A gesture that has not ended yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gesture {
    kind: Kind,
    fingers: u32,
    moved: (f64, f64),
    scale: f64,
}

impl Gesture {
    pub fn begin(kind: Kind, fingers: u32) -> Self {
        Self { kind, fingers, moved: (0.0, 0.0), scale: 1.0 }
    }

    /// The fingers have moved by this much since the last time; they are `scale` times as far apart as at the beginning.
    pub fn update(&mut self, dx: f64, dy: f64, scale: f64) {
        self.moved.0 += dx;
        self.moved.1 += dy;
        self.scale = scale;
    }

    /// All that it may still become, so that it can be known at its beginning whether anybody cares.
    pub fn possible(&self) -> Vec<Input> {
        let Ok(fingers) = u8::try_from(self.fingers) else { return Vec::new() };
        match self.kind {
            Kind::Swipe => [Way::Up, Way::Down, Way::Left, Way::Right].into_iter().map(|way| Input::Swipe(fingers, way)).collect(),
            Kind::Pinch => vec![Input::PinchIn(fingers), Input::PinchOut(fingers)],
            Kind::Hold => vec![Input::Hold(fingers)],
        }
    }

    /// What it was. `None`: too little to tell.
    pub fn end(self) -> Option<Input> {
        let fingers = u8::try_from(self.fingers).ok()?;
        let (dx, dy) = self.moved;
        match self.kind {
            Kind::Swipe if dx.abs().max(dy.abs()) < SWIPE => None,
            Kind::Swipe if dx.abs() > dy.abs() => Some(Input::Swipe(fingers, if dx < 0.0 { Way::Left } else { Way::Right })),
            Kind::Swipe => Some(Input::Swipe(fingers, if dy < 0.0 { Way::Up } else { Way::Down })),
            Kind::Pinch if self.scale <= PINCH_IN => Some(Input::PinchIn(fingers)),
            Kind::Pinch if self.scale >= PINCH_OUT => Some(Input::PinchOut(fingers)),
            Kind::Pinch => None,
            Kind::Hold => Some(Input::Hold(fingers)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, fingers: u32, updates: &[(f64, f64, f64)], was: Option<&str>) {
        let mut gesture = Gesture::begin(kind, fingers);
        let possible = gesture.possible();
        for (dx, dy, scale) in updates {
            gesture.update(*dx, *dy, *scale);
        }
        let end = gesture.end();
        assert_eq!(end.map(|input| input.to_string()).as_deref(), was);
        assert!(end.is_none_or(|end| possible.contains(&end)));
    }

    #[test]
    fn swipes_go_where_most_of_their_way_goes() {
        check(Kind::Swipe, 3, &[(-80.0, 10.0, 1.0), (-40.0, 30.0, 1.0)], Some("swipe-3-left"));
        check(Kind::Swipe, 4, &[(10.0, 100.0, 1.0)], Some("swipe-4-down"));
        check(Kind::Swipe, 3, &[(100.0, 0.0, 1.0), (-90.0, -70.0, 1.0)], Some("swipe-3-up"));
        check(Kind::Swipe, 5, &[(61.0, 0.0, 1.0)], Some("swipe-5-right"));
    }

    #[test]
    fn a_tremble_is_no_swipe_and_no_pinch() {
        check(Kind::Swipe, 3, &[(20.0, -30.0, 1.0)], None);
        check(Kind::Pinch, 2, &[(0.0, 0.0, 0.9)], None);
        check(Kind::Swipe, 3, &[(f64::NAN, 0.0, 1.0)], None);
        check(Kind::Hold, 300, &[], None);
    }

    #[test]
    fn fingers_come_together_and_apart_and_rest() {
        check(Kind::Pinch, 2, &[(0.0, 0.0, 1.1), (0.0, 0.0, 0.7)], Some("pinch-2-in"));
        check(Kind::Pinch, 4, &[(0.0, 0.0, 1.5)], Some("pinch-4-out"));
        check(Kind::Hold, 3, &[], Some("hold-3"));
    }
}
