//! swaylock on a real desktop: kills of the display, the locker and the desktop.

use std::path::PathBuf;

use anyhow::Context as _;
use glasshouse_clients::{Desktop, Picture};
use rustix::process::{Pid, Signal, kill_process};

type Result = anyhow::Result<()>;

/// The window's colour and the locker's.
const WINDOW: [u8; 3] = [0xd0, 0x20, 0x10];
const LOCKER: [u8; 3] = [0x10, 0x60, 0x20];

/// No process of these tests asks PAM: SIGUSR1 is swaylock's own way to be unlocked.
const CONFIG: &str = r#"
[session]
locker = ["swaylock", "--no-unlock-indicator", "--color", "106020"]
"#;

fn desktop() -> anyhow::Result<Desktop> {
    let mut desktop = Desktop::start_configured(&["--size", "640x480", "--size", "320x240"], CONFIG)?;
    desktop.spawn(&["foot", "--app-id", "red", "-o", "colors.background=d02010", "-o", "csd.preferred=none", "sleep", "1000"])?;
    desktop.wait_for_window("red")?;
    see(&mut desktop, "the window", |picture| picture.count(|pixel| pixel == WINDOW) > 10_000)?;
    Ok(desktop)
}

/// A picture by a Wayland client: what a screen would show.
fn screen(desktop: &Desktop) -> anyhow::Result<Picture> {
    let path = desktop.folder().join("screen.png");
    let mut command = std::process::Command::new("grim");
    desktop.environment(&mut command);
    let output = command.arg(&path).output().context("grim is missing: session/packages.txt names its package")?;
    anyhow::ensure!(output.status.success(), "grim: {}", String::from_utf8_lossy(&output.stderr));
    Picture::read(&path)
}

/// Waits until a picture is so. At the moment of locking there is none: what was there before the lock is given to nobody.
fn see(desktop: &mut Desktop, what: &str, is: impl Fn(&Picture) -> bool) -> anyhow::Result<Picture> {
    let mut refused = String::new();
    let seen = desktop.wait_for(what, |desktop| match screen(desktop) {
        Ok(picture) => Ok(Some(picture).filter(|picture| is(picture))),
        Err(error) => {
            refused = format!("{error:#}");
            Ok(None)
        }
    });
    seen.with_context(|| format!("the last refusal: {refused:?}"))
}

/// Waits until swaylock covers both outputs.
fn see_locker(desktop: &mut Desktop) -> anyhow::Result<Picture> {
    let pixels = 640 * 480 + 320 * 240;
    see(desktop, "the locker on both outputs", |picture| picture.count(|pixel| pixel == LOCKER) == pixels)
}

fn window_pixels(desktop: &Desktop) -> anyhow::Result<usize> {
    Ok(screen(desktop)?.count(|pixel| pixel == WINDOW))
}

/// The locker that the desktop has started.
fn locker(desktop: &mut Desktop) -> anyhow::Result<Pid> {
    let parent = desktop.pid().to_string();
    desktop.wait_for("a locker process", |_| {
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let status = std::fs::read_to_string(entry.path().join("status")).unwrap_or_default();
            let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            if field("Name:") == Some("swaylock") && field("PPid:") == Some(&parent) {
                let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
                return Ok(number.and_then(Pid::from_raw));
            }
        }
        Ok(None)
    })
}

fn lock_file(desktop: &Desktop) -> PathBuf {
    desktop.folder().join("glasshouse-wayland-test.locked")
}

#[test]
fn swaylock_locks_hides_everything_and_unlocks() -> Result {
    let mut desktop = desktop()?;
    desktop.ctl(&["do", "lock"])?;
    let picture = see_locker(&mut desktop)?;
    assert_eq!(picture.count(|pixel| pixel == WINDOW), 0);
    assert!(lock_file(&desktop).exists());
    for refused in [&["capture", "-o", "/dev/null"][..], &["windows"], &["do", "type-text", "x"], &["do", "focus-workspace", "2"]] {
        let output = desktop.ctl_output(refused)?;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains("locked"), "{refused:?}: {error}");
    }
    // Locking once more changes nothing.
    desktop.ctl(&["do", "lock"])?;
    kill_process(locker(&mut desktop)?, Signal::USR1)?;
    see(&mut desktop, "the window again", |picture| picture.count(|pixel| pixel == WINDOW) > 10_000)?;
    assert!(!lock_file(&desktop).exists());
    assert_eq!(desktop.windows()?.len(), 1);
    Ok(())
}

#[test]
fn a_display_that_is_killed_comes_back_locked() -> Result {
    let mut desktop = desktop()?;
    desktop.ctl(&["do", "lock"])?;
    see_locker(&mut desktop)?;
    for _ in 0..3 {
        desktop.signal_display(Signal::KILL)?;
        // A capture under way fails with its display; the next one has a new one.
        let picture = desktop.wait_for("a picture of the next display", |desktop| Ok(screen(desktop).ok()))?;
        assert_eq!(picture.count(|pixel| pixel == WINDOW), 0);
    }
    see_locker(&mut desktop)?;
    Ok(())
}

#[test]
fn a_locker_that_is_killed_leaves_the_session_locked_for_another_one() -> Result {
    let mut desktop = desktop()?;
    desktop.ctl(&["do", "lock"])?;
    see_locker(&mut desktop)?;
    kill_process(locker(&mut desktop)?, Signal::KILL)?;
    see(&mut desktop, "nothing", |picture| picture.count(|pixel| pixel == LOCKER) == 0)?;
    assert_eq!(window_pixels(&desktop)?, 0);
    assert!(lock_file(&desktop).exists());
    desktop.ctl(&["do", "lock"])?;
    see_locker(&mut desktop)?;
    kill_process(locker(&mut desktop)?, Signal::USR1)?;
    see(&mut desktop, "the window again", |picture| picture.count(|pixel| pixel == WINDOW) > 10_000)?;
    Ok(())
}

#[test]
fn a_desktop_that_is_killed_while_locked_starts_locked_and_with_its_locker() -> Result {
    let mut desktop = desktop()?;
    desktop.ctl(&["do", "lock"])?;
    see_locker(&mut desktop)?;
    // Whatever else it is told to remember.
    let mut desktop = Desktop::start_in(desktop.kill()?, &["--size", "640x480", "--size", "320x240", "--restore", "never"], &[])?;
    desktop.wait_for("an answer", |desktop| {
        let error = String::from_utf8_lossy(&desktop.ctl_output(&["windows"])?.stderr).into_owned();
        Ok(error.contains("locked").then_some(()))
    })?;
    desktop.spawn(&["foot", "-o", "colors.background=d02010", "sleep", "1000"])?;
    see_locker(&mut desktop)?;
    assert_eq!(window_pixels(&desktop)?, 0);
    // And once more, with the locker killed too: another one is started by hand.
    let mut desktop = Desktop::start_in(desktop.kill()?, &["--size", "640x480", "--size", "320x240"], &[])?;
    see_locker(&mut desktop)?;
    kill_process(locker(&mut desktop)?, Signal::USR1)?;
    desktop.wait_for("an unlocked desktop", |desktop| Ok(desktop.windows().ok()))?;
    assert!(!lock_file(&desktop).exists());
    Ok(())
}
