//! The display process killed, stopped and hung under real applications. Only ours can: nobody else has one that may die.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};

use super::{Bench, percentile};
use crate::client::bus::Bus;
use crate::client::{Client, PATIENCE, Size};
use crate::figures::{Cell, Reach, Row, Samples, Unit};
use crate::peer::{Peer, Server, stop};
use crate::process;

const UNIT: Unit = Unit::Milliseconds;

/// As they come from Debian: two terminals, a GTK 4 application, and two of weston's, one of which redraws all the time.
const APPLICATIONS: [&[&str]; 5] = [
    &["foot", "sleep", "infinity"],
    &["foot", "sleep", "infinity"],
    &["gtk4-widget-factory"],
    &["weston-terminal"],
    &["weston-simple-shm"],
];

/// Windows that have not moved for this long have found their places.
const SETTLED: Duration = Duration::from_secs(1);

/// A frame that takes longer than this is a failure, not a figure.
const FRAME_LIMIT: Duration = Duration::from_secs(15);

pub(crate) fn measure(bench: &Bench) -> Vec<Row> {
    if !bench.peers.contains(&Peer::Glasshouse) {
        return Vec::new();
    }
    let mut killed =
        Row::new("killed_p95", format!("display killed {} times: next frame, p95", bench.plan.kills), UNIT, Reach::AtMost(200.0));
    let mut stopped =
        Row::new("stopped_p95", format!("display stopped {} times: next frame, p95", bench.plan.stops), UNIT, Reach::AtMost(200.0));
    let mut hung = Row::new("hung_p95", format!("display hung {} times: next frame, p95", bench.plan.hangs), UNIT, Reach::Open);
    let mut lost = Row::new("clients_lost", "clients lost by that, of 5 and ours", Unit::Count, Reach::AtMost(0.0));
    let mut killed_gpu = Row::new(
        "killed_gpu_p95",
        format!("the same on the gpu executor (here lavapipe), {} times", bench.plan.stops),
        UNIT,
        Reach::AtMost(1_000.0),
    );
    let [kill, halt, hang, gone] = deaths(bench).unwrap_or_else(|error| super::failed(&error));
    let [kill_gpu] = gpu_deaths(bench).map(|cell| [cell]).unwrap_or_else(|error| super::failed(&error));
    killed.put(Peer::Glasshouse, kill);
    stopped.put(Peer::Glasshouse, halt);
    hung.put(Peer::Glasshouse, hang);
    lost.put(Peer::Glasshouse, gone);
    killed_gpu.put(Peer::Glasshouse, kill_gpu);
    vec![killed, killed_gpu, stopped, hung, lost]
}

/// Nobody may be lost here either: that is a failure, not a figure.
fn gpu_deaths(bench: &Bench) -> Result<Cell> {
    let server = bench.place.start_with(Peer::Glasshouse, &["--executor", "gpu"])?;
    let mut applications = Applications::open(&server)?;
    let mut watcher = Watcher::open(&server)?;
    applications.await_windows(bench, &server)?;
    let killed = watcher.repeat(&server, bench.plan.stops, |display| process::signal(display, Signal::KILL)).context("killed")?;
    let lost = applications.lost();
    if !lost.is_empty() {
        bail!("clients were lost: {lost:?}");
    }
    percentile(&killed, 95.0, UNIT)
}

fn deaths(bench: &Bench) -> Result<[Cell; 4]> {
    let server = bench.place.start(Peer::Glasshouse)?;
    let mut applications = Applications::open(&server)?;
    let mut watcher = Watcher::open(&server)?;
    applications.await_windows(bench, &server)?;
    let bus = Bus::connect(&server)?;
    let killed = watcher.repeat(&server, bench.plan.kills, |display| process::signal(display, Signal::KILL)).context("killed")?;
    let stopped = watcher.repeat(&server, bench.plan.stops, |display| process::signal(display, Signal::STOP)).context("stopped")?;
    let hung = watcher.repeat(&server, bench.plan.hangs, |_| bus.hang_display()).context("hung");
    let hung = hung.and_then(|samples| percentile(&samples, 95.0, UNIT)).unwrap_or_else(|error| Cell::Failed(format!("{error:#}")));
    let lost = applications.lost();
    for (name, status, said) in &lost {
        eprintln!("       lost: {name} ended with {status}; it said: {said}");
    }
    let lost = lost.len();
    Ok([percentile(&killed, 95.0, UNIT)?, percentile(&stopped, 95.0, UNIT)?, hung, Cell::Value(lost as f64)])
}

struct Applications(Vec<Application>);

struct Application {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Applications {
    fn open(server: &Server) -> Result<Self> {
        let mut applications = Self(Vec::new());
        for argv in APPLICATIONS {
            let (program, arguments) = argv.split_first().context("an application has a name")?;
            let mut command = Command::new(program);
            let log = server.runtime_dir.join(format!("{program}-{}.log", applications.0.len()));
            let output = File::create(&log)?;
            command.args(arguments).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
            command.env("WAYLAND_DISPLAY", &server.socket).env("XDG_RUNTIME_DIR", &server.runtime_dir).env("LC_ALL", "C.UTF-8");
            command.env("GDK_BACKEND", "wayland").env_remove("DISPLAY");
            let child = command.spawn().with_context(|| format!("{program} cannot be started: run session/install"))?;
            applications.0.push(Application { name: program, child, log });
        }
        Ok(applications)
    }

