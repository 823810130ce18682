//! Arrangements by name: kept, put up again, and waited for.

use std::{path::PathBuf, time::Duration};

use glasshouse_core::{Caller, Command, Refusal, Timestamp, WorkspaceRef};

use super::{
    Answer, Arrangement,
    arrangements::Program,
    name::SnapshotName,
    snapshots::SnapshotError,
    worker::{Job, Whose},
};
use crate::{
    State,
    bus::{self, BusError},
};

/// Arrangements that are waited for at the same time.
const MAX_RESTORING: usize = 64;

/// How long the windows of an arrangement may take, if nobody says.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(10);

/// Windows that a sentence mentions.
const MENTIONED: usize = 8;

/// An arrangement whose windows are on their way.
#[derive(Debug)]
pub(super) struct Restoring {
    name: String,
    missing: Vec<Missing>,
    pub(super) until: Timestamp,
    patience: Duration,
    answer: Answer,
}

/// A window that is not there.
#[derive(Debug)]
struct Missing {
    number: usize,
    /// For people.
    what: String,
    pid: Option<i32>,
    /// It will not come, and why.
    failed: Option<String>,
}

impl State {
    /// Keeps an arrangement under a name; the answer comes when it is on the disk.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] of somebody who may not, because of the name, or because there is no window; the answer is given back.
    pub fn save_layout(
        &mut self,
        caller: &Caller,
        name: String,
        workspace: Option<WorkspaceRef>,
        answer: Answer,
    ) -> Result<(), (Refusal, Answer)> {
        let command = Command::SaveLayout { name: name.clone(), workspace: workspace.clone() };
        self.conclude();
        let kept = self.checked_name(caller, &command, &name).and_then(|name| {
            let workspace = workspace.map(|workspace| self.desktop.resolve_workspace(&workspace)).transpose()?;
            Ok((name, self.desktop.keep(workspace)?))
        });
        match kept {
            Ok((name, kept)) => {
                let (started, whose) = (self.launches.started(), self.whose(caller));
                self.session_job(Job::Keep { name, kept: Box::new(kept), started, command: Box::new(command), whose, answer });
                Ok(())
            }
            Err(refusal) => Err((refusal, answer)),
        }
    }

    /// Puts up an arrangement; the answer comes when all of its windows are there, or it is over that they can be.
    ///
    /// # Errors
    ///
    /// As [`Self::save_layout`].
    pub fn restore_layout(&mut self, caller: &Caller, name: String, patience: Duration, answer: Answer) -> Result<(), (Refusal, Answer)> {
        match self.checked_name(caller, &Command::RestoreLayout { name: name.clone() }, &name) {
            Ok(name) => {
                let whose = self.whose(caller);
                self.session_job(Job::ReadKept { name, whose, patience, answer });
                Ok(())
            }
            Err(refusal) => Err((refusal, answer)),
        }
    }

    /// The file is read: what is here goes to its place, and programs of what is missing are started.
    pub(super) fn layout_read(
        &mut self,
        name: &SnapshotName,
        whose: &Whose,
        patience: Duration,
        answer: Answer,
        result: Result<Arrangement, SnapshotError>,
    ) {
        let begun = self.resumed(whose.trace, |state| {
            let missing = state.put_up(&whose.caller, &name.to_string(), result?)?;
            state.tell_command(&whose.caller, &Command::RestoreLayout { name: name.to_string() });
            state.settle();
            Ok(missing)
        });
        match begun {
            Ok(missing) => {
                let name = name.to_string();
                let at = self.session.restoring.iter().position(|other| other.name == name);
                if let Some(former) = at.map(|at| self.session.restoring.swap_remove(at)) {
                    let sentence = format!("the arrangement {name} is being put up once more");
                    self.answer_snapshot(former.answer, Err(BusError::Refused(sentence)));
                }
                let until = self.now.after(patience);
                self.session.restoring.push(Restoring { name, missing, until, patience, answer });
                self.layouts_turn();
            }
            Err(error) => self.answer_snapshot(answer, Err(error)),
        }
    }

