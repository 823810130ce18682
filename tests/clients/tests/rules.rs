//! Rules of the configuration with a real program, foot, and the real display process.

use glasshouse_clients::Desktop;

type Result = anyhow::Result<()>;

const CONFIG: &str = r##"
[appearance.background]
top = "#000000"
bottom = "#000000"

[[window-rules]]
name = "small"
match = [{ app-id = '^small$' }]
open-floating = true
open-size = "400x300"
open-at = "20,30"

[[window-rules]]
name = "secrets"
match = [{ app-id = "foot", title = "secret" }]
hide-from-capture = true

[[window-rules]]
name = "up"
match = [{ title = "^up$" }]
run = ["set-maximized on"]
"##;

/// A terminal that shows one colour.
fn foot(desktop: &Desktop, app_id: &str, title: &str, then: &str) -> anyhow::Result<String> {
    let (app_id, title) = (format!("--app-id={app_id}"), format!("--title={title}"));
    let shell = format!("{then}; exec sleep infinity");
    desktop.launch(&[
        "foot",
        "-o",
        "locked-title=no",
        "-o",
        "colors.background=c0ffee",
        "-o",
        "csd.preferred=none",
        &app_id,
        &title,
        "sh",
        "-c",
        &shell,
    ])
}

#[test]
fn a_terminal_opens_as_rules_say_and_is_explained() -> Result {
    let desktop = Desktop::start_configured(&["--size", "1280x720"], CONFIG)?;
    let window = foot(&desktop, "small", "plain", "true")?;
    let info = desktop.window(&window)?.expect("the window is there");
    assert_eq!((&info["floating"], &info["x"], &info["y"]), (&true.into(), &20.0.into(), &30.0.into()), "{info}");
    // A terminal is a whole number of cells.
    let (width, height) = (info["width"].as_f64().unwrap_or(0.0), info["height"].as_f64().unwrap_or(0.0));
    assert!((380.0..=400.0).contains(&width) && (270.0..=300.0).contains(&height), "{info}");
    let said = desktop.ctl(&["explain", &window])?;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[1], "rule 1 (small) matches: it is what match 1 says");
    assert!(lines.contains(&"  open-size = 400x300 (when it opened)"), "{said}");
    assert!(lines.contains(&"rule 2 (secrets) does not match: its app-id \"small\" does not match \"foot\""), "{said}");
    let json: serde_json::Value = serde_json::from_str(&desktop.ctl(&["explain", &window, "--json"])?)?;
    assert_eq!(json["rules"].as_array().map(Vec::len), Some(3), "{json}");
    let error = desktop.ctl_output(&["explain", "99"])?;
    assert!(String::from_utf8_lossy(&error.stderr).contains("there is no window 99"), "{error:?}");
    Ok(())
}

#[test]
fn a_terminal_with_a_secret_is_in_no_picture() -> Result {
    let mut desktop = Desktop::start_configured(&["--size", "1280x720"], CONFIG)?;
    let window = foot(&desktop, "foot", "plain", "read line; printf '\\033]0;my secret\\007'; read line; printf '\\033]0;up\\007'")?;
    let shows = |desktop: &Desktop| -> anyhow::Result<bool> {
        let picture = desktop.picture(&[])?;
        Ok(picture.count(|pixel| pixel == [0xc0, 0xff, 0xee]) > 0)
    };
    desktop.wait_for("the colour of the terminal", |desktop| Ok(shows(desktop)?.then_some(())))?;
    let titled = |desktop: &mut Desktop, wanted: &str| {
        desktop.ctl(&["key", "Return"])?;
        desktop.wait_for("the title", |desktop| Ok(desktop.window(&window)?.filter(|info| info["title"] == wanted)))
    };
    titled(&mut desktop, "my secret")?;
    assert!(!shows(&desktop)?, "its colour is in a picture");
    let refused = desktop.ctl_output(&["capture", "--window", &window, "-o", "/dev/null"])?;
    let sentence = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && sentence.contains("hidden from pictures by rule 2 (secrets)"), "{sentence}");
    titled(&mut desktop, "up")?;
    desktop.wait_for("a command of a rule", |desktop| Ok(desktop.window(&window)?.filter(|info| info["maximized"] == true)))?;
    desktop.wait_for("the colour again", |desktop| Ok(shows(desktop)?.then_some(())))?;
    Ok(())
}
