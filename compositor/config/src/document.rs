//! Reading one text into a configuration.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use toml::de::{DeTable, DeValue};

use crate::{
    config::Config,
    problem::{Fault, MAX_PROBLEMS, Problem},
    source::Source,
    syntax,
    table::{Key, Tree, with_names},
    value::Node,
};

/// How often a file with syntax errors is read again without the lines that have them. Every time finds more than one, and nobody reads
/// on after so many.
const MAX_ROUNDS: usize = 16;

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
        let mut text = Cow::Borrowed(source.toml());
        let mut faults = Vec::new();
        let mut broken = BTreeSet::new();
        for round in 0..=MAX_ROUNDS {
            let (table, errors) = DeTable::parse_recoverable(&text);
            let (found, next) = syntax::faults(&errors, source, table.get_ref(), &mut broken);
            faults.extend(found);
            // The parser gives the rest of a section up after some mistakes. So lines with mistakes are taken away and the rest is read again.
            match next.filter(|_| round < MAX_ROUNDS) {
                Some(lines) => text = Cow::Owned(lines.without(&text)),
                None => {
                    let mut reader = Reader { draft: self, source, seen: BTreeMap::new(), faults: Vec::new() };
                    reader.walk(Tree::root(), &mut Vec::new(), table.get_ref());
                    // What was made up in place of a syntax error would only be complained about a second time.
                    let real = |fault: &Fault| !broken.contains(&source.line_number(fault.span.start));
                    faults.extend(reader.faults.into_iter().filter(real));
                    break;
                }
            }
        }
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
            if self.faults.len() > MAX_PROBLEMS {
                return;
            }
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
                    let path = with_names(&child.path, names);
                    let fault = Fault::new(value.span(), format!("{path} is a section"));
                    self.faults.push(fault.help(format!("write [{path}] on a line of its own and options below")));
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
