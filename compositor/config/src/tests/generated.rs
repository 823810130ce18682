//! The generated files are current, and what they say is true.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::good;
use crate::{default_file, defaults, reference, schema};

/// Holds a file of the repository against what its generator says. `UPDATE=1` writes it.
#[track_caller]
fn check(path: &str, generated: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == generated, "{} is old: UPDATE=1 cargo test -p glasshouse-config", path.display());
}

#[test]
fn the_reference_is_current() {
    check("docs/configuration.md", &reference());
}

#[test]
fn the_default_file_is_current() {
    check("session/config.toml", &default_file());
}

/// What stands in ```` ```toml ```` blocks.
fn examples(markdown: &str) -> Vec<&str> {
    markdown.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn every_example_of_the_reference_is_accepted() {
    let reference = reference();
    let examples = examples(&reference);
    assert!(examples.len() > 15, "{} examples", examples.len());
    for example in examples {
        assert!(!good(example).diff().is_empty(), "this example changes nothing:\n{example}");
    }
}

#[test]
fn every_option_stands_in_the_reference() {
    let reference = reference();
    for row in crate::rows() {
        let name = row.key.rsplit('.').next().unwrap();
        assert!(name == "*" || reference.contains(&format!("| `{name}` |")), "{} is missing", row.key);
    }
}

/// The default file with everything switched on.
fn uncommented() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
        _ => format!("{line}\n"),
    };
    default_file().lines().map(line).collect()
}

#[test]
fn the_default_file_changes_nothing_and_says_every_default() {
    assert!(good(&default_file()).diff().is_empty());
    let all = good(&uncommented());
    let other: Vec<_> = all.diff().into_iter().filter(|shown| !shown.key.starts_with("launch.environment")).collect();
    assert_eq!(other, [], "these are not the defaults");
    assert_eq!(all.config.bindings, defaults().bindings);
    let said: Vec<&str> = crate::rows().iter().map(|row| row.key.as_str()).filter(|key| !key.contains('*')).collect();
    assert!(all.show().iter().filter(|shown| said.contains(&shown.key.as_str())).all(|shown| shown.origin.layer() == "file"));
}

/// As JSON, for the schema.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(integer) => integer.as_str().parse::<i64>().unwrap().into(),
        DeValue::Float(float) => float.as_str().parse::<f64>().unwrap().into(),
        DeValue::Boolean(value) => (*value).into(),
        DeValue::Datetime(date) => date.to_string().into(),
        DeValue::Array(array) => array.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => json_table(table),
    }
}

fn json_table(table: &DeTable<'_>) -> Value {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect::<Map<_, _>>().into()
}

#[test]
fn the_schema_accepts_what_we_accept_and_refuses_mistakes() {
    let schema = jsonschema::draft202012::new(&schema()).unwrap();
    let check = |text: &str| {
        let table = DeTable::parse(text).unwrap();
        let errors: Vec<String> =
            schema.iter_errors(&json_table(table.get_ref())).map(|error| format!("{}: {error}", error.instance_path())).collect();
        errors
    };
    let reference = reference();
    let uncommented = uncommented();
    for text in [crate::layers::BUILT_IN, &uncommented].into_iter().chain(examples(&reference)) {
        assert_eq!(check(text), [""; 0], "{text}");
    }
    for wrong in [
        "[layout]\ngap = 8",
        "layout.gap-px = \"8\"",
        "layout.gap-px = 5000",
        "layout.default = \"two words\"",
        "bindings.\"super+x\" = 5",
        "bindings.\"super+x\" = { command = \"undo\", commands = [\"undo\"] }",
        "output.DP-1.scale = 100",
        "output.DP-1.size = 100",
        "appearance.background.top = \"blue\"",
    ] {
        assert!(!check(wrong).is_empty(), "the schema accepts {wrong}");
    }
}
