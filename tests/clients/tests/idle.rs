//! swayidle is told when nobody uses the desktop, and when somebody does again.

use glasshouse_clients::Desktop;

#[test]
fn swayidle_acts_when_nobody_is_there_and_when_somebody_comes_back() -> anyhow::Result<()> {
    let mut desktop = Desktop::start(&[])?;
    let (idle, resumed) = (desktop.folder().join("idle"), desktop.folder().join("resumed"));
    let write = |path: &std::path::Path| format!("echo yes > {}", path.display());
    desktop.spawn(&["swayidle", "-w", "timeout", "1", &write(&idle), "resume", &write(&resumed)])?;
    desktop.wait_for_file(&idle)?;
    assert!(!resumed.exists());
    // Input over D-Bus is use like any other.
    desktop.ctl(&["do", "move-pointer", "7,7"])?;
    desktop.wait_for_file(&resumed)?;
    std::fs::remove_file(&idle)?;
    desktop.wait_for_file(&idle)?;
    Ok(())
}
