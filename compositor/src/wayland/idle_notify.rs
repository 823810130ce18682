//! `ext-idle-notify-v1` 2 and `idle-inhibit`: who wants to know that the person has gone, and who says that watching counts too.
//!
//! Everything that goes through the seat is use, whether it comes from a device, a virtual one or D-Bus. An inhibitor counts while its
//! surface is to be seen on an output.

use std::{collections::BTreeMap, time::Duration};

use glasshouse_core::{
    SurfaceId, Timestamp,
    idle::{Idle, Told, WatchId},
};
use smithay::{
    reexports::{
        wayland_protocols::ext::idle_notify::v1::server::{
            ext_idle_notification_v1::{self, ExtIdleNotificationV1},
            ext_idle_notifier_v1::{self, ExtIdleNotifierV1},
        },
        wayland_server::{
            Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, backend::ClientId, protocol::wl_surface::WlSurface,
        },
    },
    wayland::idle_inhibit::IdleInhibitHandler,
};

use super::{
    quota::{MAX_IDLE_NOTIFICATIONS, over},
    surface::id_of,
};
use crate::State;

/// Who waits, and who keeps them waiting.
#[derive(Debug, Default)]
pub struct IdleNotifier {
    idle: Idle,
    notifications: BTreeMap<WatchId, ExtIdleNotificationV1>,
    /// How many inhibitors each surface has.
    inhibitors: BTreeMap<SurfaceId, u32>,
    /// What is to be seen, or who inhibits, may be another than it was.
    pub look_again: bool,
}

impl IdleNotifier {
    /// When somebody is to be told, if nothing happens before.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.idle.deadline()
    }

    fn tell(&self, told: Vec<Told>) {
        for told in told {
            match told {
                Told::Idle(id) => self.notifications.get(&id).into_iter().for_each(ExtIdleNotificationV1::idled),
                Told::Resumed(id) => self.notifications.get(&id).into_iter().for_each(ExtIdleNotificationV1::resumed),
            }
        }
    }

    /// The surface is gone, and with it whatever it inhibited.
    pub fn surface_gone(&mut self, surface: SurfaceId) {
        self.look_again |= self.inhibitors.remove(&surface).is_some();
    }
}

impl GlobalDispatch<ExtIdleNotifierV1, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, resource: New<ExtIdleNotifierV1>, (): &(), init: &mut DataInit<'_, State>) {
        init.init(resource, ());
    }
}

impl Dispatch<ExtIdleNotifierV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        notifier: &ExtIdleNotifierV1,
        request: ext_idle_notifier_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use ext_idle_notifier_v1::Request;
        // There is one seat.
        let (new, timeout, input_only) = match request {
            Request::GetIdleNotification { id, timeout, .. } => (id, timeout, false),
            Request::GetInputIdleNotification { id, timeout, .. } => (id, timeout, true),
            _ => return, // `destroy` is a destructor.
        };
        let id = WatchId(state.next_id());
        let notification = init.init(new, id);
        let watches = &mut state.idle_notifier;
        if watches.notifications.values().filter(|other| other.id().same_client_as(&notification.id())).count() >= MAX_IDLE_NOTIFICATIONS {
            over(notifier, MAX_IDLE_NOTIFICATIONS as u32, "idle notifications");
            return;
        }
        watches.notifications.insert(id, notification);
        watches.idle.watch(id, Duration::from_millis(timeout.into()), input_only, state.now);
    }
}

impl Dispatch<ExtIdleNotificationV1, WatchId> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ExtIdleNotificationV1,
        _: ext_idle_notification_v1::Request, // Only `destroy`, a destructor.
        _: &WatchId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }

    fn destroyed(state: &mut State, _: ClientId, _: &ExtIdleNotificationV1, id: &WatchId) {
        state.idle_notifier.notifications.remove(id);
        state.idle_notifier.idle.forget(*id);
    }
}

impl IdleInhibitHandler for State {
    fn inhibit(&mut self, surface: WlSurface) {
        if let Some(surface) = id_of(&surface) {
            *self.idle_notifier.inhibitors.entry(surface).or_default() += 1;
            self.idle_notifier.look_again = true;
        }
    }

    fn uninhibit(&mut self, surface: WlSurface) {
        let Some(surface) = id_of(&surface) else { return };
        let Some(count) = self.idle_notifier.inhibitors.get_mut(&surface) else { return };
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.idle_notifier.inhibitors.remove(&surface);
        }
        self.idle_notifier.look_again = true;
    }
}

smithay::delegate_idle_inhibit!(State);

impl State {
    /// Somebody uses a device: clients draw at full rate, and nobody idles.
    pub fn used(&mut self) {
        self.active();
        let told = self.idle_notifier.idle.used(self.now);
        self.idle_notifier.tell(told);
    }

    /// A phase of the turn: looks whether an inhibitor is to be seen, and tells who has waited long enough.
    pub fn idle_turn(&mut self) {
        if std::mem::take(&mut self.idle_notifier.look_again) {
            let inhibitors = &self.idle_notifier.inhibitors;
            let asked_for = || {
                !inhibitors.is_empty()
                    && self.desktop.outputs().iter().any(|output| {
                        let visible = self.desktop.visible(output.id);
                        visible.iter().any(|surface| inhibitors.contains_key(surface))
                    })
            };
            let inhibited = self.desktop.keeps_awake() || asked_for();
            let told = self.idle_notifier.idle.inhibit(inhibited, self.now);
            self.idle_notifier.tell(told);
        }
        if self.idle_notifier.deadline().is_some_and(|at| at <= self.now) {
            let told = self.idle_notifier.idle.due(self.now);
            self.idle_notifier.tell(told);
        }
    }
}
