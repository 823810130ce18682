//! The D-Bus interfaces, peer-to-peer on a Unix socket and on the session bus, on a thread of their own.
//!
//! The thread `glasshouse-bus` runs zbus on a single-threaded tokio. It knows the desktop only through [`Request`]s, each with its own
//! reply channel, which it sends to the loop of the main thread; the main thread never waits for it. With no connection and with idle
//! ones it sleeps in `epoll_wait` without a timer.

mod capture;
mod commands;
mod config;
mod debug;
mod desktop;
mod driver;
mod handshake;
mod hub;
mod input;
mod layouts;
mod listen;
mod outputs;
mod peer;
mod request;
mod saved;
mod serve;
mod session;
mod telemetry;
mod transport;
mod windows;
mod wire;

#[cfg(test)]
mod tests;

use std::{io, sync::Arc, thread};

use calloop::channel::Sender;
use tokio::sync::watch;

pub use commands::CommandsRequest;
pub(crate) use commands::refused;
pub use config::ConfigRequest;
pub use glasshouse_protocols::Error as BusError;
pub use hub::{Facts, Outlet, Told};
pub use layouts::LayoutsRequest;
pub use listen::{ListenError, Listener, bind};
pub use outputs::OutputsRequest;
pub use request::{
    Captured, DebugOrder, DesktopRequest, From as SubscribedFrom, InputAction, KeyboardState, Launch, Picture, PictureSize, PictureSource,
    Reply, Request, Subscribed, TelemetryRequest, WindowsRequest,
};
pub use saved::SessionRequest;
pub use session::SessionBus;
pub use wire::{layer, output, refusal, window, workspace};

/// Starts to serve on a socket and on a session bus, if there are any.
///
/// Requests arrive through `sender`; a request whose reply is dropped tells its caller that the desktop is ending. That there is no session
/// bus yet, or no longer, is no error: it is tried again.
///
/// # Errors
///
/// If the thread cannot be made. The desktop works without.
pub fn start(listener: Option<Listener>, session: Option<SessionBus>, sender: Sender<Request>, facts: Facts) -> io::Result<BusThread> {
    let (stop, stopped) = watch::channel(());
    let (outlet, inlet) = hub::outlet(facts);
    let shared = peer::Shared { sender: Arc::new(sender), hub: hub::Hub::new(inlet.interest), facts: inlet.facts };
    let thread = thread::Builder::new()
        .name("glasshouse-bus".to_owned())
        .spawn(move || serve::run(listener, session, shared, inlet.events, stopped))?;
    Ok(BusThread { stop: Some(stop), thread: Some(thread), outlet })
}

/// The running thread. When dropped, it sends the replies that it has, removes the socket and ends.
#[derive(Debug)]
pub struct BusThread {
    /// Dropped to stop.
    stop: Option<watch::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    outlet: Outlet,
}

impl BusThread {
    /// Where events and properties go.
    pub fn outlet(&self) -> Outlet {
        self.outlet.clone()
    }
}

impl Drop for BusThread {
    fn drop(&mut self) {
        self.stop = None;
        // At most `serve::LAST_WORDS` long. An error would be a panic there, which has been printed.
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the D-Bus thread ended with a panic");
        }
    }
}
