//! A desktop that is killed, started again, and is what it was; and snapshots.

use std::collections::BTreeMap;

use glasshouse_clients::Desktop;
use serde_json::Value;

type Result = anyhow::Result<()>;

/// Where each window is and what it is, by its app id.
fn places(desktop: &Desktop) -> anyhow::Result<BTreeMap<String, Value>> {
    let place = |mut window: Value| {
        let app_id = window.get("app_id").and_then(|app_id| app_id.as_str()).unwrap_or_default().to_owned();
        if let Some(window) = window.as_object_mut() {
            for other in ["id", "pid", "title"] {
                window.remove(other);
            }
        }
        (app_id, window)
    };
    Ok(desktop.windows()?.into_iter().map(place).collect())
}

fn launch(desktop: &Desktop, app_id: &str) -> anyhow::Result<String> {
    desktop.launch(&["foot", "--app-id", app_id, "--title", app_id, "-o", "locked-title=yes", "sleep", "1000"])
}

/// The next desktop in the same folder, once it answers: the socket of the one before may still lie there.
fn start_again(folder: tempfile::TempDir, arguments: &[&str]) -> anyhow::Result<Desktop> {
    let mut desktop = Desktop::start_in(folder, arguments, &[])?;
    desktop.wait_for("an answer", |desktop| Ok(desktop.windows().ok().map(drop)))?;
    Ok(desktop)
}

/// One tiled window with the focus, one that floats on a second output.
fn arranged() -> anyhow::Result<Desktop> {
    let desktop = Desktop::start(&[])?;
    desktop.ctl(&["do", "add-output", "800x600", "--name", "second"])?;
    let (one, two) = (launch(&desktop, "one")?, launch(&desktop, "two")?);
    launch(&desktop, "three")?;
    desktop.ctl(&["do", "set-floating", "on", "--window", &two])?;
    desktop.ctl(&["do", "resize-window", "400x300", "--window", &two])?;
    desktop.ctl(&["do", "move-window", "2100,150", "--window", &two])?;
    desktop.ctl(&["do", "swap-window", "app-id:three", "--window", &one])?;
    desktop.ctl(&["do", "focus-window", &one])?;
    Ok(desktop)
}

/// Of 1920 logical pixels, what two tiles have: the outer gap is left on both sides, and the gap between them.
const ROW: f64 = 1920.0 - 3.0 * 12.0;

/// Waits until clients have answered and the desktop on the disk is the one that is there.
fn come_to_rest(desktop: &mut Desktop) -> anyhow::Result<BTreeMap<String, Value>> {
    let path = desktop.folder().join("state/glasshouse/wayland-test/session.json");
    desktop.wait_for("rest", |desktop| {
        let places = places(desktop)?;
        let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
        let written: Value = serde_json::from_str(&text)?;
        let windows = written.pointer("/payload/memory/windows").and_then(|windows| windows.as_array()).cloned().unwrap_or_default();
        let two = windows.iter().find(|window| window["app_id"] == "two");
        let focus = windows.iter().max_by_key(|window| window["focus"].as_u64()).map(|window| window["app_id"].clone());
        let width = |app_id: &str| places.get(app_id).and_then(|place| place["width"].as_f64());
        let at_rest = two
            .is_some_and(|two| two["at"] == serde_json::json!([180.0, 150.0]) && two["size"] == serde_json::json!([400.0, 300.0]))
            && focus == Some("one".into())
            && width("two").is_some_and(|width| width > 300.0 && width <= 400.0)
            // Both tiles have answered that they changed places: together they fill the row.
            && width("one").zip(width("three")).is_some_and(|(one, three)| one + three == ROW);
        Ok(at_rest.then_some(places))
    })
}

/// Waits until windows have these places, and says which they had if they do not get them.
fn reach(desktop: &mut Desktop, what: &str, wanted: &BTreeMap<String, Value>) -> Result {
    desktop.wait_for(what, |desktop| Ok((places(desktop)? == *wanted).then_some(()))).map_err(|error| {
        let now = places(desktop).unwrap_or_default();
        error.context(format!("wanted: {wanted:#?}\nnow: {now:#?}"))
    })
}

