//! What a call costs: to the desktop's own socket, over a session bus, with many windows, and beside what others do in the same time.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::Pid;

use super::{on_one_processor, put, some_window};
use crate::client::PATIENCE;
use crate::client::bus::{self, Bus};
use crate::client::dbus::{Call, Wire};
use crate::client::many::Many;
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::peer::{Peer, Server, stop};
use crate::rows::{Bench, percentile};

const UNIT: Unit = Unit::Microseconds;

/// Windows that are open for the rows with many.
const MANY: usize = 500;

/// Connections that call at the same time, and calls that each sends before it reads answers.
const CALLERS: usize = 16;
const PIPELINE: usize = 16;

/// A call of ours, about as long as its answer.
const PING: usize = 200;

/// i3's question for the version, which sway answers too.
const GET_VERSION: u32 = 7;

pub(super) fn measure(bench: &Bench) -> Vec<Row> {
    let mut rows = [
        Row::new("call_p50", "call and answer on one processor (Windows1.Get; sway: get_version), p50", UNIT, Reach::AtMost(100.0)),
        Row::new("call_p99", "the same, p99", UNIT, Reach::AtMost(500.0)),
        Row::new("call_many_p50", "the same with 500 windows, p50", UNIT, Reach::AtMost(100.0)),
        Row::new("call_many_p99", "the same with 500 windows, p99", UNIT, Reach::AtMost(500.0)),
        Row::new("call_bus_p50", "the same over a session bus, p50", UNIT, Reach::AtMost(200.0)),
        Row::new("call_bus_p99", "the same over a session bus, p99", UNIT, Reach::AtMost(1_000.0)),
        Row::new("daemon_p50", "to compare: a call to the bus daemon itself (GetId), p50", UNIT, Reach::Open),
        Row::new("socket_p50", "to compare: 200 bytes there and back over a Unix socket, p50", UNIT, Reach::Open),
        Row::new("calls_per_s", "calls of 16 callers at the same time", Unit::PerSecond, Reach::AtLeast(10_000.0)),
    ];
    let cells = own(bench);
    put(&mut rows, cells);
    if bench.peers.contains(&Peer::Sway) {
        let cells = sway(bench).unwrap_or_else(|error| super::failed(&error));
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.put(Peer::Sway, cell);
        }
    }
    rows.into()
}

fn own(bench: &Bench) -> Result<[Cell; 9]> {
    let directory = tempfile::tempdir()?;
    let daemon = Daemon::start(directory.path())?;
    let server = bench.place.start_with(Peer::Glasshouse, &["--session-bus", &daemon.address()])?;
    let socket = bus::socket(&server)?;
    let mut client = Many::connect(&server.socket)?;
    client.open(1)?;
    let get = Call::desktop("Windows1", "Get", &(some_window(&Bus::connect(&server)?)?,))?;

    let mut wire = Wire::connect(&socket)?;
    let mut on_bus = daemon.connect_to_desktop()?;
    let get_id = Call::daemon("GetId", &())?;
    let (few, over_bus, of_daemon, of_socket) = on_one_processor(&server, &[daemon.pid()], || {
        Ok((
            repeat(bench, || wire.call(&get))?,
            repeat(bench, || on_bus.call(&get))?,
            repeat(bench, || on_bus.call(&get_id))?,
            ping_pong(bench)?,
        ))
    })?;

    client.open(MANY - 1)?;
    let mut wire = Wire::connect(&socket)?;
    let many = on_one_processor(&server, &[], || repeat(bench, || wire.call(&get)))?;
    drop(client);

    // Not on one processor: a server of its own.
    let server = bench.place.start(Peer::Glasshouse)?;
    let mut client = Many::connect(&server.socket)?;
    client.open(1)?;
    let get = Call::desktop("Windows1", "Get", &(some_window(&Bus::connect(&server)?)?,))?;
    let rate = calls_per_second(&bus::socket(&server)?, &get, bench.plan.video)?;
    Ok([
        percentile(&few, 50.0, UNIT)?,
        percentile(&few, 99.0, UNIT)?,
        percentile(&many, 50.0, UNIT)?,
        percentile(&many, 99.0, UNIT)?,
        percentile(&over_bus, 50.0, UNIT)?,
        percentile(&over_bus, 99.0, UNIT)?,
        percentile(&of_daemon, 50.0, UNIT)?,
        percentile(&of_socket, 50.0, UNIT)?,
        Cell::Value(rate),
    ])
}

