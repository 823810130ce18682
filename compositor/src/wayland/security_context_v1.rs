//! `wp_security_context_manager_v1` 1: sandboxes such as Flatpak let their programs in by a socket of their own. Whoever comes that way
//! sees only what an application needs: no list of windows, no pictures, no input for others, no panels.
//!
//! Not smithay's: its listener ends the whole loop when a socket cannot accept.

use std::{
    os::{fd::OwnedFd, unix::net::UnixListener},
    sync::{Arc, Mutex, PoisonError},
};

use calloop::{Interest, Mode, PostAction, generic::Generic};
use smithay::reexports::{
    wayland_protocols::wp::security_context::v1::server::{
        wp_security_context_manager_v1::{self, WpSecurityContextManagerV1},
        wp_security_context_v1::{self, WpSecurityContextV1},
    },
    wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, backend::ClientId},
};

use super::{client::is_trusted, quota::over};
use crate::{State, socket::insert_sandboxed};

/// Sockets of sandboxes at the same time: each costs two descriptors.
const MAX_LISTENERS: usize = 256;
/// Clients let in by one socket before anybody else has a turn.
const MAX_AT_ONCE: usize = 16;

/// Where a client comes from that was let in for a sandbox. `None`: the sandbox has not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sandbox {
    /// Such as `org.flatpak`.
    pub engine: Option<String>,
    pub app_id: Option<String>,
    pub instance_id: Option<String>,
}

/// A context that is being made, until it is committed.
#[derive(Debug)]
pub struct Context(Mutex<Option<Pending>>);

#[derive(Debug)]
struct Pending {
    listener: UnixListener,
    close: OwnedFd,
    sandbox: Sandbox,
}

/// One for each socket that still listens.
#[derive(Debug, Clone, Default)]
pub struct Listeners(Arc<()>);

impl GlobalDispatch<WpSecurityContextManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        resource: New<WpSecurityContextManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(resource, ());
    }

    /// A sandbox in a sandbox could say that it is none.
    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<WpSecurityContextManagerV1, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        manager: &WpSecurityContextManagerV1,
        request: wp_security_context_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let wp_security_context_manager_v1::Request::CreateListener { id, listen_fd, close_fd } = request else {
            return; // `destroy` is a destructor.
        };
        let listens = rustix::net::sockopt::socket_acceptconn(&listen_fd).unwrap_or(false);
        let listener = UnixListener::from(listen_fd);
        if !listens || listener.local_addr().is_err() || listener.set_nonblocking(true).is_err() {
            init.init(id, Context(Mutex::new(None)));
            let error = wp_security_context_manager_v1::Error::InvalidListenFd;
            manager.post_error(error, "listen_fd has to be a Unix socket that listens");
            return;
        }
        init.init(id, Context(Mutex::new(Some(Pending { listener, close: close_fd, sandbox: Sandbox::default() }))));
    }
}

impl Dispatch<WpSecurityContextV1, Context> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WpSecurityContextV1,
        request: wp_security_context_v1::Request,
        context: &Context,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use wp_security_context_v1::{Error, Request};
        if matches!(request, Request::Destroy) {
            return;
        }
        let mut slot = context.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pending) = slot.as_mut() else {
            resource.post_error(Error::AlreadyUsed, "the context was committed already");
            return;
        };
        let (field, value) = match request {
            Request::SetSandboxEngine { name } => (&mut pending.sandbox.engine, name),
            Request::SetAppId { app_id } => (&mut pending.sandbox.app_id, app_id),
            Request::SetInstanceId { instance_id } => (&mut pending.sandbox.instance_id, instance_id),
            Request::Commit => {
                if let Some(pending) = slot.take() {
                    state.listen_for_sandbox(resource, pending);
                }
                return;
            }
            _ => return,
        };
        if field.is_some() {
            resource.post_error(Error::AlreadySet, "this was said already");
        } else if value.is_empty() {
            resource.post_error(Error::InvalidMetadata, "an empty name names nothing");
        } else {
            *field = Some(value);
        }
    }

    fn destroyed(_: &mut State, _: ClientId, _: &WpSecurityContextV1, context: &Context) {
        context.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl State {
    /// Lets clients in by a sandbox's socket until the sandbox hangs up.
    fn listen_for_sandbox(&mut self, resource: &WpSecurityContextV1, pending: Pending) {
        let counter = self.clients.sandboxes.0.clone();
        // One is the desktop's own.
        if Arc::strong_count(&self.clients.sandboxes.0) > MAX_LISTENERS + 1 {
            over(resource, MAX_LISTENERS as u32, "sockets of sandboxes");
            return;
        }
        let Pending { listener, close, sandbox } = pending;
        tracing::info!(engine = sandbox.engine, app_id = sandbox.app_id, "a sandbox has a socket");
        let accept = move |_, listener: &mut calloop::generic::NoIoDrop<UnixListener>, state: &mut State| {
            // Only dropped: that is how it is counted.
            let _listens = &counter;
            for _ in 0..MAX_AT_ONCE {
                match listener.accept() {
                    Ok((stream, _)) => drop(insert_sandboxed(&mut state.clients, stream, sandbox.clone())),
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                    // The client has gone away again, or the system was interrupted.
                    Err(error) if matches!(error.kind(), std::io::ErrorKind::ConnectionAborted | std::io::ErrorKind::Interrupted) => {}
                    // Such as that there are no descriptors left: asked again and again, the desktop would do nothing else.
                    Err(error) => {
                        tracing::warn!(%error, "a sandbox's socket is closed: nobody can be let in by it");
                        return Ok(PostAction::Remove);
                    }
                }
            }
            Ok(PostAction::Continue)
        };
        let inserted = self.handle.insert_source(Generic::new(listener, Interest::READ, Mode::Level), accept);
        let Ok(token) = inserted.inspect_err(|error| tracing::warn!(%error, "a sandbox's socket cannot be heard")) else { return };
        let hung_up = move |_, _: &mut calloop::generic::NoIoDrop<OwnedFd>, state: &mut State| {
            state.handle.remove(token);
            Ok(PostAction::Remove)
        };
        // Nothing to read is wanted: a hang-up is told in any case.
        if let Err(error) = self.handle.insert_source(Generic::new(close, Interest::EMPTY, Mode::Level), hung_up) {
            tracing::warn!(%error, "a sandbox cannot hang up");
            self.handle.remove(token);
        }
    }
}
