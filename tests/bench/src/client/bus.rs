//! Our own D-Bus socket, as glassctl and agents use it, one call at a time.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use glasshouse_protocols::{
    Capture1Proxy, CaptureInfo, CaptureOptions, Debug1Proxy, Desktop1Proxy, Metrics, SOCKET_PREFIX, Telemetry1Proxy, Window,
};
use tokio::runtime::Runtime;
use zbus::{Connection, OwnedFd};

use super::PATIENCE;
use crate::peer::Server;

pub(crate) struct Bus {
    runtime: Runtime,
    capture: Capture1Proxy<'static>,
    debug: Debug1Proxy<'static>,
    desktop: Desktop1Proxy<'static>,
    telemetry: Telemetry1Proxy<'static>,
}

/// Where the desktop serves D-Bus. The socket may come a little after the one for Wayland; it is waited for.
pub(crate) fn socket(server: &Server) -> Result<PathBuf> {
    let display = server.socket.file_name().context("the Wayland socket has no name")?.to_string_lossy();
    let socket = server.runtime_dir.join(format!("{SOCKET_PREFIX}{display}"));
    let since = Instant::now();
    while UnixStream::connect(&socket).is_err() && since.elapsed() < PATIENCE {
        sleep(Duration::from_millis(1));
    }
    Ok(socket)
}

impl Bus {
    pub(crate) fn connect(server: &Server) -> Result<Self> {
        let socket = socket(server)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (capture, debug, desktop, telemetry) = runtime.block_on(async {
            let stream = UnixStream::connect(&socket).with_context(|| format!("{} does not accept a client", socket.display()))?;
            let connection: Connection = zbus::connection::Builder::unix_stream(stream).p2p().build().await?;
            let capture = Capture1Proxy::new(&connection).await?;
            let desktop = Desktop1Proxy::new(&connection).await?;
            anyhow::Ok((capture, Debug1Proxy::new(&connection).await?, desktop, Telemetry1Proxy::new(&connection).await?))
        })?;
        Ok(Self { runtime, capture, debug, desktop, telemetry })
    }

    pub(crate) fn capture(&self, options: CaptureOptions) -> Result<(OwnedFd, CaptureInfo)> {
        Ok(self.runtime.block_on(self.capture.capture(options))?)
    }

    pub(crate) fn windows(&self) -> Result<Vec<Window>> {
        Ok(self.runtime.block_on(self.desktop.windows())?)
    }

    pub(crate) fn metrics(&self) -> Result<Metrics> {
        Ok(self.runtime.block_on(self.telemetry.metrics())?)
    }

    /// Has the display loop forever: unlike one that was stopped, nothing but its silence tells.
    pub(crate) fn hang_display(&self) -> Result<()> {
        Ok(self.runtime.block_on(self.debug.order("hang", 0))?)
    }
}
