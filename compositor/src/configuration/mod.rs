//! The configuration of the running desktop: who reads it, what it is now, and how a change reaches everybody.
//!
//! Files are read and options are checked on a thread of its own, one order after the other; what is good comes back whole and is applied
//! between two turns. What is not good changes nothing and says so.

mod apply;
mod watch;
mod worker;

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use glasshouse_config::{Config, Layers, Problems, Resolved, load::Paths};
use glasshouse_core::{Caller, Command, Refusal};
use glasshouse_protocols::{Payload, event::ConfigChanged};

use crate::{
    State,
    bus::{self, BusError, Reply},
};
pub(crate) use apply::{cursor_size, cursor_theme};
pub use worker::Order;
use worker::{Change, Job, Outcome, Worker};

/// What the desktop is configured to be.
#[derive(Debug)]
pub struct Configuration {
    /// `None`: nobody has read any, and everything is as its owner was made.
    current: Option<Arc<Resolved>>,
    /// What was wrong with the files when they were last read; the configuration before it stayed.
    problems: Option<String>,
    paths: Paths,
    layers: Layers,
    worker: Option<Worker>,
    /// Outputs that are there because the configuration describes them.
    declared: BTreeSet<String>,
    /// Outputs that the configuration has turned off.
    off: BTreeSet<String>,
    /// Outputs that the configuration has made mirrors, or none.
    mirrors: BTreeSet<String>,
    /// Outputs whose size was given by hand, which is stronger than a file.
    pub fixed_size: BTreeSet<String>,
}

impl Configuration {
    /// Whether it is the configuration that has turned an output off.
    pub fn turned_off(&self, output: &str) -> bool {
        self.off.contains(output)
    }

    /// Whether the configuration says of which output this one is a mirror, or that it is none.
    pub fn made_mirror(&self, output: &str) -> bool {
        self.mirrors.contains(output)
    }
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            current: None,
            problems: None,
            paths: Paths::none(),
            layers: Layers::new(),
            worker: None,
            declared: BTreeSet::new(),
            off: BTreeSet::new(),
            mirrors: BTreeSet::new(),
            fixed_size: BTreeSet::new(),
        }
    }
}

/// Whom to tell what became of an order.
#[derive(Debug)]
pub enum Answer {
    Bus(Reply<()>),
    /// Nobody: the log. What it was about.
    Log(String),
}

impl Answer {
    pub fn give(self, result: Result<(), BusError>) {
        match (self, result) {
            // A caller that has gone away needs no answer.
            (Self::Bus(reply), result) => drop(reply.send(result)),
            (Self::Log(what), Err(error)) => tracing::warn!(%error, "{what}"),
            (Self::Log(_), Ok(())) => {}
        }
    }
}

impl Configuration {
    /// Reads the configuration before the desktop begins. One with mistakes is said, and the desktop begins without the files: nobody can be
    /// kept from logging in by them. `flags` are what the command line alone says.
    ///
    /// # Errors
    ///
    /// Flags that are wrong: whoever gave them is there to read it.
    pub fn at_start(paths: Paths, layers: Layers, flags: &Layers) -> Result<(Self, Config), Problems> {
        let mut this = Self { paths, layers: layers.clone(), ..Self::default() };
        let read = this.paths.read(layers.clone()).and_then(|layers| layers.resolve().map(|resolved| (layers, resolved)));
        let resolved = match read {
            Ok((layers, resolved)) => {
                this.layers = layers;
                Some(resolved)
            }
            Err(problems) => {
                flags.resolve()?;
                this.complain(&problems);
                let without_files = layers.resolve().inspect_err(|again| {
                    if again.to_string() != problems.to_string() {
                        this.complain(again);
                    }
                });
                without_files.or_else(|_| flags.resolve()).ok()
            }
        };
        let resolved = resolved.or_else(|| Layers::new().resolve().ok());
        let config = resolved.as_ref().map_or_else(glasshouse_config::defaults, |resolved| resolved.config.clone());
        this.current = resolved.map(Arc::new);
        Ok((this, config))
    }

