//! What it costs a desktop that one more window opens while many are there, and when one sees it.

use std::time::Duration;

use anyhow::Result;

use crate::client::many::Many;
use crate::client::{Client, Size};
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::process;
use crate::rows::{Bench, for_each_peer, pause, percentile};

/// Windows that are there, and windows that are opened then, one after the other.
const THERE: [usize; 3] = [1, 100, 500];
const OPENED: usize = 20;

pub(super) fn measure(bench: &Bench) -> Vec<Row> {
    costs(bench).into_iter().chain(frames(bench)).collect()
}

/// From the creation of a window to its first frame, with somebody looking.
fn frames(bench: &Bench) -> Vec<Row> {
    let unit = Unit::Milliseconds;
    let row = |id, there| Row::new(id, format!("window created to its first frame, beside {there}, p99"), unit, Reach::AtMost(50.0));
    let [few, some, many] = THERE;
    let rows = [row("frame_1", few), row("frame_100", some), row("frame_500", many)];
    for_each_peer(bench, rows, |peer| {
        if !peer.has_screencopy() {
            return Ok(THERE.map(|_| Cell::Absent("no screencopy")));
        }
        let server = bench.place.start(peer)?;
        let mut looker = Client::connect(&server.socket)?;
        looker.open_window("looker", Size::Pixels(64, 64))?;
        let mut client = Many::connect(&server.socket)?;
        let mut there = 1;
        let mut measure = |wanted: usize| -> Result<Cell> {
            client.open(wanted - there)?;
            there = wanted;
            let mut samples = Samples::default();
            for turn in 0..OPENED {
                looker.catch_up()?;
                looker.capture()?;
                pause(turn);
                samples.push(client.open_until_frame()?);
                client.close(1)?;
            }
            percentile(&samples, 99.0, unit)
        };
        Ok(THERE.map(|wanted| measure(wanted).unwrap_or_else(|error| Cell::Failed(format!("{error:#}")))))
    })
}

fn costs(bench: &Bench) -> Vec<Row> {
    let row = |id, there| {
        let what = format!("processor time to map a window beside {there}, in the desktop's own layout");
        Row::new(id, what, Unit::Milliseconds, Reach::AtMost(2.0))
    };
    let [few, some, many] = THERE;
    let rows = [row("map_1", few), row("map_100", some), row("map_500", many)];
    for_each_peer(bench, rows, |peer| {
        if !peer.is_wayland() {
            return Ok(THERE.map(|_| Cell::Absent("X")));
        }
        let server = bench.place.start(peer)?;
        let mut client = Many::connect(&server.socket)?;
        let mut there = 0;
        let mut measure = |wanted: usize| -> Result<Cell> {
            client.open(wanted - there)?;
            there = wanted;
            let mut spent = Duration::ZERO;
            for _ in 0..OPENED {
                let before = process::exact_cpu_time(&server.pids())?;
                client.open(1)?;
                spent += process::exact_cpu_time(&server.pids())?.saturating_sub(before);
                client.close(1)?;
            }
            Ok(Cell::Value(Unit::Milliseconds.of(spent / OPENED as u32)))
        };
        Ok(THERE.map(|wanted| measure(wanted).unwrap_or_else(|error| Cell::Failed(format!("{error:#}")))))
    })
}