    /// Asks the desktop until it has a window of each application, and the bench's own.
    fn await_windows(&mut self, bench: &Bench, server: &Server) -> Result<()> {
        let since = Instant::now();
        let (mut settled, mut last) = (Instant::now(), String::new());
        loop {
            let mut glassctl = Command::new(bench.place.program("glassctl"));
            glassctl.args(["windows", "--json"]).env("WAYLAND_DISPLAY", &server.socket).env("XDG_RUNTIME_DIR", &server.runtime_dir);
            let output = glassctl.output().context("glassctl cannot be started: run cargo build")?;
            let windows: serde_json::Value = serde_json::from_slice(&output.stdout)
                .with_context(|| format!("glassctl windows --json failed: {}", String::from_utf8_lossy(&output.stderr)))?;
            // A window without content is not yet laid out: it would move the others later.
            let mapped = |window: &&serde_json::Value| window.get("mapped").and_then(serde_json::Value::as_bool) == Some(true);
            let count = windows.as_array().map(|windows| windows.iter().filter(mapped).count()).unwrap_or_default();
            // Whoever answers late moves the others late: all of them have to stay where they are for a while.
            let places = String::from_utf8_lossy(&output.stdout).into_owned();
            if places != last {
                (settled, last) = (Instant::now(), places);
            }
            if count > APPLICATIONS.len() && settled.elapsed() > SETTLED {
                return Ok(());
            }
            if since.elapsed() > Duration::from_secs(30) || !self.lost().is_empty() {
                bail!("only {count} of {} windows opened, and {} applications ended", APPLICATIONS.len() + 1, self.lost().len());
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// Who ended, how, and what it said last.
    fn lost(&mut self) -> Vec<(&'static str, String, String)> {
        let ended = self.0.iter_mut().filter_map(|application| {
            let status = match application.child.try_wait() {
                Ok(None) => return None,
                Ok(Some(status)) => status.to_string(),
                Err(error) => error.to_string(),
            };
            let log = fs::read_to_string(&application.log).unwrap_or_default();
            Some((application.name, status, log.lines().last().unwrap_or("nothing").to_owned()))
        });
        ended.collect()
    }
}

impl Drop for Applications {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|application| stop(&mut application.child));
    }
}

/// A small window of the bench's own, whose newest colour has to appear in a picture: that is the next frame.
struct Watcher {
    client: Client,
    at: (u32, u32),
}

impl Watcher {
    fn open(server: &Server) -> Result<Self> {
        let mut client = Client::connect(&server.socket)?;
        client.open_window("watcher", Size::Pixels(200, 150))?;
        Ok(Self { client, at: (0, 0) })
    }

    /// Applications that open later may cover or move the window: its place is looked up again, with a colour that nobody else has.
    fn find(&mut self) -> Result<()> {
        const SIGNAL: u32 = 0xff01_fe03;
        self.client.change_patch(SIGNAL)?;
        self.client.capture()?;
        self.at = self.client.find_captured(SIGNAL & 0xff_ffff)?.context("the bench's own window is not visible")?;
        Ok(())
    }

    fn repeat(&mut self, server: &Server, times: usize, harm: impl Fn(Pid) -> Result<()>) -> Result<Samples> {
        let mut samples = Samples::default();
        for turn in 0..times {
            self.find()?;
            let display = server.display_process().context("there is no display process although a picture was just taken")?;
            let colour = 0xff00_0000 | (0x0004_0209 * (turn as u32 + 1)) & 0xff_ffff;
            let hit = Instant::now();
            harm(display)?;
            self.client.change_patch(colour)?;
            self.await_colour(colour, hit).with_context(|| format!("time {}", turn + 1))?;
            samples.push(hit.elapsed());
            let since = Instant::now();
            while process::alive(display) {
                if since.elapsed() > Duration::from_secs(2) {
                    bail!("the old display process {} is still there", display.as_raw_nonzero());
                }
                sleep(Duration::from_millis(1));
            }
        }
        Ok(samples)
    }

    fn await_colour(&mut self, colour: u32, since: Instant) -> Result<()> {
        let (mut taken, mut refused, mut seen) = (0, 0, None);
        while since.elapsed() < FRAME_LIMIT {
            // A picture that never comes is a failure of its own, and not the next one's either.
            match self.client.try_capture(PATIENCE).with_context(|| format!("after {taken} pictures and {refused} refusals"))? {
                Some(_) => taken += 1,
                None => refused += 1,
            }
            seen = Some(self.client.captured_pixel(self.at.0, self.at.1)?);
            if seen == Some(colour & 0xff_ffff) {
                return Ok(());
            }
        }
        let elsewhere = self.client.find_captured(colour & 0xff_ffff)?;
        let seen = seen.unwrap_or_default();
        bail!(
            "no new frame in {FRAME_LIMIT:?}: {taken} pictures show {seen:#08x} at {:?} in place of {:#08x} (which is at {elsewhere:?}), {refused} were refused",
            self.at,
            colour & 0xff_ffff
        )
    }
}
