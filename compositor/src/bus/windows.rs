use std::{collections::HashMap, path::PathBuf, time::Duration};

use glasshouse_protocols::{
    Window,
    windows::{DEFAULT_LAUNCH_TIMEOUT_MS, MAX_LAUNCH_TIMEOUT_MS},
};
use zbus::{Connection, interface};

use super::{BusError, Launch, Request, peer::Peer};

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
