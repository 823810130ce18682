//! `xdg_activation_v1`: who may take the focus, and which window belongs to which launch.

use std::time::Duration;

use glasshouse_core::{Event, event::WindowChange};
use smithay::{
    reexports::wayland_server::protocol::wl_surface::WlSurface,
    wayland::xdg_activation::{XdgActivationHandler, XdgActivationState, XdgActivationToken, XdgActivationTokenData},
};

use super::xdg_shell::root_of;
use crate::State;

/// How long a token is worth something.
const TOKEN_LIFE: Duration = Duration::from_secs(60);

impl XdgActivationHandler for State {
    fn activation_state(&mut self) -> &mut XdgActivationState {
        &mut self.clients.globals.activation
    }

    fn token_created(&mut self, _token: XdgActivationToken, data: XdgActivationTokenData) -> bool {
        self.clients.globals.activation.retain_tokens(|_, data| data.timestamp.elapsed() < TOKEN_LIFE);
        // A token counts if its client had the user's attention a moment ago.
        data.serial.is_some_and(|(serial, _)| self.input.is_recent(serial) || self.input.keyboard.last_enter() == Some(serial))
    }

    fn request_activation(&mut self, token: XdgActivationToken, data: XdgActivationTokenData, surface: WlSurface) {
        let Some(window) = self.window_of(&root_of(&surface)) else { return };
        self.launches.activated(token.as_str(), window);
        if data.timestamp.elapsed() < TOKEN_LIFE {
            self.observe(Event::WindowChanged { window, change: WindowChange::Activated });
        }
        self.clients.globals.activation.remove_token(&token);
    }
}

smithay::delegate_xdg_activation!(State);
