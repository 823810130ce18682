use glasshouse_core::Command;
use glasshouse_protocols::{Check, Output, Window};
use zbus::{Connection, interface};

use super::{BusError, Request, commands::CommandsRequest, peer::Peer};

/// `org.glasshouse.Desktop1`.
pub(super) struct Desktop1(pub(super) Peer);

// `spawn = false` everywhere: calls of one connection are carried out in their order, and a flood of them waits in the socket instead of
// becoming tasks.
#[interface(name = "org.glasshouse.Desktop1", spawn = false)]
impl Desktop1 {
    /// The version of the desktop, such as `0.1.0`.
    #[zbus(property(emits_changed_signal = "const"))]
    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    /// All windows, also those without content yet, in the order of their creation: id (t), title (s), app_id (s), pid (i), parent (t),
    /// x, y, width, height (d, logical pixels in the space of all outputs), output (s), and mapped, focused, floating, fullscreen,
    /// maximized, minimized (b). What is unknown is absent.
    async fn windows(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<Window>, BusError> {
        self.0.ask(connection, |caller, reply| Request::Windows { caller, reply }).await
    }

    /// All outputs, in the order in which they were added: id (t), name (s), width, height (u, physical pixels before the transform),
    /// scale (d, physical pixels per logical one), refresh_mhz (u), transform (u, as wl_output.transform), x, y, logical_width,
    /// logical_height (d, logical pixels in the space of all outputs).
    async fn outputs(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<Output>, BusError> {
        self.0.ask(connection, |caller, reply| Request::Outputs { caller, reply }).await
    }

    /// How the desktop is: for each check its name, whether all is well, and a sentence.
    #[zbus(out_args("checks"))]
    async fn doctor(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<Check>, BusError> {
        self.0.ask(connection, |caller, reply| Request::Doctor { caller, reply }).await
    }

    /// Ends the desktop and with it all its clients.
    async fn quit(&self, #[zbus(connection)] connection: &Connection) -> Result<(), BusError> {
        self.0.ask(connection, |caller, reply| Request::Commands(CommandsRequest::Run { caller, command: Command::Quit {}, reply })).await
    }
}
