//! What outlives the desktop: the session, which one that is started again is made from, and snapshots, which people ask for.
//!
//! Files are read and written on the thread `session`; only before clients are let in, the main thread reads one itself. Writing happens at
//! most four times a second and only when something is another than it was. A disk that is full, read-only or slow costs the memory, is
//! said once, and never stops anybody.
//!
//! `$XDG_STATE_HOME/glasshouse/<wayland display>/session.json` is this session, `session.previous.json` the generation before, and
//! `$XDG_STATE_HOME/glasshouse/snapshots/<name>.json` are the snapshots, and `layouts/<name>.json` arrangements with their programs.

mod arrangements;
mod file;
mod journal;
mod locked;
mod name;
mod record;
mod restoring;
mod snapshots;
#[cfg(test)]
mod tests;
mod tiles_record;
mod worker;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use glasshouse_config::Restore;
use glasshouse_core::{Caller, Command, Effect, Event, Memory, OutputRef, Refusal, RememberedOutput, Timestamp};
use glasshouse_protocols::SnapshotInfo;

use self::{
    journal::{Found, Journal},
    name::NameError,
    worker::{Job, Outcome, Then, Whose, Worker},
};
use crate::{
    State,
    bus::{self, BusError, Reply},
};

pub use arrangements::Arrangement;
pub use locked::LockFile;
pub use name::SnapshotName;
pub use restoring::DEFAULT_PATIENCE;
pub use snapshots::SnapshotError;

/// Between two writes.
const PACE: Duration = Duration::from_millis(250);

/// Between two writes if only titles changed: some programs turn a wheel in theirs.
const TITLES_PACE: Duration = Duration::from_secs(5);

/// What is kept of the session, and who writes it.
#[derive(Debug)]
pub struct Session {
    /// `$XDG_STATE_HOME/glasshouse`. `None`: the environment has no place for it.
    state: Option<PathBuf>,
    worker: Option<Worker>,
    /// `None`: nothing is kept for the next desktop.
    keeping: Option<Keeping>,
    /// How many windows were last waited for.
    absent: usize,
    /// Arrangements whose windows are on their way.
    restoring: Vec<restoring::Restoring>,
    pub lock_file: LockFile,
}

/// What was written, and when the next time is.
#[derive(Debug, Default)]
struct Keeping {
    /// Something may be another than it was written.
    changed: bool,
    /// The thread writes.
    busy: bool,
    not_before: Timestamp,
    titles_not_before: Timestamp,
    written: Option<Memory>,
    /// Of the first record: see `journal`.
    starts: u32,
    /// It was said that it does not work.
    failed: bool,
}

/// What somebody said about the beginning of the desktop: it is stronger than what is remembered.
pub struct Wishes<'a> {
    pub restore: Restore,
    /// Outputs that the command line or the configuration says everything about, apart from whether they are used, dark or mirrors.
    pub fixed: &'a dyn Fn(&str) -> bool,
    /// Outputs of which the configuration says whether they are mirrors.
    pub mirrors: &'a dyn Fn(&str) -> bool,
    /// Other outputs are there only because there has to be one.
    pub makeshift: bool,
    /// Nobody said which layout.
    pub layout: bool,
}

/// What is kept under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// Where windows were, for as long as they run.
    Snapshot,
    /// An arrangement with the programs that it needs.
    Layout,
}

/// Whom to tell what became of a snapshot.
#[derive(Debug)]
pub enum Answer {
    Bus(Reply<()>),
    /// Nobody waits: what goes wrong is logged and told to subscribers. What it was about.
    Alert(String),
}

impl Default for Session {
    fn default() -> Self {
        Self {
            state: state_folder(|name| std::env::var_os(name)),
            worker: None,
            keeping: None,
            absent: 0,
            restoring: Vec::new(),
            lock_file: LockFile::default(),
        }
    }
}

/// By the XDG base directory specification, which says that relative paths are to be ignored.
fn state_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("glasshouse"))
}

impl Session {
    /// Takes note of what may have to be written down.
    pub fn heed(&mut self, effect: &Effect) {
        if matches!(
            effect,
            Effect::Notify(_)
                | Effect::OutputAdded { .. }
                | Effect::OutputChanged { .. }
                | Effect::OutputRemoved { .. }
                | Effect::UnusedOutputsChanged
        ) {
            self.stir();
        }
    }

    /// Something may be another than it was.
    pub fn stir(&mut self) {
        if let Some(keeping) = &mut self.keeping {
            keeping.changed = true;
        }
    }

