//! `zwp_pointer_constraints_v1`: games and remote desktops keep the pointer in place or inside of their window.
//!
//! A constraint holds while its surface has the pointer and its window the keyboard: whoever takes the keyboard elsewhere is free.

use glasshouse_core::Event;
use glasshouse_scene::LogicalPoint;
use smithay::{
    input::pointer::PointerHandle,
    reexports::wayland_server::{Resource, protocol::wl_surface::WlSurface},
    utils::{Logical, Point},
    wayland::pointer_constraints::{PointerConstraint, PointerConstraintsHandler, with_pointer_constraint},
};

use super::surface::id_of;
use crate::State;

impl PointerConstraintsHandler for State {
    fn new_constraint(&mut self, _: &WlSurface, _: &PointerHandle<Self>) {
        self.constraint_turn();
    }

    fn cursor_position_hint(&mut self, surface: &WlSurface, _: &PointerHandle<Self>, location: Point<f64, Logical>) {
        // Only within what the client shows: it may not put the pointer onto others.
        let Some((focus, origin)) = self.constrained().filter(|(focus, _)| focus == surface) else { return };
        let to = LogicalPoint::new(origin.x + location.x, origin.y + location.y);
        if self.active_constraint(&focus) == Some(Held::Locked) && self.is_under(&focus, to) {
            self.observe(Event::PointerMoved { to });
        }
    }
}

smithay::delegate_pointer_constraints!(State);

/// How the pointer is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Locked,
    Confined,
}

impl State {
    /// Activates what may hold now, and ends what may not any more.
    pub fn constraint_turn(&mut self) {
        let surface = self.input.pointer.current_focus().filter(Resource::is_alive);
        if !surface.is_some_and(|surface| with_pointer_constraint(&surface, &self.input.pointer, |constraint| constraint.is_some())) {
            return; // As nearly always; looking further costs a search for what is under the pointer.
        }
        let Some((surface, origin)) = self.constrained() else { return };
        let keyboard = self.input.keyboard.current_focus();
        let may_hold = keyboard.is_some_and(|focus| self.are_of_one_window(&focus, &surface)) && !self.desktop.interacting();
        let at = self.desktop.pointer();
        let within: Point<i32, Logical> = ((at.x - origin.x).floor() as i32, (at.y - origin.y).floor() as i32).into();
        with_pointer_constraint(&surface, &self.input.pointer, |constraint| {
            let Some(constraint) = constraint else { return };
            if constraint.is_active() && !may_hold {
                constraint.deactivate();
            } else if !constraint.is_active() && may_hold && constraint.region().is_none_or(|region| region.contains(within)) {
                constraint.activate();
            }
        });
    }

    /// How far the pointer may go of the way to `to`. `None`: it stays where it is and the client only hears how far it was moved.
    pub fn constrain(&self, to: LogicalPoint) -> Option<LogicalPoint> {
        let Some((surface, origin)) = self.constrained() else { return Some(to) };
        match self.active_constraint(&surface) {
            None => Some(to),
            Some(Held::Locked) => None,
            Some(Held::Confined) => {
                let from = self.desktop.pointer();
                let inside = |at: LogicalPoint| {
                    let within: Point<i32, Logical> = ((at.x - origin.x).floor() as i32, (at.y - origin.y).floor() as i32).into();
                    let allowed = with_pointer_constraint(&surface, &self.input.pointer, |constraint| {
                        constraint.is_none_or(|constraint| constraint.region().is_none_or(|region| region.contains(within)))
                    });
                    allowed && self.is_under(&surface, at)
                };
                if inside(to) {
                    return Some(to);
                }
                // Up to the edge, and along it.
                let x = furthest(from.x, to.x, |x| inside(LogicalPoint::new(x, from.y)));
                let y = furthest(from.y, to.y, |y| inside(LogicalPoint::new(x, y)));
                Some(LogicalPoint::new(x, y))
            }
        }
    }

    fn are_of_one_window(&self, a: &WlSurface, b: &WlSurface) -> bool {
        let window = |surface| self.desktop.window_of(id_of(surface)?);
        a == b || window(a).is_some_and(|of_a| window(b) == Some(of_a))
    }

    /// The surface that has the pointer, and its origin.
    fn constrained(&self) -> Option<(WlSurface, LogicalPoint)> {
        let surface = self.input.pointer.current_focus().filter(Resource::is_alive)?;
        let under = self.desktop.under(self.desktop.pointer()).filter(|under| id_of(&surface) == Some(under.surface))?;
        Some((surface, under.origin))
    }

    fn is_under(&self, surface: &WlSurface, at: LogicalPoint) -> bool {
        let under = self.desktop.under(at).map(|under| under.surface);
        under.is_some() && under == id_of(surface)
    }

    fn active_constraint(&self, surface: &WlSurface) -> Option<Held> {
        with_pointer_constraint(surface, &self.input.pointer, |constraint| {
            let constraint = constraint.filter(|constraint| constraint.is_active())?;
            Some(match &*constraint {
                PointerConstraint::Locked(_) => Held::Locked,
                PointerConstraint::Confined(_) => Held::Confined,
            })
        })
    }
}

/// How far one can go from `from`, which is inside, towards `to`. Ends on a whole pixel if that is inside.
fn furthest(from: f64, to: f64, inside: impl Fn(f64) -> bool) -> f64 {
    /// The resolution of the wire.
    const STEP: f64 = 1.0 / 256.0;
    if inside(to) {
        return to;
    }
    let (mut good, mut bad) = (from, to);
    while (good - bad).abs() > STEP {
        let middle = f64::midpoint(good, bad);
        if inside(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(good.floor()).filter(|whole| inside(*whole)).unwrap_or(good)
}

#[cfg(test)]
mod tests {
    use super::furthest;

    #[test]
    fn one_goes_as_far_as_the_last_pixel() {
        let inside = |at: f64| (0.0..300.0).contains(&at);
        assert_eq!(furthest(150.0, 200.5, inside), 200.5);
        assert_eq!(furthest(150.0, 750.0, inside), 299.0);
        assert_eq!(furthest(150.0, -450.0, inside), 0.0);
        assert_eq!(furthest(150.0, f64::MAX / 4.0, inside), 299.0);
    }
}
