//! The examples of the documentation, run as they stand there.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use glasshouse_clients::{Desktop, Picture, program};

type Result = anyhow::Result<()>;

const SIZE: &str = "1280x720";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs an example in the desktop's own folder and gives what it prints.
fn run(desktop: &Desktop, example: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let programs = program("glassctl")?;
    let programs = programs.parent().context("a program lies in a folder")?.to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)))?;
    let mut command = Command::new(example);
    command.args(arguments).current_dir(desktop.folder()).env("PATH", path);
    desktop.environment(&mut command);
    let output = command.output().with_context(|| format!("{} cannot be started", example.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} failed: {said}", example.display());
    Ok(String::from_utf8(output.stdout)?)
}

fn assert_lines(text: &str, parts: &[&str]) {
    let mut lines = text.lines();
    for part in parts {
        assert!(lines.any(|line| line.contains(part)), "no line with {part:?}, or not in this order:\n{text}");
    }
}

/// Two terminals side by side in the picture, and as they were before on the desktop.
fn assert_arranged_and_undone(desktop: &Desktop) -> Result {
    let picture = Picture::read(&desktop.folder().join("arrange.png"))?;
    assert_eq!((picture.width, picture.height), (1280, 720));
    // The left terminal begins at the left edge, where there is a gap between tiles.
    assert_eq!(picture.at(5, 300), picture.at(400, 300));
    assert_eq!(picture.at(400, 300), picture.at(900, 300));
    assert_undone(desktop)
}

fn assert_undone(desktop: &Desktop) -> Result {
    let windows = desktop.windows()?;
    assert_eq!(windows.len(), 2);
    for window in windows {
        assert_eq!(window.get("floating"), Some(&false.into()), "{window}");
    }
    Ok(())
}

#[test]
fn a_shell_script_arranges_windows_with_glassctl() -> Result {
    let desktop = Desktop::start(&["--size", SIZE])?;
    let text = run(&desktop, &root().join("examples/arrange.sh"), &["arrange.png"])?;
    assert_lines(&text, &["windows ", "WHAT", "640x720 at 0,0", "640x720 at 640,0", "changed: ", "org.example.Left", "undone: "]);
    assert_arranged_and_undone(&desktop)
}

#[test]
fn a_shell_script_arranges_windows_with_busctl() -> Result {
    let desktop = Desktop::start(&["--size", SIZE])?;
    let text = run(&desktop, &root().join("examples/arrange-busctl.sh"), &[])?;
    let left = r#"{"app":"org.example.Left","x":0,"width":640}"#;
    let right = r#"{"app":"org.example.Right","x":640,"width":640}"#;
    assert_lines(&text, &["windows ", "outputs_removed", left, right, "set-floating"]);
    assert_undone(&desktop)
}

#[test]
fn python_arranges_windows_with_a_plain_d_bus_library() -> Result {
    let desktop = Desktop::start(&["--size", SIZE])?;
    let text = run(&desktop, &root().join("examples/arrange.py"), &["arrange.png"])?;
    let parts = ["windows ", "2 windows at event ", "would be: org.example.Left at 0,0", "would be: org.example.Right at 640,0"];
    assert_lines(&text, &[&parts[..], &["changed: window_changed is event ", "undone: "]].concat());
    assert_arranged_and_undone(&desktop)
}

#[test]
fn rust_arranges_windows_with_the_typed_client() -> Result {
    let desktop = Desktop::start(&["--size", SIZE])?;
    // `cargo test --workspace` builds it; alone: `cargo build -p glasshouse-protocols --examples`.
    let text = run(&desktop, &program("examples/arrange")?, &["arrange.png"])?;
    let parts = ["windows ", "2 windows at event ", "would be: org.example.Left at 0,0", "would be: org.example.Right at 640,0"];
    assert_lines(&text, &[&parts[..], &["changed: ", "undone: "]].concat());
    assert_arranged_and_undone(&desktop)
}

/// Its title changes when it is to be seen, as that of an application does when it is ready: no browser paints ten frames ahead of what
/// the desktop has taken.
const PAGE: &str = "<!doctype html><title>One moment</title><body style='background: #20c060; font: 60px sans-serif'>
<p>The page is there.<script>
let frames = 10
const frame = () => --frames ? requestAnimationFrame(frame) : document.title = 'Ready to be read'
onload = frame
</script>";

#[test]
fn the_script_of_the_readme_photographs_a_terminal_and_a_web_page() -> Result {
    let folder = Desktop::new_folder()?;
    let page = folder.path().join("page.html");
    std::fs::write(&page, PAGE)?;
    let home = folder.path().to_str().context("a path in UTF-8")?.to_owned();
    let desktop = Desktop::start_in(folder, &["--size", SIZE], &[("HOME", &home)])?;
    let url = format!("file://{}", page.display());
    // For root there is no sandbox.
    run(&desktop, &root().join("examples/browser.sh"), &["Ready to be read", "--no-sandbox", "--no-first-run", &url])?;

    let windows = desktop.windows()?;
    let x = |app: &str| windows.iter().find(|window| window["app_id"].as_str().is_some_and(|id| id.contains(app))).map(|w| w["x"].as_f64());
    assert!(x("foot") < x("chromium"), "{windows:?}");
    let picture = Picture::read(&desktop.folder().join("browser.png"))?;
    assert_eq!((picture.width, picture.height), (1280, 720));
    let green = picture.count(|pixel| pixel == [0x20, 0xc0, 0x60]);
    assert!(green > 100_000, "{green} pixels of the page");
    assert_ne!(picture.at(200, 360), Some([0x20, 0xc0, 0x60]), "the page is on the right");
    Ok(())
}

#[test]
fn the_readme_has_the_script_that_runs() -> Result {
    let script = std::fs::read_to_string(root().join("examples/browser.sh"))?;
    assert!(script.lines().count() < 10);
    let readme = std::fs::read_to_string(root().join("README.md"))?;
    assert!(readme.contains(&script), "README.md does not have examples/browser.sh word for word");
    Ok(())
}
