//! Drags that are going on: at most one by the pointer and one by a finger of each seat.
//!
//! Smithay says that a drag is dropped, but not which, and while it does nobody may ask the device. So with more than one at a time it is
//! found out a moment later, before anything else happens: the one whose device does not have its grab any more.

use glasshouse_core::{Event, SurfaceId};
use smithay::{
    input::Seat,
    reexports::wayland_server::{Resource, backend::ObjectId, protocol::wl_data_source::WlDataSource},
    utils::Serial,
};

use crate::State;

/// A drag that is going on.
#[derive(Debug)]
struct Drag {
    seat: Seat<State>,
    /// Of the button or the finger that it began with: the device's grab has it, too.
    serial: Serial,
    /// `None`: by the pointer.
    finger: Option<i32>,
    /// `None`: within one client.
    source: Option<ObjectId>,
    icon: Option<SurfaceId>,
}

impl Drag {
    /// Whether its device still has its grab.
    fn goes_on(&self) -> bool {
        match self.finger {
            None => self.seat.get_pointer().is_some_and(|pointer| pointer.has_grab(self.serial)),
            Some(_) => self.seat.get_touch().is_some_and(|touch| touch.has_grab(self.serial)),
        }
    }
}

/// All drags.
#[derive(Debug, Default)]
pub struct Drags {
    running: Vec<Drag>,
    /// Of the request that may begin one.
    asked: Option<Serial>,
    /// One of them was dropped, and it is not known yet which.
    unclear: bool,
}

impl State {
    /// A client wants to drag with what it was told with this serial. Answers whether that does not drag already.
    pub fn drag_may_start(&mut self, serial: Serial) -> bool {
        self.end_drags();
        self.clients.drags.asked = Some(serial);
        self.clients.drags.running.iter().all(|drag| drag.serial != serial)
    }

    /// A drag begins. What it was asked with still has the grab that this one takes the place of.
    pub fn drag_started(&mut self, source: Option<&WlDataSource>, icon: Option<SurfaceId>, seat: Seat<State>) {
        let Some(serial) = self.clients.drags.asked.take() else { return };
        let by_pointer = seat.get_pointer().is_some_and(|pointer| pointer.has_grab(serial));
        let touch = seat.get_touch().filter(|_| !by_pointer);
        let finger = touch.and_then(|touch| touch.grab_start_data()).map(|start| i32::from(start.slot));
        let drag = Drag { seat, serial, finger, source: source.map(Resource::id), icon };
        self.clients.drags.running.push(drag);
        if let Some(source) = source {
            self.toplevel_drag_started(source, finger);
        }
    }

    /// A drag was dropped, or given up. Its device must not be asked now.
    pub fn drag_dropped(&mut self) {
        match self.clients.drags.running.len() {
            1 => {
                if let Some(drag) = self.clients.drags.running.pop() {
                    self.drag_over(drag);
                }
            }
            _ => self.clients.drags.unclear = true,
        }
    }

    /// Finds out which drags are over, if some are.
    pub fn end_drags(&mut self) {
        if std::mem::take(&mut self.clients.drags.unclear) {
            let over: Vec<Drag> = self.clients.drags.running.extract_if(.., |drag| !drag.goes_on()).collect();
            over.into_iter().for_each(|drag| self.drag_over(drag));
        }
    }

    fn drag_over(&mut self, drag: Drag) {
        if let Some(source) = &drag.source {
            self.toplevel_drag_over(source);
        }
        let surface = self.clients.drags.running.last().and_then(|other| other.icon);
        self.observe(Event::DragIcon { surface });
    }
}
