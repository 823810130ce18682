//! The reference in `docs/configuration.md`, and the lines that it and the default file have in common.

use crate::{
    layers::{BASE, defaults},
    load::SYSTEM,
    table::{Group, Row, groups, rows},
};

/// Markdown. `UPDATE=1 cargo test -p glasshouse-config` writes it into `docs/`.
pub fn reference() -> String {
    let mut text = format!(include_str!("reference_head.md"), system = SYSTEM);
    for group in groups() {
        text.push_str(&format!("\n## `[{}]`\n\n{}\n", group.header(), group.doc));
        let options = options_of(group);
        match group.like {
            Some(like) => text.push_str(&format!("\n{}\n", likeness(like, &options))),
            None if options.is_empty() => {}
            None => {
                text.push_str("\n| option | takes | default | takes effect | what |\n|---|---|---|---|---|\n");
                for row in &options {
                    text.push_str(&line(row));
                }
            }
        }
        text.push_str(&format!("\n```toml\n{}```\n", example(group, &options)));
        if group.key == "bindings" {
            text.push_str(&format!(include_str!("reference_bindings.md"), default_bindings = default_bindings()));
        }
    }
    text.push_str(&crate::rules::reference());
    text
}

/// The options directly in a section.
pub(crate) fn options_of(group: &Group) -> Vec<&'static Row> {
    rows().iter().filter(|row| row.key.rsplit_once('.').is_some_and(|(section, _)| section == group.key)).collect()
}

/// A file with the examples of a section.
fn example(group: &Group, options: &[&Row]) -> String {
    let mut text = format!("[{}]\n", group.header());
    for row in options {
        text.push_str(&format!("{} = {}\n", example_name(row), row.example));
    }
    text
}

/// What stands in front of the equals sign in an example.
pub(crate) fn example_name(row: &Row) -> &str {
    match row.key.as_str() {
        "bindings.*" => "\"super+Return\"",
        "mode.*.bindings.*" => "\"Left\"",
        "launch.environment.*" => "QT_QPA_PLATFORM",
        key => key.rsplit('.').next().unwrap_or(key),
    }
}

fn likeness(like: &str, options: &[&Row]) -> String {
    let names = |row: &Row| row.key.rsplit('.').next().unwrap_or_default().to_owned();
    let here: Vec<String> = options.iter().map(|row| names(row)).collect();
    let there = rows().iter().filter(|row| row.key.rsplit_once('.').is_some_and(|(section, _)| section == like)).map(names);
    let missing: Vec<String> = there.filter(|name| !here.contains(name)).map(|name| format!("`{name}`")).collect();
    match missing.is_empty() {
        true => format!("The options are those of `[{like}]`."),
        false => format!("The options are those of `[{like}]` without {}.", missing.join(", ")),
    }
}

fn line(row: &Row) -> String {
    let name = row.key.rsplit('.').next().filter(|name| *name != "*").unwrap_or("*name*");
    let cell = |text: &str| text.replace('|', "\\|");
    let default = if row.key.ends_with(".*") { String::new() } else { format!("`{}`", cell(&row.default)) };
    format!("| `{name}` | {} | {default} | {} | {} |\n", cell(&row.takes), row.when.sentence(), cell(row.doc))
}

/// What keys do without any configuration.
fn default_bindings() -> String {
    let mut text = String::new();
    let config = defaults();
    for (name, mode) in config.bindings.modes() {
        // In the order of the file, which has them by subject.
        let mut keys: Vec<(usize, String)> = mode
            .iter()
            .map(|(trigger, binding)| {
                let commands: Vec<String> = binding.commands.iter().map(|command| format!("`{command}`")).collect();
                let place = place_of(name, &trigger.to_string());
                (place, format!("| `{trigger}` | {} | {} |\n", binding.label(), commands.join(", ")))
            })
            .collect();
        keys.sort();
        let title = if name == crate::DEFAULT_MODE { "Without any mode:".to_owned() } else { format!("In the mode `{name}`:") };
        text.push_str(&format!("\n{title}\n\n| press | to | command |\n|---|---|---|\n"));
        text.extend(keys.into_iter().map(|(_, line)| line));
    }
    text
}

fn place_of(mode: &str, trigger: &str) -> usize {
    let assigned = BASE.assigned.iter().find(|(key, _)| {
        key.names.last().is_some_and(|name| name == trigger)
            && if mode == crate::DEFAULT_MODE { key.names.len() == 1 } else { key.names.first().is_some_and(|name| name == mode) }
    });
    assigned.map_or(usize::MAX, |(_, assigned)| assigned.value.start)
}
