//! What people get wrong, and what they are told.

use super::read;
use crate::Layers;

/// The mistakes, one per line, without the file's name.
#[track_caller]
pub(super) fn check(text: &str, told: &[&str]) {
    let problems = match read(text) {
        Ok(_) => panic!("this is accepted:\n{text}"),
        Err(problems) => problems,
    };
    let lines: Vec<String> = problems.iter().map(|problem| problem.to_string().replacen("config.toml:", "", 1)).collect();
    assert_eq!(lines, told, "{text}");
    assert!(!problems.render(false).is_empty() && !problems.render(true).is_empty());
}

#[test]
fn a_misspelled_key_is_told_the_nearest() {
    check("[layout]\ngaps = 8\n", &["2:1: there is no option \"gaps\" in layout; did you mean gap-px?"]);
    check("[layuot]\n", &["1:2: there is no option \"layuot\" at the top; did you mean layout?"]);
    check("[appearance]\ngap-px = 8", &["2:1: there is no option \"gap-px\" in appearance; did you mean layout.gap-px?"]);
    check("gap-px = 8", &["1:1: there is no option \"gap-px\" at the top; did you mean layout.gap-px?"]);
    check(
        "[layout]\nqqq = 1",
        &[
            "2:1: there is no option \"qqq\" in layout; there are cascade-step-px, columns, configure-timeout-ms, default, gap-px, master-stack, outer-gap-px, snap-distance-px, strut-bottom-px, strut-left-px, strut-right-px, strut-top-px, tree",
        ],
    );
    check("[output.DP-1]\nscal = 2", &["2:1: there is no option \"scal\" in output.*; did you mean scale?"]);
    check("[input.mouse]\ntap = true", &["2:1: there is no option \"tap\" in input.mouse; did you mean input.touchpad.tap?"]);
}

#[test]
fn a_value_of_another_type_is_told_what_to_write() {
    check("layout.gap-px = \"8\"", &["1:17: this is a text; write a number"]);
    check("focus.new-windows = \"yes\"", &["1:21: \"yes\" is a text; did you mean true, without quotes?"]);
    check("layout = 5", &["1:10: layout is a section; write [layout] on a line of its own and options below"]);
    check(
        "layout.default = \"colums\"",
        &[
            "1:18: \"colums\" is not known here; did you mean \"columns\"? There are \"floating\", \"columns\", \"tree\", \"master-stack\", \"grid\" or \"monocle\"",
        ],
    );
    check(
        "appearance.border.focused-top = \"blue\"",
        &["1:33: \"blue\" is no colour; write a colour as CSS writes it, such as \"#5ee7ff\" or \"#5ee7ff80\""],
    );
    check("output.DP-1.mode = \"1920\"", &["1:20: \"1920\" is not known here; write WxH in pixels, such as 1280x720, or 1280x720@60"]);
    check("output.DP-1.position = [1]", &["1:24: this is no position; write logical pixels, such as \"1920,0\" or [1920, 0]"]);
    check(
        "telemetry.metrics-socket = \"0.0.0.0:9300\"",
        &["1:28: 0.0.0.0 can be reached from other machines; write 127.0.0.1 or [::1], or the path of a socket"],
    );
    check("input.keyboard.layout = \"us, de\"", &["1:25: ' ' is in no name of xkb; write such as \"us,de\"; there are no blanks"]);
}

#[test]
fn a_number_out_of_range_is_told_the_range() {
    check("[layout]\ngap-px = 5000", &["2:10: 5000 is out of range; write a number from 0 to 500"]);
    check("output.DP-1.scale = 0.1", &["1:21: 0.1 is out of range; write a number from 0.25 to 8, or \"default\""]);
    check("input.keyboard.repeat-rate-hz = -1", &["1:33: -1 does not fit here; write a whole number from 0 to 4294967295"]);
    check("layout.gap-px = inf", &["1:17: this number is too large; write a smaller number"]);
}

