//! Six attacks by ordinary clients against the real desktop, over its socket, while an honest client measures.
//!
//! Each attack has a desktop of its own. It has to reach its target, the attacker has to be stopped, and nobody else may notice:
//! the honest client's answers stay quick, memory stays small, no descriptor stays open, and the desktop lives.

mod attacks;
mod desktop;
mod honest;
mod report;
mod wire;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Parser;

use crate::{attacks::ATTACKS, report::Outcome};

#[derive(Debug, Parser)]
#[command(about = "Attacks a Glasshouse desktop and measures what others notice")]
struct Options {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Only attacks whose name contains this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// The honest client's 99th percentile that is still good enough, in milliseconds. The goal is 2; a busy machine needs more.
    #[arg(long, value_name = "MS", default_value_t = 50.0)]
    limit_ms: f64,
    /// The desktop's program. By default the one beside this program.
    #[arg(long, value_name = "PATH", env = "GLASSHOUSE")]
    desktop: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("glasshouse-hostile: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether everything passed.
fn run(options: &Options) -> Result<bool> {
    let program = desktop::program(options.desktop.as_deref())?;
    let outcomes: Vec<Outcome> = ATTACKS
        .iter()
        .filter(|attack| attack.name.contains(&options.only))
        .map(|attack| report::attempt(attack, &program, options.limit_ms))
        .collect();
    if options.json {
        println!("{}", serde_json::json!({ "attacks": outcomes }));
    } else {
        report::print(&outcomes);
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).count();
    // The sum that tests/run reads; beside JSON it would be in the way.
    if !options.json {
        println!("{} passed, {failed} failed, 0 skipped", outcomes.len() - failed);
    }
    Ok(failed == 0)
}
