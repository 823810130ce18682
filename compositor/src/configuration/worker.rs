//! The thread that reads files and checks options.

use std::{
    io,
    sync::{Arc, mpsc},
    thread,
};

use calloop::{LoopHandle, channel};
use glasshouse_config::{Layers, Problems, Resolved, load::Paths};
use glasshouse_core::{Caller, Command};

use super::Answer;
use crate::State;

/// What to do with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Read all files again.
    Reload,
    /// Change an option until the desktop ends.
    Set { key: String, value: String },
    /// Take such a change back.
    Reset { key: String },
}

impl Order {
    /// The command that says the same.
    pub(super) fn command(&self) -> Command {
        match self {
            Self::Reload => Command::ReloadConfig {},
            Self::Set { key, value } => Command::SetOption { key: key.clone(), value: value.clone() },
            Self::Reset { key } => Command::ResetOption { key: key.clone() },
        }
    }
}

/// An order, and whom to answer.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) order: Order,
    pub(super) answer: Answer,
    /// Whose command it is. `None`: it is none, or an undo or redo of one, which is known already.
    pub(super) caller: Option<Caller>,
    /// What follows from it carries this.
    pub(super) trace: u64,
}

/// What became of it.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) job: Job,
    pub(super) result: Result<Change, Problems>,
}

/// A good configuration.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) resolved: Arc<Resolved>,
    /// What would take the order back.
    pub(super) back: Option<Command>,
}

/// The thread. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
}

impl Worker {
    /// Starts the thread, whose answers come to [`State::configured`].
    pub(super) fn start(handle: &LoopHandle<'static, State>, paths: Paths, layers: Layers) -> io::Result<Self> {
        let (outcomes, source) = channel::channel();
        let arrived = |event: channel::Event<Outcome>, _: &mut (), state: &mut State| {
            if let channel::Event::Msg(outcome) = event {
                state.configured(outcome);
            }
        };
        handle.insert_source(source, arrived).map_err(|error| io::Error::other(error.error.to_string()))?;
        let (jobs, waiting) = mpsc::channel::<Job>();
        let mut reader = Reader { paths, layers };
        thread::Builder::new().name("config".to_owned()).spawn(move || {
            while let Ok(job) = waiting.recv() {
                let result = reader.carry_out(&job.order);
                if outcomes.send(Outcome { job, result }).is_err() {
                    return; // The desktop is ending.
                }
            }
        })?;
        Ok(Self { jobs })
    }

    pub(super) fn send(&self, job: Job) {
        if let Err(mpsc::SendError(job)) = self.jobs.send(job) {
            let error = crate::bus::BusError::Internal("the thread that reads the configuration has ended".to_owned());
            job.answer.give(Err(error));
        }
    }
}

/// What the thread owns.
struct Reader {
    paths: Paths,
    layers: Layers,
}

impl Reader {
    fn carry_out(&mut self, order: &Order) -> Result<Change, Problems> {
        match order {
            Order::Reload => {
                let next = self.paths.read(self.layers.clone())?;
                let resolved = next.resolve()?;
                self.layers = next;
                Ok(Change { resolved: Arc::new(resolved), back: None })
            }
            Order::Set { key, value } => {
                let back = self.back(key);
                let resolved = self.layers.set(key, value)?;
                Ok(Change { resolved: Arc::new(resolved), back: Some(back) })
            }
            Order::Reset { key } => {
                let back = self.back(key);
                let resolved = self.layers.reset(key)?;
                Ok(Change { resolved: Arc::new(resolved), back: Some(back) })
            }
        }
    }

    /// What makes an option what it is now.
    fn back(&self, key: &str) -> Command {
        match self.layers.set_options().find(|(set, _)| *set == key) {
            Some((key, value)) => Command::SetOption { key: key.to_owned(), value: value.to_owned() },
            None => Command::ResetOption { key: key.to_owned() },
        }
    }
}
