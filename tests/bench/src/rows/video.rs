//! Processor time for a full-screen opaque client that changes every pixel 30 times a second, with every frame captured.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::bail;

use super::{Bench, for_each_peer};
use crate::client::{Client, PATCH, Size};
use crate::figures::{Cell, Reach, Row, Unit};
use crate::peer::Peer;
use crate::process;

const FRAME: Duration = Duration::from_nanos(33_333_333);

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let rows = [
        Row::new("video_cpu", "CPU of all processes, 30 fps full screen, each captured", Unit::Percent, Reach::Times(1.5, Peer::Sway)),
        Row::new("video_fps", "frames that were missed of those", Unit::Percent, Reach::Open),
    ];
    let mut rows = for_each_peer(bench, rows, |peer| {
        if !peer.has_screencopy() {
            return Ok(std::array::from_fn(|_| Cell::Absent("no screencopy")));
        }
        let server = bench.place.start(peer)?;
        let mut client = Client::connect(&server.socket)?;
        client.open_window("video", Size::Fullscreen)?;
        client.capture()?;

        let used_before = process::cpu_time(&server.pids())?;
        let started = Instant::now();
        let mut frames = 0;
        while started.elapsed() < bench.plan.video {
            let colour = 0xff00_0000 | (frames * 0x01_0307) & 0xff_ffff;
            client.change_all(colour)?;
            client.capture()?;
            if client.captured_pixel(PATCH, PATCH)? != colour & 0xff_ffff {
                bail!("frame {frames} was not captured");
            }
            frames += 1;
            sleep((started + FRAME * frames).saturating_duration_since(Instant::now()));
        }
        let took = started.elapsed();
        let used = process::cpu_time(&server.pids())?.saturating_sub(used_before);
        let wanted = took.as_secs_f64() / FRAME.as_secs_f64();
        let missed = (1.0 - f64::from(frames) / wanted).max(0.0);
        Ok([Cell::Value(used.as_secs_f64() / took.as_secs_f64() * 100.0), Cell::Value(missed * 100.0)])
    });
    // Only worth a line if it happened: who misses frames also uses less.
    rows.retain(|row| row.id != "video_fps" || row.cells.iter().any(|(_, cell)| cell.value().is_some_and(|missed| missed > 1.0)));
    rows
}
