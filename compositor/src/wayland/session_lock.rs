//! `ext-session-lock-v1`: a program, the locker, stands between the session and whoever is at the screen.
//!
//! The session is locked from the request on, and `locked` is said when no output shows anything of it any more. Then only the locker's
//! `unlock_and_destroy` unlocks: neither its death nor anybody else's mistake does, and another locker may take over from a dead one.
//!
//! Not smithay's: that unlocks when a client that has not locked asks for it, before it gets its protocol error.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use glasshouse_core::{Event, OutputId, SurfaceId};
use glasshouse_link::{Seq, Transaction};
use glasshouse_scene::LogicalSize;
use smithay::{
    reexports::{
        wayland_protocols::ext::session_lock::v1::server::{
            ext_session_lock_manager_v1::{self, ExtSessionLockManagerV1},
            ext_session_lock_surface_v1::{self, ExtSessionLockSurfaceV1},
            ext_session_lock_v1::{self, ExtSessionLockV1},
        },
        wayland_server::{
            Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource,
            backend::ClientId,
            protocol::{wl_output::WlOutput, wl_surface::WlSurface},
        },
    },
    utils::SERIAL_COUNTER,
    wayland::compositor::give_role,
};

use super::{
    client::is_trusted,
    surface::{Role, id_of},
};
use crate::State;

/// The role's name, of which only whether it is another one matters.
const ROLE: &str = "ext_session_lock_surface_v1";

/// Configures that a client has not acknowledged. Who acknowledges none gets the newest when it does.
const MAX_PENDING: usize = 64;

/// Who has locked the session, and with what.
#[derive(Debug, Default)]
pub struct SessionLock {
    /// `None`: nobody, or whoever did is dead.
    holder: Option<Holder>,
    /// What outputs may still show of the session. `None`: nothing.
    clearing: Option<Clearing>,
    surfaces: BTreeMap<SurfaceId, LockSurface>,
}

#[derive(Debug)]
struct Holder {
    lock: ExtSessionLockV1,
    /// It was told that the session is locked: from now on it has to unlock.
    confirmed: bool,
}

/// Outputs on which the display has not presented a frame without the session.
#[derive(Debug)]
struct Clearing {
    outputs: BTreeSet<OutputId>,
    /// The transaction that shows it nowhere. `None`: it has not left yet.
    seq: Option<Seq>,
}

#[derive(Debug)]
struct LockSurface {
    object: ExtSessionLockSurfaceV1,
    output: OutputId,
    pending: VecDeque<(u32, (u32, u32))>,
    acked: Option<(u32, u32)>,
}

/// Kept with every lock surface. `None`: it came too late to matter.
#[derive(Debug)]
pub struct SurfaceData(Option<SurfaceId>);

impl GlobalDispatch<ExtSessionLockManagerV1, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, resource: New<ExtSessionLockManagerV1>, (): &(), init: &mut DataInit<'_, State>) {
        init.init(resource, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ExtSessionLockManagerV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        _: &ExtSessionLockManagerV1,
        request: ext_session_lock_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if let ext_session_lock_manager_v1::Request::Lock { id } = request {
            let lock = init.init(id, ());
            state.lock_wanted(lock);
        }
    }
}

impl Dispatch<ExtSessionLockV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        lock: &ExtSessionLockV1,
        request: ext_session_lock_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use ext_session_lock_v1::Request;
        let confirmed = state.session_lock.holder_is(lock).map(|holder| holder.confirmed);
        match request {
            Request::GetLockSurface { id, surface, output } => {
                let known = state.lock_surface_wanted(lock, &surface, &output);
                let object = init.init(id, SurfaceData(known.map(|(surface, _)| surface)));
                if let Some((surface, output)) = known {
                    state.lock_surface_created(surface, output, object);
                }
            }
            Request::UnlockAndDestroy if confirmed == Some(true) => state.unlock(),
            Request::UnlockAndDestroy => {
                lock.post_error(ext_session_lock_v1::Error::InvalidUnlock, "this lock was never told that the session is locked");
            }
            Request::Destroy if confirmed == Some(true) => {
                lock.post_error(ext_session_lock_v1::Error::InvalidDestroy, "a locked session has to be unlocked");
            }
            // It gives up before anybody relied on it.
            Request::Destroy if confirmed == Some(false) => state.unlock(),
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, lock: &ExtSessionLockV1, (): &()) {
        if state.session_lock.holder_is(lock).is_some() {
            tracing::warn!("the locker is gone, and the session stays locked; another one can be started");
            state.alert("warning", "locker-died", "the locker is gone, and the session stays locked".to_owned(), None);
            state.session_lock.holder = None;
        }
    }
}

