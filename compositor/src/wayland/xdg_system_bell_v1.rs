//! `xdg_system_bell_v1` 1: a client rings. Subscribers of `system_alert` hear it and may make a sound; the window asks for attention.

use std::time::Duration;

use glasshouse_core::{Event, event::WindowChange};
use smithay::{reexports::wayland_server::protocol::wl_surface::WlSurface, wayland::xdg_system_bell::XdgSystemBellHandler};

use super::xdg_shell::root_of;
use crate::State;

/// Nobody tells more bells apart.
const AT_MOST_EVERY: Duration = Duration::from_millis(100);

impl XdgSystemBellHandler for State {
    fn ring(&mut self, surface: Option<WlSurface>) {
        if self.clients.rang.is_some_and(|before| self.now < before.after(AT_MOST_EVERY)) {
            return;
        }
        self.clients.rang = Some(self.now);
        let window = surface.and_then(|surface| self.window_of(&root_of(&surface)));
        let info = window.and_then(|window| self.desktop.window(window));
        let (who, pid) = match &info {
            Some(info) => (format!("window {} ({})", info.id, info.app_id), info.pid),
            None => ("a program".to_owned(), None),
        };
        self.alert("info", "bell", format!("{who} rings"), pid);
        if let Some(window) = window {
            self.observe(Event::WindowChanged { window, change: WindowChange::Urgent });
        }
    }
}

smithay::delegate_xdg_system_bell!(State);
