//! Layouts from outside, with the real program of the examples and real windows.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::ChildStdout,
};

use anyhow::Context as _;
use glasshouse_clients::Desktop;
use rustix::process::{Pid, Signal, kill_process};

type Result = anyhow::Result<()>;

/// No gaps, so that places are round numbers.
const PLAIN: &str = "[layout]\ngap-px = 0\nouter-gap-px = 0\n[appearance.border]\nwidth-px = 0\n";

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/spiral.py")
}

/// Starts the example and waits until it has registered.
fn start(desktop: &mut Desktop) -> anyhow::Result<(Pid, BufReader<ChildStdout>)> {
    let path = example();
    let child = desktop.spawn(&[path.to_str().context("a path in UTF-8")?])?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).context("a pid")?;
    let mut output = BufReader::new(child.stdout.take().context("its output is for us")?);
    let mut line = String::new();
    output.read_line(&mut line)?;
    anyhow::ensure!(line == "ready\n", "the program said {line:?}");
    Ok((pid, output))
}

/// Left edge, upper edge, width and height of a tile. A terminal has whole cells, so sizes are rounded up to twenties.
fn place(window: &serde_json::Value) -> Option<[u64; 4]> {
    let round = |key: &str| window[key].as_f64().map(|length| (length / 20.0).ceil() as u64 * 20);
    let at = |key: &str| window[key].as_f64().map(|at| at.round() as u64);
    Some([at("x")?, at("y")?, round("width")?, round("height")?])
}

/// Of all tiles, by the window's id.
fn places(desktop: &Desktop) -> anyhow::Result<Vec<[u64; 4]>> {
    desktop.windows()?.iter().map(|window| place(window).context("a place")).collect()
}

/// Of all tiles, by the application's name.
fn places_by_app(desktop: &Desktop) -> anyhow::Result<BTreeMap<String, [u64; 4]>> {
    let named = |window: &serde_json::Value| Some((window["app_id"].as_str()?.to_owned(), place(window)?));
    desktop.windows()?.iter().map(|window| named(window).context("a place")).collect()
}

/// Waits until three terminals have these places, and says which they had if they do not get them.
fn reach(desktop: &mut Desktop, what: &str, [a, b, c]: [[u64; 4]; 3]) -> Result {
    let wanted = BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b), ("c".to_owned(), c)]);
    desktop.wait_for(what, |desktop| Ok((places_by_app(desktop)? == wanted).then_some(()))).map_err(|error| {
        let now = places_by_app(desktop);
        error.context(format!("{now:?} instead of {wanted:?}"))
    })
}

const SPIRAL: [[u64; 4]; 3] = [[0, 0, 640, 720], [640, 0, 640, 360], [640, 360, 640, 360]];

#[test]
fn a_program_arranges_terminals_is_killed_and_comes_back() -> Result {
    let mut desktop = Desktop::start_configured(&["--size", "1280x720"], PLAIN)?;
    let missing = desktop.ctl_output(&["do", "set-layout", "spiral"])?;
    assert!(String::from_utf8_lossy(&missing.stderr).contains("nobody offers a layout spiral; no program offers any"), "{missing:?}");

    let (first, _output) = start(&mut desktop)?;
    let list: serde_json::Value = serde_json::from_str(&desktop.ctl(&["layouts", "--json"])?)?;
    assert_eq!((&list[0]["name"], &list[0]["answers"]), (&"spiral".into(), &true.into()), "{list}");
    desktop.ctl(&["do", "set-layout", "spiral"])?;
    for app in ["a", "b", "c"] {
        desktop.launch(&["foot", &format!("--app-id={app}")])?;
    }
    let reach = |desktop: &mut Desktop, what: &str, wanted: &[[u64; 4]]| {
        desktop.wait_for(what, |desktop| Ok((places(desktop)? == wanted).then_some(()))).map_err(|error| {
            let now = places(desktop);
            error.context(format!("{now:?} instead of {wanted:?}"))
        })
    };
    reach(&mut desktop, "the spiral", &SPIRAL)?;

    // With it gone the fallback stands, which is a grid.
    kill_process(first, Signal::KILL)?;
    reach(&mut desktop, "the grid", &[[0, 0, 640, 360], [640, 0, 640, 360], [0, 360, 1280, 360]])?;
    assert!(desktop.ctl(&["workspaces"])?.contains("spiral"), "the workspace keeps the name");
    assert!(desktop.ctl(&["layouts"])?.contains("no program offers a layout"));

    // Started again it finds the windows, also one that has come meanwhile.
    desktop.launch(&["foot", "--app-id=d"])?;
    let (second, _output) = start(&mut desktop)?;
    let four = [[0, 0, 640, 720], [640, 0, 640, 360], [960, 360, 320, 360], [640, 360, 320, 360]];
    reach(&mut desktop, "the spiral of four", &four)?;

    // One that hangs keeps nobody waiting for long.
    kill_process(second, Signal::STOP)?;
    let last = desktop.launch(&["foot", "--app-id=e"])?;
    desktop.close_and_wait(&last)?;
    kill_process(second, Signal::CONT)?;
    reach(&mut desktop, "the spiral after a rest", &four)?;
    desktop.ctl(&["do", "set-layout-parameters", "0.75"])?;
    reach(&mut desktop, "a larger first one", &[[0, 0, 960, 720], [960, 0, 320, 540], [1040, 540, 240, 180], [960, 540, 80, 180]])?;
    desktop.ctl(&["undo"])?;
    reach(&mut desktop, "the spiral once more", &four)?;

    // Sizes are wishes, which this one heeds.
    desktop.ctl(&["do", "resize-window", "400x720", "--window", "app-id:a"])?;
    reach(&mut desktop, "a narrow first one", &[[0, 0, 400, 720], [400, 0, 880, 360], [840, 360, 440, 360], [400, 360, 440, 360]])?;
    desktop.ctl(&["do", "balance"])?;
    reach(&mut desktop, "as nobody asked for any", &four)
}

