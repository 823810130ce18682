//! A session bus of a test's own.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    pin::Pin,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, ensure};
use zbus::{
    Connection, MessageStream,
    connection::Builder,
    export::futures_core::Stream as _,
    fdo::DBusProxy,
    names::{BusName, OwnedUniqueName},
};

use crate::PATIENCE;

/// A `dbus-daemon` that ends with the test.
pub struct Bus {
    process: Child,
    address: String,
}

impl Bus {
    /// Starts one whose socket lies in this folder. What it activates is described below `folder`/data, has `folder` as its runtime folder, and
    /// nothing of whoever runs the tests.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        command.arg(format!("--address=unix:path={}", folder.join("session-bus").display()));
        let data = folder.join("data");
        command.env("XDG_DATA_HOME", &data).env("XDG_DATA_DIRS", data.join("none")).env("XDG_RUNTIME_DIR", folder);
        command.env("XDG_CONFIG_HOME", folder.join("config")).env("XDG_STATE_HOME", folder.join("state"));
        for variable in ["DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "DISPLAY"] {
            command.env_remove(variable);
        }
        let mut process = command.stdout(Stdio::piped()).spawn().context("dbus-daemon is missing: session/install installs it")?;
        let mut address = String::new();
        BufReader::new(process.stdout.take().context("its output is for us")?).read_line(&mut address)?;
        let bus = Self { process, address: address.trim().to_owned() };
        ensure!(bus.address.starts_with("unix:"), "the session bus did not start: {address}");
        Ok(bus)
    }

    /// What `$DBUS_SESSION_BUS_ADDRESS` is for it.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub async fn connect(&self) -> anyhow::Result<Connection> {
        Ok(Builder::address(self.address.as_str()).build().await?)
    }

    /// Waits until this name has an owner, or has none.
    pub async fn wait_for_owner(&self, name: &str, owned: bool) -> anyhow::Result<Option<OwnedUniqueName>> {
        let connection = self.connect().await?;
        let bus = DBusProxy::new(&connection).await?;
        let mut messages = MessageStream::from(&connection);
        // The rule first, so that no change falls between the question and the answer.
        bus.add_match_rule(format!("type='signal',member='NameOwnerChanged',arg0='{name}'").as_str().try_into()?).await?;
        let wait = async {
            loop {
                let owner = bus.get_name_owner(BusName::try_from(name)?).await.ok();
                if owner.is_some() == owned {
                    return Ok(owner);
                }
                std::future::poll_fn(|context| Pin::new(&mut messages).poll_next(context)).await.context("the bus has ended")??;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.with_context(|| format!("waiting for {name} on the session bus"))?
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        // It ends with the test, also when that failed: errors have no reader any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