impl Dispatch<ExtSessionLockSurfaceV1, SurfaceData> for State {
    fn request(
        state: &mut State,
        _: &Client,
        object: &ExtSessionLockSurfaceV1,
        request: ext_session_lock_surface_v1::Request,
        data: &SurfaceData,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let ext_session_lock_surface_v1::Request::AckConfigure { serial } = request else { return }; // `destroy` is a destructor.
        let Some(known) = data.0.and_then(|surface| state.session_lock.surfaces.get_mut(&surface)) else { return };
        match known.pending.iter().position(|(sent, _)| *sent == serial) {
            Some(index) => known.acked = known.pending.drain(..=index).next_back().map(|(_, size)| size),
            None => object.post_error(ext_session_lock_surface_v1::Error::InvalidSerial, format!("there was no configure {serial}")),
        }
    }

    fn destroyed(state: &mut State, _: ClientId, object: &ExtSessionLockSurfaceV1, data: &SurfaceData) {
        let Some(surface) = data.0 else { return };
        if state.session_lock.surfaces.get(&surface).is_some_and(|known| known.object == *object) {
            state.session_lock.surfaces.remove(&surface);
            if let Some(known) = state.clients.surfaces.all.get_mut(&surface) {
                known.role = Role::None;
                known.mapped = false;
            }
            state.observe(Event::LockSurfaceGone { surface });
        }
    }
}

impl SessionLock {
    fn holder_is(&self, lock: &ExtSessionLockV1) -> Option<&Holder> {
        self.holder.as_ref().filter(|holder| holder.lock == *lock)
    }

    /// Whether a surface belongs to whoever locks.
    pub fn is_lockers(&self, surface: &WlSurface) -> bool {
        self.holder.as_ref().is_some_and(|holder| holder.lock.id().same_client_as(&surface.id()))
    }

    /// Whether somebody holds the lock.
    pub fn is_held(&self) -> bool {
        self.holder.is_some()
    }

    /// A transaction has left for the display. All outputs come along with the first one of a new epoch.
    pub fn submitted(&mut self, transaction: &Transaction, epoch: u64) {
        if let Some(clearing) = self.clearing.as_mut().filter(|clearing| clearing.seq.is_none() && transaction.lock_epoch >= epoch) {
            clearing.seq = Some(transaction.seq);
        }
    }

    /// An output shows this transaction now.
    pub fn presented(&mut self, output: OutputId, seq: Seq) {
        if let Some(clearing) = self.clearing.as_mut().filter(|clearing| clearing.seq.is_some_and(|clear| clear <= seq)) {
            clearing.outputs.remove(&output);
        }
    }
}

impl State {
    fn lock_wanted(&mut self, lock: ExtSessionLockV1) {
        if self.session_lock.is_held() {
            lock.finished();
            return;
        }
        self.session_lock.holder = Some(Holder { lock, confirmed: false });
        if !self.desktop.is_locked() {
            self.lock_session();
        }
    }

    /// Locks, whoever unlocks it again: nobody sees, hears or holds anything any more.
    pub fn lock_session(&mut self) {
        tracing::info!("the session is locked");
        self.keep_locked(true);
        self.take_input_away();
        self.observe(Event::Locked(true));
        self.settle();
        // In this request, so that nobody can do anything in between.
        self.input.refocus = true;
        self.refocus_pointer();
        self.session_lock.clearing = Some(Clearing { outputs: self.desktop.screens().iter().map(|output| output.id).collect(), seq: None });
        self.compose();
        self.display.link.submit();
        self.alert("info", "locked", "the session is locked".to_owned(), None);
    }

    fn unlock(&mut self) {
        tracing::info!("the session is unlocked");
        self.session_lock.holder = None;
        self.session_lock.clearing = None;
        self.keep_locked(false);
        self.observe(Event::Locked(false));
        self.alert("info", "unlocked", "the session is unlocked".to_owned(), None);
    }

