//! One attack from its beginning to its verdict, and the table of all of them.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use serde::Serialize;

use crate::{
    attacks::Attack,
    desktop::Desktop,
    honest::{Honest, Latency},
    wire::{End, Wire},
};

/// So long the honest client measures before an attack, and after one that was over quickly.
const BEFORE: Duration = Duration::from_millis(300);
const AT_LEAST: Duration = Duration::from_millis(1_000);
/// How much more memory the desktop may use, in KiB.
const MEMORY_KB: i64 = 8 << 10;

/// What came of an attack.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Outcome {
    name: &'static str,
    /// What became of the attacker, in words.
    attacker: String,
    cut_off: bool,
    /// Of the honest client, during the attack.
    latency: Latency,
    /// At the worst moment, over what it was before, in KiB.
    memory_kb: i64,
    descriptors_before: usize,
    descriptors_after: usize,
    /// Sentences; none: passed.
    pub(crate) failures: Vec<String>,
}

/// Runs one attack against a fresh desktop.
pub(crate) fn attempt(attack: &Attack, program: &Path, limit_ms: f64) -> Outcome {
    let mut outcome = Outcome { name: attack.name, ..Outcome::default() };
    if let Err(error) = try_attempt(attack, program, limit_ms, &mut outcome) {
        outcome.failures.push(format!("{error:#}"));
    }
    outcome
}

fn try_attempt(attack: &Attack, program: &Path, limit_ms: f64, outcome: &mut Outcome) -> Result<()> {
    let mut desktop = Desktop::start(program)?;
    let socket = desktop.socket();
    let open_before = desktop.descriptors()?;
    // What every first client costs is not the attacker's doing.
    Wire::connect(&socket)?.sync()?;
    let honest = Honest::start(&socket)?;
    std::thread::sleep(BEFORE);
    desktop.reset_peak()?;
    let resident = desktop.resident_kb()?;
    let start = Instant::now();
    let end = (attack.run)(&socket);
    std::thread::sleep(AT_LEAST.saturating_sub(start.elapsed()));
    if !desktop.is_alive() {
        outcome.failures.push("the desktop died".to_owned());
    }
    match honest.finish(start) {
        Ok(latency) => outcome.latency = latency,
        Err(error) => outcome.failures.push(format!("the honest client: {error:#}")),
    }
    outcome.attacker = match &end {
        Ok(Some(End::Error { code, message })) => format!("error {code}: {message}"),
        Ok(Some(End::Closed)) => "cut off without a word".to_owned(),
        Ok(None) => "goes on in vain".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    outcome.cut_off = matches!(end, Ok(Some(_)));
    if end.is_err() || !outcome.cut_off {
        outcome.failures.push(format!("the attacker was not cut off: {}", outcome.attacker));
    }
    if !desktop.is_alive() {
        return Ok(());
    }
    outcome.memory_kb = i64::try_from(desktop.peak_kb()?)? - i64::try_from(resident)?;
    if outcome.memory_kb > MEMORY_KB {
        outcome.failures.push(format!("the desktop grew by {} KiB", outcome.memory_kb));
    }
    // The honest client's own has gone as well.
    let open_after = desktop.descriptors_back(open_before.len())?;
    (outcome.descriptors_before, outcome.descriptors_after) = (open_before.len(), open_after.len());
    if open_after.len() > open_before.len() {
        // What is made when it is first needed, and kept, is no leak: what a second attack adds is.
        let _ = (attack.run)(&socket); // How it ends is known.
        let again = desktop.descriptors_back(open_after.len())?;
        if again.len() > open_after.len() {
            outcome.failures.push(format!("descriptors are left: {open_before:?} at first, {again:?} after two attacks"));
        }
    }
    if outcome.latency.p99_ms.is_nan() || outcome.latency.p99_ms > limit_ms {
        outcome.failures.push(format!("others waited {:.1} ms (p99)", outcome.latency.p99_ms));
    }
    if !Wire::connect(&socket)?.sync()? {
        outcome.failures.push("the desktop does not answer a new client".to_owned());
    }
    Ok(())
}

/// The table for people.
pub(crate) fn print(outcomes: &[Outcome]) {
    let row = |name: &str, p50: &str, p99: &str, max: &str, memory: &str, fds: &str, attacker: &str| {
        println!("{name:<38} {p50:>8} {p99:>8} {max:>8} {memory:>9} {fds:>8}  {attacker}");
    };
    row("attack", "p50 ms", "p99 ms", "max ms", "memory", "fds", "the attacker");
    for outcome in outcomes {
        let latency = outcome.latency;
        let ms = |value: f64| format!("{value:.3}");
        let fds = format!("{}->{}", outcome.descriptors_before, outcome.descriptors_after);
        let memory = format!("{:+} KiB", outcome.memory_kb);
        row(outcome.name, &ms(latency.p50_ms), &ms(latency.p99_ms), &ms(latency.max_ms), &memory, &fds, &outcome.attacker);
    }
    for outcome in outcomes {
        for failure in &outcome.failures {
            println!("FAILED {}: {failure}", outcome.name);
        }
    }
}