    /// When something is to be written.
    pub fn deadline(&self) -> Option<Timestamp> {
        let write = self.keeping.as_ref().filter(|keeping| keeping.changed && !keeping.busy).map(|keeping| keeping.not_before);
        write.into_iter().chain(self.restoring.iter().map(|restoring| restoring.until)).min()
    }
}

impl State {
    /// Before clients are let in: makes the desktop what it was, as far as that is wanted, and keeps it from now on.
    pub fn open_session(&mut self, socket: &Path, wishes: &Wishes<'_>) {
        if !self.restore_session(socket, wishes) {
            // Nothing is remembered; somebody must be able to see something all the same.
            self.observe(Event::OutputsRestored { focused: None });
            self.settle();
        }
    }

    /// Answers whether there was anything.
    fn restore_session(&mut self, socket: &Path, wishes: &Wishes<'_>) -> bool {
        if wishes.restore == Restore::Never {
            return false;
        }
        let opened = match &self.session.state {
            Some(state) => Journal::open(state, &self.control.wayland_display, socket).map_err(|error| error.to_string()),
            None => Err(SnapshotError::NoPlace.to_string()),
        };
        let journal = match opened {
            Ok(journal) => journal,
            Err(why) => {
                self.session_failed(&why);
                return false;
            }
        };
        let Found { memory, starts, complaints } = journal.load(wishes.restore);
        for complaint in complaints {
            tracing::error!("{complaint}");
            self.alert("warning", "session-unreadable", complaint, None);
        }
        match Worker::start(&self.handle, Some(journal), self.session.state.as_deref()) {
            Ok(worker) => self.session.worker = Some(worker),
            Err(error) => {
                self.session_failed(&format!("its thread cannot be started: {error}"));
                return false;
            }
        }
        self.session.keeping = Some(Keeping { changed: true, starts, ..Keeping::default() });
        let Some(memory) = memory else { return false };
        self.resume(memory, wishes);
        true
    }

    /// What the next desktop shall know. What the configuration says of outputs it will say again, or no longer.
    fn memory_to_keep(&self) -> Memory {
        let mut memory = self.desktop.memory_with_absent();
        for output in &mut memory.outputs {
            output.enabled |= self.configuration.turned_off(&output.mode.name);
            if self.configuration.made_mirror(&output.mode.name) {
                output.mirror = None;
            }
        }
        memory
    }

    fn resume(&mut self, mut memory: Memory, wishes: &Wishes<'_>) {
        if !wishes.layout {
            memory.workspaces.iter_mut().for_each(|workspace| workspace.layout = None);
        }
        let now = self.desktop.memory();
        memory.outputs.retain_mut(|output| {
            if !(wishes.fixed)(&output.mode.name) {
                return true;
            }
            let Some(now) = now.outputs.iter().find(|now| now.mode.name == output.mode.name).cloned() else { return false };
            let mirror = if (wishes.mirrors)(&now.mode.name) { now.mirror.clone() } else { output.mirror.take() };
            // What the configuration has turned off stays off; what it leaves on may have been turned off since.
            *output = RememberedOutput { enabled: output.enabled && now.enabled, powered: output.powered, mirror, ..now };
            true
        });
        let focused = memory.focused_output.clone();
        let remembered: Vec<String> = memory.outputs.iter().map(|output| output.mode.name.clone()).collect();
        let windows = memory.windows.len();
        self.observe(Event::Remembered(Box::new(memory)));
        for output in now.outputs.into_iter().map(|output| output.mode.name) {
            if wishes.makeshift && !remembered.is_empty() && !remembered.contains(&output) {
                let command = Command::RemoveOutput { output: OutputRef::Named(output) };
                if let Err(refusal) = self.apply(&Caller::Person, command) {
                    tracing::warn!(%refusal, "an output stays that was not there before");
                }
            }
        }
        self.observe(Event::OutputsRestored { focused });
        self.settle();
        self.session.absent = self.desktop.absent_windows();
        let sentence = format!("the desktop was restored: {} outputs, and places for {windows} windows", remembered.len());
        tracing::info!("{sentence}");
        self.alert("info", "restored", sentence, None);
    }