    /// What of a lock surface somebody may have. `None`: nothing, because it comes too late, or after a protocol error.
    fn lock_surface_wanted(&mut self, lock: &ExtSessionLockV1, surface: &WlSurface, output: &WlOutput) -> Option<(SurfaceId, OutputId)> {
        use ext_session_lock_v1::Error;
        let id = id_of(surface)?;
        let known = self.clients.surfaces.get(id)?;
        let constructed = known.shows_something() || known.has_pending_buffer();
        let has_role = !matches!(known.role, Role::None);
        if has_role || give_role(surface, ROLE).is_err() {
            lock.post_error(Error::Role, "the surface has another role");
            return None;
        }
        if constructed {
            lock.post_error(Error::AlreadyConstructed, "the surface has a buffer already");
            return None;
        }
        self.session_lock.holder_is(lock)?;
        let output = self.clients.output_id(output).filter(|output| self.desktop.output(*output).is_some())?;
        if self.session_lock.surfaces.values().any(|known| known.output == output) {
            lock.post_error(Error::DuplicateOutput, "the output has a lock surface already");
            return None;
        }
        Some((id, output))
    }

    fn lock_surface_created(&mut self, surface: SurfaceId, output: OutputId, object: ExtSessionLockSurfaceV1) {
        if let Some(known) = self.clients.surfaces.all.get_mut(&surface) {
            known.role = Role::Lock;
        }
        self.session_lock.surfaces.insert(surface, LockSurface { object, output, pending: VecDeque::new(), acked: None });
        self.observe(Event::LockSurfaceCreated { surface, output });
    }

    /// Asks a lock surface for this size.
    pub fn configure_lock(&mut self, surface: SurfaceId, size: LogicalSize) {
        let Some(known) = self.session_lock.surfaces.get_mut(&surface) else { return };
        let size = (size.width.max(1.0) as u32, size.height.max(1.0) as u32);
        let serial = SERIAL_COUNTER.next_serial().into();
        known.pending.push_back((serial, size));
        if known.pending.len() > MAX_PENDING {
            known.pending.pop_front();
        }
        known.object.configure(serial, size.0, size.1);
    }

    /// Holds a commit against what was asked for. What does not fit is never shown.
    pub fn lock_surface_committed(&mut self, surface: SurfaceId) {
        use ext_session_lock_surface_v1::Error;
        let Some(known) = self.session_lock.surfaces.get(&surface) else { return };
        let Some(content) = self.clients.surfaces.get(surface) else { return };
        let Some((width, height)) = known.acked else {
            known.object.post_error(Error::CommitBeforeFirstAck, "a commit before the first configure was acknowledged");
            return;
        };
        match content.size() {
            None if content.mapped => known.object.post_error(Error::NullBuffer, "a lock surface always shows something"),
            None => {}
            Some(size) if (size.width, size.height) != (f64::from(width), f64::from(height)) => {
                let message = format!("{} x {} where {width} x {height} was acknowledged", size.width, size.height);
                known.object.post_error(Error::DimensionsMismatch, message);
            }
            Some(_) => {
                if let Some(content) = self.clients.surfaces.all.get_mut(&surface) {
                    content.mapped = true;
                }
                self.observe(Event::LockSurfaceMapped { surface });
            }
        }
    }

    /// The surface is gone before its role.
    pub fn lock_surface_lost(&mut self, surface: SurfaceId) {
        self.session_lock.surfaces.remove(&surface);
    }

    /// A phase of the turn: tells the locker that the session is locked, if nothing of it is to be seen any more.
    pub fn lock_turn(&mut self) {
        if let Some(clearing) = &mut self.session_lock.clearing {
            clearing.outputs.retain(|output| self.desktop.screen(*output).is_some());
            // Without a display nobody sees anything, and the next one begins with what there is now.
            if !self.display.link.is_live() || clearing.outputs.is_empty() {
                self.session_lock.clearing = None;
            }
        }
        if self.session_lock.clearing.is_none()
            && let Some(holder) = self.session_lock.holder.as_mut().filter(|holder| !holder.confirmed)
        {
            holder.confirmed = true;
            holder.lock.locked();
        }
    }
}
