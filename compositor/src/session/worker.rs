//! The thread that waits for the disk, so that nobody else has to.

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::mpsc::{self, Receiver, SyncSender, TrySendError},
    thread,
    time::Duration,
};

use calloop::{LoopHandle, channel};
use glasshouse_core::{Caller, Command, Kept, Memory};
use glasshouse_protocols::SnapshotInfo;

use super::{
    Answer, Saved,
    arrangements::Arrangement,
    journal::Journal,
    name::SnapshotName,
    snapshots::{SnapshotError, Snapshots},
};
use crate::{
    State,
    bus::{BusError, Reply},
};

/// Jobs that wait. Whoever comes when there are so many is refused.
const MAX_WAITING: usize = 16;

/// How long the end of the desktop waits for a disk.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What is to be done with files.
#[derive(Debug)]
pub(super) enum Job {
    Save {
        memory: Box<Memory>,
        ended: bool,
        starts: u32,
    },
    Create {
        name: SnapshotName,
        memory: Box<Memory>,
        whose: Whose,
        answer: Answer,
    },
    List {
        saved: Saved,
        reply: Reply<Vec<SnapshotInfo>>,
    },
    Delete {
        saved: Saved,
        name: SnapshotName,
        reply: Reply<()>,
    },
    Read {
        name: SnapshotName,
        then: Then,
    },
    /// `started`: what this desktop has started, by process.
    Keep {
        name: SnapshotName,
        kept: Box<Kept>,
        started: BTreeMap<i32, Vec<String>>,
        command: Box<Command>,
        whose: Whose,
        answer: Answer,
    },
    ReadKept {
        name: SnapshotName,
        whose: Whose,
        patience: Duration,
        answer: Answer,
    },
}

/// Whose command it is, and what follows from it carries.
#[derive(Debug, Clone)]
pub(super) struct Whose {
    pub(super) caller: Caller,
    pub(super) trace: u64,
}

/// What a snapshot is read for.
#[derive(Debug)]
pub(super) enum Then {
    Restore { whose: Whose, answer: Answer },
    Diff { reply: Reply<Vec<String>> },
}

/// What came of it, where the desktop has to know.
#[derive(Debug)]
pub(super) enum Outcome {
    Saved(io::Result<()>),
    Created { name: SnapshotName, whose: Whose, answer: Answer, result: Result<(), SnapshotError> },
    Read { name: SnapshotName, then: Then, result: Result<Memory, SnapshotError> },
    Kept { command: Box<Command>, whose: Whose, answer: Answer, result: Result<(), SnapshotError> },
    KeptRead { name: SnapshotName, whose: Whose, patience: Duration, answer: Answer, result: Result<Arrangement, SnapshotError> },
}

/// The thread. It does what it was given and ends when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    jobs: SyncSender<Job>,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
}

impl Worker {
    /// Starts the thread, whose outcomes come to [`State::session_heard`].
    pub(super) fn start(handle: &LoopHandle<'static, State>, journal: Option<Journal>, state: Option<&Path>) -> io::Result<Self> {
        let (snapshots, arrangements) = (Snapshots::new(state), Snapshots::of_arrangements(state));
        let (outcomes, source) = channel::channel();
        let arrived = |event: channel::Event<Outcome>, _: &mut (), state: &mut State| {
            if let channel::Event::Msg(outcome) = event {
                state.session_heard(outcome);
            }
        };
        handle.insert_source(source, arrived).map_err(|error| io::Error::other(error.error.to_string()))?;
        let (jobs, waiting) = mpsc::sync_channel::<Job>(MAX_WAITING);
        let (ends, ended) = mpsc::channel::<()>();
        thread::Builder::new().name("session".to_owned()).spawn(move || {
            while let Ok(job) = waiting.recv() {
                if let Some(outcome) = carry_out(job, journal.as_ref(), &snapshots, &arrangements) {
                    // An error: the desktop is ending, and still wants its last words written.
                    drop(outcomes.send(outcome));
                }
            }
            drop(ends);
        })?;
        Ok(Self { jobs, ended })
    }

    /// Gives the thread something to do, or gives it back if it cannot keep up.
    pub(super) fn send(&self, job: Job) -> Result<(), Job> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(job) | TrySendError::Disconnected(job) => job,
        })
    }

    /// Has everything written, if the disk answers soon.
    pub(super) fn end(self) {
        drop(self.jobs);
        if self.ended.recv_timeout(LAST_WORDS) == Err(mpsc::RecvTimeoutError::Timeout) {
            tracing::warn!(seconds = LAST_WORDS.as_secs(), "the disk does not answer: the end of the session is not written down");
        }
    }
}

fn carry_out(job: Job, journal: Option<&Journal>, snapshots: &Snapshots, arrangements: &Snapshots) -> Option<Outcome> {
    let bus = |error: SnapshotError| BusError::from(error);
    match job {
        Job::Save { memory, ended, starts } => Some(Outcome::Saved(journal?.save(&memory, ended, starts))),
        Job::Create { name, memory, whose, answer } => {
            let result = snapshots.create(&name, &memory);
            Some(Outcome::Created { name, whose, answer, result })
        }
        // A caller that has gone away needs no answer.
        Job::List { saved, reply } => {
            let list = match saved {
                Saved::Snapshot => snapshots.list(),
                Saved::Layout => arrangements.list_kept(),
            };
            drop(reply.send(list.map_err(bus)));
            None
        }
        Job::Delete { saved, name, reply } => {
            let folder = match saved {
                Saved::Snapshot => snapshots,
                Saved::Layout => arrangements,
            };
            drop(reply.send(folder.delete(&name).map_err(bus)));
            None
        }
        Job::Read { name, then } => {
            let result = snapshots.read(&name);
            Some(Outcome::Read { name, then, result })
        }
        Job::Keep { name, kept, started, command, whose, answer } => {
            let programs = super::arrangements::programs(&kept.memory, &started);
            let result = arrangements.keep(&name, Arrangement { kept: *kept, programs });
            Some(Outcome::Kept { command, whose, answer, result })
        }
        Job::ReadKept { name, whose, patience, answer } => {
            let result = arrangements.read_kept(&name);
            Some(Outcome::KeptRead { name, whose, patience, answer, result })
        }
    }
}
