//! Bars, launchers, notices and backgrounds from Debian, unmodified: each is driven, and what comes of it is seen on the desktop.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;
use glasshouse_clients::{Bus, Desktop, Picture};
use serde_json::Value;

type Result = anyhow::Result<()>;

/// A terminal with a title that stays.
fn terminal(desktop: &Desktop, name: &str) -> anyhow::Result<String> {
    desktop.launch(&["foot", "--app-id", name, "--title", name, "-o", "locked-title=yes", "sleep", "1000"])
}

/// The layer surface of this namespace. `None`: there is none.
fn layer(desktop: &Desktop, namespace: &str) -> anyhow::Result<Option<Value>> {
    let layers: Vec<Value> = serde_json::from_str(&desktop.ctl(&["layers", "--json"])?)?;
    Ok(layers.into_iter().find(|layer| layer["namespace"] == namespace))
}

fn wait_for_layer(desktop: &mut Desktop, namespace: &str) -> anyhow::Result<Value> {
    desktop.wait_for(&format!("a layer surface {namespace}"), |desktop| layer(desktop, namespace))
}

fn wait_until_gone(desktop: &mut Desktop, namespace: &str) -> Result {
    desktop.wait_for(&format!("{namespace} to go"), |desktop| Ok(layer(desktop, namespace)?.is_none().then_some(())))
}

fn write(desktop: &Desktop, name: &str, text: &str) -> anyhow::Result<PathBuf> {
    let path = desktop.folder().join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(desktop.folder()))?;
    std::fs::write(&path, text)?;
    Ok(path)
}

/// A program that ends with the test, on a bus of the test's.
struct OnBus(Child);

impl OnBus {
    fn start(desktop: &Desktop, bus: &Bus, argv: &[&str]) -> anyhow::Result<Self> {
        let (program, arguments) = argv.split_first().context("no program")?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        desktop.environment(&mut command);
        // Nothing of whoever runs the tests, and no accessibility, which would start a bus of its own.
        command.env("DBUS_SESSION_BUS_ADDRESS", bus.address()).env("NO_AT_BRIDGE", "1").env("HOME", desktop.folder());
        Ok(Self(command.spawn().with_context(|| format!("{program} is missing: session/packages.txt names its package"))?))
    }
}

impl Drop for OnBus {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

const RED: [u8; 3] = [0xc0, 0x20, 0x20];
const DARK: [u8; 3] = [0x10, 0x20, 0x30];

/// The first pixel of a colour in the bar: where its button begins.
fn button(picture: &Picture, color: [u8; 3]) -> Option<usize> {
    (0..picture.width).find(|x| picture.at(*x, 2) == Some(color))
}

#[test]
fn waybar_shows_windows_in_its_taskbar_and_a_click_focuses_or_minimizes() -> Result {
    let mut desktop = Desktop::start(&["--size", "1000x700"])?;
    let bus = Bus::start(desktop.folder())?;
    let config = r#"{ "layer": "top", "height": 30, "modules-left": ["wlr/taskbar"],
        "wlr/taskbar": { "format": "{title}", "on-click": "activate", "on-click-right": "minimize", "on-click-middle": "close" } }"#;
    let style = r#"* { font-family: "DejaVu Sans"; font-size: 14px; border: none; border-radius: 0; min-height: 0; }
        window#waybar { background: #203040; } #taskbar button { background: #102030; color: white; padding: 0 8px; transition: none; }
        #taskbar button.active { background: #c02020; }"#;
    let (config, style) = (write(&desktop, "bar/config", config)?, write(&desktop, "bar/style.css", style)?);
    let first = terminal(&desktop, "first")?;
    let second = terminal(&desktop, "second")?;
    let _bar = OnBus::start(&desktop, &bus, &["waybar", "-c", text(&config), "-s", text(&style)])?;
    let bar = wait_for_layer(&mut desktop, "waybar")?;
    assert_eq!((bar["width"].as_f64(), bar["height"].as_f64()), (Some(1000.0), Some(30.0)));
    // Both windows have a button, and the second one is active.
    let (other, active) = desktop.wait_for("both buttons", |desktop| {
        let picture = desktop.picture(&["--no-cursor"])?;
        Ok(button(&picture, DARK).zip(button(&picture, RED)))
    })?;
    assert!(other < active);
    let is = |desktop: &Desktop, id: &str, state: &str| anyhow::Ok(desktop.window(id)?.is_some_and(|window| window[state] == true));
    let at = |x: usize| (x + 10).to_string();
    desktop.ctl(&["click", &at(other), "15"])?;
    desktop.wait_for("the first window to have the focus", |desktop| Ok(is(desktop, &first, "focused")?.then_some(())))?;
    desktop.wait_for("its button to be the active one", |desktop| {
        let picture = desktop.picture(&["--no-cursor"])?;
        Ok((button(&picture, RED) == Some(other)).then_some(()))
    })?;
    desktop.ctl(&["click", &at(other), "15", "--button", "right"])?;
    desktop.wait_for("the first window to be minimized", |desktop| Ok(is(desktop, &first, "minimized")?.then_some(())))?;
    desktop.ctl(&["click", &at(other), "15"])?;
    desktop.wait_for("the first window to be back", |desktop| {
        Ok((!is(desktop, &first, "minimized")? && is(desktop, &first, "focused")?).then_some(()))
    })?;
    desktop.ctl(&["click", &at(active), "15", "--button", "middle"])?;
    desktop.wait_for("the second window to be closed", |desktop| Ok(desktop.window(&second)?.is_none().then_some(())))
}

