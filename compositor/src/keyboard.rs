//! The keyboard as it is configured: layouts, repeat, Num Lock.
//!
//! A keymap is compiled from its names on a thread of its own, because that takes milliseconds; the seat gets it when it is ready, and until
//! then has the one before. Names that xkb does not know change nothing.

mod free;
mod names;

use std::{sync::Arc, time::Duration};

use calloop::channel::{self, Event as ChannelEvent};
use glasshouse_config::Keyboard;
use glasshouse_core::{Command, Refusal, command::KeyboardLayout};
use glasshouse_protocols::{Payload, event::KeyboardLayoutChanged};

pub(crate) use self::free::Free;
pub(crate) use self::names::{Names, Unknown};
use crate::{State, bus::KeyboardState, clock, keymap::Locks, typing::Typing};

/// Why a keyboard is not as it was configured.
#[derive(Debug, thiserror::Error)]
pub enum KeyboardError {
    #[error(transparent)]
    Unknown(#[from] Unknown),
    #[error("another keyboard was configured before this one was ready")]
    Superseded,
    #[error("there is no thread to compile the keymap: {0}")]
    Thread(#[source] std::io::Error),
    #[error("the thread that compiles the keymap has ended")]
    Died,
    #[error("the keymap is refused")]
    Keymap(#[source] smithay::input::keyboard::Error),
}

type Answer = Box<dyn FnOnce(&mut State, Result<(), KeyboardError>)>;

/// Names whose keymap is being compiled.
pub struct Pending {
    names: Names,
    job: u64,
    numlock: bool,
    answer: Answer,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending").field("names", &self.names).field("job", &self.job).finish_non_exhaustive()
    }
}

impl State {
    /// Makes the keyboard what is configured. What is wrong with it is logged and told as an alert.
    pub fn apply_keyboard(&mut self, keyboard: &Keyboard) {
        self.configure_keyboard(keyboard, |state, result| {
            if let Err(error) = result {
                state.refuse_keyboard(&error);
            }
        });
    }

    fn refuse_keyboard(&mut self, error: &KeyboardError) {
        if matches!(error, KeyboardError::Superseded) {
            return; // What came later is what counts.
        }
        tracing::error!(%error, "the keyboard stays as it is");
        self.alert("error", "keyboard-refused", error.to_string(), None);
    }

    /// The same before the desktop begins, when there is nobody yet whom compiling could hold up, and Num Lock counts.
    pub fn start_keyboard(&mut self, keyboard: &Keyboard) {
        self.set_repeat(keyboard);
        let names = Names::of(keyboard);
        let result = if names == self.input.keymaps.names {
            self.lock(Locks { num: keyboard.numlock, ..self.own_locks() });
            Ok(())
        } else {
            names.compile().map_err(KeyboardError::from).and_then(|typing| self.wear_layouts(names, typing, keyboard.numlock))
        };
        if let Err(error) = result {
            self.refuse_keyboard(&error);
        }
    }

    /// Makes the keyboard what is configured, and says so when it is. Repeat counts at once.
    pub fn configure_keyboard(&mut self, keyboard: &Keyboard, answer: impl FnOnce(&mut Self, Result<(), KeyboardError>) + 'static) {
        self.set_repeat(keyboard);
        let names = Names::of(keyboard);
        if let Some(pending) = self.input.keymaps.pending.take() {
            (pending.answer)(self, Err(KeyboardError::Superseded));
        }
        if names == self.input.keymaps.names {
            return answer(self, Ok(()));
        }
        match self.compile(names, self.own_locks().num) {
            Ok((names, job, numlock)) => self.input.keymaps.pending = Some(Pending { names, job, numlock, answer: Box::new(answer) }),
            Err(error) => answer(self, Err(KeyboardError::Thread(error))),
        }
    }

    fn compile(&mut self, names: Names, numlock: bool) -> std::io::Result<(Names, u64, bool)> {
        let job = self.next_id();
        let (sender, source) = channel::channel();
        let arrived = move |event: ChannelEvent<Result<Typing, Unknown>>, (): &mut (), state: &mut Self| {
            state.now = clock::now();
            // What is not pending any more has had its answer; the end of a thread that has answered means nothing.
            let Some(pending) = state.input.keymaps.pending.take_if(|pending| pending.job == job) else { return };
            let result = match event {
                ChannelEvent::Msg(Ok(typing)) => state.wear_layouts(pending.names, typing, pending.numlock),
                ChannelEvent::Msg(Err(unknown)) => Err(unknown.into()),
                ChannelEvent::Closed => Err(KeyboardError::Died),
            };
            (pending.answer)(state, result);
        };
        self.handle.insert_source(source, arrived).map_err(|error| std::io::Error::other(error.error.to_string()))?;
        let wanted = names.clone();
        let work = move || {
            let _ = sender.send(wanted.compile()); // The desktop is ending.
        };
        std::thread::Builder::new().name("keymap".to_owned()).spawn(work)?;
        Ok((names, job, numlock))
    }

    fn wear_layouts(&mut self, names: Names, typing: Typing, num: bool) -> Result<(), KeyboardError> {
        let before = self.own_locks();
        let (_, on) = self.keyboard_layouts();
        // The same layout stays on, wherever it is now.
        let layout = typing.layouts().iter().position(|name| *name == on).and_then(|at| u32::try_from(at).ok()).unwrap_or_default();
        let text = Arc::from(typing.layout());
        self.replace_own_keymap(text, Locks { layout, num, ..before }).map_err(KeyboardError::Keymap)?;
        self.input.keymaps.names = names;
        self.input.typing = Some(typing);
        if !self.is_layout(&on) {
            self.input.keymaps.told_layout = u32::MAX; // A number that was another layout's.
        }
        self.tell_layout();
        Ok(())
    }

    fn set_repeat(&mut self, keyboard: &Keyboard) {
        let delay = Duration::from_millis(u64::from(keyboard.repeat_delay_ms));
        self.input.bindings.keys.set_repeat(keyboard.repeat_rate_hz, delay);
        let repeat = (keyboard.repeat_rate_hz.cast_signed(), keyboard.repeat_delay_ms.cast_signed());
        if repeat != self.input.keymaps.repeat() {
            self.input.keymaps.configured_repeat = Some(repeat);
            self.input.keyboard.change_repeat_info(repeat.0, repeat.1);
            self.tell_grab_repeat();
        }
    }

    /// The layouts of the seat's own keymap by their names, and the one that is on.
    pub fn keyboard_layouts(&mut self) -> (Vec<String>, String) {
        let layouts = match &self.input.typing {
            Some(typing) => typing.layouts().to_vec(),
            // Without anything typed or configured the seat has its own keymap, or compiling it will tell.
            None => self.with_typing(|typing| typing.layouts().to_vec()).unwrap_or_default(),
        };
        let on = usize::try_from(self.layout_on()).ok().and_then(|on| layouts.get(on)).cloned().unwrap_or_default();
        (layouts, on)
    }

    /// The mode of bindings and the layouts, for whoever asks.
    pub fn keyboard_state(&mut self) -> KeyboardState {
        let (layouts, _) = self.keyboard_layouts();
        KeyboardState { mode: self.binding_mode().to_owned(), layouts, layout: self.layout_on() + 1 }
    }

    fn is_layout(&mut self, name: &str) -> bool {
        self.keyboard_layouts().1 == name
    }

    /// Turns another of the configured layouts on. Answers which command goes back, if it was another.
    ///
    /// # Errors
    ///
    /// If there is no such layout, or no other.
    pub fn switch_layout(&mut self, to: KeyboardLayout) -> Result<Option<Command>, Refusal> {
        let (layouts, on) = self.keyboard_layouts();
        let count = u32::try_from(layouts.len()).unwrap_or_default();
        let before = self.layout_on();
        let layout = match to {
            KeyboardLayout::Index(number) if (1..=count).contains(&number) => number - 1,
            KeyboardLayout::Index(number) => {
                let there = layouts.join(", ");
                return Err(Refusal::Edge(format!("there is no keyboard layout {number}; there is {there} (see input.keyboard.layout)")));
            }
            _ if count < 2 => {
                return Err(Refusal::Edge(format!("there is no keyboard layout but {on}; list several in input.keyboard.layout")));
            }
            KeyboardLayout::Next => (before + 1) % count,
            KeyboardLayout::Previous => (before + count - 1) % count,
        };
        if layout == before {
            return Ok(None);
        }
        self.use_layout(layout, true);
        self.tell_layout();
        Ok(Some(Command::SwitchKeyboardLayout { to: KeyboardLayout::Index(before + 1) }))
    }

    /// Tells subscribers if another layout is on, whatever turned it on. Typing turns them on for a moment; that is nobody's business.
    pub fn tell_layout(&mut self) {
        let layout = self.own_locks().layout;
        if self.input.free.is_some() || !self.input.keymaps.is_own() || layout == self.input.keymaps.told_layout {
            return;
        }
        self.input.keymaps.told_layout = layout;
        let (_, name) = self.keyboard_layouts();
        tracing::debug!(name, "keyboard layout");
        self.publish(Payload::KeyboardLayoutChanged(KeyboardLayoutChanged { number: layout + 1, name }));
    }
}
