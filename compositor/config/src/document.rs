//! Reading one text into a configuration.

use std::{collections::BTreeMap, ops::Range};

use toml::de::{DeTable, DeValue};

use crate::{
    config::Config,
    problem::{Fault, Problem},
    source::Source,
    table::{Key, Tree},
    value::{Node, quote},
};

/// Where an option was given its value.
#[derive(Debug, Clone)]
pub(crate) struct Assigned {
    pub(crate) source: Source,
    pub(crate) value: Range<usize>,
}

/// A configuration while it is put together: what is known so far and everything that is wrong.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) config: Config,
    pub(crate) assigned: BTreeMap<Key, Assigned>,
    pub(crate) problems: Vec<Problem>,
}

impl Draft {
    /// Takes over a whole file.
    pub(crate) fn read_file(&mut self, source: &Source) {
        let (table, errors) = DeTable::parse_recoverable(source.toml());
        let mut faults: Vec<Fault> = errors.iter().map(|error| syntax(error, source.toml(), table.get_ref())).collect();
        // What was made up in place of a syntax error would only be complained about a second time.
        let broken: Vec<usize> = faults.iter().map(|fault| source.position(fault.span.start).0).collect();
        let mut reader = Reader { draft: self, source, seen: BTreeMap::new(), faults: Vec::new() };
        reader.walk(Tree::root(), &mut Vec::new(), table.get_ref());
        let found = reader.faults;
        faults.extend(found.into_iter().filter(|fault| !broken.contains(&source.position(fault.span.start).0)));
        faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
        self.problems.extend(faults.into_iter().map(|fault| Problem::new(source, fault)));
    }

    /// Takes over one value, which may be a text without its quotes.
    pub(crate) fn read_pair(&mut self, key: &Key, source: &Source) {
        let Some(row) = key.row() else { return };
        let text = source.toml();
        let value = DeValue::parse(text);
        let read = match &value {
            Ok(node) => (row.read)(&mut self.config, &key.names, node),
            Err(_) => Err(Vec::new()),
        };
        let read = read.or_else(|faults| {
            let plain = Node::new(0..text.len(), DeValue::String(text.into()));
            let meant_as_text = matches!(&value, Ok(node) if node.get_ref().is_str());
            match (row.read)(&mut self.config, &key.names, &plain) {
                Ok(()) if !meant_as_text => Ok(()),
                // The option takes no text, or not this one: what was read as TOML says more about it, if anything was.
                Err(plain) if faults.is_empty() => Err(plain),
                _ => Err(faults),
            }
        });
        match read {
            Ok(()) => {
                self.assigned.insert(key.clone(), Assigned { source: source.clone(), value: 0..text.len() });
            }
            Err(faults) => self.problems.extend(faults.into_iter().map(|fault| Problem::new(source, fault))),
        }
    }
}

struct Reader<'a> {
    draft: &'a mut Draft,
    source: &'a Source,
    /// Where each key stands in this text.
    seen: BTreeMap<Key, Range<usize>>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn walk(&mut self, tree: &Tree, names: &mut Vec<String>, table: &DeTable<'_>) {
        for (part, value) in table.iter() {
            let (child, name) = match tree.step(part.get_ref()) {
                Ok(step) => step,
                Err((message, help)) => {
                    self.faults.push(Fault { help, ..Fault::new(part.span(), message) });
                    continue;
                }
            };
            let chosen = name.is_some();
            names.extend(name);
            match (child.row, value.get_ref()) {
                (Some(row), _) => self.assign(Key { row, names: names.clone() }, part.span(), value),
                (None, DeValue::Table(table)) => self.walk(child, names, table),
                (None, _) => {
                    let fault = Fault::new(value.span(), format!("{} is a section", child.path));
                    self.faults.push(fault.help(format!("write [{}] on a line of its own and options below", child.path)));
                }
            }
            if chosen {
                names.pop();
            }
        }
    }

    fn assign(&mut self, key: Key, part: Range<usize>, value: &Node<'_>) {
        if let Some(other) = self.seen.insert(key.clone(), part.clone()) {
            let (first, second) = if other.start < part.start { (other, part) } else { (part, other) };
            let text = key.text();
            self.faults.push(Fault { also: Some((first, "it is here first")), ..Fault::new(second, format!("{text} is given twice")) });
            return;
        }
        let Some(row) = key.row() else { return };
        match (row.read)(&mut self.draft.config, &key.names, value) {
            Ok(()) => {
                self.draft.assigned.insert(key, Assigned { source: self.source.clone(), value: value.span() });
            }
            Err(faults) => self.faults.extend(faults),
        }
    }
}

/// A mistake in the TOML itself.
fn syntax(error: &toml::de::Error, text: &str, table: &DeTable<'_>) -> Fault {
    let span = error.span().unwrap_or(0..0);
    let message = error.message().lines().next().unwrap_or_default().to_owned();
    let mut fault = Fault::new(span.clone(), message.clone());
    if message.starts_with("string values must be quoted") || message.starts_with("invalid boolean") {
        // The parser's words for everything that begins like no value, and for no value at all.
        let word = text.get(span.start..).unwrap_or_default().lines().next().unwrap_or_default();
        let word = word.split('#').next().unwrap_or_default().trim();
        return if word.is_empty() {
            fault.message = "there is no value here".to_owned();
            fault.help("write one behind the equals sign")
        } else {
            fault.message = format!("{word} is no value");
            fault.help(format!("write a text in quotes: {}", quote(word)))
        };
    }
    if message.starts_with("duplicate key") {
        // The parser keeps the first one: the nearest of that name before this one.
        let name = text.get(span.clone()).unwrap_or_default();
        let mut places = Vec::new();
        collect_keys(table, name, &mut places);
        fault.message = format!("{name} is given twice");
        fault.also = places
            .into_iter()
            .filter(|place| place.start < span.start)
            .max_by_key(|place| place.start)
            .map(|place| (place, "it is here first"));
    }
    fault
}

/// Where keys of this name, as it is written with its quotes, stand in a table and below.
fn collect_keys(table: &DeTable<'_>, name: &str, places: &mut Vec<Range<usize>>) {
    let plain = name.trim_matches(['"', '\'']);
    for (key, value) in table.iter() {
        if key.get_ref() == plain {
            places.push(key.span());
        }
        if let DeValue::Table(table) = value.get_ref() {
            collect_keys(table, name, places);
        }
    }
}
