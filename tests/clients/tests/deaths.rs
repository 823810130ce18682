//! The desktop outlives its display, whatever happens to it.

use std::time::Instant;

use glasshouse_clients::Desktop;
use rustix::process::Signal;

type Result = anyhow::Result<()>;

fn five_clients(desktop: &Desktop) -> anyhow::Result<Vec<String>> {
    let mut windows = Vec::new();
    for index in 0..4 {
        windows.push(desktop.launch(&["foot", "sh", "-c", &format!("printf client-{index}; exec sleep 1000")])?);
    }
    windows.push(desktop.launch(&["weston-simple-shm"])?);
    Ok(windows)
}

fn assert_all_live(desktop: &Desktop, windows: &[String]) -> Result {
    for window in windows {
        assert!(desktop.window(window)?.is_some(), "window {window} is gone");
    }
    Ok(())
}

#[test]
fn clients_live_on_when_the_display_is_killed() -> Result {
    let desktop = Desktop::start(&["--size", "1280x720"])?;
    let windows = five_clients(&desktop)?;
    desktop.picture(&[])?;
    for _ in 0..20 {
        desktop.signal_display(Signal::KILL)?;
        let start = Instant::now();
        let picture = desktop.picture(&[])?;
        assert!(picture.colors() > 20, "after {:?}", start.elapsed());
    }
    assert_all_live(&desktop, &windows)
}

#[test]
fn a_stopped_display_is_replaced() -> Result {
    let desktop = Desktop::start(&["--size", "1280x720"])?;
    let windows = five_clients(&desktop)?;
    desktop.picture(&[])?;
    for _ in 0..5 {
        desktop.signal_display(Signal::STOP)?;
        assert!(desktop.picture(&[])?.colors() > 20);
    }
    assert_all_live(&desktop, &windows)
}

#[test]
fn a_display_that_hangs_is_found_out() -> Result {
    let mut desktop = Desktop::start(&["--size", "640x480"])?;
    let window = desktop.launch(&["foot"])?;
    desktop.picture(&[])?;
    let before = desktop.display_pid()?;
    desktop.debug(&["hang"])?;
    assert!(desktop.picture(&[])?.colors() > 20);
    desktop.wait_for("another display", |desktop| Ok((desktop.display_pid()? != before).then_some(())))?;
    assert_all_live(&desktop, &[window])
}

#[test]
fn a_surface_that_kills_the_display_twice_is_not_shown_again() -> Result {
    let mut desktop = Desktop::start(&["--size", "640x480"])?;
    let innocent = desktop.launch(&["foot", "sh", "-c", "printf innocent; exec sleep 1000"])?;
    let poison = desktop.launch(&["weston-simple-shm"])?;
    desktop.picture(&[])?;
    desktop.debug(&["poison", &poison])?;
    // Every display that reads this surface dies, and it is read with each of its frames; the third display is not shown it.
    desktop.wait_for("a picture without it", |desktop| {
        // A picture between two frames reads nothing, and one may fail with the second display.
        let _ = desktop.picture(&[]);
        // The doctor exits with failure: something is wrong.
        let doctor = String::from_utf8(desktop.ctl_output(&["doctor"])?.stdout)?;
        Ok((doctor.contains("2 died") && doctor.contains("not shown")).then_some(()))
    })?;
    assert!(desktop.picture(&[])?.colors() > 20);
    assert_all_live(&desktop, &[innocent, poison])
}

#[test]
fn a_display_out_of_memory_costs_nobody_anything() -> Result {
    let desktop = Desktop::start(&["--size", "640x480", "--display-memory-mib", "512"])?;
    let window = desktop.launch(&["foot"])?;
    desktop.picture(&[])?;
    desktop.debug(&["hog"])?;
    assert!(desktop.picture(&[])?.colors() > 20);
    assert_all_live(&desktop, &[window])
}

#[test]
fn without_the_display_program_everything_but_pictures_works() -> Result {
    let desktop = Desktop::start_with(&["--size", "640x480"], &[("GLASSHOUSE_DISPLAY", "/nonexistent")])?;
    let window = desktop.launch(&["foot"])?;
    let output = desktop.ctl_output(&["capture", "-o", "/dev/null"])?;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("/nonexistent"), "{said}");
    assert_all_live(&desktop, &[window])
}

#[test]
fn the_gpu_may_be_lost_and_the_display_goes_on() -> Result {
    let desktop = Desktop::start(&["--size", "640x480", "--executor", "gpu"])?;
    let window = desktop.launch(&["foot", "sh", "-c", "printf hello; exec sleep 1000"])?;
    desktop.picture(&[])?;
    let said = desktop.ctl(&["doctor"])?;
    assert!(said.contains("gpu: "), "{said}");
    let display = desktop.display_pid()?;
    desktop.debug(&["lose-device"])?;
    assert!(desktop.picture(&["--no-cursor"])?.colors() > 20);
    assert_eq!(desktop.display_pid()?, display, "the display need not die of it");
    assert!(desktop.ctl(&["doctor"])?.contains("gpu: "));
    assert_all_live(&desktop, &[window])
}
