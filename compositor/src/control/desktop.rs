//! `org.glasshouse.Desktop1`: the state and what follows.

use glasshouse_core::{Act, Caller};

use crate::{State, bus::DesktopRequest, events::answer};

impl State {
    pub(super) fn handle_desktop(&mut self, caller: &Caller, request: DesktopRequest) {
        // What was done in this turn is in the answer.
        self.tell_differences();
        let allowed = self.allowed(caller, Act::Observe);
        match request {
            DesktopRequest::Snapshot { reply } => answer(reply, allowed.map(|()| self.events.snapshot())),
            DesktopRequest::Layers { reply } => answer(reply, allowed.map(|()| self.wire_layers())),
            DesktopRequest::Subscribe { since, reply } => answer(reply, allowed.and_then(|()| self.events.subscribed(since))),
        }
    }
}