    /// A phase of the turn: writes down what is new, if it is time.
    pub fn session_turn(&mut self) {
        self.layouts_turn();
        let absent = self.desktop.absent_windows();
        if absent == 0 && self.session.absent > 0 {
            self.alert("info", "restored", "all windows that were there before the restart are back".to_owned(), None);
        }
        self.session.absent = absent;
        let now = self.now;
        let is_due = |keeping: &Keeping| keeping.changed && !keeping.busy && now >= keeping.not_before;
        if !self.session.keeping.as_ref().is_some_and(is_due) {
            return;
        }
        let memory = self.memory_to_keep();
        let (Some(keeping), Some(worker)) = (&mut self.session.keeping, &self.session.worker) else { return };
        keeping.changed = false;
        if keeping.written.as_ref() == Some(&memory) {
            return;
        }
        if now < keeping.titles_not_before
            && keeping.written.as_ref().is_some_and(|written| without_titles(written) == without_titles(&memory))
        {
            (keeping.changed, keeping.not_before) = (true, keeping.titles_not_before);
            return;
        }
        let starts = if keeping.written.is_none() { keeping.starts } else { 0 };
        (keeping.not_before, keeping.titles_not_before) = (now.after(PACE), now.after(TITLES_PACE));
        match worker.send(Job::Save { memory: Box::new(memory.clone()), ended: false, starts }) {
            Ok(()) => (keeping.busy, keeping.written) = (true, Some(memory)),
            // Others keep the thread busy: later.
            Err(_) => keeping.changed = true,
        }
    }

    /// The desktop ends. By itself if somebody wanted it to: then the next one begins empty, unless it is told otherwise.
    pub fn end_session(&mut self) {
        let Some(worker) = self.session.worker.take() else { return };
        if self.session.keeping.take().is_some() && self.quit {
            let memory = Box::new(self.memory_to_keep());
            if worker.send(Job::Save { memory, ended: true, starts: 0 }).is_err() {
                tracing::warn!("the disk is behind: the end of the session is not written down");
            }
        }
        worker.end();
    }

    /// Keeps the arrangement under a name; the answer comes when it is on the disk.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] of somebody who may not, or because of the name; the answer is given back.
    pub fn save_snapshot(&mut self, caller: &Caller, name: String, answer: Answer) -> Result<(), (Refusal, Answer)> {
        match self.checked_name(caller, &Command::SaveSnapshot { name: name.clone() }, &name) {
            Ok(name) => {
                let memory = Box::new(self.desktop.memory());
                let whose = self.whose(caller);
                self.session_job(Job::Create { name, memory, whose, answer });
                Ok(())
            }
            Err(refusal) => Err((refusal, answer)),
        }
    }

    /// Puts windows back to where they were; the answer comes when they have been told.
    ///
    /// # Errors
    ///
    /// As [`Self::save_snapshot`].
    pub fn restore_snapshot(&mut self, caller: &Caller, name: String, answer: Answer) -> Result<(), (Refusal, Answer)> {
        match self.checked_name(caller, &Command::RestoreSnapshot { name: name.clone() }, &name) {
            Ok(name) => {
                let whose = self.whose(caller);
                self.session_job(Job::Read { name, then: Then::Restore { whose, answer } });
                Ok(())
            }
            Err(refusal) => Err((refusal, answer)),
        }
    }

    fn whose(&self, caller: &Caller) -> Whose {
        Whose { caller: caller.clone(), trace: self.telemetry.traces.current() }
    }

    fn checked_name(&self, caller: &Caller, command: &Command, name: &str) -> Result<SnapshotName, Refusal> {
        self.permitted(caller, command)?;
        name.parse().map_err(|error: NameError| Refusal::Edge(error.to_string()))
    }

    /// Says what is different now from a snapshot.
    pub fn diff_snapshot(&mut self, name: SnapshotName, reply: Reply<Vec<String>>) {
        self.session_job(Job::Read { name, then: Then::Diff { reply } });
    }

    pub fn list_saved(&mut self, saved: Saved, reply: Reply<Vec<SnapshotInfo>>) {
        self.session_job(Job::List { saved, reply });
    }

    pub fn delete_saved(&mut self, saved: Saved, name: SnapshotName, reply: Reply<()>) {
        self.session_job(Job::Delete { saved, name, reply });
    }

    fn session_job(&mut self, job: Job) {
        if self.session.worker.is_none() {
            match Worker::start(&self.handle, None, self.session.state.as_deref()) {
                Ok(worker) => self.session.worker = Some(worker),
                Err(error) => return self.refuse_job(job, &format!("the thread for files cannot be started: {error}")),
            }
        }
        let sent = self.session.worker.as_ref().map(|worker| worker.send(job));
        if let Some(Err(job)) = sent {
            self.refuse_job(job, "the disk is behind, and too many others wait for it; try again later");
        }
    }