#[test]
fn a_desktop_that_was_killed_gives_windows_their_places_back() -> Result {
    let mut desktop = arranged()?;
    let before = come_to_rest(&mut desktop)?;
    assert_eq!(before.len(), 3);
    let mut desktop = start_again(desktop.kill()?, &[])?;
    assert!(desktop.ctl(&["outputs"])?.contains("second"), "outputs come back at once");
    for app_id in ["two", "one", "three"] {
        launch(&desktop, app_id)?;
    }
    reach(&mut desktop, "the same places", &before)?;
    // Another one in a row.
    come_to_rest(&mut desktop)?;
    let mut desktop = start_again(desktop.kill()?, &[])?;
    for app_id in ["three", "two", "one"] {
        launch(&desktop, app_id)?;
    }
    desktop.wait_for("the same places again", |desktop| Ok((places(desktop)? == before).then_some(())))
}

#[test]
fn a_desktop_that_was_ended_begins_empty() -> Result {
    let mut desktop = arranged()?;
    come_to_rest(&mut desktop)?;
    assert!(desktop.end()?.success());
    let desktop = start_again(desktop.kill()?, &[])?;
    assert!(!desktop.ctl(&["outputs"])?.contains("second"));
    // Unless somebody wants it back.
    let mut desktop = start_again(desktop.kill()?, &["--restore", "always"])?;
    desktop.ctl(&["do", "add-output", "800x600", "--name", "third"])?;
    assert!(desktop.end()?.success());
    let desktop = start_again(desktop.kill()?, &["--restore", "always"])?;
    assert!(desktop.ctl(&["outputs"])?.contains("third"));
    // What the command line says is stronger.
    let desktop = start_again(desktop.kill()?, &["--restore", "never", "--size", "640x480"])?;
    assert!(!desktop.ctl(&["outputs"])?.contains("third"));
    Ok(())
}

#[test]
fn a_memory_that_is_not_readable_is_kept_aside_and_stops_nobody() -> Result {
    let mut desktop = arranged()?;
    come_to_rest(&mut desktop)?;
    let folder = desktop.kill()?;
    let state = folder.path().join("state/glasshouse/wayland-test");
    for file in ["session.json", "session.previous.json"] {
        std::fs::write(state.join(file), "{\"version\":1,\"crc32\":\"0")?;
    }
    let desktop = start_again(folder, &[])?;
    assert!(state.join("session.json.corrupt-1").exists());
    assert!(!desktop.ctl(&["outputs"])?.contains("second"));
    launch(&desktop, "one").map(drop)
}

#[test]
fn a_state_folder_that_cannot_be_written_stops_nobody() -> Result {
    let folder = Desktop::new_folder()?;
    std::fs::write(folder.path().join("state"), "a file")?;
    let desktop = start_again(folder, &[])?;
    launch(&desktop, "one")?;
    let output = desktop.ctl_output(&["snapshot", "create", "work"])?;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the snapshot work cannot be read or written"), "{said}");
    Ok(())
}

#[test]
fn a_snapshot_is_made_compared_restored_and_removed() -> Result {
    let mut desktop = arranged()?;
    let before = come_to_rest(&mut desktop)?;
    desktop.ctl(&["snapshot", "create", "work"])?;
    assert!(desktop.ctl(&["snapshot", "list"])?.contains("work"));
    assert_eq!(desktop.ctl(&["snapshot", "diff", "work"])?, "nothing is different");
    desktop.ctl(&["do", "move-window", "50,60", "--window", "app-id:two"])?;
    desktop.ctl(&["do", "set-fullscreen", "on", "--window", "app-id:one"])?;
    let said = desktop.ctl(&["snapshot", "diff", "work"])?;
    assert!(said.contains("is at 50,60") && said.contains("is fullscreen and was not"), "{said}");
    desktop.ctl(&["snapshot", "restore", "work"])?;
    reach(&mut desktop, "the places of the snapshot", &before)?;
    desktop.ctl(&["do", "undo"])?;
    assert!(desktop.ctl(&["snapshot", "diff", "work"])?.contains("is fullscreen and was not"));
    // The commands do the same without waiting.
    desktop.ctl(&["do", "save-snapshot", "other"])?;
    desktop.wait_for("the snapshot of the command", |desktop| Ok(desktop.ctl(&["snapshot", "list"])?.contains("other").then_some(())))?;
    desktop.ctl(&["do", "restore-snapshot", "work"])?;
    desktop.wait_for("the places of the snapshot again", |desktop| Ok((places(desktop)? == before).then_some(())))?;
    desktop.ctl(&["snapshot", "delete", "work"])?;
    let output = desktop.ctl_output(&["snapshot", "restore", "work"])?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("there is no snapshot work; there is other"), "{said}");
    let output = desktop.ctl_output(&["snapshot", "create", "../work"])?;
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("cannot be part of the name"));
    Ok(())
}