#[test]
fn wofi_opens_takes_the_keyboard_and_answers_with_what_is_chosen() -> Result {
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    let window = terminal(&desktop, "below")?;
    let answer = desktop.folder().join("answer");
    let script = format!(
        "printf 'alpha\\nbeta\\n' | HOME={0} wofi --dmenu --cache-file /dev/null > {1}",
        desktop.folder().display(),
        answer.display()
    );
    desktop.spawn(&["sh", "-c", &script])?;
    desktop.wait_for("wofi to have the keyboard", |desktop| Ok(layer(desktop, "wofi")?.filter(|layer| layer["focused"] == true)))?;
    assert!(desktop.picture(&[])?.colors() > 20);
    // Not by typing: it searches in its own time, and says nowhere when it is done.
    desktop.ctl(&["key", "Down"])?;
    desktop.ctl(&["key", "Return"])?;
    assert_eq!(desktop.wait_for_file(&answer)?, "beta\n");
    wait_until_gone(&mut desktop, "wofi")?;
    desktop.wait_for("the window to have the keyboard again", |desktop| {
        Ok(desktop.window(&window)?.filter(|window| window["focused"] == true).map(drop))
    })
}

#[test]
fn fuzzel_launches_what_its_user_types() -> Result {
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    let entry = "[Desktop Entry]\nType=Application\nName=Marker\nExec=foot --app-id launched sleep 1000\n";
    let data = write(&desktop, "data/applications/marker.desktop", entry)?;
    let data = data.ancestors().nth(2).map(Path::to_owned).unwrap_or_default();
    let script = format!("XDG_DATA_DIRS={0} XDG_DATA_HOME={0}/none XDG_CACHE_HOME={0} exec fuzzel", data.display());
    desktop.spawn(&["sh", "-c", &script])?;
    desktop.wait_for("fuzzel to have the keyboard", |desktop| Ok(layer(desktop, "launcher")?.filter(|layer| layer["focused"] == true)))?;
    desktop.ctl(&["type", "Mark"])?;
    desktop.ctl(&["key", "Return"])?;
    desktop.wait_for_window("launched")?;
    wait_until_gone(&mut desktop, "launcher")
}

#[tokio::test]
async fn mako_shows_a_notice_that_a_click_dismisses() -> Result {
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    let bus = Bus::start(desktop.folder())?;
    let before = desktop.picture(&["--no-cursor"])?;
    let config = write(&desktop, "mako", "")?;
    let _mako =
        OnBus::start(&desktop, &bus, &["mako", "--config", text(&config), "--background-color", "#c02020", "--font", "DejaVu Sans 12"])?;
    bus.wait_for_owner("org.freedesktop.Notifications", true).await?;
    let mut notice = OnBus::start(&desktop, &bus, &["notify-send", "Hello", "A body"])?;
    assert!(notice.0.wait()?.success());
    let place = wait_for_layer(&mut desktop, "notifications")?;
    let red = |picture: &Picture| picture.count(|pixel| pixel == RED);
    desktop.wait_for("the notice on the screen", |desktop| {
        let picture = desktop.picture(&["--no-cursor"])?;
        Ok((red(&picture) > 5_000 && red(&before) == 0).then_some(()))
    })?;
    let middle = |start: &str, extent: &str| {
        let number = |name: &str| place[name].as_f64().unwrap_or_default();
        (number(start) + number(extent) / 2.0).to_string()
    };
    desktop.ctl(&["click", &middle("x", "width"), &middle("y", "height")])?;
    wait_until_gone(&mut desktop, "notifications")?;
    assert_eq!(red(&desktop.picture(&["--no-cursor"])?), 0);
    Ok(())
}

#[test]
fn swaybg_fills_every_output_also_one_that_comes_later() -> Result {
    const BLUE: [u8; 3] = [0x33, 0x66, 0xcc];
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    desktop.spawn(&["swaybg", "-c", "#3366cc"])?;
    let filled = |desktop: &mut Desktop, output: &str, pixels: usize| {
        desktop.wait_for(&format!("{output} to be blue"), |desktop| {
            let picture = desktop.picture(&["--no-cursor", "--output", output])?;
            Ok((picture.count(|pixel| pixel == BLUE) == pixels).then_some(()))
        })
    };
    filled(&mut desktop, "HEADLESS-1", 800 * 600)?;
    desktop.ctl(&["do", "add-output", "640x480", "--name", "later"])?;
    filled(&mut desktop, "later", 640 * 480)?;
    // It stays where it is under a window.
    terminal(&desktop, "above")?;
    let picture = desktop.picture(&["--no-cursor", "--output", "HEADLESS-1"])?;
    // Around the window, in its shadow.
    let bluish = picture.count(|[red, green, blue]| red < 0x40 && green < blue && blue > 0x50);
    assert!((5_000..100_000).contains(&bluish), "{bluish}");
    Ok(())
}
