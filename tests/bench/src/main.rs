//! Measures Glasshouse beside the desktops that do the same job today, on the same machine and in the same run.

mod client;
mod figures;
mod peer;
mod process;
mod rows;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::{Value, json};

use crate::figures::{Cell, Row};
use crate::peer::{Peer, Place};
use crate::rows::{Bench, GROUPS, Plan};

/// Measures glasshouse beside weston, sway and Xvfb with openbox, each in turn on this machine, and prints a table.
#[derive(Parser)]
#[command(name = "glasshouse-bench")]
struct Arguments {
    /// Fewer and shorter measurements: finds what is broken, makes no figures.
    #[arg(long)]
    quick: bool,
    /// Only these groups of rows.
    #[arg(long, value_delimiter = ',', value_name = "GROUP", value_parser = GROUPS.iter().map(|(name, _)| *name).collect::<Vec<_>>())]
    only: Vec<String>,
    /// Only these programs.
    #[arg(long, value_delimiter = ',', value_name = "PEER", value_enum)]
    peers: Vec<Peer>,
    /// For how many seconds wake-ups are counted.
    #[arg(long, value_name = "SECONDS")]
    idle: Option<u64>,
    /// Writes everything as JSON to this file, or to stdout in place of the table if it is `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where glasshouse, glasshouse-display and glassctl are; without it, beside this program.
    #[arg(long, value_name = "DIRECTORY")]
    programs: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let programs = match arguments.programs {
        Some(programs) => programs,
        None => std::env::current_exe()?.parent().context("this program has no directory")?.to_owned(),
    };
    let mut plan = if arguments.quick { Plan::QUICK } else { Plan::FULL };
    if let Some(seconds) = arguments.idle {
        plan.idle = Duration::from_secs(seconds);
    }
    let peers = if arguments.peers.is_empty() { Peer::ALL.to_vec() } else { arguments.peers };
    let bench = Bench { place: Place::new(programs)?, peers, plan };
    let machine = machine();

    let started = Instant::now();
    let mut rows = Vec::new();
    for (name, measure) in GROUPS {
        if arguments.only.is_empty() || arguments.only.iter().any(|only| only == name) {
            eprintln!("{:4}s  {name}", started.elapsed().as_secs());
            rows.extend(measure(&bench));
        }
    }
    eprintln!("{:4}s  done", started.elapsed().as_secs());

    let text = figures::json(&machine, &rows);
    let mut stdout = std::io::stdout().lock();
    match arguments.json {
        Some(file) if file.as_os_str() == "-" => writeln!(stdout, "{text:#}")?,
        Some(file) => {
            fs::write(&file, format!("{text:#}\n")).with_context(|| format!("{} cannot be written", file.display()))?;
            write_table(&mut stdout, &machine, &bench.peers, &rows)?;
        }
        None => write_table(&mut stdout, &machine, &bench.peers, &rows)?,
    }
    let failed = rows.iter().flat_map(|row| &row.cells).any(|(_, cell)| matches!(cell, Cell::Failed(_)));
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn write_table(to: &mut impl std::io::Write, machine: &Value, peers: &[Peer], rows: &[Row]) -> Result<()> {
    let text =
        |key: &str| machine.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default();
    writeln!(
        to,
        "{} with {} processors, Linux {}, load {} before.\n",
        text("processor"),
        text("processors"),
        text("kernel"),
        text("load")
    )?;
    writeln!(to, "{}", figures::table(peers, rows))?;
    Ok(())
}

/// What a reader has to know to compare the figures with those of another machine.
fn machine() -> Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let processor = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("an unnamed processor");
    json!({
        "processor": processor.trim_start_matches([' ', '\t', ':']),
        "processors": std::thread::available_parallelism().map(usize::from).unwrap_or(1),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "load": read("/proc/loadavg").split(' ').next().unwrap_or_default(),
    })
}
