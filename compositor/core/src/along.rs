//! A window that goes along with a client's drag and drop: a tab that somebody tears off its window.
//!
//! It is in the hand like any other ([`crate::grab`]), with two differences: clients go on hearing where the pointer is, because that is how
//! they say what may be dropped where; and the window itself lies in nobody's way meanwhile.

use euclid::{Point2D, Vector2D};
use glasshouse_scene::Logical;

use crate::{
    desktop::Desktop,
    grab::{Holder, What},
    ids::WindowId,
};

/// A window that a drag and drop takes along.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Along {
    pub(crate) window: WindowId,
    /// From the corner of its geometry to the pointer.
    offset: Point2D<i32, Logical>,
    /// The finger that drags. `None`: the pointer.
    finger: Option<i32>,
    /// It is in the hand. Once it no longer is, it does not come back: it was unmapped, or somebody put it down.
    held: bool,
}

impl Desktop {
    /// A client's drag takes a window along from now on, or from when it is shown. What is in the hand is put down for it; and if something
    /// else is taken into the hand before it is shown ([`Self::take`]), it is not waited for any more.
    pub(crate) fn drag_takes(&mut self, window: WindowId, offset: Point2D<i32, Logical>, finger: Option<i32>) {
        self.end_grab();
        self.pointer.along = Some(Along { window, offset, finger, held: false });
        self.touch();
    }

    /// The drag by this finger, or the pointer's, is over: the window is let go where it is. What another drag took along stays with that.
    pub(crate) fn drag_over(&mut self, finger: Option<i32>) {
        self.pointer.along.take_if(|along| along.finger == finger);
        if self.pointer.grab.as_ref().is_some_and(|grab| grab.holder == Holder::Drag(finger)) {
            self.end_grab();
        }
        self.touch();
    }

    /// Whether what is in the hand is there because of a drag and drop.
    pub(crate) fn goes_along(&self) -> bool {
        self.pointer.grab.as_ref().is_some_and(|grab| matches!(grab.holder, Holder::Drag(_)))
    }

    /// Whether this window is in nobody's way, because a drag and drop goes through it.
    pub(crate) fn is_out_of_the_way(&self, id: WindowId) -> bool {
        self.pointer.along.is_some_and(|along| along.window == id && along.held) && self.goes_along()
    }

    /// Takes the window into the hand when it is there. Answers whether it was just then.
    pub(crate) fn take_along(&mut self) -> bool {
        let Some(along) = self.pointer.along else { return false };
        let window = self.windows.get(along.window);
        if window.is_none() || (along.held && !self.goes_along()) {
            self.pointer.along = None;
            return false;
        }
        // Whether its layout hides it is only known when it has been asked, and does not matter to somebody who has it in the hand.
        let is_there = |window: &&crate::window::Window| self.on_screen(window) && !window.modes.fullscreen;
        let Some(window) = window.filter(is_there) else { return false };
        if along.held || self.lock.on {
            return false;
        }
        let (id, size) = (window.id, self.geometry(window).size);
        let offset = along.offset.to_f64();
        let holder = Holder::Drag(along.finger);
        let at = self.hand(holder);
        let part = |offset: f64, length: f64| (offset / length.max(1.0)).clamp(0.0, 1.0);
        let what = if self.floats_by_layout(id) {
            What::Move { offset: Vector2D::new(-offset.x, -offset.y) }
        } else {
            What::Carry { grip: Vector2D::new(part(offset.x, size.width), part(offset.y, size.height)) }
        };
        if let Some(window) = self.windows.get_mut(id) {
            window.modes.maximized = false;
        }
        self.pointer.along = Some(Along { held: true, ..along });
        self.take(id, holder, what);
        self.grab_moved(at);
        true
    }
}
