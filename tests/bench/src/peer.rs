//! The programs that are measured, and how each is started on a headless 1920x1080 output.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};
use tempfile::TempDir;

use crate::process;

pub(crate) const WIDTH: u32 = 1920;
pub(crate) const HEIGHT: u32 = 1080;

/// sway refuses some of what it needs to root, and nobody should measure a compositor that way: it runs as this user.
const ORDINARY_USER: &str = "glasshouse-bench";

/// Nobody takes longer to start, even on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Peer {
    Glasshouse,
    Weston,
    Sway,
    Xvfb,
}

impl Peer {
    pub(crate) const ALL: [Self; 4] = [Self::Glasshouse, Self::Weston, Self::Sway, Self::Xvfb];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Glasshouse => "glasshouse",
            Self::Weston => "weston",
            Self::Sway => "sway",
            Self::Xvfb => "Xvfb + openbox",
        }
    }

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Glasshouse => "glasshouse",
            Self::Weston => "weston",
            Self::Sway => "sway",
            Self::Xvfb => "xvfb",
        }
    }

    /// Whether clients can take pictures over wlr-screencopy. weston has a protocol of its own for its own tool.
    pub(crate) fn has_screencopy(self) -> bool {
        matches!(self, Self::Glasshouse | Self::Sway)
    }

    pub(crate) fn is_wayland(self) -> bool {
        self != Self::Xvfb
    }
}

/// Where programs come from and where they may write.
pub(crate) struct Place {
    directory: TempDir,
    /// Holds `glasshouse`, `glasshouse-display` and `glassctl`.
    programs: PathBuf,
}

/// A program that runs until this is dropped.
pub(crate) struct Server {
    pub(crate) peer: Peer,
    /// The Wayland socket, or that of X.
    pub(crate) socket: PathBuf,
    /// Only for Wayland: where `socket` is.
    pub(crate) runtime_dir: PathBuf,
    pub(crate) spawned: Instant,
    /// From the spawning of the process until its socket was there.
    pub(crate) socket_after: Duration,
    children: Vec<Child>,
    log: PathBuf,
    _directory: TempDir,
}

impl Place {
    pub(crate) fn new(programs: PathBuf) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("glasshouse-bench.").tempdir().context("no temporary directory can be made")?;
        // The ordinary user has to get through it.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755))?;
        Ok(Self { directory, programs })
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Why this program cannot be measured here, if so.
    pub(crate) fn missing(&self, peer: Peer) -> Option<String> {
        let (wanted, way_out): (&[&str], _) = match peer {
            Peer::Glasshouse => {
                let wanted = ["glasshouse", "glasshouse-display"];
                let gone = wanted.into_iter().find(|name| !self.program(name).is_file())?;
                return Some(format!("{} is not built: run cargo build", self.program(gone).display()));
            }
            Peer::Weston => (&["weston"], "session/install tests"),
            Peer::Sway => (&["sway"], "session/install bench"),
            Peer::Xvfb => (&["Xvfb", "openbox"], "session/install bench"),
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let gone = wanted.iter().find(|name| !std::env::split_paths(&path).any(|directory| directory.join(name).is_file()))?;
        Some(format!("{gone} is not installed: run {way_out}"))
    }

    /// Starts a program and waits until its socket is there; what it says goes to a log file that errors quote.
    pub(crate) fn start(&self, peer: Peer) -> Result<Server> {
        self.start_with(peer, &[])
    }

    /// Starts it with further arguments.
    pub(crate) fn start_with(&self, peer: Peer, arguments: &[&str]) -> Result<Server> {
        if let Some(why) = self.missing(peer) {
            bail!(why);
        }
        let directory = tempfile::Builder::new().prefix(peer.id()).tempdir_in(self.directory.path())?;
        let runtime_dir = directory.path().to_owned();
        fs::set_permissions(&runtime_dir, fs::Permissions::from_mode(0o700))?;
        let size = format!("{WIDTH}x{HEIGHT}");
        let (mut command, socket) = match peer {
            Peer::Glasshouse => {
                let mut command = Command::new(self.program("glasshouse"));
                command.args(["--headless", "--size", &size, "--socket", "wayland-bench", "--debug-orders"]);
                (command, runtime_dir.join("wayland-bench"))
            }
            Peer::Weston => {
                let mut command = Command::new("weston");
                command.args(["--backend=headless-backend.so", "--use-pixman", "--shell=kiosk-shell.so", "--no-config", "--idle-time=0"]);
                command.args([format!("--width={WIDTH}"), format!("--height={HEIGHT}"), "--socket=wayland-bench".to_owned()]);
                (command, runtime_dir.join("wayland-bench"))
            }
            Peer::Sway => {
                let config = runtime_dir.join("config");
                fs::write(
                    &config,
                    format!("output HEADLESS-1 mode {size}\nxwayland disable\ndefault_border none\nbindsym Mod4+f fullscreen toggle\n"),
                )?;
                let mut command = Command::new("sway");
                command.arg("--config").arg(&config);
                command.env("WLR_BACKENDS", "headless").env("WLR_RENDERER", "pixman").env("WLR_LIBINPUT_NO_DEVICES", "1");
                become_ordinary(&mut command, &runtime_dir)?;
                (command, runtime_dir.join("wayland-1"))
            }
            Peer::Xvfb => {
                let number = free_x_display()?;
                let mut command = Command::new("Xvfb");
                command.args([&format!(":{number}"), "-screen", "0", &format!("{size}x24"), "-nolisten", "tcp", "-noreset", "-ac"]);
                (command, PathBuf::from(format!("/tmp/.X11-unix/X{number}")))
            }
        };
        let log = directory.path().join("log");
        let output = File::create(&log)?;
        command.args(arguments).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        command.env("XDG_RUNTIME_DIR", &runtime_dir).env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY").env_remove("WAYLAND_SOCKET");
        let spawned = Instant::now();
        let child = command.spawn().with_context(|| format!("{} cannot be started", peer.name()))?;
        let children = vec![child];
        let mut server = Server { peer, socket, runtime_dir, spawned, socket_after: Duration::ZERO, children, log, _directory: directory };
        server.await_socket()?;
        server.socket_after = spawned.elapsed();
        Ok(server)
    }
}

impl Server {
    fn await_socket(&mut self) -> Result<()> {
        // A socket file that refuses is bound but not yet listened on.
        while UnixStream::connect(&self.socket).is_err() {
            if let Some(status) = self.children.first_mut().map(Child::try_wait).transpose()?.flatten() {
                bail!("{} ended with {status} before its socket was there; it said: {}", self.peer.name(), self.last_words());
            }
            if self.spawned.elapsed() > START_LIMIT {
                bail!(
                    "{} made no socket at {} in {START_LIMIT:?}; it said: {}",
                    self.peer.name(),
                    self.socket.display(),
                    self.last_words()
                );
            }
            sleep(Duration::from_micros(100));
        }
        Ok(())
    }