/// Name, and whether it is used, dark, and a mirror of which.
type OutputState = (String, bool, bool, Option<String>);

fn states_of_outputs(desktop: &Desktop) -> anyhow::Result<Vec<OutputState>> {
    let outputs: Vec<Value> = serde_json::from_str(&desktop.ctl(&["outputs", "--json"])?)?;
    let state = |output: &Value| {
        let [name, mirror] = ["name", "mirror"].map(|key| output[key].as_str().map(str::to_owned));
        let [enabled, powered] = ["enabled", "powered"].map(|key| output[key].as_bool().unwrap_or_default());
        (name.unwrap_or_default(), enabled, !powered, mirror)
    };
    Ok(outputs.iter().map(state).collect())
}

/// Waits until the disk has an output of this name that is so.
fn wait_until_written(desktop: &mut Desktop, name: &str, key: &str, value: &Value) -> anyhow::Result<()> {
    let path = desktop.folder().join("state/glasshouse/wayland-test/session.json");
    desktop.wait_for("the session on the disk", |_| {
        let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
        let written: Value = serde_json::from_str(&text)?;
        let outputs = written.pointer("/payload/memory/outputs").and_then(|outputs| outputs.as_array()).cloned().unwrap_or_default();
        Ok(outputs.iter().any(|output| output["name"] == name && output[key] == *value).then_some(()))
    })
}

#[test]
fn outputs_that_were_not_used_dark_or_mirrors_are_so_after_a_kill() -> Result {
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    for name in ["off", "dark", "mirror"] {
        desktop.ctl(&["do", "add-output", "640x480", "--name", name])?;
    }
    desktop.ctl(&["do", "configure-output", "off", "--enabled", "off"])?;
    desktop.ctl(&["do", "configure-output", "dark", "--power", "off"])?;
    desktop.ctl(&["do", "configure-output", "mirror", "--mirror", "HEADLESS-1"])?;
    let before = states_of_outputs(&desktop)?;
    let state = |name: &str, enabled, dark, mirror: Option<&str>| (name.to_owned(), enabled, dark, mirror.map(str::to_owned));
    assert_eq!(
        before,
        [
            state("HEADLESS-1", true, false, None),
            state("off", false, false, None),
            state("dark", true, true, None),
            state("mirror", true, false, Some("HEADLESS-1"))
        ]
    );
    let people = desktop.ctl(&["outputs"])?;
    assert!(people.contains("not used") && people.contains("dark") && people.contains("mirror of HEADLESS-1"), "{people}");
    wait_until_written(&mut desktop, "mirror", "mirror", &"HEADLESS-1".into())?;
    let desktop = start_again(desktop.kill()?, &["--size", "800x600"])?;
    assert_eq!(states_of_outputs(&desktop)?, before);
    Ok(())
}

#[test]
fn a_desktop_whose_outputs_were_all_off_comes_back_with_one_that_is_on() -> Result {
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    desktop.ctl(&["do", "configure-output", "HEADLESS-1", "--enabled", "off"])?;
    assert!(states_of_outputs(&desktop)?.iter().all(|(_, enabled, ..)| !enabled));
    wait_until_written(&mut desktop, "HEADLESS-1", "disabled", &true.into())?;
    let mut desktop = start_again(desktop.kill()?, &["--size", "800x600"])?;
    let lit = || ("HEADLESS-1".to_owned(), true, false, None);
    assert_eq!(states_of_outputs(&desktop)?, [lit()]);
    desktop.ctl(&["do", "configure-output", "HEADLESS-1", "--power", "off"])?;
    wait_until_written(&mut desktop, "HEADLESS-1", "dark", &true.into())?;
    let desktop = start_again(desktop.kill()?, &["--size", "800x600"])?;
    assert_eq!(states_of_outputs(&desktop)?, [lit()]);
    Ok(())
}