    fn complain(&mut self, problems: &Problems) {
        tracing::error!("the configuration has mistakes and is not used:\n{}", problems.render(false));
        self.problems = Some(problems.to_string());
    }

    /// What programs are started with.
    pub fn environment(&self) -> Vec<(String, String)> {
        let Some(config) = self.current.as_ref().map(|current| &current.config) else { return Vec::new() };
        let theme = config.cursor.theme.clone().map(|theme| ("XCURSOR_THEME".to_owned(), theme));
        let size = config.cursor.size_px.map(|size| ("XCURSOR_SIZE".to_owned(), size.to_string()));
        let own = config.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
        // What is said last counts.
        theme.into_iter().chain(size).chain(own).collect()
    }

    /// What it is now. `None`: this desktop has none.
    pub fn current(&self) -> Option<&Arc<Resolved>> {
        self.current.as_ref()
    }

    /// What is wrong with the files, if they were refused.
    pub fn problems(&self) -> Option<&str> {
        self.problems.as_deref()
    }

    pub fn files(&self) -> &[PathBuf] {
        self.paths.files()
    }
}

impl State {
    /// Has the configuration read again, or an option changed. The answer comes when everybody knows. `None`: it is nobody's command.
    pub fn configure(&mut self, order: Order, caller: Option<&Caller>, answer: Answer) {
        let configuration = &mut self.configuration;
        if configuration.worker.is_none() {
            match Worker::start(&self.handle, configuration.paths.clone(), configuration.layers.clone()) {
                Ok(worker) => configuration.worker = Some(worker),
                Err(error) => {
                    let sentence = format!("the thread that reads the configuration cannot be started: {error}");
                    answer.give(Err(BusError::Internal(sentence)));
                    return;
                }
            }
        }
        if let Some(worker) = &configuration.worker {
            worker.send(Job { order, answer, caller: caller.cloned(), trace: self.telemetry.traces.current() });
        }
    }

    /// The thread has an answer.
    fn configured(&mut self, outcome: Outcome) {
        let Outcome { job: Job { order, answer, caller, trace }, result } = outcome;
        let result = self.resumed(trace, |state| state.take_configuration(&order, caller.as_ref(), result));
        answer.give(result);
    }

    fn take_configuration(&mut self, order: &Order, caller: Option<&Caller>, result: Result<Change, Problems>) -> Result<(), BusError> {
        match result {
            Ok(change) => {
                if *order == Order::Reload {
                    self.configuration.problems = None;
                }
                if let (Some(_), Some(back)) = (caller, change.back) {
                    self.desktop.remember(order.command(), Some(back));
                }
                if let Some(caller) = caller {
                    self.tell_command(caller, &order.command());
                }
                let changed = self.apply_configuration(change.resolved);
                if !changed.is_empty() {
                    self.publish(Payload::ConfigChanged(ConfigChanged { options: changed }));
                }
                self.settle();
                Ok(())
            }
            Err(problems) => {
                let sentence = problems.to_string();
                if *order == Order::Reload {
                    self.configuration.complain(&problems);
                    self.alert("error", "config-refused", sentence.clone(), None);
                }
                Err(BusError::BadArgument(sentence))
            }
        }
    }

    /// A command about the configuration. Its answer comes later.
    pub fn configure_by(&mut self, caller: &Caller, command: &Command, answer: Answer) {
        self.configure_as(command, answer, Some(caller));
    }

    /// Undo and redo of such a command: they remember it already.
    pub fn configure_again(&mut self, command: &Command, answer: Answer) {
        self.configure_as(command, answer, None);
    }

    fn configure_as(&mut self, command: &Command, answer: Answer, caller: Option<&Caller>) {
        let order = match command {
            Command::SetOption { key, value } => Order::Set { key: key.clone(), value: value.clone() },
            Command::ResetOption { key } => Order::Reset { key: key.clone() },
            Command::ReloadConfig {} => Order::Reload,
            other => {
                let refusal = Refusal::Edge(format!("{} is not about the configuration", other.name()));
                answer.give(Err(bus::refusal(&refusal)));
                return;
            }
        };
        self.configure(order, caller, answer);
    }
}
