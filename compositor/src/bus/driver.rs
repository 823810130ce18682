use glasshouse_protocols::BUS_NAME;
use zbus::{fdo, interface};

/// The client's name on a bus that has only it and the desktop.
const CLIENT: &str = ":1.1";

/// The desktop's.
pub(super) const DESKTOP: &str = ":1.0";

const DRIVER: &str = "org.freedesktop.DBus";

/// As much of `org.freedesktop.DBus` as `busctl`, `gdbus` and the usual libraries want before they make a call: most of them cannot
/// speak peer-to-peer, so to them the connection is a bus with one service on it.
pub(super) struct Driver;

#[interface(name = "org.freedesktop.DBus", spawn = false, introspection_docs = false)]
impl Driver {
    fn hello(&self) -> &str {
        CLIENT
    }

    /// Everything that there is comes to the only client anyway.
    fn add_match(&self, _rule: &str) {}

    fn remove_match(&self, _rule: &str) {}

    fn list_names(&self) -> [&str; 4] {
        [DRIVER, BUS_NAME, DESKTOP, CLIENT]
    }

    fn name_has_owner(&self, name: &str) -> bool {
        owner(name).is_some()
    }

    fn get_name_owner(&self, name: &str) -> fdo::Result<&str> {
        owner(name).ok_or_else(|| fdo::Error::NameHasNoOwner(format!("there is no {name} here, only {BUS_NAME}")))
    }

    /// 2: it is running already.
    fn start_service_by_name(&self, name: &str, _flags: u32) -> fdo::Result<u32> {
        owner(name).map(|_| 2).ok_or_else(|| fdo::Error::ServiceUnknown(format!("there is no {name} here, only {BUS_NAME}")))
    }
}

fn owner(name: &str) -> Option<&'static str> {
    match name {
        DRIVER => Some(DRIVER),
        BUS_NAME | DESKTOP => Some(DESKTOP),
        CLIENT => Some(CLIENT),
        _ => None,
    }
}
