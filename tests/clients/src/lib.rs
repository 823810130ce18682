//! A real desktop with real programs on it, for tests: the binaries as users run them, driven through `glassctl`.

mod bus;
mod picture;

use std::{
    fs::Permissions,
    io::{BufRead, BufReader, Read},
    mem::MaybeUninit,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::{fs::PermissionsExt, process::CommandExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::inotify::{self, CreateFlags, WatchFlags},
};
use serde_json::Value;
use tempfile::TempDir;

pub use bus::Bus;
pub use picture::Picture;

/// How long anything may take on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
const PATIENCE_OF_GLASSCTL: &str = "60s";

/// Rest before something is looked at again of which no event tells.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A headless desktop in a runtime folder of its own.
pub struct Desktop {
    process: Child,
    folder: TempDir,
    programs: Vec<Child>,
}

/// A program of this build.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.ancestors().nth(2).context("tests lie in target/debug/deps")?;
    let path = folder.join(name);
    ensure!(path.exists(), "{} is not built: run `cargo build` first", path.display());
    Ok(path)
}

/// The name of every test desktop's socket: each has a folder of its own.
pub const SOCKET: &str = "wayland-test";

impl Desktop {
    /// Starts one and waits until clients can connect.
    pub fn start(arguments: &[&str]) -> anyhow::Result<Self> {
        Self::start_with(arguments, &[])
    }

    pub fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<Self> {
        Self::start_in(Self::new_folder()?, arguments, environment)
    }

    /// A folder for a desktop: its sockets lie there, and `config` and `state`.
    pub fn new_folder() -> anyhow::Result<TempDir> {
        Ok(tempfile::Builder::new().prefix("glasshouse-clients-").permissions(Permissions::from_mode(0o700)).tempdir()?)
    }

    /// Starts one with this configuration file, which may be written again later: see [`Self::config_file`].
    pub fn start_configured(arguments: &[&str], config: &str) -> anyhow::Result<Self> {
        let folder = Self::new_folder()?;
        let path = folder.path().join("config/glasshouse/config.toml");
        std::fs::create_dir_all(path.parent().context("a file in a folder")?)?;
        std::fs::write(path, config)?;
        Self::start_in(folder, arguments, &[])
    }

    /// Where its user's configuration is.
    pub fn config_file(&self) -> PathBuf {
        self.folder.path().join("config/glasshouse/config.toml")
    }

    pub fn start_in(folder: TempDir, arguments: &[&str], environment: &[(&str, &str)]) -> anyhow::Result<Self> {
        let (reads, writes) = std::io::pipe()?;
        // The child must inherit it; other children of this process do not mind one more descriptor.
        rustix::io::fcntl_setfd(&writes, rustix::io::FdFlags::empty())?;
        let mut command = Command::new(program("glasshouse")?);
        command.args(["--headless", "--socket", SOCKET, "--debug-orders", "--ready-fd", &writes.as_raw_fd().to_string()]);
        command.args(arguments);
        // Nothing of whoever runs the tests.
        command.env("XDG_CONFIG_HOME", folder.path().join("config")).env("XDG_STATE_HOME", folder.path().join("state"));
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").envs(environment.iter().copied());
        command.env("XDG_RUNTIME_DIR", folder.path()).env("LC_ALL", "C.UTF-8").env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY");
        let process = command.stdin(Stdio::null()).process_group(0).spawn().context("glasshouse cannot be started")?;
        drop(writes);
        let desktop = Self { process, folder, programs: Vec::new() };
        let mut name = String::new();
        BufReader::new(reads).read_line(&mut name)?;
        ensure!(name.trim() == SOCKET, "the desktop did not become ready");
        Ok(desktop)
    }

