//! Programs that the desktop starts, and which window each of them opens.

use std::{
    collections::{BTreeMap, BTreeSet},
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
};

use glasshouse_core::{Timestamp, WindowId};
use glasshouse_protocols::{
    Payload, Window,
    event::{ProcessSpawned, ProcessTerminated},
};

use crate::{
    State,
    bus::{BusError, Launch, Reply},
};

/// Generations of processes between a program and its window's process: shells, wrappers, sandboxes.
const MAX_ANCESTORS: usize = 32;

/// What was started and is not over.
#[derive(Debug, Default)]
pub struct Launches {
    waiting: Vec<Waiting>,
    /// With how it was started.
    children: Vec<(Child, Vec<String>)>,
    /// Windows that came with the token of a launch, before or after they were mapped.
    by_token: Vec<(String, WindowId)>,
    /// Windows that were given to a launch: one window answers one launch.
    claimed: BTreeSet<WindowId>,
}

/// A program that was started.
#[derive(Debug)]
pub struct Spawned {
    pub pid: i32,
    /// The activation token that it was given.
    pub token: String,
}

#[derive(Debug)]
struct Waiting {
    program: String,
    pid: i32,
    token: String,
    until: Timestamp,
    reply: Reply<Window>,
}

impl Launches {
    /// A client asked for activation with this token.
    pub fn activated(&mut self, token: &str, window: WindowId) {
        if self.waiting.iter().any(|waiting| waiting.token == token) {
            self.by_token.push((token.to_owned(), window));
        }
    }

    /// What runs that this desktop has started, by process, and how it was started.
    pub fn started(&self) -> BTreeMap<i32, Vec<String>> {
        self.children.iter().map(|(child, argv)| (pid_of(child), argv.clone())).collect()
    }

    /// When a launch has waited long enough.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|waiting| waiting.until).min()
    }
}

impl State {
    /// Starts a program; the answer comes when its window is there.
    pub fn launch(&mut self, launch: Launch, reply: Reply<Window>) {
        match self.start_program(&launch.argv, launch.env, launch.cwd) {
            Ok(Spawned { pid, token }) => {
                let program = launch.argv.first().cloned().unwrap_or_default();
                let until = self.now.after(launch.timeout);
                self.launches.waiting.push(Waiting { program, pid, token, until, reply });
            }
            Err(error) => {
                let _ = reply.send(Err(error));
            }
        }
    }

    /// Takes a program on that was started for this desktop. It is buried when it ends, and subscribers hear of both.
    pub fn adopt(&mut self, child: Child, argv: &[String]) {
        let program = argv.first().cloned().unwrap_or_default();
        self.publish(Payload::ProcessSpawned(ProcessSpawned { pid: pid_of(&child), program, argv: argv.to_vec() }));
        self.launches.children.push((child, argv.to_vec()));
    }

    /// Starts a program on this desktop. It is buried when it ends.
    ///
    /// # Errors
    ///
    /// `LaunchFailed` with the system's reason.
    pub fn start_program(&mut self, argv: &[String], env: Vec<(String, String)>, cwd: Option<PathBuf>) -> Result<Spawned, BusError> {
        let Some((program, arguments)) = argv.split_first() else {
            return Err(BusError::BadArgument("there is no program to start".into()));
        };
        let token = self.clients.globals.activation.create_external_token(None).0.as_str().to_owned();
        let mut command = Command::new(program);
        command.args(arguments).envs(self.configuration.environment()).envs(env).stdin(Stdio::null());
        command.env("WAYLAND_DISPLAY", &self.control.wayland_display);
        command.env("XDG_ACTIVATION_TOKEN", &token).env("DESKTOP_STARTUP_ID", &token);
        if let Some(folder) = cwd {
            command.current_dir(folder);
        }
        let child = command.spawn().map_err(|error| BusError::LaunchFailed(format!("{program} could not be started: {error}")))?;
        let pid = pid_of(&child);
        self.adopt(child, argv);
        self.active();
        Ok(Spawned { pid, token })
    }

    /// A window was opened: some launch may have waited for it.
    pub fn launched_window(&mut self, window: WindowId) {
        let Some(info) = self.desktop.window(window) else { return };
        let by_token = self.launches.by_token.iter().find(|(_, known)| *known == window).map(|(token, _)| token.clone());
        let at = self.launches.waiting.iter().position(|waiting| match &by_token {
            Some(token) => waiting.token == *token,
            None => info.pid.is_some_and(|pid| is_descendant(pid, waiting.pid)),
        });
        if let Some(at) = at
            && self.launches.claimed.insert(window)
        {
            let waiting = self.launches.waiting.remove(at);
            self.launches.by_token.retain(|(token, _)| *token != waiting.token);
            let _ = waiting.reply.send(Ok(self.wire_window(&info))); // A caller that has gone away needs no window.
        }
    }

    /// Answers what has waited too long, and forgets callers that have gone away.
    pub fn launches_turn(&mut self) {
        let now = self.now;
        let mut index = 0;
        while let Some(waiting) = self.launches.waiting.get(index) {
            if waiting.reply.is_closed() {
                self.launches.waiting.remove(index);
            } else if now >= waiting.until {
                let waiting = self.launches.waiting.remove(index);
                let sentence = format!(
                    "{} runs (process {}) but has opened no window in time; give it longer with --timeout, or look at its output",
                    waiting.program, waiting.pid
                );
                let _ = waiting.reply.send(Err(BusError::TimedOut(sentence)));
            } else {
                index += 1;
            }
        }
    }

    /// Buries programs that have ended. One that failed without a window is said to its launcher at once.
    pub fn bury_children(&mut self) {
        let mut ended = Vec::new();
        self.launches.children.retain_mut(|(child, argv)| match child.try_wait() {
            Ok(Some(status)) => {
                ended.push((pid_of(child), argv.first().cloned().unwrap_or_default(), status));
                false
            }
            _ => true,
        });
        for (pid, program, status) in ended {
            self.publish(terminated(pid, program, status));
            if status.success() {
                continue;
            }
            self.layout_program_failed(pid, &status.to_string());
            // A program that ends well may have handed its window to another one: that is still waited for.
            while let Some(at) = self.launches.waiting.iter().position(|waiting| waiting.pid == pid) {
                let waiting = self.launches.waiting.remove(at);
                let sentence = format!("{} ended with {status} before it opened a window", waiting.program);
                let _ = waiting.reply.send(Err(BusError::LaunchFailed(sentence)));
            }
        }
    }
}

fn pid_of(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap_or_default()
}

fn terminated(pid: i32, program: String, status: ExitStatus) -> Payload {
    Payload::ProcessTerminated(ProcessTerminated { pid, program, code: status.code(), signal: status.signal() })
}

/// Whether `pid` is `ancestor` or was started by it, however indirectly.
fn is_descendant(mut pid: i32, ancestor: i32) -> bool {
    for _ in 0..MAX_ANCESTORS {
        if pid == ancestor {
            return true;
        }
        match parent(pid) {
            Some(above) if above > 1 => pid = above,
            _ => return false,
        }
    }
    false
}

/// The process that started another one.
pub(crate) fn parent(pid: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, also parentheses and spaces.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}
