use glasshouse_core::WindowId;
use zbus::{Connection, interface};

use super::{BusError, DebugOrder, Request, peer::Peer};

/// `org.glasshouse.Debug1`.
pub(super) struct Debug1(pub(super) Peer);

#[interface(name = "org.glasshouse.Debug1", spawn = false)]
impl Debug1 {
    /// The process that draws; 0 while there is none, because nobody looks.
    #[zbus(out_args("pid"))]
    async fn display_pid(&self, #[zbus(connection)] connection: &Connection) -> Result<u32, BusError> {
        self.0.ask(connection, |caller, reply| Request::DisplayPid { caller, reply }).await
    }

    /// Has the display misbehave: lose-device, hang, hog, or poison with the window whose contents kill it (0 for the others). Refused
    /// unless the desktop was started with debug orders allowed.
    async fn order(&self, #[zbus(connection)] connection: &Connection, name: &str, window: u64) -> Result<(), BusError> {
        let order = match name {
            "lose-device" => DebugOrder::LoseDevice,
            "hang" => DebugOrder::Hang,
            "hog" => DebugOrder::Hog,
            "poison" => DebugOrder::Poison(WindowId(window)),
            _ => {
                return Err(BusError::BadArgument(format!(
                    "there is no debug order {name:?}; there are lose-device, hang, hog and poison"
                )));
            }
        };
        self.0.ask(connection, |caller, reply| Request::DebugOrder { caller, order, reply }).await
    }
}
