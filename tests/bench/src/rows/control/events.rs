//! Events to a subscriber: how many in a second, how late, and what one that does not read costs the others.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use glasshouse_protocols::Filter;
use rustix::time::{ClockId, clock_gettime};

use super::put;
use crate::client::bus;
use crate::client::dbus::{Call, Wire};
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::peer::Peer;
use crate::rows::{Bench, percentile};

/// The pace of the rows about lateness: so many events every millisecond, which makes 5,000 in a second.
const AT_ONCE: usize = 5;
const EVERY: Duration = Duration::from_millis(1);

/// Publishers when nobody holds them back, and calls that each sends before it reads answers.
const PUBLISHERS: usize = 4;
const PIPELINE: usize = 16;

/// Events that are not read are kept for a while: what the desktop and both sockets hold together, and more.
const TO_STALL: usize = 8_000;

pub(super) fn measure(bench: &Bench) -> Vec<Row> {
    let milliseconds = Unit::Milliseconds;
    let mut rows = [
        Row::new("events_per_s", "events to a subscriber", Unit::PerSecond, Reach::AtLeast(5_000.0)),
        Row::new("event_p99", "5,000 events a second: from happening to being read, p99", milliseconds, Reach::AtMost(5.0)),
        Row::new("event_stalled_p99", "the same beside a subscriber that does not read, p99", milliseconds, Reach::AtMost(5.0)),
        Row::new("event_stalled_kept", "subscribers that do not read and were not cut off", Unit::Count, Reach::AtMost(0.0)),
    ];
    put(&mut rows, all(bench));
    rows.into()
}

fn all(bench: &Bench) -> Result<[Cell; 4]> {
    let server = bench.place.start(Peer::Glasshouse)?;
    let socket = bus::socket(&server)?;
    let rate = rate(&socket, bench.plan.video)?;
    let alone = lateness(&socket, bench.plan.video)?;
    let mut stalled = subscribe(&socket)?;
    let beside = lateness(&socket, bench.plan.video.max(EVERY * (TO_STALL / AT_ONCE) as u32))?;
    let kept = !stalled.is_closed(Duration::from_secs(1))?;
    let unit = Unit::Milliseconds;
    Ok([Cell::Value(rate), percentile(&alone, 99.0, unit)?, percentile(&beside, 99.0, unit)?, Cell::Value(f64::from(u8::from(kept)))])
}

fn report() -> Result<Call> {
    Call::desktop("Telemetry1", "ReportTask", &("measured", "succeeded", HashMap::<&str, zbus::Variant<'_>>::new()))
}

fn subscribe(socket: &Path) -> Result<Wire> {
    let filter = Filter { kinds: Some(vec!["agent_task_completed".to_owned()]), ..Filter::default() };
    let mut wire = Wire::connect(socket)?;
    wire.call(&Call::desktop("Desktop1", "Subscribe", &(filter,))?)?;
    Ok(wire)
}

/// Events in a second that one subscriber reads while publishers send as fast as they are answered. None may be missing.
fn rate(socket: &Path, duration: Duration) -> Result<f64> {
    let mut subscriber = subscribe(socket)?;
    let mut publishers = (0..PUBLISHERS).map(|_| Wire::connect(socket)).collect::<Result<Vec<_>>>()?;
    let report = report()?;
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let published = scope.spawn(|| -> Result<usize> {
            let mut count = 0;
            while !over.load(Ordering::Relaxed) {
                for publisher in &mut publishers {
                    publisher.send(&report, PIPELINE)?;
                }
                for publisher in &mut publishers {
                    for _ in 0..PIPELINE {
                        publisher.answer()?;
                    }
                }
                count += PUBLISHERS * PIPELINE;
            }
            Ok(count)
        });
        let mut count = || -> Result<(usize, Duration)> {
            let (started, mut count) = (Instant::now(), 0);
            while started.elapsed() < duration {
                count += usize::from(subscriber.next()?.is_signal());
            }
            Ok((count, started.elapsed()))
        };
        let counted = count();
        over.store(true, Ordering::Relaxed);
        let published = published.join().map_err(|_| anyhow!("the publisher panicked"))??;
        let (mut count, took) = counted?;
        let rate = count as f64 / took.as_secs_f64();
        while count < published {
            count += usize::from(subscriber.next().context("events are missing")?.is_signal());
        }
        Ok(rate)
    })
}

/// How late events come at a steady pace. The clock is the desktop's own: the time that stands in the event.
fn lateness(socket: &Path, duration: Duration) -> Result<Samples> {
    let mut subscriber = subscribe(socket)?;
    let mut publisher = Wire::connect(socket)?;
    let report = report()?;
    let turns = (duration.as_secs_f64() / EVERY.as_secs_f64()) as usize;
    thread::scope(|scope| {
        let published = scope.spawn(move || -> Result<()> {
            let started = Instant::now();
            for turn in 0..turns {
                let due = EVERY * turn as u32;
                thread::sleep(due.saturating_sub(started.elapsed()));
                publisher.send(&report, AT_ONCE)?;
                for _ in 0..AT_ONCE {
                    publisher.answer()?;
                }
            }
            let late = started.elapsed().saturating_sub(EVERY * turns as u32);
            if late > Duration::from_millis(250) {
                bail!("the desktop took {late:?} longer than there was time");
            }
            Ok(())
        });
        let mut samples = Samples::default();
        let mut read = 0;
        while read < turns * AT_ONCE {
            let message = subscriber.next()?;
            if message.is_signal() {
                let happened = Duration::from_nanos(message.number(1).context("an event without its time")?);
                samples.push(monotonic().saturating_sub(happened));
                read += 1;
            }
        }
        published.join().map_err(|_| anyhow!("the publisher panicked"))??;
        Ok(samples)
    })
}

fn monotonic() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
