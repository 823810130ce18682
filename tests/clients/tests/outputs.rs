//! wlr-randr and kanshi change the outputs of a real desktop.

use std::process::{Command, Output};

use anyhow::Context as _;
use glasshouse_clients::Desktop;
use serde_json::{Value, json};

type Result = anyhow::Result<()>;

fn randr(desktop: &Desktop, arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new("wlr-randr");
    desktop.environment(&mut command);
    command.args(arguments).output().context("wlr-randr is missing: session/packages.txt names its package")
}

/// What it prints of one output, line by line.
fn printed(desktop: &Desktop, name: &str) -> anyhow::Result<Vec<String>> {
    let text = String::from_utf8(randr(desktop, &[])?.stdout)?;
    let mut lines = text.lines().skip_while(|line| !line.starts_with(name));
    let first = lines.next().with_context(|| format!("{name} in {text}"))?;
    Ok(std::iter::once(first).chain(lines.take_while(|line| line.starts_with(' '))).map(|line| line.trim().to_owned()).collect())
}

fn change(desktop: &Desktop, arguments: &[&str]) -> Result {
    let output = randr(desktop, arguments)?;
    anyhow::ensure!(output.status.success(), "wlr-randr {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Name, width, height, scale, transform and place of every output that is used.
fn outputs(desktop: &Desktop) -> anyhow::Result<Vec<Value>> {
    let outputs: Value = serde_json::from_str(&desktop.ctl(&["outputs", "--json"])?)?;
    let outputs = outputs.as_array().context("a list of outputs")?;
    let fields = ["name", "width", "height", "scale", "transform", "x", "y"];
    let used = outputs.iter().filter(|output| output["enabled"] == true);
    Ok(used.map(|output| fields.iter().map(|field| output[field].clone()).collect()).collect())
}

#[test]
fn wlr_randr_reads_and_changes_outputs() -> Result {
    let desktop = Desktop::start(&["--size", "1920x1080", "--size", "800x600"])?;
    let lines = printed(&desktop, "HEADLESS-2")?;
    for line in
        ["Enabled: yes", "800x600 px, 60.000000 Hz (preferred, current)", "Position: 1920,0", "Transform: normal", "Scale: 1.000000"]
    {
        assert!(lines.iter().any(|known| known == line), "{line}: {lines:#?}");
    }
    let all = ["--output", "HEADLESS-2", "--mode", "1280x720", "--scale", "1.5", "--transform", "90", "--pos", "100,1080"];
    change(&desktop, &all)?;
    let expected = json!(["HEADLESS-2", 1280, 720, 1.5, 1, 100.0, 1080.0]);
    assert_eq!(outputs(&desktop)?[1], expected);
    let lines = printed(&desktop, "HEADLESS-2")?;
    for line in ["1280x720 px, 60.000000 Hz (preferred, current)", "Position: 100,1080", "Transform: 90", "Scale: 1.500000"] {
        assert!(lines.iter().any(|known| known == line), "{line}: {lines:#?}");
    }
    change(&desktop, &["--output", "HEADLESS-2", "--off"])?;
    assert_eq!(outputs(&desktop)?.len(), 1);
    assert!(printed(&desktop, "HEADLESS-2")?.iter().any(|line| line == "Enabled: no"));
    change(&desktop, &["--output", "HEADLESS-2", "--on"])?;
    // wlr-randr knows nothing of an output that is off but its modes, and says all else anew.
    assert_eq!(outputs(&desktop)?[1], json!(["HEADLESS-2", 1280, 720, 1.0, 0, 0.0, 0.0]));
    change(&desktop, &["--output", "HEADLESS-1", "--custom-mode", "1000x700@75"])?;
    assert_eq!(outputs(&desktop)?[0], json!(["HEADLESS-1", 1000, 700, 1.0, 0, 0.0, 0.0]));
    for wrong in [["--scale", "100"], ["--mode", "123x456"], ["--custom-mode", "20000x100"]] {
        let before = outputs(&desktop)?;
        assert!(!randr(&desktop, &[&["--output", "HEADLESS-1"], &wrong[..]].concat())?.status.success(), "{wrong:?}");
        assert_eq!(outputs(&desktop)?, before);
    }
    Ok(())
}

#[test]
fn kanshi_applies_a_profile_when_an_output_is_plugged() -> Result {
    let mut desktop = Desktop::start(&["--size", "1920x1080"])?;
    let config = desktop.folder().join("kanshi");
    let text = "profile alone {\n  output HEADLESS-1 mode 1280x720 position 0,0\n}\n\
                profile docked {\n  output HEADLESS-1 mode 1280x720 position 800,0\n  output DOCK mode 1600x900 position 0,720 scale 1.25\n}\n";
    std::fs::write(&config, text)?;
    desktop.spawn(&["kanshi", "-c", config.to_str().context("a path in UTF-8")?])?;
    let alone = json!([["HEADLESS-1", 1280, 720, 1.0, 0, 0.0, 0.0]]);
    desktop.wait_for("the first profile", |desktop| Ok((Value::from(outputs(desktop)?) == alone).then_some(())))?;
    desktop.ctl(&["do", "add-output", "1024x768", "--name", "DOCK"])?;
    let docked = json!([["HEADLESS-1", 1280, 720, 1.0, 0, 800.0, 0.0], ["DOCK", 1600, 900, 1.25, 0, 0.0, 720.0]]);
    desktop.wait_for("the second profile", |desktop| Ok((Value::from(outputs(desktop)?) == docked).then_some(())))?;
    desktop.ctl(&["do", "remove-output", "DOCK"])?;
    desktop.wait_for("the first profile again", |desktop| Ok((Value::from(outputs(desktop)?) == alone).then_some(())))
}