    fn put_up(&mut self, caller: &Caller, name: &str, arrangement: Arrangement) -> Result<Vec<Missing>, BusError> {
        if self.session.restoring.len() >= MAX_RESTORING {
            return Err(BusError::Refused(format!("{MAX_RESTORING} arrangements are being put up already; wait for one of them")));
        }
        self.conclude();
        let put = self.desktop.restore_kept(caller, name, &arrangement.kept, self.now);
        let (effects, missing) = put.map_err(|refusal| bus::refusal(&refusal))?;
        self.decided(effects);
        self.active();
        let windows = &arrangement.kept.memory.windows;
        tracing::info!(name, placed = windows.len().saturating_sub(missing.len()), missing = missing.len(), "an arrangement is put up");
        let missing = missing.into_iter().map(|number| {
            let what = windows.get(number).map(|was| if was.app_id.is_empty() { was.title.clone() } else { was.app_id.clone() });
            let program = arrangement.programs.get(number).cloned().unwrap_or_default();
            self.open_missing(name, number, what.unwrap_or_default(), program)
        });
        Ok(missing.collect())
    }

    fn open_missing(&mut self, name: &str, number: usize, what: String, program: Program) -> Missing {
        let Program { argv, folder } = program;
        if argv.is_empty() {
            let failed = Some("nobody knows its command; write it into the file".to_owned());
            return Missing { number, what, pid: None, failed };
        }
        // A folder that is gone is no reason not to start.
        let folder = folder.filter(|folder: &PathBuf| folder.is_dir());
        match self.start_program(&argv, Vec::new(), folder) {
            Ok(spawned) => {
                self.desktop.expect_from(name, number, spawned.pid);
                Missing { number, what, pid: Some(spawned.pid), failed: None }
            }
            Err(error) => Missing { number, what, pid: None, failed: Some(error.to_string()) },
        }
    }

    /// A program has failed: the window that it was started for will not come.
    pub fn layout_program_failed(&mut self, pid: i32, how: &str) {
        for missing in self.session.restoring.iter_mut().flat_map(|restoring| &mut restoring.missing) {
            if missing.pid == Some(pid) {
                missing.failed = Some(format!("its program ended with {how}"));
            }
        }
    }

    /// A phase of the turn: answers those whose windows are all there, or will not be.
    pub fn layouts_turn(&mut self) {
        let mut index = 0;
        while let Some(restoring) = self.session.restoring.get_mut(index) {
            let expected = self.desktop.expected_of(&restoring.name);
            restoring.missing.retain(|missing| expected.contains(&missing.number));
            let hopeless = restoring.missing.iter().all(|missing| missing.failed.is_some());
            if !hopeless && self.now < restoring.until {
                index += 1;
                continue;
            }
            let Restoring { name, missing, patience, answer, .. } = self.session.restoring.remove(index);
            self.desktop.expect_no_more(&name);
            let result = if missing.is_empty() { Ok(()) } else { Err(not_come(&missing, hopeless, patience)) };
            self.answer_snapshot(answer, result);
        }
    }
}

/// Which windows did not come. `hopeless`: none of them will.
fn not_come(missing: &[Missing], hopeless: bool, patience: Duration) -> BusError {
    let late = || format!("it opened no window in {} s", patience.as_secs_f64());
    let say = |missing: &Missing| format!("{}: {}", missing.what, missing.failed.clone().unwrap_or_else(late));
    let said: Vec<String> = missing.iter().take(MENTIONED).map(say).collect();
    let more = if missing.len() > MENTIONED { "; and others" } else { "" };
    let sentence = format!("not everything of the arrangement is there, the rest is in its place. {}{more}", said.join("; "));
    if hopeless { BusError::LaunchFailed(sentence) } else { BusError::TimedOut(sentence) }
}
