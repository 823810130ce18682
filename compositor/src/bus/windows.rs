use std::{collections::HashMap, path::PathBuf, time::Duration};

use glasshouse_protocols::{
    Dict, Window, WindowMatch,
    rules::{RuleInForce, RuleOutcome},
    windows::{DEFAULT_LAUNCH_TIMEOUT_MS, DEFAULT_WAIT_TIMEOUT_MS, MAX_LAUNCH_TIMEOUT_MS, MAX_WAIT_TIMEOUT_MS},
};
use zbus::{Connection, interface};

use super::{BusError, Launch, Request, WindowsRequest, peer::Peer};

/// `org.glasshouse.Windows1`.
pub(super) struct Windows1(pub(super) Peer);

#[interface(name = "org.glasshouse.Windows1", spawn = false)]
impl Windows1 {
    /// Starts a program and answers with the first window that it shows, found by activation token and process tree.
    ///
    /// env is added to the desktop's own environment. An empty cwd is the desktop's own directory. timeout_ms is in milliseconds, at most
    /// ten minutes; 0 is ten seconds. After a time-out the program goes on.
    #[zbus(out_args("window"))]
    async fn launch(
        &self,
        #[zbus(connection)] connection: &Connection,
        argv: Vec<String>,
        env: HashMap<String, String>,
        cwd: String,
        timeout_ms: u32,
    ) -> Result<Window, BusError> {
        let launch = checked(argv, env, cwd, timeout_ms)?;
        self.0.ask(connection, |caller, reply| Request::Launch { caller, launch, reply }).await
    }

    /// One window, as Desktop1.Windows answers it. NoWindow if there is none of this id.
    #[zbus(out_args("window"))]
    async fn get(&self, #[zbus(connection)] connection: &Connection, window: u64) -> Result<Window, BusError> {
        let request = |caller, reply| Request::Window { caller, request: WindowsRequest::Get { window, reply } };
        self.0.ask(connection, request).await
    }

    /// All windows that have these properties, in the order of their creation: id (t), app_id (s, exactly), title (s, a part of it),
    /// pid (i), focused (b), output (s), workspace (t), tag (s, exactly). Without any: all windows.
    #[zbus(out_args("windows"))]
    async fn find(&self, #[zbus(connection)] connection: &Connection, properties: Dict) -> Result<Vec<Window>, BusError> {
        let wanted = WindowMatch::from_dict(properties)?;
        let request = |caller, reply| Request::Window { caller, request: WindowsRequest::Find { wanted, reply } };
        self.0.ask(connection, request).await
    }

    /// The pixels of a window's own icon (xdg-toplevel-icon): the smallest whose edge has at least size pixels, or else the largest; with 0
    /// the largest. Answers with its edge in pixels and premultiplied ARGB, four bytes a pixel (blue, green, red, alpha), row after row.
    /// Refused if its program gave none; its name is the property icon.
    #[zbus(out_args("edge", "pixels"))]
    async fn icon(&self, #[zbus(connection)] connection: &Connection, window: u64, size: u32) -> Result<(u32, Vec<u8>), BusError> {
        let request = |caller, reply| Request::Window { caller, request: WindowsRequest::Icon { window, size, reply } };
        let pixels = self.0.ask(connection, request).await?;
        Ok((pixels.edge, pixels.read().await?))
    }

    /// What rules of the configuration have to do with a window. For each rule: number (u, from 1), name (s, if it has one), matches (b),
    /// reason (s: why it matches, or why not), says (as: what it gives, as in the configuration). Then each property that the window has of
    /// rules: property, value (s), rule (u: the number), opening (b: it counted as the
    /// window opened; the rule need not match any more).
    #[zbus(out_args("rules", "in_force"))]
    async fn rules(
        &self,
        #[zbus(connection)] connection: &Connection,
        window: u64,
    ) -> Result<(Vec<RuleOutcome>, Vec<RuleInForce>), BusError> {
        let request = |caller, reply| Request::Window { caller, request: WindowsRequest::Rules { window, reply } };
        self.0.ask(connection, request).await
    }

    /// Waits until a window that has these properties (as for Find) is in a state, and answers with it.
    ///
    /// The states: created (one opens that was not there), mapped (one is there), closed (those that are there are gone; answers with the
    /// last), focused, floating, fullscreen, maximized, minimized, title (it gets another title than it has now), changed (anything about
    /// it). timeout_ms is in milliseconds, at most ten minutes; 0 is ten seconds. Other calls of this connection wait too.
    #[zbus(out_args("window"))]
    async fn wait_for(
        &self,
        #[zbus(connection)] connection: &Connection,
        properties: Dict,
        state: &str,
        timeout_ms: u32,
    ) -> Result<Window, BusError> {
        let (wanted, awaited) = (WindowMatch::from_dict(properties)?, state.parse()?);
        if timeout_ms > MAX_WAIT_TIMEOUT_MS {
            return Err(BusError::BadArgument(format!(
                "the time-out of {timeout_ms} ms is too long; ten minutes ({MAX_WAIT_TIMEOUT_MS} ms) is the most"
            )));
        }
        let timeout_ms = if timeout_ms == 0 { DEFAULT_WAIT_TIMEOUT_MS } else { timeout_ms };
        let timeout = Duration::from_millis(timeout_ms.into());
        let request = |caller, reply| Request::Window { caller, request: WindowsRequest::WaitFor { wanted, awaited, timeout, reply } };
        self.0.ask(connection, request).await
    }
}

fn checked(argv: Vec<String>, env: HashMap<String, String>, cwd: String, timeout_ms: u32) -> Result<Launch, BusError> {
    let bad = |sentence: String| Err(BusError::BadArgument(sentence));
    if argv.first().is_none_or(String::is_empty) {
        return bad("there is no program to launch; name one".to_owned());
    }
    if timeout_ms > MAX_LAUNCH_TIMEOUT_MS {
        return bad(format!("the time-out of {timeout_ms} ms is too long; ten minutes ({MAX_LAUNCH_TIMEOUT_MS} ms) is the most"));
    }
    if let Some(name) = env.keys().find(|name| name.is_empty() || name.contains('=')) {
        return bad(format!("{name:?} is no name of an environment variable"));
    }
    // D-Bus strings have no NUL, but this is the last place to hold it together with what `execve` wants.
    if argv.iter().chain(env.keys()).chain(env.values()).chain([&cwd]).any(|string| string.contains('\0')) {
        return bad("a NUL character can be in no argument, variable or directory".to_owned());
    }
    let timeout_ms = if timeout_ms == 0 { DEFAULT_LAUNCH_TIMEOUT_MS } else { timeout_ms };
    let mut env: Vec<_> = env.into_iter().collect();
    env.sort_unstable();
    Ok(Launch { argv, env, cwd: (!cwd.is_empty()).then(|| PathBuf::from(cwd)), timeout: Duration::from_millis(u64::from(timeout_ms)) })
}