fn repeat(bench: &Bench, mut ask: impl FnMut() -> Result<()>) -> Result<Samples> {
    let mut samples = Samples::default();
    ask()?; // The first of its kind, which does not count.
    for _ in 0..bench.plan.syncs {
        let asked = Instant::now();
        ask()?;
        samples.push(asked.elapsed());
    }
    Ok(samples)
}

fn calls_per_second(socket: &Path, call: &Call, duration: Duration) -> Result<f64> {
    let mut callers = (0..CALLERS).map(|_| Wire::connect(socket)).collect::<Result<Vec<_>>>()?;
    let (started, mut calls) = (Instant::now(), 0);
    while started.elapsed() < duration {
        for caller in &mut callers {
            caller.send(call, PIPELINE)?;
        }
        for caller in &mut callers {
            for _ in 0..PIPELINE {
                caller.answer()?;
            }
        }
        calls += CALLERS * PIPELINE;
    }
    Ok(calls as f64 / started.elapsed().as_secs_f64())
}

/// Bytes to another thread and back.
fn ping_pong(bench: &Bench) -> Result<Samples> {
    let (mut here, mut there) = UnixStream::pair()?;
    let echo = thread::spawn(move || {
        let mut bytes = [0; PING];
        while there.read_exact(&mut bytes).is_ok() && there.write_all(&bytes).is_ok() {}
    });
    let mut bytes = [1; PING];
    let samples = repeat(bench, || {
        here.write_all(&bytes)?;
        Ok(here.read_exact(&mut bytes)?)
    });
    drop(here);
    // It ends because nobody is left to read from.
    let _ = echo.join();
    samples
}

fn sway(bench: &Bench) -> Result<[Cell; 2]> {
    let server = bench.place.start(Peer::Sway)?;
    let mut ipc = UnixStream::connect(ipc_socket(&server)?).context("sway's IPC socket does not accept a client")?;
    ipc.set_read_timeout(Some(PATIENCE))?;
    let mut question = b"i3-ipc".to_vec();
    question.extend(0_u32.to_ne_bytes());
    question.extend(GET_VERSION.to_ne_bytes());
    let samples = on_one_processor(&server, &[], || {
        repeat(bench, || {
            ipc.write_all(&question)?;
            let mut head = [0; 14];
            ipc.read_exact(&mut head)?;
            let length = head.get(6..10).and_then(|length| length.try_into().ok()).map(u32::from_ne_bytes).context("no length")?;
            let mut answer = vec![0; length as usize];
            Ok(ipc.read_exact(&mut answer)?)
        })
    })?;
    Ok([percentile(&samples, 50.0, UNIT)?, percentile(&samples, 99.0, UNIT)?])
}

fn ipc_socket(server: &Server) -> Result<PathBuf> {
    let paths = server.runtime_dir.read_dir()?.flatten().map(|entry| entry.path());
    let is_ipc = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("sway-ipc."));
    paths.into_iter().find(is_ipc).context("sway made no IPC socket")
}

/// A bus daemon of our own, until this is dropped.
struct Daemon {
    child: Child,
    socket: PathBuf,
}

impl Daemon {
    fn start(directory: &Path) -> Result<Self> {
        let socket = directory.join("bus");
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--nopidfile", &format!("--address=unix:path={}", socket.display())]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().context("dbus-daemon cannot be started: run session/install tests")?;
        let daemon = Self { child, socket };
        wait_until("dbus-daemon to listen", || Ok(UnixStream::connect(&daemon.socket).is_ok()))?;
        Ok(daemon)
    }

    fn address(&self) -> String {
        format!("unix:path={}", self.socket.display())
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// A caller on the bus, once the desktop has its name there.
    fn connect_to_desktop(&self) -> Result<Wire> {
        let mut wire = Wire::connect_to_bus(&self.socket)?;
        let owned = Call::daemon("NameHasOwner", &(glasshouse_protocols::BUS_NAME,))?;
        wait_until("the desktop's name on the bus", || Ok(wire.ask(&owned)? == 1))?;
        Ok(wire)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let since = Instant::now();
    while !is_so()? {
        if since.elapsed() > PATIENCE {
            bail!("{what} did not come in {PATIENCE:?}");
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