#[test]
fn an_unknown_command_is_told_the_nearest() {
    check("[bindings]\n\"super+x\" = \"focus-windw left\"", &["2:13: there is no command \"focus-windw\"; did you mean focus-window?"]);
    check("bindings.\"super+x\" = [\"undo\", \"und\"]", &["1:31: there is no command \"und\"; did you mean undo?"]);
    check("session.startup = [\"set-option layout.gap 8\"]", &["1:20: there is no option \"gap\" in layout; did you mean gap-px?"]);
    check(
        "[bindings]\n\"super+x\" = \"enter-mode resise\"\n[mode.resize.bindings]\nx = \"undo\"",
        &["2:13: there is no mode \"resise\"; did you mean resize?"],
    );
}

#[test]
fn a_binding_of_nothing_is_told_so() {
    check("bindings.\"super+retrun\" = \"undo\"", &["1:10: there is no key \"retrun\"; did you mean Return?"]);
    check("bindings.q = \"undo\"", &["1:10: \"q\" would be taken away from every program; write such as super+q, or put it in a mode"]);
    check("bindings.\"super+x\" = { on = \"release\" }", &["1:22: this binding does nothing; add command = \"...\""]);
    check("bindings.\"super+x\" = { command = \"undo\", onn = \"press\" }", &["1:42: a binding has no \"onn\"; did you mean on?"]);
    check(
        "bindings.wheel-up = \"undo\"",
        &["1:10: \"wheel-up\" would be taken away from every program; write such as super+wheel-up, or put it in a mode"],
    );
    check(
        "bindings.\"super+wheel-up\" = { command = \"undo\", on = \"release\" }",
        &["1:29: super+wheel-up is over as soon as it happens; leave out on and repeat"],
    );
    check(
        "bindings.super = \"undo\"\nbindings.alt = { command = \"undo\", on = \"release\" }",
        &["1:18: Super_L goes down in every binding that holds it; say on = \"release\""],
    );
    check("mode.default.bindings.x = \"undo\"", &["1:6: the default mode has its bindings in [bindings]"]);
    check(
        "bindings.\"super+x\" = true",
        &["1:22: this is true or false; write a command in quotes, such as \"focus-window left\", or false"],
    );
}

#[test]
fn two_bindings_for_one_key_are_told_of_each_other() {
    let told = "3:1: bindings.\"super+Return\" is given twice; it is here first, in line 2";
    check("[bindings]\n\"super+return\" = \"undo\"\n\"mod4+enter\" = \"redo\"", &[told]);
    let same = read("[bindings]\n\"super+x\" = \"undo\"\n\"super+x\" = \"redo\"").unwrap_err();
    assert_eq!(same.to_string(), "config.toml:3:1: \"super+x\" is given twice; it is here first, in line 2");
    let picture = same.render(false);
    assert!(picture.contains("it is here first") && picture.contains("undo"), "{picture}");
}

#[test]
fn all_mistakes_are_told_at_once() {
    check(
        "[layout]\ngap-px = \ndefault = columns # here\n[bindings]\n\"super+x\" = \"udno\"\n[focus\nnew-windows = 3\n[bus]\nsession = 3\n",
        &[
            "2:10: there is no value here; write one behind the equals sign",
            "3:11: columns is no value; write a text in quotes: \"columns\"",
            "5:13: there is no command \"udno\"; did you mean undo?",
            "6:7: unclosed table, expected `]`",
            "9:11: this is a whole number; write true or false",
        ],
    );
}

#[test]
fn mistakes_behind_a_syntax_error_are_told_too() {
    check(
        "[layout]\na b\ngap-px = true\n[bindings]\nsuper+x = \"undo\"\n\"super+y\" = \"udno\"\n\"x\n[output]\nDP-1 = 3\n[output.DP-2]\nscale = 99\n",
        &[
            "2:3: key with no value, expected `=`; write key = value",
            "3:10: this is true or false; write a number",
            "5:6: invalid unquoted key, expected letters, numbers, `-`, `_`; put the key in quotes, such as \"super+q\"",
            "6:13: there is no command \"udno\"; did you mean undo?",
            "7:3: key with no value, expected `=`; write key = value",
            "9:8: output.DP-1 is a section; write [output.DP-1] on a line of its own and options below",
            "11:9: 99 is out of range; write a number from 0.25 to 8, or \"default\"",
        ],
    );
    check("[layout]\ngap-px = 3\n[focus]\n[layout]\n", &["4:2: layout is given twice; it is here first, in line 1"]);
}

