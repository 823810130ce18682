//! Completions for shells, and manual pages.

use std::{io, path::Path};

use anyhow::Context as _;
use clap::{
    Arg, Command,
    builder::{PossibleValue, PossibleValuesParser},
};
use clap_complete::Shell;
use glasshouse_core::command::{COMMANDS, Entry, Kind, Parameter};
use glasshouse_protocols::event::KINDS;

use crate::{args::Args, print::print};

/// Words that mean a window wherever one is named.
const WINDOWS: &[&str] = &["focused", "left", "right", "up", "down", "next", "previous", "last"];

/// Words that mean a workspace.
const WORKSPACES: &[&str] = &["focused", "next", "previous", "last"];

/// What `WaitFor` knows.
const STATES: &[&str] = &["created", "mapped", "closed", "focused", "floating", "fullscreen", "maximized", "minimized", "title", "changed"];

pub(crate) fn completions(shell: Shell) -> io::Result<()> {
    print(&script(shell))
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    let mut command = completed();
    clap_complete::generate(shell, &mut command, "glassctl", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Fish {
        places_for_fish(&command, &mut Vec::new(), &mut script);
    }
    script
}

/// What stands in a place instead of after an option: clap_complete 4.6 leaves that out for fish.
fn places_for_fish<'a>(command: &'a Command, path: &mut Vec<&'a str>, script: &mut String) {
    for argument in command.get_positionals() {
        let values: Vec<String> = argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        if !values.is_empty() && !path.is_empty() {
            let seen: Vec<_> = path.iter().map(|name| format!("__fish_seen_subcommand_from {name}")).collect();
            script.push_str(&format!("complete -c glassctl -n \"{}\" -f -a \"{}\"\n", seen.join("; and "), values.join(" ")));
        }
    }
    for command in command.get_subcommands() {
        path.push(command.get_name());
        places_for_fish(command, path, script);
        path.pop();
    }
}

pub(crate) fn man(dir: Option<&Path>) -> anyhow::Result<()> {
    match dir {
        Some(dir) => {
            std::fs::create_dir_all(dir)
                .and_then(|()| clap_mangen::generate_to(Args::definition(), dir))
                .with_context(|| format!("could not write manual pages into {}", dir.display()))?;
            Ok(())
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Args::definition()).render(&mut page)?;
            Ok(print(&String::from_utf8_lossy(&page))?)
        }
    }
}

/// The command line as shells complete it: with every command of the table below `do`, and names where a text is read.
fn completed() -> Command {
    let keys = glasshouse_config::complete("");
    let keyed = |command: Command, keys: &[String]| {
        let keys = keys.to_vec();
        command.mut_arg("key", |key| key.value_parser(PossibleValuesParser::new(keys)))
    };
    let windowed = |command: Command| command.mut_arg("window", |window| window.value_parser(PossibleValuesParser::new(WINDOWS)));
    Args::definition()
        .mut_subcommand("do", |command| with_commands(&command, &keys))
        .mut_subcommand("focus", windowed)
        .mut_subcommand("close", windowed)
        .mut_subcommand("capture", windowed)
        .mut_subcommand("watch", |command| windowed(command).mut_arg("kinds", |kinds| kinds.value_parser(PossibleValuesParser::new(KINDS))))
        .mut_subcommand("wait-for", |command| {
            command
                .mut_subcommand("event", |command| {
                    windowed(command).mut_arg("kind", |kind| kind.value_parser(PossibleValuesParser::new(KINDS)))
                })
                .mut_subcommand("window", |command| {
                    windowed(command).mut_arg("state", |state| state.value_parser(PossibleValuesParser::new(STATES)))
                })
        })
        .mut_subcommand("config", |command| {
            ["show", "set", "reset"].iter().fold(command, |command, name| command.mut_subcommand(name, |command| keyed(command, &keys)))
        })
}

/// `do` with a subcommand for each command, in place of words that clap does not understand.
fn with_commands(command: &Command, keys: &[String]) -> Command {
    let about = command.get_about().cloned().unwrap_or_default();
    let options = command.get_arguments().filter(|argument| argument.get_id() != "words").cloned();
    Command::new("do").about(about).args(options).subcommands(COMMANDS.iter().map(|entry| subcommand(entry, keys)))
}

fn subcommand(entry: &'static Entry, keys: &[String]) -> Command {
    let arguments = entry.parameters.iter().map(|parameter| {
        let argument = Arg::new(parameter.name).help(parameter.doc);
        let argument = if parameter.optional { argument.long(parameter.name) } else { argument.required(true) };
        let argument = if parameter.rest { argument.num_args(1..).trailing_var_arg(true).allow_hyphen_values(true) } else { argument };
        let values = values(entry, parameter, keys);
        if values.is_empty() { argument } else { argument.value_parser(PossibleValuesParser::new(values)) }
    });
    Command::new(entry.name).about(entry.summary()).args(arguments)
}

/// What can stand there, if that can be listed.
fn values(entry: &Entry, parameter: &Parameter, keys: &[String]) -> Vec<PossibleValue> {
    match parameter.kind {
        Kind::Choice(words) | Kind::Known { words, .. } => words.iter().map(PossibleValue::new).collect(),
        Kind::Value { name: "WINDOW", .. } => WINDOWS.iter().map(PossibleValue::new).collect(),
        Kind::Value { name: "WORKSPACE", .. } => WORKSPACES.iter().map(PossibleValue::new).collect(),
        Kind::Value { .. } if parameter.name == "key" && entry.name.ends_with("-option") => keys.iter().map(PossibleValue::new).collect(),
        Kind::Value { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use glasshouse_core::command::{Argument as _, WindowRef, WorkspaceRef};
    use glasshouse_protocols::Awaited;

    use super::*;

    #[test]
    fn the_completed_command_line_is_well_formed() {
        completed().debug_assert();
    }

    #[test]
    fn shells_complete_commands_their_words_and_options() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = script(shell);
            assert!(COMMANDS.iter().all(|entry| script.contains(entry.name)), "{shell}");
            for word in ["toggle", "layout.gap-px", "focus_changed", "minimized"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn what_is_completed_is_understood() {
        assert!(WINDOWS.iter().all(|word| WindowRef::parse(word).is_ok()));
        assert!(WORKSPACES.iter().all(|word| WorkspaceRef::parse(word).is_ok_and(|read| !matches!(read, WorkspaceRef::Name(_)))));
        assert!(STATES.iter().all(|word| word.parse::<Awaited>().is_ok()));
    }

    #[test]
    fn every_subcommand_has_a_manual_page_and_do_names_every_command() {
        let dir = tempfile::tempdir().unwrap();
        man(Some(dir.path())).unwrap();
        for name in ["glassctl", "glassctl-do", "glassctl-wait-for-window", "glassctl-config-set", "glassctl-top"] {
            assert!(dir.path().join(format!("{name}.1")).is_file(), "{name}");
        }
        let page = std::fs::read_to_string(dir.path().join("glassctl-do.1")).unwrap().replace("\\-", "-");
        assert!(COMMANDS.iter().all(|entry| page.contains(entry.name)), "{page}");
    }
}
