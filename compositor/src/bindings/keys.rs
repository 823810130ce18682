//! Which bindings act when: the mode that is on, what is held down, and what waits for its time.
//!
//! Pure: events and times go in, [`Act`]s come out.

use std::{collections::BTreeMap, time::Duration};

use glasshouse_config::{Binding, Bindings, DEFAULT_MODE, Modifiers, On, Trigger, nearest};
use glasshouse_core::{Caller, Command, Timestamp};

/// Something that is held down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// By its xkb code.
    Key(u32),
    /// By its evdev code.
    Button(u32),
}

/// A binding acts.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    pub binding: Binding,
    /// The mode that it is of.
    pub mode: String,
    /// Whose input it was: it acts with no other rights.
    pub caller: Caller,
}

impl Act {
    /// Whether all it does is to go back to the default mode.
    pub fn only_leaves(&self) -> bool {
        only_leaves(&self.binding)
    }
}

/// What holds for all bindings at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Situation {
    /// Only bindings that say so act.
    pub locked: bool,
    /// A program has all keys to itself: nothing acts but what leads back to the default mode, so that there is a way out.
    pub inhibited: bool,
}

impl Situation {
    fn allows(self, binding: &Binding) -> bool {
        (!self.locked || binding.when_locked) && (!self.inhibited || only_leaves(binding))
    }
}

fn only_leaves(binding: &Binding) -> bool {
    matches!(binding.commands.as_slice(), [Command::EnterMode { mode }] if mode == DEFAULT_MODE)
}

/// A key or button that went down.
#[derive(Debug, Clone, Copy)]
pub struct Press<'a> {
    pub source: Source,
    /// What it may be bound as. The first that is bound counts.
    pub triggers: &'a [Trigger],
    /// It changes what other keys mean: programs have to know that it is down.
    pub is_modifier: bool,
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// It is not for programs.
    pub swallowed: bool,
    pub act: Option<Act>,
}

/// See the module.
#[derive(Debug)]
pub struct Keys {
    bindings: Bindings,
    mode: String,
    /// What bindings have to do with, as long as it is down.
    down: BTreeMap<Source, Held>,
    repeat: Option<Repeat>,
    /// How long a key is held before it repeats, and how often then. `None`: never.
    repeating: Option<(Duration, Duration)>,
    /// Keys come from a program that types or from a binding: they are for programs.
    pub quiet: bool,
    /// Whose input it is.
    pub caller: Caller,
}

#[derive(Debug)]
struct Held {
    swallowed: bool,
    is_modifier: bool,
    /// Who pressed it.
    caller: Caller,
    release: Option<Act>,
    long: Option<(Timestamp, Act)>,
}

#[derive(Debug)]
struct Repeat {
    source: Source,
    modifiers: Modifiers,
    next: Timestamp,
    act: Act,
}

impl Keys {
    pub fn new(repeat_rate_hz: u32, repeat_delay: Duration) -> Self {
        let mut keys = Self {
            bindings: Bindings::default(),
            mode: DEFAULT_MODE.to_owned(),
            down: BTreeMap::new(),
            repeat: None,
            repeating: None,
            quiet: false,
            caller: Caller::Person,
        };
        keys.set_repeat(repeat_rate_hz, repeat_delay);
        keys
    }

    pub fn mode(&self) -> &str {
        &self.mode
    }

    /// How held keys repeat from the next press on. A rate of 0: not at all.
    pub fn set_repeat(&mut self, rate_hz: u32, delay: Duration) {
        self.repeating = (rate_hz > 0).then(|| (delay, Duration::from_secs(1) / rate_hz));
    }

    /// Takes other bindings. What is held keeps its meaning until it goes up; nothing repeats any more. Answers whether that left the mode,
    /// because there is none of its name now.
    pub fn set_bindings(&mut self, bindings: Bindings) -> bool {
        self.bindings = bindings;
        self.repeat = None;
        let gone = self.bindings.mode(&self.mode).is_none();
        if gone {
            DEFAULT_MODE.clone_into(&mut self.mode);
        }
        gone
    }

    /// Enters a mode. Answers which one that left, if it is another.
    ///
    /// # Errors
    ///
    /// A sentence with the nearest mode, if there is none of this name.
    pub fn enter(&mut self, mode: &str) -> Result<Option<String>, String> {
        if self.bindings.mode(mode).is_none() {
            let modes: Vec<&str> = self.bindings.modes().map(|(name, _)| name).collect();
            return Err(match nearest(mode, modes.iter().copied()) {
                Some(near) => format!("there is no mode {mode:?}; did you mean {near}?"),
                None => format!("there is no mode {mode:?}; there is {}", modes.join(", ")),
            });
        }
        if self.mode == mode {
            return Ok(None);
        }
        self.repeat = None;
        Ok(Some(std::mem::replace(&mut self.mode, mode.to_owned())))
    }

    /// The mode that is to be left now that this has acted.
    pub fn is_over(&self, act: &Act) -> bool {
        self.mode == act.mode && self.bindings.mode(&self.mode).is_some_and(|mode| mode.once)
    }

    /// Whether something is down that programs do not know to be.
    pub fn holds(&self, source: Source) -> bool {
        self.down.get(&source).is_some_and(|held| held.swallowed)
    }

