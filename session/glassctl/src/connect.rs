//! Which desktop, and a connection to it, in the terms of the command line.

use std::{path::PathBuf, time::Duration};

use glasshouse_protocols::connect::{ConnectError, Surroundings, find, open};
use zbus::Connection;

use crate::failure::{NoDesktop, Usage};

/// Connects to the desktop that `-d` names, or to the one that is meant without. Calls take at most `patience`.
pub(crate) async fn connect(named: Option<&str>, patience: Duration) -> anyhow::Result<(PathBuf, Connection)> {
    let socket = find(named, &Surroundings::of_process()).map_err(fail)?;
    let connection = open(&socket, patience).await.map_err(fail)?;
    Ok((socket, connection))
}

/// Adds how this program names another desktop.
fn fail(error: ConnectError) -> anyhow::Error {
    match error {
        ConnectError::Several(_) => Usage(format!("{error} with -d")).into(),
        ConnectError::NoRuntimeDir => no_desktop(&error, " with -d"),
        ConnectError::NotThere(_) => no_desktop(&error, ", -d chooses another"),
        error => NoDesktop(error.into()).into(),
    }
}

fn no_desktop(error: &ConnectError, way_out: &str) -> anyhow::Error {
    NoDesktop(anyhow::anyhow!("{error}{way_out}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::sentence;

    #[test]
    fn a_failure_says_which_option_helps() {
        let check = |error: ConnectError, words: &str| {
            let sentence = sentence(&fail(error));
            assert!(sentence.ends_with(words), "{sentence}");
        };
        check(ConnectError::Several(vec!["wayland-1".into(), "wayland-2".into()]), "wayland-1, wayland-2; choose one of them with -d");
        check(ConnectError::NoRuntimeDir, "the path of the desktop's socket with -d");
        check(ConnectError::NotThere("/run/x".into()), "no desktop at /run/x; `glasshouse --headless` starts one, -d chooses another");
        assert!(fail(ConnectError::Several(Vec::new())).is::<Usage>());
        assert!(fail(ConnectError::NoRuntimeDir).is::<NoDesktop>());
    }
}
