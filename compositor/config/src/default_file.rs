//! The commented file in `session/config.toml`.

use crate::{
    layers::BUILT_IN,
    reference::{example_name, options_of},
    table::{Group, groups, rows},
};

/// Every option with its default, commented out without a blank behind the `#`; explanations have one. `UPDATE=1 cargo test -p glasshouse-config` writes it into `session/`.
pub fn default_file() -> String {
    let mut text =
        "# The configuration of Glasshouse. Copy this file to ~/.config/glasshouse/config.toml and take away the # of what you change.
# docs/configuration.md explains everything. The file is read again whenever it is saved.
# This file is generated from the table of options in compositor/config.
"
        .to_owned();
    // What has no section stands before all sections.
    for row in rows().iter().filter(|row| !row.key.contains('.')) {
        text.push('\n');
        push_comment(&mut text, row.doc);
        push_comment(&mut text, &format!("Takes {}. As many [[{}]] as you like may stand at the end of this file.", row.takes, row.key));
        text.push_str(&format!("#{} = {}\n", row.key, row.default));
    }
    // The bindings of modes are among the built-in ones.
    for group in groups().iter().filter(|group| group.key != "mode.*.bindings") {
        text.push('\n');
        push_comment(&mut text, group.doc);
        if group.key == "bindings" {
            push_comment(&mut text, "These are there at the start. Write false in place of a command to remove one.");
            text.push_str(&built_in());
            continue;
        }
        push_options(&mut text, group);
    }
    text
}

fn push_options(text: &mut String, group: &Group) {
    let pattern = group.key.contains('*');
    text.push_str(&if pattern { format!("#[{}]\n", group.header()) } else { format!("[{}]\n", group.header()) });
    for row in options_of(group) {
        if group.like.is_none() {
            push_comment(text, row.doc);
            push_comment(text, &format!("Takes {}.", row.takes));
        }
        let value = if row.key.ends_with(".*") { row.example } else { &row.default };
        text.push_str(&format!("#{} = {value}\n", example_name(row)));
    }
}

fn built_in() -> String {
    let lines = BUILT_IN.lines().map(|line| match line.chars().next() {
        None | Some('#' | '[') => format!("{line}\n"),
        Some(_) => format!("#{line}\n"),
    });
    lines.collect()
}

/// Wide enough for a screen, narrow enough for half of one.
const WIDTH: usize = 100;

fn push_comment(text: &mut String, sentences: &str) {
    let mut line = "#".to_owned();
    for word in sentences.split_whitespace() {
        if line.len() + word.len() >= WIDTH {
            text.push_str(&line);
            text.push('\n');
            "#".clone_into(&mut line);
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}
