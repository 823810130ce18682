use glasshouse_core::Caller;
use glasshouse_protocols::OptionValue;
use zbus::{Connection, interface};

use super::{BusError, Reply, Request, peer::Peer};

/// Calls of `org.glasshouse.Config1`.
#[derive(Debug)]
pub enum ConfigRequest {
    /// `changed`: only what is not as it is by default.
    Show {
        caller: Caller,
        changed: bool,
        reply: Reply<Vec<OptionValue>>,
    },
    Get {
        caller: Caller,
        key: String,
        reply: Reply<OptionValue>,
    },
    Set {
        caller: Caller,
        key: String,
        value: String,
        reply: Reply<()>,
    },
    Reset {
        caller: Caller,
        key: String,
        reply: Reply<()>,
    },
    Reload {
        caller: Caller,
        reply: Reply<()>,
    },
    Problems {
        caller: Caller,
        reply: Reply<String>,
    },
}

/// `org.glasshouse.Config1`.
pub(super) struct Config1(pub(super) Peer);

#[interface(name = "org.glasshouse.Config1", spawn = false)]
impl Config1 {
    /// All options, in the order of the reference: key, value as TOML on one line, origin (default, a file and its line, a variable, a flag
    /// or set at run time), and the default.
    #[zbus(out_args("options"))]
    async fn show(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<OptionValue>, BusError> {
        self.0.ask(connection, |caller, reply| Request::Config(ConfigRequest::Show { caller, changed: false, reply })).await
    }

    /// One option: key, value, origin and default.
    #[zbus(out_args("option"))]
    async fn get(&self, #[zbus(connection)] connection: &Connection, key: String) -> Result<(OptionValue,), BusError> {
        self.0.ask(connection, |caller, reply| Request::Config(ConfigRequest::Get { caller, key, reply })).await.map(|option| (option,))
    }

    /// Options that are not what they are by default, as Show has them.
    #[zbus(out_args("options"))]
    async fn diff(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<OptionValue>, BusError> {
        self.0.ask(connection, |caller, reply| Request::Config(ConfigRequest::Show { caller, changed: true, reply })).await
    }

    /// Changes an option until the desktop ends, checked as in a file. Quotes around texts may be left out. It has taken effect when the
    /// answer comes.
    async fn set(&self, #[zbus(connection)] connection: &Connection, key: String, value: String) -> Result<(), BusError> {
        self.0.ask(connection, |caller, reply| Request::Config(ConfigRequest::Set { caller, key, value, reply })).await
    }

    /// Takes back what Set did: the option is again what files, environment and flags say.
    async fn reset(&self, #[zbus(connection)] connection: &Connection, key: String) -> Result<(), BusError> {
        self.0.ask(connection, |caller, reply| Request::Config(ConfigRequest::Reset { caller, key, reply })).await
    }

    /// Reads the files again, as also happens when they change. With a mistake in them nothing changes, and the error has all mistakes.
    async fn reload(&self, #[zbus(connection)] connection: &Connection) -> Result<(), BusError> {
        self.0.ask(connection, |caller, reply| Request::Config(ConfigRequest::Reload { caller, reply })).await
    }

    /// What is wrong with the files since they were last read, with file, line and column; empty if nothing is.
    #[zbus(out_args("problems"))]
    async fn problems(&self, #[zbus(connection)] connection: &Connection) -> Result<String, BusError> {
        self.0.ask(connection, |caller, reply| Request::Config(ConfigRequest::Problems { caller, reply })).await
    }
}
