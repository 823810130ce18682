//! `glassctl do`: commands, transactions and what they would do.

use std::fmt::Write as _;

use anyhow::{Context as _, anyhow};
use glasshouse_core::command::{COMMANDS, Command, Entry, Kind, Parameter, Undo, WindowRef};
use glasshouse_protocols::{Commands1Proxy, Desktop1Proxy, Error, Output, Preview, Window};
use serde_json::{Value, json};
use zbus::Connection;

use crate::{
    args::Do,
    failure::Usage,
    print::{clean, print, print_json, table},
    show,
};

/// What `do` can answer without a desktop: lists and help. `None`: there is something to carry out.
pub(crate) fn answer(order: &Do) -> Option<anyhow::Result<()>> {
    if order.list {
        let text = || if order.json { print_json(&COMMANDS.iter().map(entry_json).collect()) } else { print(&list()) };
        return Some(text().map_err(Into::into));
    }
    // `-h` might be an argument, but the first word after a command's name never is one of these.
    match order.words.as_slice() {
        [name, help] if help == "--help" || help == "-h" => {
            let entry = Entry::named(name)?;
            Some(print(&explanation(entry)).map_err(Into::into))
        }
        _ => None,
    }
}

pub(crate) async fn carry_out(connection: &Connection, order: &Do) -> anyhow::Result<()> {
    let commands = split(&order.words).map_err(Usage)?;
    let proxy = Commands1Proxy::new(connection).await?;
    let commands: Vec<Vec<&str>> = commands.iter().map(|command| command.iter().map(String::as_str).collect()).collect();
    if order.dry_run {
        let desktop = Desktop1Proxy::new(connection).await?;
        let preview = proxy.dry_run(&commands).await?;
        let (windows, outputs) = (desktop.windows().await?, desktop.outputs().await?);
        if order.json {
            print_json(&preview_json(&preview))?;
        } else {
            print(&foretell(&preview, &windows, &outputs))?;
        }
        return Ok(());
    }
    match commands.as_slice() {
        [command] => proxy.run(command).await?,
        several => proxy.transaction(several).await?,
    }
    Ok(())
}

/// One command.
pub(crate) async fn run(connection: &Connection, command: &Command) -> anyhow::Result<()> {
    let words = command.words();
    Ok(Commands1Proxy::new(connection).await?.run(&words.iter().map(String::as_str).collect::<Vec<_>>()).await?)
}

/// `undo` and `redo`.
pub(crate) async fn step(connection: &Connection, forward: bool, json: bool) -> anyhow::Result<()> {
    let proxy = Commands1Proxy::new(connection).await?;
    let command = if forward { proxy.redo().await? } else { proxy.undo().await? };
    if json {
        print_json(&json!({ "command": command }))?;
    } else {
        print(&format!("{} {}\n", if forward { "redone:" } else { "undone:" }, clean(&command)))?;
    }
    Ok(())
}

/// Commands between words that are a comma. A word of several commas loses one.
pub(crate) fn split(words: &[String]) -> Result<Vec<Vec<String>>, String> {
    let mut commands = vec![Vec::new()];
    for word in words {
        if word == "," {
            commands.push(Vec::new());
            continue;
        }
        let commas = word.len() > 1 && word.chars().all(|c| c == ',');
        let word = if commas { word.get(1..).unwrap_or_default() } else { word };
        if let Some(command) = commands.last_mut() {
            command.push(word.to_owned());
        }
    }
    if commands.iter().any(Vec::is_empty) {
        return Err("a comma stands between two commands; write ,, for a comma itself".to_owned());
    }
    Ok(commands)
}

/// All commands with their summaries.
pub(crate) fn list() -> String {
    let width = COMMANDS.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
    let mut text = "Commands:\n".to_owned();
    for entry in COMMANDS {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {:width$}  {}", entry.name, entry.summary());
    }
    text.push_str("\n`glassctl do COMMAND --help` explains one; docs/commands.md explains all.\n");
    text
}

