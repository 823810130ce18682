//! `glassctl doctor`: what is wrong, and what to do.

mod sockets;
mod surroundings;
#[cfg(test)]
mod tests;

use std::{path::Path, process::ExitCode};

use glasshouse_protocols::Desktop1Proxy;
use serde_json::json;
use zbus::Connection;

use self::surroundings::System;
use crate::print::{clean, colours, print, print_json};

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Good,
    /// Something is not there that one can do without.
    Note,
    Bad,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Note => "note",
            Self::Bad => "wrong",
        }
    }

    const fn mark(self) -> char {
        match self {
            Self::Good => '✓',
            Self::Note => '•',
            Self::Bad => '✗',
        }
    }

    /// Its colour on a terminal.
    const fn colour(self) -> &'static str {
        match self {
            Self::Good => "\x1b[32m",
            Self::Note => "\x1b[33m",
            Self::Bad => "\x1b[1;31m",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    check: String,
    level: Level,
    /// What there is; unless it is good, what to do.
    sentence: String,
}

impl Finding {
    fn new(check: &str, level: Level, sentence: impl Into<String>) -> Self {
        Self { check: check.to_owned(), level, sentence: sentence.into() }
    }

    fn good(check: &str, sentence: impl Into<String>) -> Self {
        Self::new(check, Level::Good, sentence)
    }

    fn note(check: &str, sentence: impl Into<String>) -> Self {
        Self::new(check, Level::Note, sentence)
    }

    fn bad(check: &str, sentence: impl Into<String>) -> Self {
        Self::new(check, Level::Bad, sentence)
    }
}

/// Looks at the desktop, if there is one, and at everything around it. `desktop` is the socket and what connecting to it gave.
pub(crate) async fn examine(desktop: anyhow::Result<Connection>, named: bool, fix: bool, json: bool) -> anyhow::Result<ExitCode> {
    let inside = match desktop {
        Ok(connection) => ask(&connection).await,
        // Without a desktop there may be nothing wrong, unless it was asked for by its name.
        Err(error) if named => vec![Finding::bad("desktop", format!("{error:#}"))],
        Err(error) => vec![Finding::note("desktop", format!("{error:#}"))],
    };
    let system = System::of_process();
    let removed = if fix { sockets::remove_leftovers(system.runtime_dir()) } else { Vec::new() };
    let around = surroundings::look(&system).into_iter().chain(removed).collect::<Vec<_>>();
    let bad = inside.iter().chain(&around).filter(|finding| finding.level == Level::Bad).count();
    if json {
        let values = inside.iter().chain(&around).map(|finding| {
            let Finding { check, level, sentence } = finding;
            json!({ "check": check, "ok": *level != Level::Bad, "level": level.name(), "sentence": sentence })
        });
        print_json(&values.collect())?;
    } else {
        print(&report(&inside, &around, colours()))?;
    }
    Ok(if bad > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What the desktop says of itself.
async fn ask(connection: &Connection) -> Vec<Finding> {
    let answer = async { anyhow::Ok(Desktop1Proxy::new(connection).await?.doctor().await?) };
    match answer.await {
        Ok(checks) => checks
            .into_iter()
            .map(|check| Finding::new(&check.check, if check.ok { Level::Good } else { Level::Bad }, check.sentence))
            .collect(),
        Err(error) => vec![Finding::bad("desktop", format!("it does not answer: {error:#}"))],
    }
}

fn report(inside: &[Finding], around: &[Finding], colour: bool) -> String {
    let width = inside.iter().chain(around).map(|finding| finding.check.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (title, findings) in [("Desktop", inside), ("Surroundings", around)] {
        text.push_str(&format!("{title}\n"));
        for Finding { check, level, sentence } in findings {
            let (on, off) = if colour { (level.colour(), "\x1b[0m") } else { ("", "") };
            text.push_str(&format!("  {on}{}{off} {check:width$}  {}\n", level.mark(), clean(sentence)));
        }
    }
    let count = |level| inside.iter().chain(around).filter(|finding| finding.level == level).count();
    text.push_str(&match (count(Level::Bad), count(Level::Note)) {
        (0, 0) => "Everything is well.\n".to_owned(),
        (0, notes) => format!("Nothing is wrong; {notes} noted.\n"),
        (bad, notes) => format!("{bad} wrong, {notes} noted.\n"),
    });
    text
}

/// A path as a sentence names it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
