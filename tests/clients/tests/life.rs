//! Starting, ending, and what is said when something is wrong.

use std::{
    os::{fd::AsRawFd, unix::net::UnixListener},
    process::Command,
};

use glasshouse_clients::{Desktop, SOCKET, program};

type Result = anyhow::Result<()>;

/// What `glasshouse` says when it cannot start.
fn refused(change: impl FnOnce(&mut Command)) -> anyhow::Result<String> {
    let mut command = Command::new(program("glasshouse")?);
    command.arg("--headless");
    change(&mut command);
    let output = command.output()?;
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr)?;
    assert!(!said.contains("panicked"), "{said}");
    Ok(said)
}

#[test]
fn sigterm_ends_it_cleanly_and_leaves_nothing() -> Result {
    let mut desktop = Desktop::start(&[])?;
    desktop.picture(&[])?;
    let display = desktop.display_pid()?.ok_or_else(|| anyhow::anyhow!("a display runs"))?;
    assert!(desktop.end()?.success());
    let left: Vec<_> = std::fs::read_dir(desktop.folder())?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("wayland") && !name.ends_with(".lock") || name.starts_with("glasshouse"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!std::path::Path::new(&format!("/proc/{display}")).exists());
    Ok(())
}

#[test]
fn quit_ends_it_too() -> Result {
    let mut desktop = Desktop::start(&[])?;
    desktop.ctl(&["quit"])?;
    assert!(desktop.wait()?.success());
    Ok(())
}

#[test]
fn a_taken_socket_is_said() -> Result {
    let desktop = Desktop::start(&[])?;
    let said = refused(|command| {
        command.args(["--socket", SOCKET]).env("XDG_RUNTIME_DIR", desktop.folder());
    })?;
    assert!(said.contains(SOCKET) && said.contains("--socket"), "{said}");
    Ok(())
}

#[test]
fn a_missing_runtime_folder_is_said() -> Result {
    let said = refused(|command| {
        command.env_remove("XDG_RUNTIME_DIR");
    })?;
    assert!(said.contains("XDG_RUNTIME_DIR"), "{said}");
    Ok(())
}

#[test]
fn unknown_options_and_wrong_sizes_are_said() -> Result {
    for (arguments, word) in [(&["--wrong"][..], "--wrong"), (&["--size", "big"], "1920x1080"), (&["--ready-fd", "99"], "99")] {
        let said = refused(|command| {
            command.args(arguments);
        })?;
        assert!(said.contains(word), "{said}");
    }
    let said = refused(|command| {
        command.args(["--size", "0x0"]).env("XDG_RUNTIME_DIR", std::env::temp_dir());
    })?;
    assert!(said.contains("output needs"), "{said}");
    Ok(())
}

#[test]
fn it_takes_a_socket_that_already_listens() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("given");
    let listener = UnixListener::bind(&path)?;
    rustix::io::fcntl_setfd(&listener, rustix::io::FdFlags::empty())?;
    let mut desktop = Command::new(program("glasshouse")?)
        .args(["--headless", "--socket-fd", &listener.as_raw_fd().to_string()])
        .env("XDG_RUNTIME_DIR", folder.path())
        .spawn()?;
    drop(listener);
    // Whoever connects before it is ready waits in the socket.
    let output = Command::new("wayland-info").env("XDG_RUNTIME_DIR", folder.path()).env("WAYLAND_DISPLAY", "given").output()?;
    desktop.kill()?;
    desktop.wait()?;
    assert!(String::from_utf8_lossy(&output.stdout).contains("wl_compositor"));
    Ok(())
}

#[test]
fn several_outputs_of_different_scales_are_captured_each() -> Result {
    let desktop = Desktop::start(&["--size", "640x480", "--size", "1280x720@1.5"])?;
    let first = desktop.picture(&["--output", "HEADLESS-1"])?;
    let second = desktop.picture(&["--output", "HEADLESS-2"])?;
    assert_eq!((first.width, first.height, second.width, second.height), (640, 480, 1280, 720));
    let half = desktop.picture(&["--output", "HEADLESS-2", "--size", "320x180"])?;
    assert_eq!((half.width, half.height), (320, 180));
    let across = desktop.picture(&["--region", "540,0,200x100", "--scale", "1"])?;
    assert_eq!((across.width, across.height), (200, 100));
    Ok(())
}

#[test]
fn flags_that_are_wrong_keep_the_desktop_from_starting_and_files_do_not() -> Result {
    let folder = Desktop::new_folder()?;
    let start = |arguments: &[&str]| {
        let mut command = std::process::Command::new(glasshouse_clients::program("glasshouse")?);
        command.args(["--headless", "--no-config"]).args(arguments).env("XDG_RUNTIME_DIR", folder.path()).env("LC_ALL", "C.UTF-8");
        anyhow::Ok(command.output()?)
    };
    for (arguments, sentence) in [
        (&["--layout", "colums"][..], "did you mean \"columns\"?"),
        (&["--set", "layout.gap-px=abc"], "write a number"),
        (&["--set", "layout.gap-xp=1"], "did you mean gap-px?"),
        (&["--size", "0x5"], "width"),
    ] {
        let output = start(arguments)?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(sentence), "{arguments:?}: {said}");
        assert_eq!(said.matches(sentence).count(), 1, "said once: {said}");
    }
    // The same mistakes where somebody may depend on logging in.
    let desktop = Desktop::start_with(&[], &[("GLASSHOUSE_LAYOUT_GAP_PX", "abc")])?;
    assert!(desktop.ctl(&["config", "show", "layout.gap-px"])?.contains("layout.gap-px"));
    Ok(())
}