#[test]
fn what_the_configuration_turns_off_is_off_at_every_start() -> Result {
    let config = "[output.HEADLESS-1]\nmode = \"800x600\"\n[output.side]\nmode = \"640x480\"\n[output.twin]\nmode = \"640x480\"\nmirror = \"HEADLESS-1\"\n";
    let mut desktop = Desktop::start_configured(&[], config)?;
    let mirror = || Some("HEADLESS-1".to_owned());
    let state = |name: &str, enabled, mirror| (name.to_owned(), enabled, false, mirror);
    let all_on = [state("HEADLESS-1", true, None), state("side", true, None), state("twin", true, mirror())];
    assert_eq!(states_of_outputs(&desktop)?, all_on);
    // A command is remembered, whatever the file says; what the file says of mirrors is stronger than what is remembered.
    desktop.ctl(&["do", "configure-output", "side", "--enabled", "off"])?;
    desktop.ctl(&["do", "configure-output", "twin", "--mirror", "none"])?;
    wait_until_written(&mut desktop, "side", "disabled", &true.into())?;
    let folder = desktop.kill()?;
    let mut desktop = start_again(folder, &[])?;
    assert_eq!(states_of_outputs(&desktop)?, [state("HEADLESS-1", true, None), state("side", false, None), state("twin", true, mirror())]);
    desktop.ctl(&["do", "configure-output", "side", "--enabled", "on"])?;
    wait_until_written(&mut desktop, "side", "disabled", &false.into())?;
    let config_file = desktop.config_file();
    let folder = desktop.kill()?;
    std::fs::write(&config_file, config.replace("[output.side]\n", "[output.side]\nenabled = false\n"))?;
    let mut desktop = start_again(folder, &[])?;
    assert!(states_of_outputs(&desktop)?.iter().all(|(name, enabled, ..)| name != "side" || !enabled), "the file is stronger");
    // Only as long as it says so: nobody else has turned it off.
    desktop.ctl(&["do", "add-output", "320x240", "--name", "written"])?;
    wait_until_written(&mut desktop, "written", "disabled", &false.into())?;
    let folder = desktop.kill()?;
    std::fs::write(&config_file, config)?;
    let desktop = start_again(folder, &[])?;
    let states = states_of_outputs(&desktop)?;
    assert!(all_on.iter().all(|wanted| states.contains(wanted)), "{states:?}");
    Ok(())
}

#[test]
fn a_configuration_that_turns_everything_off_leaves_one_output_at_the_first_start() -> Result {
    for restore in ["never", "after-crash"] {
        let config = format!("[session]\nrestore = \"{restore}\"\n[output.HEADLESS-1]\nenabled = false\n");
        let desktop = Desktop::start_configured(&[], &config)?;
        assert_eq!(states_of_outputs(&desktop)?, [("HEADLESS-1".to_owned(), true, false, None)], "{restore}");
    }
    Ok(())
}

#[test]
fn a_mirror_and_its_source_change_places_in_one_reload() -> Result {
    let one = "[output.HEADLESS-1]\nmode = \"800x600\"\n[output.side]\nmode = \"640x480\"\nmirror = \"HEADLESS-1\"\n";
    let other = "[output.HEADLESS-1]\nmode = \"1024x768\"\nmirror = \"side\"\n[output.side]\nmode = \"640x480\"\n";
    let mut desktop = Desktop::start_configured(&[], one)?;
    for (config, mirror, source) in [(other, "HEADLESS-1", "side"), (one, "side", "HEADLESS-1")] {
        std::fs::write(desktop.config_file(), config)?;
        desktop.wait_for("both outputs as the file says", |desktop| {
            let states = states_of_outputs(desktop)?;
            let is = |name: &str, of: Option<&str>| states.iter().any(|(other, _, _, mirror)| other == name && mirror.as_deref() == of);
            Ok((is(mirror, Some(source)) && is(source, None)).then_some(()))
        })?;
    }
    let outputs = desktop.ctl(&["outputs", "--json"])?;
    assert!(outputs.contains("800"), "{outputs}");
    Ok(())
}
