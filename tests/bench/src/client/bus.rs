//! Our own D-Bus socket, as glassctl and agents use it, one call at a time.

use std::os::unix::net::UnixStream;

use anyhow::{Context, Result};
use glasshouse_protocols::{Capture1Proxy, CaptureInfo, CaptureOptions, Debug1Proxy, SOCKET_PREFIX};
use tokio::runtime::Runtime;
use zbus::{Connection, OwnedFd};

use crate::peer::Server;

pub(crate) struct Bus {
    runtime: Runtime,
    capture: Capture1Proxy<'static>,
    debug: Debug1Proxy<'static>,
}

impl Bus {
    pub(crate) fn connect(server: &Server) -> Result<Self> {
        let display = server.socket.file_name().context("the Wayland socket has no name")?.to_string_lossy();
        let socket = server.runtime_dir.join(format!("{SOCKET_PREFIX}{display}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (capture, debug) = runtime.block_on(async {
            let stream = UnixStream::connect(&socket).with_context(|| format!("{} does not accept a client", socket.display()))?;
            let connection: Connection = zbus::connection::Builder::unix_stream(stream).p2p().build().await?;
            anyhow::Ok((Capture1Proxy::new(&connection).await?, Debug1Proxy::new(&connection).await?))
        })?;
        Ok(Self { runtime, capture, debug })
    }

    pub(crate) fn capture(&self, options: CaptureOptions) -> Result<(OwnedFd, CaptureInfo)> {
        Ok(self.runtime.block_on(self.capture.capture(options))?)
    }

    /// Has the display loop forever: unlike one that was stopped, nothing but its silence tells.
    pub(crate) fn hang_display(&self) -> Result<()> {
        Ok(self.runtime.block_on(self.debug.order("hang", 0))?)
    }
}
