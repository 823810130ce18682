use super::good;
use crate::{Layers, Origin, complete, rows, table::Key};

/// A key of each option, with a name in place of the stars.
fn keys() -> Vec<(&'static crate::Row, String)> {
    let name = |row: &crate::Row| match row.key.as_str() {
        "bindings.*" => vec!["super+F12".to_owned()],
        "mode.*.bindings.*" => vec!["a mode".to_owned(), "F12".to_owned()],
        "launch.environment.*" => vec!["QT_QPA_PLATFORM".to_owned()],
        _ => vec!["DP-1".to_owned()],
    };
    rows().iter().map(|row| (row, row.key_with(&name(row)))).collect()
}

#[test]
fn every_option_can_be_read_set_reloaded_and_reset() {
    for (row, key) in keys() {
        let mut layers = Layers::new();
        let before = layers.resolve().unwrap().get(&key).unwrap();
        assert_eq!((&before.value, &before.origin), (&row.default, &Origin::Default), "{key} at the start");

        let set = layers.set(&key, row.example).unwrap_or_else(|problems| panic!("{key}: {problems}"));
        let after = set.get(&key).unwrap();
        assert_eq!(after.origin, Origin::Set, "{key}");
        assert_ne!(after.value, before.value, "{key}: the example is the default");
        assert!(set.diff().contains(&after), "{key} is no difference");

        let reloaded = layers.clone().with_files([]).resolve().unwrap();
        assert_eq!(reloaded.get(&key).unwrap(), after, "{key} survives a reload");
        let file = good(&set.to_toml());
        assert_eq!(file.get(&key).unwrap().value, after.value, "{key} in a file");
        assert_eq!(file.config, set.config, "{key} in a file");

        assert_eq!(layers.reset(&key).unwrap().get(&key).unwrap(), before, "{key} after reset");
    }
}

#[test]
fn every_option_has_one_key_a_sentence_and_an_example() {
    let mut keys: Vec<&str> = rows().iter().map(|row| row.key.as_str()).collect();
    assert!(keys.len() > 80, "there are {} options", keys.len());
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), rows().len(), "two rows have one key");
    for row in rows() {
        assert!(row.doc.ends_with('.') && row.doc.len() > 10, "{} has no documentation", row.key);
        assert!(row.key.bytes().all(|byte| byte.is_ascii_lowercase() || b".-*".contains(&byte)), "{} is spelled otherwise", row.key);
        assert!(!row.takes.is_empty(), "{}", row.key);
    }
}

#[test]
fn no_two_options_share_a_variable() {
    let mut variables: Vec<String> = rows().iter().filter_map(crate::Row::variable).collect();
    variables.sort();
    let count = variables.len();
    variables.dedup();
    assert_eq!(variables.len(), count);
}

#[test]
fn numbers_out_of_range_are_refused_and_the_ends_are_not() {
    for (row, key) in keys() {
        let Some((low, high)) = row.range else { continue };
        for end in [low, high] {
            if let Err(problems) = Layers::new().set(&key, &end.to_string()) {
                panic!("{key} = {end}: {problems}");
            }
        }
        let above = Layers::new().set(&key, &(high + 1.0).to_string()).unwrap_err().to_string();
        assert!(above.contains(&format!("from {low} to {high}")), "{key}: {above}");
    }
}

#[test]
fn keys_are_completed() {
    assert_eq!(complete("layout.g"), ["layout.gap-px"]);
    assert!(complete("out").contains(&"output.".to_owned()));
    assert!(complete("nothing").is_empty());
}

#[test]
fn values_of_which_there_are_few_are_listed_and_accepted() {
    let mut listed = 0;
    for (row, key) in keys() {
        for value in row.choices() {
            listed += 1;
            if let Err(problems) = Layers::new().set(&key, &value) {
                panic!("{key} = {value}: {problems}");
            }
        }
    }
    assert!(listed > 100, "{listed} values");
    let choices = |key: &str| rows().iter().find(|row| row.key == key).unwrap().choices();
    assert_eq!(choices("display.executor"), ["\"auto\"", "\"cpu\"", "\"gpu\""]);
    assert_eq!(choices("input.touchpad.tap"), ["true", "false", "\"default\""]);
}

#[test]
fn keys_may_have_names_with_and_without_quotes() {
    let check = |text: &str, key: &str| assert_eq!(Key::parse(text).unwrap().text(), key, "{text}");
    check("output.DP-1.scale", "output.DP-1.scale");
    check("output.\"DP-1\".scale", "output.DP-1.scale");
    check("input.device.\"Logitech G Pro\".tap", "input.device.\"Logitech G Pro\".tap");
    check("bindings.super+.", "bindings.\"super+period\"");
    check("bindings.\"Super+ENTER\"", "bindings.\"super+Return\"");
    check("mode.resize.bindings.h", "mode.resize.bindings.h");
}

#[test]
fn the_defaults_are_those_of_the_core() {
    let (ours, core) = (crate::defaults().core_settings(), glasshouse_core::Settings::default());
    // Opacities have 8 bits here.
    let near = |a: glasshouse_scene::Color, b: glasshouse_scene::Color| {
        [a.red - b.red, a.green - b.green, a.blue - b.blue, a.alpha - b.alpha].iter().all(|difference| difference.abs() < 1.0 / 255.0)
    };
    let blends =
        [(ours.background, core.background), (ours.border.focused, core.border.focused), (ours.border.unfocused, core.border.unfocused)];
    assert!(blends.iter().all(|(a, b)| near(a.top, b.top) && near(a.bottom, b.bottom)));
    let (our_shadow, core_shadow) = (ours.shadow.unwrap(), core.shadow.unwrap());
    assert!(near(our_shadow.color, core_shadow.color));
    let plain = glasshouse_core::Settings {
        background: core.background,
        border: glasshouse_core::Border { width: ours.border.width, ..core.border },
        shadow: Some(glasshouse_core::Shadow { color: core_shadow.color, ..our_shadow }),
        ..ours
    };
    assert_eq!(plain, core);
}