    /// A connection to its D-Bus socket.
    pub async fn connect(&self) -> anyhow::Result<zbus::Connection> {
        let socket = tokio::net::UnixStream::connect(self.folder.path().join(format!("glasshouse-{SOCKET}"))).await?;
        Ok(zbus::connection::Builder::unix_stream(socket.into_std()?).p2p().build().await?)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The environment of a program on this desktop.
    pub fn environment(&self, command: &mut Command) {
        command.env("XDG_RUNTIME_DIR", self.folder.path()).env("WAYLAND_DISPLAY", SOCKET).env("LC_ALL", "C.UTF-8");
        command.env("GDK_BACKEND", "wayland").env("GSK_RENDERER", "cairo").env_remove("DISPLAY");
    }

    /// Runs `glassctl` and gives what it prints.
    pub fn ctl(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.ctl_output(arguments)?;
        let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
        ensure!(output.status.success(), "glassctl {}: {said}", arguments.join(" "));
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }

    pub fn ctl_output(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let mut command = Command::new(program("glassctl")?);
        command.args(arguments);
        self.environment(&mut command);
        Ok(command.output()?)
    }

    /// Opens a program and gives its window's id.
    pub fn launch(&self, argv: &[&str]) -> anyhow::Result<String> {
        self.ctl(&[&["launch", "--"], argv].concat())
    }

    /// Starts a program with its output for us, without waiting for a window. It ends with the desktop.
    pub fn spawn(&mut self, argv: &[&str]) -> anyhow::Result<&mut Child> {
        let (program, arguments) = argv.split_first().context("no program")?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.environment(&mut command);
        let child = command.spawn().with_context(|| format!("{program} is missing: session/packages.txt names its package"))?;
        self.programs.push(child);
        self.programs.last_mut().context("just pushed")
    }

    /// What the first program that was started by [`Self::spawn`] has written to its error output; ends it.
    pub fn errors_of_first(&mut self) -> anyhow::Result<String> {
        let child = self.programs.first_mut().context("no program was started")?;
        child.kill()?;
        let mut text = String::new();
        child.stderr.take().context("its errors were read before")?.read_to_string(&mut text)?;
        Ok(text)
    }

    pub fn windows(&self) -> anyhow::Result<Vec<Value>> {
        let windows: Value = serde_json::from_str(&self.ctl(&["windows", "--json"])?)?;
        windows.as_array().cloned().context("a list of windows")
    }

    pub fn window(&self, id: &str) -> anyhow::Result<Option<Value>> {
        Ok(self.windows()?.into_iter().find(|window| window["id"].as_u64().is_some_and(|known| id.parse() == Ok(known))))
    }

    /// Waits for the window of a program that was started by [`Self::spawn`]; any window if `app_id` is empty.
    pub fn wait_for_window(&self, app_id: &str) -> anyhow::Result<String> {
        let wanted = if app_id.is_empty() { vec![] } else { vec!["--app-id", app_id] };
        self.ctl(&[&["wait-for", "window", "--timeout", PATIENCE_OF_GLASSCTL], wanted.as_slice()].concat())
    }

    pub fn close_and_wait(&self, window: &str) -> anyhow::Result<()> {
        self.ctl(&["close", window])?;
        self.ctl(&["wait-for", "window", "--window", window, "--state", "closed", "--timeout", PATIENCE_OF_GLASSCTL]).map(drop)
    }

    /// Has the display misbehave.
    pub fn debug(&self, order: &[&str]) -> anyhow::Result<()> {
        self.ctl(&[&["debug"], order].concat()).map(drop)
    }

    /// A picture, through `glassctl capture`.
    pub fn picture(&self, arguments: &[&str]) -> anyhow::Result<Picture> {
        let path = self.folder.path().join("picture.png");
        let name = path.to_str().context("a path in UTF-8")?;
        self.ctl(&[&["capture", "-o", name], arguments].concat())?;
        Picture::read(&path)
    }

    /// The display process. `None`: there is none.
    pub fn display_pid(&self) -> anyhow::Result<Option<u32>> {
        // Its parent is the desktop, and programs are not started by these tests' desktops before they ask.
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            let Ok(status) = std::fs::read_to_string(entry.path().join("status")) else { continue };
            let is_child =
                status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|parent| parent.trim() == self.pid().to_string()));
            let exe = std::fs::read_link(entry.path().join("exe")).unwrap_or_default();
            if is_child && exe.to_string_lossy().contains("glasshouse-display") {
                return Ok(Some(pid));
            }
        }
        Ok(None)
    }

    pub fn signal_display(&self, signal: rustix::process::Signal) -> anyhow::Result<()> {
        let pid = self.display_pid()?.context("there is no display process")?;
        let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).context("a pid")?;
        Ok(rustix::process::kill_process(pid, signal)?)
    }

    /// Asks again and again, because what a foreign program draws, and when it has come to rest, is told by no event. Bounded by
    /// [`PATIENCE`]; fails at once if the desktop ends.
    pub fn wait_for<T>(&mut self, what: &str, mut ask: impl FnMut(&mut Self) -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
        let start = Instant::now();
        let process = self.pidfd()?;
        loop {
            if let Some(found) = ask(self)? {
                return Ok(found);
            }
            ensure!(start.elapsed() < PATIENCE, "{what} did not come within {} s", PATIENCE.as_secs());
            ensure!(!readable(&[&process], LOOK_AGAIN)?, "the desktop ended while waiting for {what}");
        }
    }

    /// Waits until a program has written this file to the end of a line, and gives its contents.
    pub fn wait_for_file(&self, path: &Path) -> anyhow::Result<String> {
        let folder = path.parent().context("a file in a folder")?;
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        // Before the first look, so that nothing is written unseen.
        inotify::add_watch(&inotify, folder, WatchFlags::CLOSE_WRITE | WatchFlags::MODIFY | WatchFlags::MOVED_TO)?;
        let (start, process) = (Instant::now(), self.pidfd()?);
        loop {
            match std::fs::read_to_string(path) {
                Ok(text) if text.ends_with('\n') => return Ok(text),
                _ => {}
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            ensure!(readable(&[&inotify, &process], left)?, "{} was not written within {} s", path.display(), PATIENCE.as_secs());
            ensure!(!readable(&[&process], Duration::ZERO)?, "the desktop ended while waiting for {}", path.display());
            let mut space = [MaybeUninit::uninit(); 4096];
            let mut events = inotify::Reader::new(&inotify, &mut space);
            while events.next().is_ok() {}
        }
    }

    /// Kills the desktop, as a crash does, and gives its folder for the next one.
    pub fn kill(mut self) -> anyhow::Result<TempDir> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(std::mem::replace(&mut self.folder, Self::new_folder()?))
    }

    /// Ends the desktop with SIGTERM and gives its exit status.
    pub fn end(&mut self) -> anyhow::Result<std::process::ExitStatus> {
        let pid = i32::try_from(self.process.id()).ok().and_then(rustix::process::Pid::from_raw).context("a pid")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        self.wait()
    }

    /// Waits until the desktop has ended.
    pub fn wait(&mut self) -> anyhow::Result<std::process::ExitStatus> {
        ensure!(readable(&[&self.pidfd()?], PATIENCE)?, "the desktop does not end");
        Ok(self.process.wait()?)
    }

    /// Readable once the desktop has ended.
    fn pidfd(&self) -> anyhow::Result<OwnedFd> {
        let pid = i32::try_from(self.process.id()).ok().and_then(rustix::process::Pid::from_raw).context("a pid")?;
        Ok(rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())?)
    }
}

/// Waits until one of these has something to read. `false`: none had within this time.
fn readable(files: &[&OwnedFd], within: Duration) -> anyhow::Result<bool> {
    let mut files: Vec<_> = files.iter().map(|file| PollFd::new(file, PollFlags::IN)).collect();
    let within = Timespec::try_from(within)?;
    Ok(poll(&mut files, Some(&within))? > 0)
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // Everything that was started here ends with the test, also when it failed: errors have no reader any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
        for program in &mut self.programs {
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}
