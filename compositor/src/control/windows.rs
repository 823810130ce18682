//! `org.glasshouse.Windows1`: windows that are looked for and waited for.

use glasshouse_core::{Act, Caller, WindowId};

use crate::{
    State,
    bus::{self, BusError, WindowsRequest},
    events::{Waiter, answer, no_window},
};

impl State {
    pub(super) fn handle_windows(&mut self, caller: &Caller, request: WindowsRequest) {
        self.tell_differences();
        let allowed = self.allowed(caller, Act::Observe);
        let replica = self.events.replica();
        match request {
            WindowsRequest::Get { window, reply } => {
                answer(reply, allowed.and_then(|()| replica.window(window).cloned().ok_or_else(|| no_window(window, replica))));
            }
            WindowsRequest::Find { wanted, reply } => {
                answer(reply, allowed.map(|()| replica.windows().filter(|window| wanted.matches(window)).cloned().collect()));
            }
            WindowsRequest::Icon { window, size, reply } => {
                let known = allowed.and_then(|()| replica.window(window).ok_or_else(|| no_window(window, replica)));
                let none = || BusError::Refused(format!("the program of window {window} gave no pixels for an icon"));
                answer(reply, known.and_then(|_| self.icon_pixels(WindowId(window), size).ok_or_else(none)));
            }
            WindowsRequest::Rules { window, reply } => {
                let rules = allowed.and_then(|()| self.wire_rules(window).map_err(|refusal| bus::refusal(&refusal)));
                answer(reply, rules);
            }
            WindowsRequest::WaitFor { wanted, awaited, timeout, reply } => match allowed {
                Ok(()) => self.wait_for_window(Waiter { wanted, awaited, timeout, reply }),
                Err(error) => answer(reply, Err(error)),
            },
        }
    }
}