    fn refuse_job(&mut self, job: Job, why: &str) {
        let error = || BusError::Refused(why.to_owned());
        match job {
            Job::Create { answer, .. } | Job::Read { then: Then::Restore { answer, .. }, .. } => self.answer_snapshot(answer, Err(error())),
            // A caller that has gone away needs no answer.
            Job::Read { then: Then::Diff { reply }, .. } => drop(reply.send(Err(error()))),
            Job::List { reply, .. } => drop(reply.send(Err(error()))),
            Job::Delete { reply, .. } => drop(reply.send(Err(error()))),
            Job::Keep { answer, .. } | Job::ReadKept { answer, .. } => self.answer_snapshot(answer, Err(error())),
            Job::Save { .. } => {}
        }
    }

    /// The thread is done with something.
    fn session_heard(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Saved(result) => {
                let Some(keeping) = &mut self.session.keeping else { return };
                keeping.busy = false;
                match result {
                    Ok(()) if std::mem::take(&mut keeping.failed) => tracing::info!("the session is kept again"),
                    Ok(()) => {}
                    Err(error) => {
                        // Tried again with the next change.
                        keeping.written = None;
                        if !std::mem::replace(&mut keeping.failed, true) {
                            self.session_failed(&error.to_string());
                        }
                    }
                }
            }
            Outcome::Created { name, whose, answer, result } => {
                let command = Command::SaveSnapshot { name: name.to_string() };
                self.snapshot_done(&whose, &command, answer, |_| Ok(result?));
            }
            Outcome::Read { name, then: Then::Restore { whose, answer }, result } => {
                let command = Command::RestoreSnapshot { name: name.to_string() };
                self.snapshot_done(&whose, &command, answer, |state| state.restore_memory(&whose.caller, &name, &result?));
            }
            Outcome::Kept { command, whose, answer, result } => self.snapshot_done(&whose, &command, answer, |_| Ok(result?)),
            Outcome::KeptRead { name, whose, patience, answer, result } => self.layout_read(&name, &whose, patience, answer, result),
            Outcome::Read { then: Then::Diff { reply }, result, .. } => {
                // A caller that has gone away needs no answer.
                let _ = reply.send(result.map(|memory| self.desktop.differences(&memory)).map_err(BusError::from));
            }
        }
    }

    /// Ends a command, tells it, and answers.
    fn snapshot_done(&mut self, whose: &Whose, command: &Command, answer: Answer, end: impl FnOnce(&mut Self) -> Result<(), BusError>) {
        let result = self.resumed(whose.trace, |state| {
            end(state)?;
            state.tell_command(&whose.caller, command);
            state.settle();
            Ok(())
        });
        self.answer_snapshot(answer, result);
    }

    fn restore_memory(&mut self, caller: &Caller, name: &SnapshotName, memory: &Memory) -> Result<(), BusError> {
        let restored = self.restore(caller, &name.to_string(), memory).map_err(|refusal| bus::refusal(&refusal))?;
        tracing::info!(%name, placed = restored.placed, missing = restored.missing, "a snapshot was restored");
        Ok(())
    }

    fn answer_snapshot(&mut self, answer: Answer, result: Result<(), BusError>) {
        match (answer, result) {
            (Answer::Bus(reply), result) => self.answer_after_flush(result, reply),
            (Answer::Alert(_), Ok(())) => {}
            (Answer::Alert(what), Err(error)) => {
                tracing::warn!(%error, "{what}");
                self.alert("warning", "snapshot-failed", format!("{what}: {error}"), None);
            }
        }
    }

    fn session_failed(&mut self, why: &str) {
        let sentence = format!("the session is not kept, so it cannot be restored after a crash: {why}");
        tracing::warn!("{sentence}");
        self.alert("warning", "session-not-kept", sentence, None);
    }
}

/// # Errors
///
/// `BadArgument` with what is wrong with it.
pub fn snapshot_name(name: &str) -> Result<SnapshotName, BusError> {
    name.parse().map_err(|error: NameError| SnapshotError::from(error).into())
}

impl From<SnapshotError> for BusError {
    fn from(error: SnapshotError) -> Self {
        let sentence = error.to_string();
        match error {
            SnapshotError::Name(_) => Self::BadArgument(sentence),
            SnapshotError::Missing { .. } => Self::NoSnapshot(sentence),
            SnapshotError::Arrangement { .. } => Self::BadArgument(sentence),
            SnapshotError::Record { .. } | SnapshotError::File { .. } | SnapshotError::Folder(_) | SnapshotError::NoPlace => {
                Self::Refused(sentence)
            }
        }
    }
}

fn without_titles(memory: &Memory) -> Memory {
    let mut memory = memory.clone();
    for window in &mut memory.windows {
        window.title.clear();
    }
    memory
}