#[test]
fn a_session_that_is_killed_waits_for_the_program_of_its_layout() -> Result {
    let mut desktop = Desktop::start_configured(&["--size", "1280x720"], PLAIN)?;
    let (_pid, _output) = start(&mut desktop)?;
    desktop.ctl(&["do", "set-layout", "spiral"])?;
    desktop.ctl(&["do", "rename-workspace", "work"])?;
    desktop.ctl(&["do", "set-layout-parameters", "0.75"])?;
    for app in ["a", "b", "c"] {
        desktop.launch(&["foot", &format!("--app-id={app}")])?;
    }
    // In another order than that in which they came.
    desktop.ctl(&["do", "swap-window", "app-id:a", "--window", "app-id:c"])?;
    let spiral = [[960, 540, 320, 180], [960, 0, 320, 540], [0, 0, 960, 720]];
    reach(&mut desktop, "the spiral", spiral)?;
    let state = desktop.folder().join(format!("state/glasshouse/{}/session.json", glasshouse_clients::SOCKET));
    desktop.wait_for("the session file", |_| {
        let written: Option<serde_json::Value> = std::fs::read_to_string(&state).ok().and_then(|text| serde_json::from_str(&text).ok());
        let Some(written) = written else { return Ok(None) };
        let (windows, work) = (&written["payload"]["memory"]["windows"], &written["payload"]["memory"]["workspaces"][0]);
        let app = |tile: &serde_json::Value| windows[tile[0].as_u64()? as usize]["app_id"].as_str();
        let order: Option<Vec<_>> = work["tiles"]["outside"]["windows"].as_array().map(|tiles| tiles.iter().filter_map(app).collect());
        Ok((order == Some(vec!["c", "b", "a"]) && work["terms"]["fallback"] == "grid").then_some(()))
    })?;
    let folder = desktop.kill()?;

    let mut next = Desktop::start_in(folder, &["--size", "1280x720"], &[])?;
    assert!(next.ctl(&["workspaces"])?.contains("spiral"));
    for app in ["b", "a", "c"] {
        next.launch(&["foot", &format!("--app-id={app}")])?;
    }
    reach(&mut next, "the fallback, which is a grid", [[0, 360, 1280, 360], [640, 0, 640, 360], [0, 0, 640, 360]])?;
    let (_pid, _output) = start(&mut next)?;
    reach(&mut next, "the spiral as it was", spiral)
}

/// Terminals by their application, where they are and how large.
fn named(desktop: &Desktop) -> anyhow::Result<Vec<(String, [f64; 4])>> {
    let of = |window: &serde_json::Value| {
        let number = |key: &str| window[key].as_f64();
        Some((window["app_id"].as_str()?.to_owned(), [number("x")?, number("y")?, number("width")?, number("height")?]))
    };
    let mut windows = desktop.windows()?.iter().map(|window| of(window).context("a window")).collect::<anyhow::Result<Vec<_>>>()?;
    windows.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(windows)
}

