//! Whether programs still answer (`xdg_wm_base.ping`).
//!
//! A program is asked when somebody wants something of one of its windows: a key, a button, a finger, a wish that it close. Who is left alone is not
//! asked: an idle desktop keeps no time. One that has not answered for [`PATIENCE`] does not respond, which everybody is told, and no more: it keeps
//! its windows and is not waited for. Its answer, however late, ends that.

use std::time::Duration;

use glasshouse_core::{Event, Timestamp, event::WindowChange};
use smithay::{
    reexports::wayland_server::{Resource, protocol::wl_surface::WlSurface},
    utils::SERIAL_COUNTER,
    wayland::shell::xdg::{ShellClient, ToplevelSurface},
};

use super::surface::id_of;
use crate::State;

/// What GNOME and KDE wait before they offer to end a program.
const PATIENCE: Duration = Duration::from_secs(5);
/// Who has just answered is believed for that long.
const BELIEVED: Duration = Duration::from_secs(1);

/// Who was asked. At most one entry for each `xdg_wm_base` that has windows.
#[derive(Debug, Default)]
pub struct Pings(Vec<Ping>);

#[derive(Debug)]
struct Ping {
    client: ShellClient,
    at: Timestamp,
    state: Asked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Waiting,
    /// It has not answered in time.
    Late,
    /// At this time.
    Answered(Timestamp),
}

impl Pings {
    /// Takes note that somebody is to be asked. `false`: there is no need to.
    fn ask(&mut self, client: ShellClient, now: Timestamp) -> bool {
        self.0.retain(|ping| match ping.state {
            Asked::Answered(at) => now.since(at) < BELIEVED,
            _ => ping.client.alive(),
        });
        let new = self.0.iter().all(|ping| ping.client != client);
        if new {
            self.0.push(Ping { client, at: now, state: Asked::Waiting });
        }
        new
    }

    /// Takes note of an answer. `true`: it came too late.
    fn answered(&mut self, client: &ShellClient, now: Timestamp) -> bool {
        let Some(ping) = self.0.iter_mut().find(|ping| ping.client == *client) else { return false };
        std::mem::replace(&mut ping.state, Asked::Answered(now)) == Asked::Late
    }

    /// When somebody has been asked for too long.
    pub fn deadline(&self) -> Option<Timestamp> {
        let waiting = self.0.iter().filter(|ping| ping.state == Asked::Waiting && ping.client.alive());
        waiting.map(|ping| ping.at.after(PATIENCE)).min()
    }

    fn is_late(&self, client: &ShellClient) -> bool {
        self.0.iter().any(|ping| ping.state == Asked::Late && ping.client == *client)
    }
}

impl State {
    /// Asks whoever has this surface, in a window or a popup, whether it is there.
    pub fn ask_client(&mut self, surface: &WlSurface) {
        let Some(root) = id_of(surface).map(|surface| self.clients.surfaces.root(surface)) else { return };
        let Some(toplevel) = self.desktop.window_of(root).and_then(|window| self.toplevel(window)) else { return };
        let client = toplevel.client();
        if self.clients.pings.ask(toplevel.client(), self.now)
            && let Err(error) = client.send_ping(SERIAL_COUNTER.next_serial())
        {
            tracing::debug!(%error, "a client cannot be asked whether it answers");
        }
    }

    /// Tells of those who have been asked for too long.
    pub fn pings_turn(&mut self) {
        let now = self.now;
        let late = |ping: &&mut Ping| ping.state == Asked::Waiting && now.since(ping.at) >= PATIENCE && ping.client.alive();
        let mut any = false;
        for ping in self.clients.pings.0.iter_mut().filter(late) {
            ping.state = Asked::Late;
            any = true;
        }
        if !any {
            return;
        }
        let pings = &self.clients.pings;
        let mut silent = self.windows_of(|toplevel| pings.is_late(&toplevel.client()));
        silent.retain(|window| self.desktop.window(*window).is_some_and(|info| !info.unresponsive));
        for window in silent {
            self.observe(Event::WindowChanged { window, change: WindowChange::Unresponsive(true) });
            if let Some(info) = self.desktop.window(window) {
                let name = if info.app_id.is_empty() { "a program".to_owned() } else { info.app_id };
                let sentence = format!("{name} does not answer: window {window} ({})", info.title);
                self.alert("warning", "client-unresponsive", sentence, info.pid);
            }
        }
    }

    /// A client has answered.
    pub(super) fn client_answered(&mut self, client: &ShellClient) {
        if !self.clients.pings.answered(client, self.now) {
            return;
        }
        for window in self.windows_of(|toplevel| toplevel.client() == *client) {
            self.observe(Event::WindowChanged { window, change: WindowChange::Unresponsive(false) });
        }
    }

    fn windows_of(&self, is: impl Fn(&ToplevelSurface) -> bool) -> Vec<glasshouse_core::WindowId> {
        let alive = |toplevel: &ToplevelSurface| toplevel.alive() && toplevel.wl_surface().is_alive();
        self.clients.windows.iter().filter(|(_, toplevel)| alive(toplevel) && is(toplevel)).map(|(window, _)| *window).collect()
    }
}
