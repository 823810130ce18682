use std::{path::PathBuf, time::Duration};

use glasshouse_core::{Command, LayoutKind};

use super::good;
use crate::{DEFAULT_MODE, Layers, On, Origin, Position, Trigger};

fn file(path: &str, text: &str) -> (PathBuf, String) {
    (PathBuf::from(path), text.to_owned())
}

#[test]
fn later_layers_win_and_every_value_knows_where_it_is_from() {
    let mut layers = Layers::new()
        .with_files([
            file("/etc/g.toml", "[layout]\ngap-px = 1\nouter-gap-px = 0.3\ncascade-step-px = 5\n"),
            file("/home/g.toml", "layout.gap-px = 2\nlayout.outer-gap-px = 0.4"),
        ])
        .with_environment([("GLASSHOUSE_LAYOUT_GAP_PX".to_owned(), "3".to_owned()), ("PATH".to_owned(), "/bin".to_owned())])
        .with_flag("--layout", "layout.default", "floating");
    let resolved = layers.set("layout.gap-px", "4").unwrap();
    let check = |key: &str, value: &str, origin: &str| {
        let shown = resolved.get(key).unwrap();
        assert_eq!((shown.value.as_str(), shown.origin.to_string().as_str()), (value, origin), "{key}");
    };
    check("layout.gap-px", "4", "set at run time");
    check("layout.outer-gap-px", "0.4", "/home/g.toml:2");
    check("layout.cascade-step-px", "5", "/etc/g.toml:4");
    check("layout.default", "\"floating\"", "--layout");
    check("appearance.radius-px", "12", "default");
    let resolved = layers.reset("layout.gap-px").unwrap();
    assert_eq!(resolved.get("layout.gap-px").unwrap().origin.to_string(), "$GLASSHOUSE_LAYOUT_GAP_PX");
    assert_eq!(resolved.config.layout.gap_px, 3.0);
    assert_eq!(resolved.config.core_settings().layout, LayoutKind::Floating);
}

#[test]
fn what_was_set_survives_new_files_and_a_bad_value_changes_nothing() {
    let mut layers = Layers::new();
    layers.set("layout.gap-px", "8").unwrap();
    assert!(layers.set("layout.gap-px", "many").is_err());
    assert!(layers.set("layout.gap", "8").is_err());
    assert_eq!(layers.set_options().collect::<Vec<_>>(), [("layout.gap-px", "8")]);
    let resolved = layers.with_files([file("f", "layout.gap-px = 1")]).resolve().unwrap();
    assert_eq!(resolved.config.layout.gap_px, 8.0);
}

#[test]
fn texts_may_come_without_quotes_where_there_is_one_value_only() {
    let mut layers = Layers::new();
    let mut set = |key: &str, value: &str| layers.set(key, value).unwrap().get(key).unwrap().value;
    assert_eq!(set("appearance.background.top", "#fff"), "\"#ffffff\"");
    assert_eq!(set("input.keyboard.layout", "us,de"), "\"us,de\"");
    assert_eq!(set("input.keyboard.layout", "\"fr\""), "\"fr\"");
    assert_eq!(set("launch.environment.ANSWER", "42"), "\"42\"");
    assert_eq!(set("launch.environment.ANSWER", "true"), "\"true\"");
    assert_eq!(set("bindings.super+x", "spawn foot -e htop"), "\"spawn foot -e htop\"");
    assert_eq!(set("output.DP-1.mode", "1280x720"), "\"1280x720\"");
}

#[test]
fn outputs_and_devices_have_names() {
    let config = good(
        r#"
        [output."HEADLESS-1"]
        mode = "1280x720@59.94"
        scale = 1.5
        transform = "flipped-90"
        position = [-1280, 0]
        [input.touchpad]
        tap = true
        natural-scroll = true
        [input.device."ELAN Touchpad"]
        tap = false
        "#,
    )
    .config;
    let output = config.outputs.get("HEADLESS-1").unwrap();
    assert_eq!(output.mode.unwrap().refresh_mhz, Some(59_940));
    assert_eq!((output.scale, output.enabled), (Some(1.5), true));
    assert_eq!(output.position, Some(Position(glasshouse_scene::LogicalPoint::new(-1280.0, 0.0))));
    let device = config.device("ELAN Touchpad", true);
    assert_eq!((device.tap, device.natural_scroll, device.drag), (Some(false), Some(true), None));
    assert_eq!(config.device("another", true).tap, Some(true));
    assert_eq!(config.device("another", false).tap, None);
}

