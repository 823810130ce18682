//! A configuration that is good, and what can be asked about it.

use std::collections::BTreeSet;

use crate::{
    config::Config,
    document::Draft,
    layers::BASE,
    problem::{Fault, Problems},
    source::{Origin, Place, Source},
    table::{Key, rows, with_names},
};

/// The values of all options, and where each is from.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub config: Config,
    draft: Draft,
}

/// One option as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Such as `layout.gap-px`, or `bindings."super+q"`.
    pub key: String,
    /// As a TOML value on one line, which `set` takes.
    pub value: String,
    pub origin: Origin,
    /// As a TOML value.
    pub default: String,
}

impl Shown {
    pub fn is_default(&self) -> bool {
        self.value == self.default
    }
}

impl Resolved {
    pub(crate) fn new(draft: Draft) -> Self {
        Self { config: draft.config.clone(), draft }
    }

    /// Every option with its value and origin, in the order of the reference. Of outputs, devices, modes and bindings those that are there.
    pub fn show(&self) -> Vec<Shown> {
        self.keys().iter().map(|key| self.shown(key)).collect()
    }

    /// One option.
    ///
    /// # Errors
    ///
    /// There is no such option; the nearest one is named.
    pub fn get(&self, key: &str) -> Result<Shown, Problems> {
        match Key::parse(key) {
            Ok(key) => Ok(self.shown(&key)),
            Err((message, help)) => Err(Problems::one(&Source::new(Place::Set, key), Fault { help, ..Fault::new(0..key.len(), message) })),
        }
    }

    /// What is not as it would be without files, environment, flags and `set`.
    pub fn diff(&self) -> Vec<Shown> {
        self.show().into_iter().filter(|shown| !shown.is_default()).collect()
    }

    /// What has another value than in `old`, as it is now. What `old` had and this one has not is shown with its default.
    pub fn changed_since(&self, old: &Self) -> Vec<Shown> {
        let keys: BTreeSet<Key> = self.keys().union(&old.keys()).cloned().collect();
        keys.iter().map(|key| (self.shown(key), old.shown(key))).filter(|(new, old)| new.value != old.value).map(|(new, _)| new).collect()
    }

    /// As a file that says everything: read alone, it gives the same configuration.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        let mut section = String::new();
        for key in self.keys() {
            let shown = self.shown(&key);
            let (table, last) = split_key(&key);
            if table != section {
                text.push_str(&format!("{}[{table}]\n", if text.is_empty() { "" } else { "\n" }));
                section = table;
            }
            text.push_str(&format!("{last} = {}\n", shown.value));
        }
        text
    }

    /// Every fixed option, and whatever else somebody has given a value.
    fn keys(&self) -> BTreeSet<Key> {
        let fixed = rows().iter().enumerate().filter(|(_, row)| !row.is_pattern());
        fixed.map(|(row, _)| Key { row, names: Vec::new() }).chain(self.draft.assigned.keys().cloned()).collect()
    }

    fn shown(&self, key: &Key) -> Shown {
        let show = |config: &Config| key.row().map(|row| (row.show)(config, &key.names)).unwrap_or_default();
        let assigned = self.draft.assigned.get(key);
        Shown {
            key: key.text(),
            value: show(&self.draft.config),
            origin: assigned.map_or(Origin::Default, |assigned| assigned.source.origin(&assigned.value)),
            default: show(&BASE.config),
        }
    }
}

/// The section of a key, and what stands in front of the equals sign.
fn split_key(key: &Key) -> (String, String) {
    let Some(row) = key.row() else { return Default::default() };
    let (section, last) = row.key.rsplit_once('.').unwrap_or(("", &row.key));
    let stars = section.split('.').filter(|part| *part == "*").count();
    let section = with_names(section, &key.names);
    let last =
        if last == "*" { key.names.get(stars).map(|name| crate::value::quote_key(name)).unwrap_or_default() } else { last.to_owned() };
    (section, last)
}

/// Keys that begin like this, for shells: fixed ones whole, others as far as they are fixed (`output.`).
pub fn complete(beginning: &str) -> Vec<String> {
    let keys: BTreeSet<String> = rows().iter().map(|row| row.key.split('*').next().unwrap_or_default().to_owned()).collect();
    keys.into_iter().filter(|key| key.starts_with(beginning)).collect()
}