/// Everything about a command.
fn explanation(entry: &Entry) -> String {
    let mut text = format!("{}\n\nUsage: glassctl do {}\n", entry.doc, entry.usage());
    if !entry.parameters.is_empty() {
        text.push_str("\nArguments:\n");
        let name = |parameter: &Parameter| {
            if parameter.optional { format!("--{}", parameter.name) } else { parameter.kind.placeholder() }
        };
        let width = entry.parameters.iter().map(|parameter| name(parameter).len()).max().unwrap_or_default();
        for parameter in entry.parameters {
            let takes = match parameter.kind {
                Kind::Choice(words) => format!("{}.", words.join(", ")),
                Kind::Value { takes, .. } | Kind::Known { takes, .. } => format!("{takes}."),
            };
            let _ = writeln!(text, "  {:width$}  {} Takes {takes}", name(parameter), parameter.doc);
        }
    }
    let undo = match entry.undo {
        Undo::No(why) => format!("It cannot be undone: {why}."),
        Undo::Arrangement | Undo::Inverse => "It can be undone.".to_owned(),
    };
    let _ = writeln!(text, "\n{undo} A program needs the right to {}.", entry.scope.name());
    text
}

fn entry_json(entry: &Entry) -> Value {
    let parameters: Vec<_> = entry
        .parameters
        .iter()
        .map(|parameter| {
            let (placeholder, choices) = match parameter.kind {
                Kind::Choice(words) => (parameter.kind.placeholder(), Some(words)),
                Kind::Value { .. } | Kind::Known { .. } => (parameter.kind.placeholder(), None),
            };
            json!({ "name": parameter.name, "doc": parameter.doc, "optional": parameter.optional, "takes": placeholder, "choices": choices })
        })
        .collect();
    let not_undoable = match entry.undo {
        Undo::No(why) => Some(why),
        Undo::Arrangement | Undo::Inverse => None,
    };
    json!({
        "name": entry.name,
        "usage": entry.usage(),
        "doc": entry.doc,
        "scope": entry.scope.name(),
        "not_undoable": not_undoable,
        "parameters": parameters,
    })
}

fn preview_json(preview: &Preview) -> Value {
    json!({
        "windows": preview.windows.iter().map(show::window_json).collect::<Vec<_>>(),
        "outputs": preview.outputs.iter().map(show::output_json).collect::<Vec<_>>(),
        "outputs_removed": preview.outputs_removed,
        "closes": preview.closes,
        "quits": preview.quits,
    })
}

/// What would happen, a line for each thing.
fn foretell(preview: &Preview, windows: &[Window], outputs: &[Output]) -> String {
    let mut rows: Vec<[String; 4]> = Vec::new();
    let app = |id: u64| windows.iter().find(|window| window.id == id).map(|window| window.app_id.clone()).unwrap_or_default();
    for after in &preview.windows {
        let place = |window: &Window| show::place(window.x, window.y, window.width, window.height);
        let before = windows.iter().find(|window| window.id == after.id);
        let mut row = |was: String, is: String| {
            if was != is {
                rows.push([format!("window {}", after.id), after.app_id.clone(), was, is]);
            }
        };
        let new = || "-".to_owned();
        row(before.map_or_else(new, place), place(after));
        row(before.map_or_else(new, show::states), show::states(after));
        row(before.and_then(|window| window.output.clone()).unwrap_or_else(new), after.output.clone().unwrap_or_else(new));
        let workspace = |window: &Window| window.workspace.map_or_else(new, |workspace| format!("workspace {workspace}"));
        row(before.map_or_else(new, workspace), workspace(after));
    }
    rows.extend(preview.closes.iter().map(|id| [format!("window {id}"), app(*id), "open".to_owned(), "asked to close".to_owned()]));
    for after in &preview.outputs {
        let shape = |output: &Output| {
            let place = show::place(output.x, output.y, output.logical_width, output.logical_height);
            format!("{}x{} px, {place}", output.width, output.height)
        };
        let before = outputs.iter().find(|output| output.id == after.id).map_or_else(|| "-".to_owned(), shape);
        rows.push([format!("output {}", after.name), String::new(), before, shape(after)]);
    }
    for id in &preview.outputs_removed {
        let name = outputs.iter().find(|output| output.id == *id).map_or_else(|| format!("#{id}"), |output| output.name.clone());
        rows.push([format!("output {name}"), String::new(), "there".to_owned(), "gone".to_owned()]);
    }
    if preview.quits {
        rows.push(["desktop".to_owned(), String::new(), "runs".to_owned(), "ends, and all programs with it".to_owned()]);
    }
    if rows.is_empty() {
        return "nothing that windows and outputs show would change\n".to_owned();
    }
    table(["WHAT", "APP", "NOW", "THEN"], rows)
}

