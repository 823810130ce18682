//! From the spawning of the process to its socket, and to the answer that its first client gets.

use anyhow::Result;

use super::{Bench, for_each_peer, percentile};
use crate::client::raw::RawClient;
use crate::client::x11::XClient;
use crate::figures::{Reach, Row, Samples, Unit};
use crate::peer::Peer;

const UNIT: Unit = Unit::Milliseconds;

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    let rows = [
        Row::new("start_to_socket", "start to socket, p50", UNIT, Reach::Times(1.0, Peer::Weston)),
        Row::new("start_to_answer", "start to first client answered, p50", UNIT, Reach::Times(1.0, Peer::Weston)),
    ];
    for_each_peer(bench, rows, |peer| {
        let (mut sockets, mut answers) = (Samples::default(), Samples::default());
        // The first start fills the page cache and does not count.
        for run in 0..=bench.plan.starts {
            let server = bench.place.start(peer)?;
            first_answer(peer, &server.socket)?;
            let answered = server.spawned.elapsed();
            if run > 0 {
                sockets.push(server.socket_after);
                answers.push(answered);
            }
        }
        Ok([percentile(&sockets, 50.0, UNIT)?, percentile(&answers, 50.0, UNIT)?])
    })
}

fn first_answer(peer: Peer, socket: &std::path::Path) -> Result<()> {
    if peer.is_wayland() { RawClient::connect(socket)?.list_globals() } else { XClient::connect(socket)?.sync() }
}
