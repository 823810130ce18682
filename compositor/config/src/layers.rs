//! The layers of a configuration and what comes of them.

use std::{cell::LazyCell, path::PathBuf, sync::LazyLock};

use glasshouse_core::Command;

use crate::{
    Config,
    binding::DEFAULT_MODE,
    document::Draft,
    nearest::nearest,
    problem::{Fault, Problem, Problems},
    resolved::Resolved,
    source::{Place, Source},
    table::{Key, rows},
};

/// The built-in bindings, as a file.
pub(crate) const BUILT_IN: &str = include_str!("default.toml");

/// The defaults with the built-in bindings, read once.
pub(crate) static BASE: LazyLock<Draft> = LazyLock::new(|| {
    let mut draft = Draft::default();
    draft.read_file(&Source::new(Place::BuiltIn, BUILT_IN));
    draft
});

/// All texts that a configuration is made of, from the weakest to the strongest: built-in defaults, files, environment, flags, and what was
/// set at run time. A value: keep the old one until [`Layers::resolve`] says that the new one is good.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    files: Vec<Source>,
    environment: Vec<Pair>,
    flags: Vec<Pair>,
    set: Vec<Pair>,
}

/// One option and its value.
#[derive(Debug, Clone)]
struct Pair {
    key: String,
    source: Source,
}

impl Layers {
    /// The defaults only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts these files in place of the ones so far, later ones stronger. Everything else stays, also what was set at run time.
    pub fn with_files(mut self, files: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        self.files = files.into_iter().map(|(path, text)| Source::new(Place::File(path), text)).collect();
        self
    }

    /// Takes over the variables that are options, such as `GLASSHOUSE_LAYOUT_GAP_PX`, and the ones that look as if they were meant to be:
    /// those that begin with `GLASSHOUSE_`, a section and `_`. Every other one has another meaning.
    pub fn with_environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        // Most are not ours, and the names of ours cost time.
        let sections: LazyCell<Vec<String>> = LazyCell::new(|| {
            rows().iter().filter_map(|row| row.parts().next()).map(|part| format!("GLASSHOUSE_{}_", part.to_uppercase())).collect()
        });
        for (name, value) in variables.into_iter().filter(|(name, _)| name.starts_with("GLASSHOUSE_")) {
            let known = rows().iter().find(|row| row.variable().is_some_and(|variable| variable == name));
            if known.is_some() || sections.iter().any(|section| name.starts_with(section)) {
                // An unknown one keeps its name for a key, and that is complained about later.
                let key = known.map_or_else(|| name.clone(), |row| row.key.clone());
                let source = Source::with_prefix(Place::Variable(name.clone()), &format!("{name}="), &value);
                self.environment.push(Pair { key, source });
            }
        }
        self
    }

    /// An option by a flag of the command line, such as `--layout`.
    pub fn with_flag(mut self, flag: &str, key: &str, value: &str) -> Self {
        // A flag for any option is shown with the one that it is about.
        let prefix = if flag == "--set" { format!("{flag} {key}=") } else { format!("{flag} ") };
        let source = Source::with_prefix(Place::Flag(flag.to_owned()), &prefix, value);
        self.flags.push(Pair { key: key.to_owned(), source });
        self
    }

    /// Sets an option until the desktop ends or [`Self::reset`] is asked for.
    ///
    /// # Errors
    ///
    /// [`Problems`] with the key, the value, or what it means together with everything else. Nothing has changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<Resolved, Problems> {
        let mut next = self.clone();
        let parsed = next.parse_key(key)?;
        let key = parsed.text();
        next.set.retain(|pair| pair.key != key);
        let source = Source::with_prefix(Place::Set, &format!("{key} = "), value);
        next.set.push(Pair { key, source });
        let resolved = next.resolve()?;
        *self = next;
        Ok(resolved)
    }

    /// Takes back what [`Self::set`] did: the option has the value of the other layers again.
    ///
    /// # Errors
    ///
    /// [`Problems`] with the key, or with the rest without this option. Nothing has changed then.
    pub fn reset(&mut self, key: &str) -> Result<Resolved, Problems> {
        let mut next = self.clone();
        let key = next.parse_key(key)?.text();
        next.set.retain(|pair| pair.key != key);
        let resolved = next.resolve()?;
        *self = next;
        Ok(resolved)
    }

    /// What was set at run time: keys and values, in the order in which they were set.
    pub fn set_options(&self) -> impl Iterator<Item = (&str, &str)> {
        self.set.iter().map(|pair| (pair.key.as_str(), pair.source.toml()))
    }

    /// The configuration.
    ///
    /// # Errors
    ///
    /// All mistakes of all layers at once.
    pub fn resolve(&self) -> Result<Resolved, Problems> {
        let mut draft = BASE.clone();
        for file in &self.files {
            draft.read_file(file);
        }
        for pair in self.environment.iter().chain(&self.flags).chain(&self.set) {
            match Key::parse(&pair.key) {
                Ok(key) => draft.read_pair(&key, &pair.source),
                Err((message, help)) => draft.problems.push(unknown(pair, message, help)),
            }
        }
        if draft.problems.is_empty() {
            check_modes(&mut draft);
        }
        if let Some(problems) = Problems::of(std::mem::take(&mut draft.problems)) {
            return Err(problems);
        }
        draft.config.bindings.let_escape_leave();
        Ok(Resolved::new(draft))
    }

    fn parse_key(&self, key: &str) -> Result<Key, Problems> {
        Key::parse(key)
            .map_err(|(message, help)| Problems::one(&Source::new(Place::Set, key), Fault { help, ..Fault::new(0..key.len(), message) }))
    }
}

