//! `docs/commands.md`, from the table of commands.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use clap::{FromArgMatches as _, error::ErrorKind};
use glasshouse_core::command::{COMMANDS, Command, Entry, Kind, Undo};

use crate::{
    args::{Args, EPILOGUE, Order},
    commands,
};

const HEAD: &str = "# Commands

*This page is generated from the table of commands in `compositor/core/src/command/table.rs`. Do not edit it.*

Everything that changes the desktop on purpose is a command: key bindings, `glassctl do`, the D-Bus interface `org.glasshouse.Commands1` and
agents all use these words.

- `glassctl do set-fullscreen toggle` carries one out; `glassctl do COMMAND --help` explains it.
- `glassctl do set-floating on , move-window 10,10` carries out all or none, in one frame: a transaction. One `glassctl undo` undoes all of it.
- `glassctl do --dry-run close-window` says what would happen.
- `\"super+f\" = \"set-fullscreen toggle\"` in `[bindings]` of the [configuration](configuration.md) puts one on a key.

What has a place is written by its place, what is optional as `--name VALUE`. Words are split as a shell does; after `--` a word may start
with dashes. Sizes and positions are one word each, in logical pixels.

**WINDOW** is `focused`, `left`, `right`, `up`, `down`, `next`, `previous`, `last` (the one that had the keyboard before), a number as
`glassctl windows` prints it, `app-id:NAME`, `title:PART` or `pid:NUMBER`. **OUTPUT** is `focused`, or a name such as `HEADLESS-1`.
**WORKSPACE** is a number from 1 on the focused output, a name, `next`, `previous`, `last`, `focused` or `id:NUMBER`.

A program needs a right for each command (`observe`, `capture`, `input`, `arrange`, `launch`, `manage`); `glassctl` of the same user has all of
them.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| command | what | right | undo |\n|---|---|---|---|\n");
    for entry in COMMANDS {
        let undo = if matches!(entry.undo, Undo::No(_)) { "no" } else { "yes" };
        page.push_str(&format!("| [`{0}`](#{0}) | {1} | {2} | {undo} |\n", entry.name, entry.summary(), entry.scope.name()));
    }
    COMMANDS.iter().for_each(|entry| section(entry, &mut page));
    page
}

fn section(entry: &Entry, page: &mut String) {
    page.push_str(&format!("\n## `{}`\n\n    {}\n\n{}\n", entry.name, entry.usage(), entry.doc));
    if !entry.parameters.is_empty() {
        page.push_str("\n| argument | takes | what |\n|---|---|---|\n");
    }
    for parameter in entry.parameters {
        let name = if parameter.optional { format!("--{}", parameter.name) } else { parameter.kind.placeholder() };
        let takes = match parameter.kind {
            Kind::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
            Kind::Value { takes, .. } | Kind::Known { takes, .. } => takes.to_owned(),
        };
        page.push_str(&format!("| `{}` | {takes} | {} |\n", name.replace('|', "\\|"), parameter.doc));
    }
    let undo = match entry.undo {
        Undo::No(why) => format!("It cannot be undone: {why}."),
        Undo::Arrangement | Undo::Inverse => "It can be undone.".to_owned(),
    };
    page.push_str(&format!("\nA program needs the right to {}. {undo}\n", entry.scope.name()));
}

/// `UPDATE=1 cargo test -p glasshouse-glassctl` writes it anew.
#[test]
fn the_reference_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands.md");
    let page = page();
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/commands.md is old; write it anew with UPDATE=1 cargo test -p glasshouse-glassctl");
}

/// Everything that stands in the documents and begins with `glassctl `: lines of examples, and words between backquotes.
fn examples(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_start).filter(|line| line.starts_with("glassctl "));
    let spans = text.split('`').skip(1).step_by(2).filter(|span| span.starts_with("glassctl ") && !span.contains('\n'));
    lines.chain(spans).collect()
}

/// What is wrong with an example.
fn mistake(example: &str) -> Option<String> {
    // A shell would put an id in place of a variable, and would take what comes after these signs.
    let line = example.split([';', '|', '>', '&', '…']).next().unwrap_or_default();
    let words = shlex::split(line)?.into_iter().map(|word| if word.starts_with('$') { "7".to_owned() } else { word });
    let order = match Args::definition().try_get_matches_from(words) {
        Ok(matches) => Args::from_arg_matches(&matches).ok()?.order,
        Err(error) => {
            // Prose names `glassctl do` as such.
            const INCOMPLETE: [ErrorKind; 3] =
                [ErrorKind::MissingRequiredArgument, ErrorKind::MissingSubcommand, ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand];
            return (error.use_stderr() && !INCOMPLETE.contains(&error.kind())).then(|| error.to_string());
        }
    };
    match order {
        // In place of a name.
        Order::Do(order) if order.list || order.words.first().is_some_and(|word| word.chars().all(char::is_uppercase)) => None,
        Order::Do(order) => match commands::split(&order.words) {
            Ok(commands) => commands.iter().find_map(|command| Command::parse(command).err()).map(|error| error.to_string()),
            Err(sentence) => Some(sentence),
        },
        _ => None,
    }
}

#[test]
fn every_example_in_the_documents_is_understood() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = root.join("docs").read_dir().unwrap().map(|entry| entry.unwrap().path());
    let pages: Vec<PathBuf> =
        docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")).chain([root.join("README.md")]).collect();
    let texts = pages.into_iter().map(|page| (page.display().to_string(), fs::read_to_string(&page).unwrap()));
    let mut count = 0;
    let mut wrong = Vec::new();
    for (page, text) in texts.chain([("--help".to_owned(), EPILOGUE.to_owned())]) {
        for example in examples(&text) {
            count += 1;
            wrong.extend(mistake(example).map(|sentence| format!("{page}: {example}: {sentence}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 10, "only {count} examples were found");
    assert!(mistake("glassctl do focus-windw left").is_some() && mistake("glassctl wndows").is_some());
}
