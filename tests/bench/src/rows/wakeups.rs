//! How often an idle desktop with 20 static windows wakes. All peers idle side by side, because idling together disturbs nobody.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Bench;
use crate::client::x11::XClient;
use crate::client::{Client, Size};
use crate::figures::{Cell, Reach, Row, Unit};
use crate::peer::{Peer, Server};
use crate::process;

const WINDOWS: usize = 20;

/// Until nothing is left of the opening: animations, late configures, a frame or two. Not part of what is counted.
const SETTLE: Duration = Duration::from_secs(5);

struct Idle {
    server: Server,
    clients: Vec<Client>,
    _x_clients: Vec<XClient>,
    before: u64,
}

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let seconds = bench.plan.idle.as_secs();
    let mut row = Row::new("wakeups", format!("wake-ups in {seconds} s, 20 static clients"), Unit::Count, Reach::AtMost(0.0));
    let mut idle: Vec<(Peer, Result<Idle>)> = bench.peers.iter().map(|peer| (*peer, open(bench, *peer))).collect();
    let settled = Instant::now() + SETTLE;
    while Instant::now() < settled {
        for (_, peer) in &mut idle {
            catch_up(peer);
        }
        sleep(Duration::from_millis(200));
    }
    sleep(SETTLE);
    for (_, peer) in &mut idle {
        if let Ok(idle) = peer {
            idle.before = process::context_switches(&idle.server.pids()).unwrap_or_default();
        }
    }
    sleep(bench.plan.idle);
    for (peer, idle) in idle {
        let cell = idle
            .and_then(|idle| switches(&idle))
            .map_or_else(|error| Cell::Failed(format!("{error:#}")), |count| Cell::Value(count as f64));
        row.put(peer, cell);
    }
    vec![row]
}

fn open(bench: &Bench, peer: Peer) -> Result<Idle> {
    let mut server = bench.place.start(peer)?;
    server.complete()?;
    let (mut clients, mut x_clients) = (Vec::new(), Vec::new());
    for index in 0..WINDOWS {
        if peer.is_wayland() {
            let mut client = Client::connect(&server.socket)?;
            client
                .open_window(&format!("static {index}"), Size::Pixels(320, 240))
                .with_context(|| format!("window {index} did not open"))?;
            clients.push(client);
        } else {
            let mut client = XClient::connect(&server.socket)?;
            client.open_window(320, 240)?;
            x_clients.push(client);
        }
    }
    Ok(Idle { server, clients, _x_clients: x_clients, before: 0 })
}

fn catch_up(peer: &mut Result<Idle>) {
    let Ok(idle) = peer else { return };
    let caught_up = idle.clients.iter_mut().try_for_each(Client::catch_up);
    if let Err(error) = caught_up {
        *peer = Err(error.context("a static client was lost"));
    }
}

fn switches(idle: &Idle) -> Result<u64> {
    let pids = idle.server.pids();
    if idle.before == 0 {
        bail!("the threads could not be counted before");
    }
    // A display process that ended in between took its own count along; what is left may then be smaller.
    Ok(process::context_switches(&pids)?.saturating_sub(idle.before))
}