/// A variable or flag that is no option.
fn unknown(pair: &Pair, message: String, help: Option<String>) -> Problem {
    let whole = pair.source.toml().len();
    // Variables have one spelling, so the nearest is found among variables.
    let variables: Vec<String> = rows().iter().filter_map(crate::Row::variable).collect();
    match nearest_variable(&pair.key, &variables) {
        Some(near) => Problem::new(
            &pair.source,
            Fault::new(0..whole, format!("no option belongs to {}", pair.key)).help(format!("did you mean {near}?")),
        ),
        None => Problem::new(&pair.source, Fault { help, ..Fault::new(0..whole, message) }),
    }
}

fn nearest_variable<'a>(name: &str, variables: &'a [String]) -> Option<&'a str> {
    if !name.starts_with("GLASSHOUSE_") {
        return None;
    }
    // All of them begin alike, which would make every one of them near.
    let short = |name: &'a str| name.strip_prefix("GLASSHOUSE_").unwrap_or(name);
    let near =
        nearest(&name.strip_prefix("GLASSHOUSE_").unwrap_or(name).replace('_', "-"), variables.iter().map(|variable| short(variable)))?;
    variables.iter().map(String::as_str).find(|variable| short(variable) == near)
}

/// Every mode that a binding or a command at the start enters has to be there.
fn check_modes(draft: &mut Draft) {
    let names: Vec<&str> = draft.config.bindings.modes().map(|(name, _)| name).collect();
    let missing = |commands: &[Command]| {
        commands.iter().find_map(|command| match command {
            Command::EnterMode { mode } if !names.contains(&mode.as_str()) => Some(mode.clone()),
            _ => None,
        })
    };
    let mut wrong: Vec<(Option<Key>, String)> = Vec::new();
    for (mode, bindings) in draft.config.bindings.modes() {
        for (trigger, binding) in bindings.iter() {
            if let Some(name) = missing(&binding.commands) {
                let key = if mode == DEFAULT_MODE { format!("bindings.{trigger}") } else { format!("mode.\"{mode}\".bindings.{trigger}") };
                wrong.push((Key::parse(&key).ok(), name));
            }
        }
    }
    let startup: Vec<Command> = draft.config.session.startup.iter().map(|line| line.0.clone()).collect();
    wrong.extend(missing(&startup).map(|name| (Key::parse("session.startup").ok(), name)));
    for rule in &draft.config.window_rules.0 {
        wrong.extend(missing(&rule.run).map(|name| (Key::parse("window-rules").ok(), name)));
    }
    let problems: Vec<Problem> = wrong
        .into_iter()
        .filter_map(|(key, name)| {
            let assigned = draft.assigned.get(&key?)?;
            let fault = Fault::new(assigned.value.clone(), format!("there is no mode {name:?}"));
            let fault = match nearest(&name, names.iter().copied()) {
                Some(near) => fault.mean(Some(near)),
                None => fault.help(format!("describe it in [mode.{}.bindings]", crate::value::quote_key(&name))),
            };
            Some(Problem::new(&assigned.source, fault))
        })
        .collect();
    draft.problems.extend(problems);
}

/// The default configuration, with the built-in bindings.
pub fn defaults() -> Config {
    let mut config = BASE.config.clone();
    config.bindings.let_escape_leave();
    config
}