#[test]
fn an_arrangement_is_put_up_again_and_what_is_missing_is_started() -> Result {
    let mut desktop = Desktop::start_configured(&["--size", "1280x720"], PLAIN)?;
    let none = desktop.ctl_output(&["layout", "save", "work"])?;
    assert!(String::from_utf8_lossy(&none.stderr).contains("there is no window there"), "{none:?}");
    desktop.ctl(&["do", "set-layout", "tree"])?;
    desktop.launch(&["foot", "--app-id=left", "--title=one"])?;
    desktop.launch(&["foot", "--app-id=above"])?;
    desktop.ctl(&["do", "split", "vertical"])?;
    // Through a shell: what was launched is what is started again, not what became of it.
    let below = desktop.launch(&["sh", "-c", "foot --app-id=below --title=three; true"])?;
    let settled = |desktop: &Desktop| -> anyhow::Result<Option<Vec<_>>> {
        let places = named(desktop)?;
        let [(_, above), (_, below), (_, left)] = &places[..] else { return Ok(None) };
        let in_place = above[..2] == [640.0, 0.0] && below[..2] == [640.0, 360.0] && left[..2] == [0.0, 0.0];
        Ok((in_place && above[3] < 361.0 && below[3] < 361.0 && left[3] > 600.0).then_some(places))
    };
    let before = desktop.wait_for("three terminals in a tree", |desktop| settled(desktop))?;
    desktop.ctl(&["layout", "save", "work"])?;
    assert!(desktop.ctl(&["layout", "list"])?.contains("work"));
    let file = desktop.folder().join("state/glasshouse/layouts/work.json");
    let text = std::fs::read_to_string(&file)?;
    assert!(text.contains("\"command\": [\n        \"sh\""), "{text}");

    // One is closed, one moved away, the layout another.
    desktop.close_and_wait(&below)?;
    desktop.ctl(&["do", "set-floating", "on", "--window", "app-id:left"])?;
    desktop.ctl(&["do", "set-layout", "columns"])?;
    desktop.ctl(&["layout", "restore", "work", "--timeout", "30s"])?;
    let after = desktop.wait_for("the arrangement", |desktop| settled(desktop))?;
    assert_eq!(after, before);

    // A session without any of them.
    for app in ["left", "above", "below"] {
        let window = desktop.wait_for_window(app)?;
        desktop.close_and_wait(&window)?;
    }
    desktop.ctl(&["layout", "restore", "work", "--timeout", "30s"])?;
    assert_eq!(desktop.wait_for("all of it", |desktop| settled(desktop))?, before);

    // Mistakes have names.
    let said = |desktop: &Desktop, arguments: &[&str]| -> anyhow::Result<String> {
        let output = desktop.ctl_output(arguments)?;
        anyhow::ensure!(!output.status.success(), "it was not refused");
        Ok(String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert!(said(&desktop, &["layout", "restore", "wrok"])?.contains("there is no arrangement wrok; there is work"));
    assert!(said(&desktop, &["layout", "save", "a/b"])?.contains("letters, digits"));
    let window = desktop.wait_for_window("below")?;
    desktop.close_and_wait(&window)?;
    std::fs::write(&file, text.replace("\"sh\"", "\"no-such-program\""))?;
    let missing = said(&desktop, &["layout", "restore", "work"])?;
    assert!(missing.contains("below: no-such-program could not be started"), "{missing}");
    std::fs::write(&file, text.replace("foot --app-id=below --title=three; true", "exit 3"))?;
    let failed = said(&desktop, &["layout", "restore", "work"])?;
    assert!(failed.contains("below: its program ended with exit status: 3"), "{failed}");
    // It ends with the desktop.
    let nothing = format!("tail --pid={} -f /dev/null", desktop.pid());
    std::fs::write(&file, text.replace("foot --app-id=below --title=three; true", &nothing))?;
    let late = said(&desktop, &["layout", "restore", "work", "--timeout", "500ms"])?;
    assert!(late.contains("below: it opened no window in 0.5 s"), "{late}");
    std::fs::write(&file, text.replace("\"single\": false", "\"singel\": false"))?;
    let typo = said(&desktop, &["layout", "restore", "work"])?;
    assert!(typo.contains("unknown field `singel`") && typo.contains("at line 4 column 10"), "{typo}");
    desktop.ctl(&["layout", "remove", "work"])?;
    assert!(desktop.ctl(&["layout", "list"])?.contains("no arrangements"));
    Ok(())
}
