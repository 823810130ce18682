//! A Wayland client inside the bench: one connection, at most one window, pictures over wlr-screencopy.
//!
//! Pixels are written with `pwrite` and read with `pread`, so that the bench maps nothing and the servers' share of the shared memory is
//! all theirs in PSS.

pub(crate) mod bus;
mod capture;
pub(crate) mod dbus;
pub(crate) mod many;
pub(crate) mod raw;
mod window;
pub(crate) mod x11;

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use wayland_client::globals::{GlobalList, GlobalListContents, registry_queue_init};
use wayland_client::protocol::{wl_compositor, wl_output, wl_registry, wl_shm, wl_shm_pool, wl_surface};
use wayland_client::{Connection, Dispatch, EventQueue, QueueHandle, delegate_noop};

pub(crate) use window::{PATCH, Size};

/// Nothing that is measured here takes that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Client {
    queue: EventQueue<State>,
    handle: QueueHandle<State>,
    globals: GlobalList,
    state: State,
    window: Option<window::Window>,
    shots: Option<capture::Shots>,
}

/// What the server said, by topic.
#[derive(Default)]
struct State {
    window: window::Heard,
    shot: capture::Heard,
}

impl Client {
    pub(crate) fn connect(socket: &Path) -> Result<Self> {
        let (globals, queue) = connect(socket)?;
        let handle = queue.handle();
        Ok(Self { queue, handle, globals, state: State::default(), window: None, shots: None })
    }

    fn wait(&mut self, what: &str, limit: Duration, done: impl Fn(&State) -> bool) -> Result<()> {
        wait(&mut self.queue, &mut self.state, what, limit, done)
    }

    /// Answers what has arrived, until the server has handled all that was sent before.
    pub(crate) fn catch_up(&mut self) -> Result<()> {
        self.queue.roundtrip(&mut self.state).context("the server cut the connection")?;
        self.answer_configure()
    }
}

/// A connection and what the server offers on it.
fn connect<S: Dispatch<wl_registry::WlRegistry, GlobalListContents> + 'static>(socket: &Path) -> Result<(GlobalList, EventQueue<S>)> {
    let stream = UnixStream::connect(socket).with_context(|| format!("{} does not accept a client", socket.display()))?;
    let connection = Connection::from_socket(stream)?;
    registry_queue_init(&connection).context("the server does not list its globals")
}

/// Handles events until `done` is content. `what` completes the sentence "no ... in time".
fn wait<S>(queue: &mut EventQueue<S>, state: &mut S, what: &str, limit: Duration, done: impl Fn(&S) -> bool) -> Result<()> {
    let until = Instant::now() + limit;
    loop {
        queue.dispatch_pending(state).context("the server cut the connection")?;
        if done(state) {
            return Ok(());
        }
        queue.flush().context("the server no longer reads")?;
        let Some(guard) = queue.prepare_read() else { continue };
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
        let ready = poll(&mut [PollFd::from_borrowed_fd(guard.connection_fd(), PollFlags::IN)], Some(&left))?;
        if ready == 0 {
            bail!("no {what} in {limit:?}");
        }
        guard.read().context("the server cut the connection")?;
    }
}

impl Dispatch<wl_registry::WlRegistry, GlobalListContents> for State {
    fn event(
        _: &mut Self,
        _: &wl_registry::WlRegistry,
        _: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

delegate_noop!(State: wl_compositor::WlCompositor);
delegate_noop!(State: wl_shm_pool::WlShmPool);
delegate_noop!(State: ignore wl_shm::WlShm);
delegate_noop!(State: ignore wl_surface::WlSurface);
delegate_noop!(State: ignore wl_output::WlOutput);