/// Nobody asked for the command that was tried, so its name would only confuse.
fn about_the_window(error: Error, command: &Command) -> anyhow::Error {
    match error {
        Error::Bus(_) => error.into(),
        error => {
            let sentence = error.to_string();
            let prefix = format!("command 1 ({command}): ");
            anyhow!("{}", sentence.strip_prefix(&prefix).unwrap_or(&sentence))
        }
    }
}

/// The window that a reference means, by the desktop's own rules: the one that `focus-window` would give the keyboard.
pub(crate) async fn resolve(connection: &Connection, window: &WindowRef) -> anyhow::Result<u64> {
    if let WindowRef::Id(id) = window {
        return Ok(id.0);
    }
    let focused = |windows: &[Window]| windows.iter().find(|window| window.focused).map(|window| window.id);
    if *window != WindowRef::Focused {
        let command = Command::FocusWindow { window: window.clone() };
        let words = command.words();
        let words = words.iter().map(String::as_str).collect();
        let preview = Commands1Proxy::new(connection).await?.dry_run(&[words]).await.map_err(|error| about_the_window(error, &command))?;
        if let Some(id) = focused(&preview.windows) {
            return Ok(id);
        }
    }
    // Nothing would change: it has the keyboard already.
    let windows = Desktop1Proxy::new(connection).await?.windows().await?;
    focused(&windows).with_context(|| format!("no window is {window}; no window has the keyboard"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn commas_stand_between_commands() {
        let of = |line: &str| split(&words(line)).map(|commands| commands.iter().map(|command| command.join(" ")).collect::<Vec<_>>());
        assert_eq!(of("focus-window left").unwrap(), ["focus-window left"]);
        assert_eq!(of("set-floating on , move-window 10,10").unwrap(), ["set-floating on", "move-window 10,10"]);
        assert_eq!(of("type-text ,, , undo").unwrap(), ["type-text ,", "undo"]);
        assert_eq!(of("type-text ,,,").unwrap(), ["type-text ,,"]);
        for wrong in [", undo", "undo ,", "undo , , redo"] {
            assert!(of(wrong).unwrap_err().contains("between two commands"), "{wrong}");
        }
    }

    #[test]
    fn a_preview_says_what_was_and_what_would_be() {
        let foot = Window { id: 7, app_id: "foot".into(), width: 640.0, height: 480.0, mapped: true, focused: true, ..Window::default() };
        let output = Output { id: 1, name: "HEADLESS-1".into(), width: 1280, height: 720, ..Output::default() };
        let preview = Preview {
            windows: vec![Window { x: 10.0, y: 20.0, floating: true, ..foot.clone() }],
            closes: vec![7],
            outputs_removed: vec![1],
            quits: true,
            ..Preview::default()
        };
        assert_eq!(
            foretell(&preview, &[foot], &[output]),
            "\
WHAT               APP   NOW             THEN
window 7           foot  640x480 at 0,0  640x480 at 10,20
window 7           foot  focused         focused,floating
window 7           foot  open            asked to close
output HEADLESS-1        there           gone
desktop                  runs            ends, and all programs with it
"
        );
        assert!(foretell(&Preview::default(), &[], &[]).starts_with("nothing"));
    }

    #[test]
    fn a_window_that_is_not_there_is_told_without_the_command_that_was_tried() {
        let command = Command::FocusWindow { window: WindowRef::AppId("a b".into()) };
        let error = Error::NoWindow("command 1 (focus-window 'app-id:a b'): there is no window app-id:a b".into());
        assert_eq!(about_the_window(error, &command).to_string(), "there is no window app-id:a b");
    }

    #[test]
    fn every_command_is_listed_and_explained() {
        let list = list();
        for entry in COMMANDS {
            assert!(list.contains(&format!("  {} ", entry.name)), "{}", entry.name);
            let text = explanation(entry);
            assert!(text.contains(&entry.usage()), "{text}");
            assert!(entry.parameters.iter().all(|parameter| text.contains(parameter.doc)), "{text}");
        }
    }
}