#[test]
fn a_configuration_binds_over_the_defaults_and_takes_them_away() {
    let config = good(
        r#"
        [bindings]
        "super+return" = "spawn alacritty"
        "super+shift+Q" = ["set-floating on", "resize-window 800x600"]
        "super+D" = false
        "super+o" = [{ command = "capture", on = "release" }, { command = "quit", on = "long-press", long-press-ms = 800, when-locked = true }]
        [mode.launch]
        once = true
        [mode.launch.bindings]
        b = "spawn firefox"
        [mode.launch.bindings.f]
        commands = ["spawn nautilus"]
        doc = "Files"
        "#,
    )
    .config;
    let mode = config.bindings.mode(DEFAULT_MODE).unwrap();
    let find = |text: &str| mode.find(&text.parse::<Trigger>().unwrap());
    let command = |text: &str| text.parse::<Command>().unwrap();
    assert_eq!(find("super+Return")[0].commands, [command("spawn alacritty")]);
    assert_eq!(find("super+Return").len(), 1);
    assert_eq!(find("super+shift+q")[0].commands, [command("set-floating on"), command("resize-window 800x600")]);
    assert!(find("super+d").is_empty());
    assert_eq!(find("super+q")[0].commands, [command("close-window")], "defaults stay");
    let several = find("super+o");
    assert_eq!((several[0].on, several[1].on, several[1].long_press), (On::Release, On::LongPress, Duration::from_millis(800)));
    assert!(several[1].when_locked && !several[0].when_locked);
    let launch = config.bindings.mode("launch").unwrap();
    assert!(launch.once);
    assert_eq!(launch.find(&"f".parse().unwrap())[0].label(), "Files");
    assert_eq!(launch.find(&"esc".parse().unwrap())[0].commands, [command("enter-mode default")], "there is always a way out");
    assert!(config.bindings.mode("none").is_none());
}

#[test]
fn a_removed_binding_is_shown_and_can_be_given_back() {
    let mut layers = Layers::new();
    let removed = layers.set("bindings.super+d", "false").unwrap();
    let shown = removed.get("bindings.\"super+d\"").unwrap();
    assert_eq!((shown.value.as_str(), &shown.origin), ("false", &Origin::Set));
    assert!(shown.default.contains("fuzzel"));
    assert_eq!(layers.reset("bindings.super+D").unwrap().get("bindings.super+d").unwrap().value, shown.default);
}

#[test]
fn a_new_configuration_says_what_changed() {
    let old = good("[layout]\ngap-px = 3\n[output.DP-1]\nscale = 2\n[bindings]\n\"super+d\" = false");
    let new = good("[appearance]\nradius-px = 1\n[layout]\ngap-px = 3.0\n[output.DP-2]\nscale = 1.5");
    let changed: Vec<(String, String)> = new.changed_since(&old).into_iter().map(|shown| (shown.key, shown.value)).collect();
    let expected = [
        ("appearance.radius-px", "1"),
        ("output.DP-1.scale", "\"default\""),
        ("output.DP-2.scale", "1.5"),
        ("bindings.\"super+d\"", "{ command = \"spawn fuzzel\", doc = \"Search and start programs\" }"),
    ];
    assert_eq!(changed, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert_eq!(new.changed_since(&new), []);
}

#[test]
fn other_variables_of_ours_are_left_alone() {
    let variables = ["GLASSHOUSE_LOG", "GLASSHOUSE_SOCKET", "GLASSHOUSE_EXECUTOR", "GLASSHOUSE_DISPLAY", "GLASSHOUSE_BUILD"];
    let resolved = Layers::new().with_environment(variables.map(|name| (name.to_owned(), "x".to_owned()))).resolve().unwrap();
    assert!(resolved.diff().is_empty());
}
