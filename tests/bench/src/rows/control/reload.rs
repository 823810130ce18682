//! A long configuration is read again while a client asks for answers all the time.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use super::put;
use crate::client::bus;
use crate::client::dbus::{Call, Wire};
use crate::client::many::Many;
use crate::client::raw::RawClient;
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::peer::Peer;
use crate::rows::{Bench, percentile};

const UNIT: Unit = Unit::Milliseconds;
const LINES: usize = 500;

/// How often the client asks.
const EVERY: Duration = Duration::from_millis(1);

pub(super) fn measure(bench: &Bench) -> Vec<Row> {
    let mut rows = [
        Row::new("reload_p50", "reload of a changed configuration of 500 lines, p50", UNIT, Reach::AtMost(20.0)),
        Row::new("reload_p99", "the same, p99", UNIT, Reach::AtMost(20.0)),
        Row::new("reload_sync_worst", "meanwhile, a client's sync once per ms: worst (a frame has 16.7)", UNIT, Reach::AtMost(16.7)),
    ];
    put(&mut rows, reload(bench));
    rows.into()
}

fn reload(bench: &Bench) -> Result<[Cell; 3]> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("config.toml");
    write(&file, 0)?;
    let path = file.to_str().context("a path in UTF-8")?;
    let server = bench.place.start_with(Peer::Glasshouse, &["--no-config", "--config", path])?;
    let mut windows = Many::connect(&server.socket)?;
    windows.open(2)?;
    let mut wire = Wire::connect(&bus::socket(&server)?)?;
    let call = Call::desktop("Config1", "Reload", &())?;
    let mut client = RawClient::connect(&server.socket)?;
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let worst = scope.spawn(|| -> Result<Duration> {
            let mut worst = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                let asked = Instant::now();
                client.sync()?;
                worst = worst.max(asked.elapsed());
                thread::sleep(EVERY);
            }
            Ok(worst)
        });
        let mut reloads = || -> Result<Samples> {
            let mut samples = Samples::default();
            for turn in 1..=bench.plan.captures {
                write(&file, turn)?;
                let asked = Instant::now();
                wire.call(&call)?;
                samples.push(asked.elapsed());
                windows.catch_up()?;
            }
            Ok(samples)
        };
        let samples = reloads();
        over.store(true, Ordering::Relaxed);
        let worst = worst.join().map_err(|_| anyhow!("the client panicked"))??;
        let samples = samples?;
        Ok([percentile(&samples, 50.0, UNIT)?, percentile(&samples, 99.0, UNIT)?, Cell::Value(UNIT.of(worst))])
    })
}

/// Writes a configuration that differs from the one of the turn before, as editors do: another file takes its place.
fn write(file: &Path, turn: usize) -> Result<()> {
    let new = file.with_extension("new");
    fs::write(&new, configuration(turn))?;
    Ok(fs::rename(new, file)?)
}

/// Bindings of all kinds, and a gap that changes.
fn configuration(turn: usize) -> String {
    let mut text = format!("[layout]\ngap-px = {}\n\n[bindings]\n", turn % 50);
    let modifiers =
        ["super", "super+shift", "super+ctrl", "super+alt", "super+ctrl+shift", "super+alt+shift", "super+ctrl+alt", "ctrl+alt"];
    let keys = ('a'..='z').chain('0'..='9').map(String::from).chain((1..=24).map(|number| format!("F{number}")));
    let keys: Vec<String> = keys.chain(["Home", "End", "Insert", "Delete"].map(str::to_owned)).collect();
    let commands = ["spawn foot -e htop", "set-fullscreen toggle", "move-window-by 10,-10", "focus-window app-id:org.glasshouse.Bench"];
    let chords = modifiers.iter().flat_map(|modifiers| keys.iter().map(move |key| format!("{modifiers}+{key}")));
    for (chord, command) in chords.zip(commands.iter().cycle()).take(LINES - 4) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\"{chord}\" = \"{command}\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_has_five_hundred_lines_and_changes() {
        assert_eq!(configuration(1).lines().count(), LINES);
        assert_ne!(configuration(1), configuration(2));
    }
}
