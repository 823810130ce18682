//! The D-Bus interfaces, peer-to-peer on a Unix socket, on a thread of their own.
//!
//! The thread `glasshouse-bus` runs zbus on a single-threaded tokio. It knows the desktop only through [`Request`]s, each with its own
//! reply channel, which it sends to the loop of the main thread; the main thread never waits for it. With no connection and with idle
//! ones it sleeps in `epoll_wait` without a timer.

mod capture;
mod commands;
mod debug;
mod desktop;
mod driver;
mod handshake;
mod input;
mod listen;
mod peer;
mod request;
mod serve;
mod transport;
mod windows;
mod wire;

#[cfg(test)]
mod tests;

use std::{io, path::Path, sync::Arc, thread};

use calloop::channel::Sender;
use tokio::sync::watch;

pub use commands::CommandsRequest;
pub(crate) use commands::refused;
pub use glasshouse_protocols::Error as BusError;
pub use listen::ListenError;
pub use request::{Captured, DebugOrder, InputAction, Launch, Picture, PictureSize, PictureSource, Reply, Request};
pub use wire::{output, refusal, window};

/// Starts to serve on this socket. It is there, with mode 0600, when this returns.
///
/// A socket that a dead desktop left behind is replaced. Requests arrive through `sender`; a request whose reply is dropped tells its
/// caller that the desktop is ending.
///
/// # Errors
///
/// If another desktop serves there, or the socket or the thread cannot be made. The desktop works without.
pub fn start(path: &Path, sender: Sender<Request>) -> Result<BusThread, StartError> {
    let listener = listen::bind(path)?;
    let (stop, stopped) = watch::channel(());
    let thread = thread::Builder::new()
        .name("glasshouse-bus".to_owned())
        .spawn(move || serve::run(listener, Arc::new(sender), stopped))
        .map_err(StartError::Thread)?;
    Ok(BusThread { stop: Some(stop), thread: Some(thread) })
}

/// The running thread. When dropped, it sends the replies that it has, removes the socket and ends.
#[derive(Debug)]
pub struct BusThread {
    /// Dropped to stop.
    stop: Option<watch::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
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

/// Why there is no D-Bus socket.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("could not start the D-Bus thread")]
    Thread(#[source] io::Error),
}
