//! Rules: what they are read as, and what people get wrong in them.

use std::time::Duration;

use glasshouse_core::rules::{Destination, State, Text};

use super::{errors::check, good};
use crate::Layers;

const ALL: &str = r##"
[[window-rules]]
name = "all that there is"
match = [
    { app-id = '^a\d$', title = "b", tag = "c", unit = "d", type = "dialog", workspace = 2, output = "DP-1" },
    { at-startup-seconds = 60, focused = true, floating = false, fullscreen = true, maximized = false, minimized = true },
    { urgent = true, unresponsive = false, sandboxed = true, workspace = "web" },
]
except = { title = "e" }
open-on-workspace = "mail"
open-on-output = "DP-2"
open-floating = true
open-fullscreen = false
open-maximized = true
open-minimized = false
open-focused = true
open-at = "10.5,-20"
open-size = "300x200"
opacity = 0.5
border = true
border-width-px = 3
border-focused = "#ff000080"
border-unfocused = "#123"
radius-px = 0
shadow = false
min-size = "0x100"
max-size = "500x0"
hide-from-capture = true
focus-on-activation = false
inhibit-idle = "fullscreen"
allow-shortcuts-inhibit = false
run = ["spawn foot -e 'a b'", "set-floating toggle"]

[[window-rules]]
opacity = 1
open-on-workspace = 3

[[layer-rules]]
name = "a panel"
match = [{ namespace = "^bar", layer = "top", output = "DP-1" }]
except = [{ layer = "overlay" }]
hide-from-capture = true
opacity = 0.8
keyboard = false
order = -3
"##;

#[test]
fn every_part_of_a_rule_is_read_and_written() {
    let resolved = good(ALL);
    let [all, plain] = resolved.config.window_rules.0.as_slice() else { panic!("{:?}", resolved.config.window_rules) };
    assert_eq!(all.any_of.iter().map(|one| (one.texts.len(), one.states.len())).collect::<Vec<_>>(), [(4, 0), (0, 5), (0, 3)]);
    assert_eq!(all.any_of[0].texts[&Text::AppId].as_str(), r"^a\d$");
    assert_eq!(all.any_of[0].workspace.as_deref(), Some("2"));
    assert_eq!(all.any_of[1].at_startup, Some(Duration::from_secs(60)));
    assert!(!all.any_of[2].states[&State::Unresponsive]);
    assert_eq!(all.opening.workspace, Some(Destination::Name("mail".to_owned())));
    assert_eq!((all.opening.said().len(), all.lasting.said().len(), all.run.len()), (9, 13, 2), "a property was not read");
    assert_eq!(plain.opening.workspace, Some(Destination::Number(3)));
    assert!(plain.any_of.is_empty());
    let layer = &resolved.config.layer_rules.0[0];
    assert_eq!((layer.lasting.said().len(), layer.lasting.order), (4, Some(-3)));
    assert_eq!(good(&resolved.to_toml()).config, resolved.config, "what is shown can be read again");
    let core = resolved.config.core_settings();
    assert_eq!((core.rules.windows.len(), core.rules.layers.len()), (2, 1));
}

#[test]
fn rules_say_where_they_are_from_and_can_be_set() {
    let shown = good(ALL).get("window-rules").unwrap();
    assert_eq!(shown.origin.to_string(), "config.toml:2", "the first of them");
    let mut layers = Layers::new().with_files([("a.toml".into(), ALL.to_owned())]);
    let set = layers.set("window-rules", "[{ opacity = 0.5 }]").unwrap();
    assert_eq!(set.config.window_rules.0.len(), 1, "the whole list is another one");
    assert_eq!(layers.reset("window-rules").unwrap().config.window_rules.0.len(), 2);
    let stronger = Layers::new().with_files([("a.toml".into(), ALL.to_owned()), ("b.toml".into(), "window-rules = []".to_owned())]);
    assert_eq!(stronger.resolve().unwrap().config.window_rules.0, [], "a stronger file replaces the list");
}

#[test]
fn a_mistake_in_a_rule_is_told_with_its_place() {
    check(
        "[[window-rules]]\nopacty = 0.5\nmatch = [{ appid = \"foot\" }]",
        &["2:1: a window rule has no \"opacty\"; did you mean opacity?", "3:12: a match has no \"appid\"; did you mean app-id?"],
    );
    check(
        "[[layer-rules]]\nmatch = { layer = \"overlai\" }\nopen-floating = true",
        &[
            "2:19: \"overlai\" is not known here; did you mean \"overlay\"? There are \"background\", \"bottom\", \"top\" or \"overlay\"",
            "3:1: a layer rule has no \"open-floating\"; there are name, match, except, hide-from-capture, opacity, keyboard, order",
        ],
    );
    check("[[window-rules]]\nopacity = 1.5", &["2:11: 1.5 is out of range; write a number from 0 to 1"]);
    check("[[layer-rules]]\norder = 5000", &["2:9: 5000 is out of range; write a whole number from -1000 to 1000"]);
    check(
        "[[window-rules]]\nborder = true\nmatch = [{ title = \"(\" }]",
        &["3:20: this is no regular expression: unclosed group; write one such as \"^foot$\", in single quotes if it has backslashes"],
    );
    check("[[window-rules]]\nopen-size = \"300\"", &["2:13: \"300\" is no size; write logical pixels, such as \"800x600\""]);
    check("[[window-rules]]\nopen-at = \"nan,3\"", &["2:11: \"nan,3\" is no place; write logical pixels, such as \"100,50\""]);
    check("[[window-rules]]\nopen-on-workspace = 0", &["2:21: workspaces are counted from 1; write 1 for the first one"]);
    check("window-rules = 5", &["1:16: this is a whole number; write a list of tables"]);
    check("window-rules = [5]", &["1:17: this is a whole number; write a table for each rule"]);
    check("[[window-rules]]\nborder = true\nmatch = [{}]", &["3:10: this match says nothing; leave match out for a rule about everything"]);
    check("[[window-rules]]\nborder = true\nmatch = []", &["3:9: this list is empty; leave it out, or write what is meant"]);
}

#[test]
fn a_rule_that_does_nothing_is_a_mistake() {
    check(
        "layout.gap-px = 1\n[[window-rules]]\nmatch = [{ app-id = \"a\" }]",
        &["2:1: this rule does nothing; add what it is for, such as opacity = 0.9"],
    );
}

#[test]
fn a_bad_command_of_a_rule_is_a_mistake_of_the_file() {
    check(
        "[[window-rules]]\nrun = [\"spawn foot\", \"set-floatin on\"]",
        &["2:22: there is no command \"set-floatin\"; did you mean set-floating?"],
    );
    check("[[window-rules]]\nrun = []", &["2:7: there are 0 commands; write one to 16; a script can do more"]);
    check("[[window-rules]]\nrun = \"set-option layout.gaps 3\"", &["2:7: there is no option \"gaps\" in layout; did you mean gap-px?"]);
    check("\n[[window-rules]]\nrun = \"enter-mode resiz\"\n", &["2:1: there is no mode \"resiz\"; did you mean resize?"]);
}