    /// The bindings of the first of these triggers that has any.
    fn bound<'a>(&'a self, triggers: &'a [Trigger], situation: Situation) -> Option<(&'a Trigger, Vec<&'a Binding>)> {
        let mode = self.bindings.mode(&self.mode)?;
        triggers.iter().find_map(|trigger| {
            let bound: Vec<&Binding> = mode.find(trigger).iter().filter(|binding| situation.allows(binding)).collect();
            (!bound.is_empty()).then_some((trigger, bound))
        })
    }

    fn act(&self, binding: &Binding) -> Act {
        Act { binding: binding.clone(), mode: self.mode.clone(), caller: self.caller.clone() }
    }

    /// What was held alone so far is not any more.
    pub fn interrupt(&mut self) {
        for held in self.down.values_mut().filter(|held| held.is_modifier) {
            held.release = None;
            held.long = None;
        }
    }

    pub fn press(&mut self, press: Press<'_>, situation: Situation, now: Timestamp) -> Verdict {
        let Press { source, triggers, is_modifier } = press;
        if self.quiet {
            return Verdict::default();
        }
        self.repeat = None;
        if let Some(held) = self.down.get(&source) {
            return Verdict { swallowed: held.swallowed, act: None }; // A second device has the same key.
        }
        self.interrupt();
        let Some((trigger, bound)) = self.bound(triggers, situation) else { return Verdict::default() };
        let on = |on: On| bound.iter().find(|binding| binding.on == on).map(|binding| self.act(binding));
        let (act, release, long) = (on(On::Press), on(On::Release), on(On::LongPress));
        // A modifier that does something alone is still a modifier: programs see it.
        let swallowed = !is_modifier || act.is_some();
        let repeat = act.clone().filter(|act| act.binding.repeat).zip(self.repeating).map(|(act, (delay, _))| Repeat {
            source,
            modifiers: trigger.modifiers,
            next: Timestamp(now.0 + delay),
            act,
        });
        let long = long.map(|act| (Timestamp(now.0 + act.binding.long_press), act));
        self.repeat = repeat;
        self.down.insert(source, Held { swallowed, is_modifier, caller: self.caller.clone(), release, long });
        Verdict { swallowed, act }
    }

    pub fn release(&mut self, source: Source, locked: bool, now: Timestamp) -> Verdict {
        if self.quiet {
            return Verdict::default();
        }
        if self.repeat.as_ref().is_some_and(|repeat| repeat.source == source) {
            self.repeat = None;
        }
        let Some(held) = self.down.remove(&source) else { return Verdict::default() };
        // It may have been held long enough and nobody has looked since.
        let act = match held.long {
            Some((at, long)) if at <= now => Some(long),
            _ => held.release,
        };
        // Nobody has another act by lifting what that one presses.
        let allowed = |act: &Act| held.caller == self.caller && (!locked || act.binding.when_locked);
        Verdict { swallowed: held.swallowed, act: act.filter(allowed) }
    }

    /// Whether one of these is bound, for what is over as soon as it happens.
    pub fn is_bound(&self, trigger: &Trigger, situation: Situation) -> bool {
        !self.quiet && self.bound(std::slice::from_ref(trigger), situation).is_some()
    }

    /// Something happened that is over at once.
    pub fn happened(&mut self, trigger: &Trigger, situation: Situation) -> Option<Act> {
        if self.quiet {
            return None;
        }
        self.interrupt();
        let (_, bound) = self.bound(std::slice::from_ref(trigger), situation)?;
        bound.first().map(|binding| self.act(binding))
    }

    /// Other modifiers are held. What repeats without those that it is bound with ends.
    pub fn modifiers(&mut self, held: Modifiers) {
        if !self.quiet && self.repeat.as_ref().is_some_and(|repeat| !includes(held, repeat.modifiers)) {
            self.repeat = None;
        }
    }

    /// When something acts if nothing happens before.
    pub fn deadline(&self) -> Option<Timestamp> {
        let long = self.down.values().filter_map(|held| held.long.as_ref().map(|(at, _)| *at));
        long.chain(self.repeat.as_ref().map(|repeat| repeat.next)).min()
    }

    /// What acts because its time has come. One at a time: what it does may change the rest.
    pub fn due(&mut self, locked: bool, now: Timestamp) -> Option<Act> {
        let allowed = |act: &Act| !locked || act.binding.when_locked;
        for held in self.down.values_mut() {
            if let Some((_, act)) = held.long.take_if(|(at, _)| *at <= now) {
                held.release = None;
                if allowed(&act) {
                    return Some(act);
                }
            }
        }
        let (_, interval) = self.repeating?;
        let repeat = self.repeat.as_mut().filter(|repeat| repeat.next <= now)?;
        if !allowed(&repeat.act) {
            self.repeat = None;
            return None;
        }
        // Who is late does not catch up: a burst would go further than the person meant.
        let next = Timestamp(repeat.next.0 + interval);
        repeat.next = if next <= now { Timestamp(now.0 + interval) } else { next };
        Some(repeat.act.clone())
    }
}

fn includes(held: Modifiers, wanted: Modifiers) -> bool {
    let pairs = [
        (held.logo, wanted.logo),
        (held.ctrl, wanted.ctrl),
        (held.alt, wanted.alt),
        (held.altgr, wanted.altgr),
        (held.shift, wanted.shift),
    ];
    pairs.into_iter().all(|(held, wanted)| held || !wanted)
}

#[cfg(test)]
mod tests;