    /// Adds what belongs to a desktop on X beside the server: the window manager.
    pub(crate) fn complete(&mut self) -> Result<()> {
        if self.peer == Peer::Xvfb && self.children.len() == 1 {
            let number = self.socket.to_string_lossy().rsplit('X').next().unwrap_or_default().to_owned();
            let output = File::options().append(true).open(&self.log)?;
            let mut command = Command::new("openbox");
            command.env("DISPLAY", format!(":{number}")).env_remove("WAYLAND_DISPLAY").env("XDG_RUNTIME_DIR", &self.runtime_dir);
            command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
            self.children.push(command.spawn().context("openbox cannot be started")?);
        }
        Ok(())
    }

    /// All processes that make up this desktop now. Ours may have a display process or not.
    pub(crate) fn pids(&self) -> Vec<Pid> {
        self.children.iter().flat_map(|child| process::tree(Pid::from_child(child))).collect()
    }

    /// Our process that draws, while there is one.
    pub(crate) fn display_process(&self) -> Option<Pid> {
        self.pids().into_iter().find(|pid| process::program(*pid).is_some_and(|name| name == "glasshouse-display"))
    }

    pub(crate) fn last_words(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().rev().take(5).collect();
        if lines.is_empty() { "nothing".to_owned() } else { lines.into_iter().rev().collect::<Vec<_>>().join(" / ") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Window manager first, so that it does not complain about a lost server.
        for child in self.children.iter_mut().rev() {
            stop(child);
        }
    }
}

/// Ends a child politely, and after two seconds without mercy.
pub(crate) fn stop(child: &mut Child) {
    let _ = process::signal(Pid::from_child(child), Signal::TERM);
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(2) {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Lets `command` run as the ordinary user if we are root, with `runtime_dir` as its own. The user is made when it is missing.
fn become_ordinary(command: &mut Command, runtime_dir: &Path) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let (user, group) = match process::user(ORDINARY_USER)? {
        Some(ids) => ids,
        None => {
            let arguments = ["--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent", "--shell=/usr/sbin/nologin"];
            let made = Command::new("useradd").args(arguments).arg(ORDINARY_USER).status().context("useradd cannot be started")?;
            process::user(ORDINARY_USER)?.with_context(|| format!("useradd made no user {ORDINARY_USER} ({made})"))?
        }
    };
    for path in fs::read_dir(runtime_dir)?.flatten().map(|entry| entry.path()).chain([runtime_dir.to_owned()]) {
        chown(&path, Some(user), Some(group)).with_context(|| format!("{} cannot be given to {ORDINARY_USER}", path.display()))?;
    }
    command.env("HOME", runtime_dir).current_dir("/").uid(user).gid(group);
    Ok(())
}

fn free_x_display() -> Result<u32> {
    let taken =
        |number: &u32| Path::new(&format!("/tmp/.X{number}-lock")).exists() || Path::new(&format!("/tmp/.X11-unix/X{number}")).exists();
    (90..200).find(|number| !taken(number)).context("no X display number between 90 and 200 is free")
}
