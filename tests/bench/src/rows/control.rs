//! Control: calls, events, connections, key bindings and the configuration.

mod calls;
mod connections;
mod events;
mod keys;
mod reload;

use anyhow::{Context, Result};
use rustix::thread::CpuSet;

use super::{Bench, failed};
use crate::figures::{Cell, Row};
use crate::peer::{Peer, Server};
use crate::process;

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let ours: [fn(&Bench) -> Vec<Row>; 4] = [calls::measure, events::measure, connections::measure, reload::measure];
    let everybodys: [fn(&Bench) -> Vec<Row>; 1] = [keys::measure];
    let ours = ours.iter().filter(|_| bench.peers.contains(&Peer::Glasshouse));
    ours.chain(&everybodys).flat_map(|measure| measure(bench)).collect()
}

/// Puts what was measured of Glasshouse into its rows.
fn put<const N: usize>(rows: &mut [Row; N], cells: Result<[Cell; N]>) {
    for (row, cell) in rows.iter_mut().zip(cells.unwrap_or_else(|error| failed(&error))) {
        row.put(Peer::Glasshouse, cell);
    }
}

/// Does something with us and a desktop, all of its threads, on one processor: across two, waking the other one costs several times what is
/// to be measured, and whether it happens is the scheduler's luck.
fn on_one_processor<T>(server: &Server, others: &[rustix::process::Pid], work: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut one = CpuSet::new();
    one.set(0);
    for thread in process::threads(&[server.pids(), others.to_vec()].concat())? {
        // A thread may have ended since.
        let _ = process::pin(Some(thread), &one);
    }
    let everywhere = process::pin(None, &one)?;
    let result = work();
    process::pin(None, &everywhere)?;
    result
}

/// The id of some window, for calls that ask about one.
fn some_window(bus: &crate::client::bus::Bus) -> Result<u64> {
    Ok(bus.windows()?.first().context("the desktop knows of no window")?.id)
}