#[test]
fn a_file_of_nothing_but_mistakes_is_told_in_part() {
    let numbers = || 0..20_000;
    let lines: String = numbers().map(|_| "a b\n").collect();
    let same: String = numbers().map(|_| "a = 1\n").collect();
    let keys: String = numbers().map(|number| format!("k{number} = 1\n")).collect();
    let pairs: String = numbers().map(|number| format!("k{number}=1,")).collect();
    let twice: String = (0..20_000).chain(0..20_000).map(|number| format!("k{number}=1\n")).collect();
    let many = [lines, same, format!("[bindings]\n{keys}"), format!("bindings = {{{pairs}}}"), twice];
    let deep = [format!("layout.gap-px = {}", "[".repeat(100_000)), format!("bindings{} = 1", ".a".repeat(50_000)), "[".repeat(100_000)];
    for text in many.iter().chain(&deep) {
        let problems = read(text).unwrap_err();
        assert!(problems.count() <= 100);
        assert!(!problems.render(false).is_empty());
    }
    for text in &many {
        assert!(read(text).unwrap_err().is_cut_short(), "{}", text.get(..40).unwrap());
    }
}

#[test]
fn mistakes_in_every_layer_are_told_at_once() {
    let problems = Layers::new()
        .with_files([("/etc/a.toml".into(), "layout.gap-px = true".to_owned()), ("/home/b.toml".into(), "x = 1".to_owned())])
        .with_environment([
            ("GLASSHOUSE_LAYOUT_GAP".to_owned(), "8".to_owned()),
            ("GLASSHOUSE_FOCUS_NEW_WINDOWS".to_owned(), "maybe".to_owned()),
        ])
        .with_flag("--layout", "layout.default", "mono")
        .resolve()
        .unwrap_err();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "/etc/a.toml:1:17: this is true or false; write a number",
            "/home/b.toml:1:1: there is no option \"x\" at the top; there are animations, appearance, bindings, bus, capture, display, focus, input, launch, layer-rules, layout, mode, output, session, telemetry, window-rules",
            "$GLASSHOUSE_LAYOUT_GAP: no option belongs to GLASSHOUSE_LAYOUT_GAP; did you mean GLASSHOUSE_LAYOUT_GAP_PX?",
            "$GLASSHOUSE_FOCUS_NEW_WINDOWS: this is a text; write true or false",
            "--layout: \"mono\" is not known here; did you mean \"monocle\"? There are \"floating\", \"columns\", \"tree\", \"master-stack\", \"grid\" or \"monocle\"",
        ]
    );
}

#[test]
fn a_mistake_in_one_option_names_the_option_and_no_line() {
    let mut layers = Layers::new();
    let mut set = |key: &str, value: &str| layers.set(key, value).unwrap_err().to_string();
    assert_eq!(set("layout.gap-px", "abc"), "layout.gap-px: this is a text; write a number");
    assert_eq!(set("layout.gap-xp", "1"), "layout.gap-xp: there is no option \"gap-xp\" in layout; did you mean gap-px?");
    let flagged = Layers::new().with_flag("--set", "layout.gap-px", "abc").resolve().unwrap_err().to_string();
    assert_eq!(flagged, "--set layout.gap-px: this is a text; write a number");
    let several = set("session.startup", "[\n  \"undo\",\n  \"udno\",\n]");
    assert!(several.starts_with("set:3:3: "), "in several lines the place is said: {several}");
}

#[test]
fn the_picture_of_a_mistake_shows_the_line() {
    let picture = read("[layout]\ngaps = 8\n").unwrap_err().render(false);
    assert_eq!(
        picture,
        "  \u{d7} there is no option \"gaps\" in layout\n   \u{256d}\u{2500}[config.toml:2:1]\n 1 \u{2502} [layout]\n 2 \u{2502} gaps = 8\n   \u{b7} \u{2500}\u{2500}\u{252c}\u{2500}\n   \u{b7}   \u{2570}\u{2500}\u{2500} here\n   \u{2570}\u{2500}\u{2500}\u{2500}\u{2500}\n  help: did you mean gap-px?\n"
    );
}
