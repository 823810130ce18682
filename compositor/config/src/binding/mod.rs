//! Key, button, wheel and gesture bindings, in modes.
//!
//! A binding is a trigger (`super+Return`) and one command or several. Whoever has the input devices asks [`Bindings::mode`] for the mode
//! that is on and [`Mode::find`] for what a trigger does there.

mod keys;
mod read;
mod trigger;

use std::{collections::BTreeMap, time::Duration};

use glasshouse_core::Command;

pub use keys::small;
pub(crate) use read::Bound;
pub use trigger::{Input, Modifiers, Trigger, TriggerError, Way};

use crate::value::words;

/// The name of the mode that is on at the start.
pub const DEFAULT_MODE: &str = "default";

words! {
    /// The moment at which a binding acts.
    On {
        /// As soon as the key or button is down; for wheel and gestures, when they happen. The program does not see the key.
        Press = "press",
        /// When it goes up again, unless a long press of it has acted. The modifiers are those that were held when it went down. A binding
        /// of a modifier alone (`super`) acts only if nothing else was pressed in between.
        Release = "release",
        /// When it has been down for [`Binding::long_press`].
        LongPress = "long-press",
    }
}

/// What a trigger does.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// All or none, in their order: a transaction if there are several. Never empty.
    pub commands: Vec<Command>,
    pub on: On,
    /// Whether it acts again and again while the key is held, at the rate of the keyboard.
    pub repeat: bool,
    /// For [`On::LongPress`].
    pub long_press: Duration,
    /// Whether it acts while the session is locked. The commands must be permitted then, too.
    pub when_locked: bool,
    /// Shown in the overview of keys.
    pub doc: Option<String>,
}

/// How long a long press is if nothing else is said: what GTK and Android have.
pub const LONG_PRESS: Duration = Duration::from_millis(500);

impl Binding {
    /// A plain one.
    pub fn new(commands: Vec<Command>) -> Self {
        Self { commands, on: On::Press, repeat: false, long_press: LONG_PRESS, when_locked: false, doc: None }
    }

    /// What to show for it: its documentation, or its commands.
    pub fn label(&self) -> String {
        self.doc.clone().unwrap_or_else(|| self.commands.iter().map(Command::to_string).collect::<Vec<_>>().join(", "))
    }
}

/// A set of bindings of which one is on at a time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mode {
    /// It ends by itself after a binding of it has acted.
    pub once: bool,
    bindings: BTreeMap<Trigger, Vec<Binding>>,
}

impl Mode {
    /// What a trigger does: at most one binding for each [`On`].
    pub fn find(&self, trigger: &Trigger) -> &[Binding] {
        self.bindings.get(trigger).map(Vec::as_slice).unwrap_or_default()
    }

    /// All, in the order of their triggers.
    pub fn iter(&self) -> impl Iterator<Item = (&Trigger, &Binding)> {
        self.bindings.iter().flat_map(|(trigger, bindings)| bindings.iter().map(move |binding| (trigger, binding)))
    }
}

/// All bindings.
#[derive(Debug, Clone, PartialEq)]
pub struct Bindings {
    modes: BTreeMap<String, Mode>,
}

impl Default for Bindings {
    /// None, and the default mode.
    fn default() -> Self {
        Self { modes: BTreeMap::from([(DEFAULT_MODE.to_owned(), Mode::default())]) }
    }
}

impl Bindings {
    /// `None`: there is no such mode. The default one is always there.
    pub fn mode(&self, name: &str) -> Option<&Mode> {
        self.modes.get(name)
    }

    pub fn modes(&self) -> impl Iterator<Item = (&str, &Mode)> {
        self.modes.iter().map(|(name, mode)| (name.as_str(), mode))
    }

    pub(crate) fn mode_mut(&mut self, name: &str) -> &mut Mode {
        self.modes.entry(name.to_owned()).or_default()
    }

    /// Puts all bindings of a trigger in place of what was there. None: the trigger is free again.
    pub(crate) fn bind(&mut self, mode: &str, trigger: Trigger, bindings: Vec<Binding>) {
        let mode = self.mode_mut(mode);
        if bindings.is_empty() {
            mode.bindings.remove(&trigger);
        } else {
            mode.bindings.insert(trigger, bindings);
        }
    }

    /// Gives every mode a way out: Escape leaves where nothing else is bound to it.
    pub(crate) fn let_escape_leave(&mut self) {
        let escape = Trigger::new(Modifiers::default(), Input::Key(xkeysym::Keysym::Escape));
        let leave = || Binding {
            doc: Some("Leave the mode".to_owned()),
            ..Binding::new(vec![Command::EnterMode { mode: DEFAULT_MODE.to_owned() }])
        };
        for (_, mode) in self.modes.iter_mut().filter(|(name, _)| *name != DEFAULT_MODE) {
            mode.bindings.entry(escape).or_insert_with(|| vec![leave()]);
        }
    }
}

/// A command in its text form, as an option's value.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandLine(pub Command);
