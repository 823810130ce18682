//! Mistakes in the TOML itself.

use std::{collections::BTreeSet, ops::Range};

use toml::de::{DeTable, DeValue, Error};

use crate::{
    problem::{Fault, MAX_PROBLEMS},
    source::Source,
    value::quote,
};

/// Lines that are read as if they were empty, by their numbers from 1.
#[derive(Debug)]
pub(crate) struct Lines(BTreeSet<usize>);

impl Lines {
    /// The text with blanks in their place, so that everything else stays where it is. A section whose first line is among them goes as a
    /// whole, or its options would become those of the section before.
    pub(crate) fn without(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut in_section = false;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let broken = self.0.contains(&(index + 1));
            if line.trim_start().starts_with('[') {
                in_section = broken;
            }
            if broken || in_section {
                let content = line.trim_end_matches('\n');
                result.extend(std::iter::repeat_n(' ', content.len()));
                result.push_str(line.get(content.len()..).unwrap_or_default());
            } else {
                result.push_str(line);
            }
        }
        result
    }
}

/// The mistakes on lines that are not yet known to be `broken`, and the lines without which it is worth reading again.
pub(crate) fn faults(errors: &[Error], source: &Source, table: &DeTable<'_>, broken: &mut BTreeSet<usize>) -> (Vec<Fault>, Option<Lines>) {
    let mut faults: Vec<Fault> = Vec::new();
    let mut lines = BTreeSet::new();
    let known = broken.clone();
    let mut told = BTreeSet::new();
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let line = source.line_number(span.start);
        // The first one on a line is the cause of the others.
        if known.contains(&line) || !told.insert(line) {
            continue;
        }
        if faults.len() > MAX_PROBLEMS {
            return (faults, None);
        }
        let (fault, breaks) = one(error.message(), span, source, table);
        faults.push(fault);
        if breaks {
            lines.insert(line);
            broken.insert(line);
        }
    }
    let whole = lines.iter().all(|line| stands_alone(source.toml().lines().nth(line.saturating_sub(1)).unwrap_or_default()));
    (faults, (whole && !lines.is_empty()).then(|| Lines(broken.clone())))
}

/// Whether nothing begins or ends on this line that has its other end elsewhere.
fn stands_alone(line: &str) -> bool {
    let count = |character| line.matches(character).count();
    let header = line.trim_start().starts_with('[');
    (header || count('[') == count(']')) && count('{') == count('}') && !line.contains("\"\"\"") && !line.contains("'''")
}

/// A mistake in our words, and whether the line cannot be read because of it.
fn one(message: &str, span: Range<usize>, source: &Source, table: &DeTable<'_>) -> (Fault, bool) {
    let text = source.toml();
    let message = message.lines().next().unwrap_or_default();
    let rest_of_line = text.get(span.start..).unwrap_or_default().lines().next().unwrap_or_default();
    let fault = Fault::new(span.clone(), message);
    if message.starts_with("duplicate key") {
        let name = text.get(span.clone()).unwrap_or_default();
        let also = first_place(name, &span, text, table).map(|place| (place, "it is here first"));
        return (Fault { message: format!("{name} is given twice"), also, ..fault }, false);
    }
    // The parser's words for everything that begins like no value, and for no value at all.
    if message.starts_with("string values must be quoted") || message.starts_with("invalid boolean") {
        let word = rest_of_line.split(['#', ',', ']', '}']).next().unwrap_or_default().trim();
        let fault = if word.is_empty() {
            Fault { message: "there is no value here".to_owned(), ..fault }.help("write one behind the equals sign")
        } else {
            Fault { message: format!("{word} is no value"), ..fault }.help(format!("write a text in quotes: {}", quote(word)))
        };
        return (fault, true);
    }
    let fault = if message.starts_with("invalid unquoted key") {
        fault.help("put the key in quotes, such as \"super+q\"")
    } else if message.starts_with("key with no value") {
        fault.help("write key = value")
    } else {
        fault
    };
    (fault, true)
}

/// Where a key or a section that is there a second time is for the first.
fn first_place(name: &str, second: &Range<usize>, text: &str, table: &DeTable<'_>) -> Option<Range<usize>> {
    let mut places = Vec::new();
    collect_keys(table, name.trim_matches(['"', '\'']), &mut places);
    let before = places.into_iter().filter(|place| place.end <= second.start).max_by_key(|place| place.start);
    before.or_else(|| {
        // The parser forgets where a section was: look for the same line.
        let start = text.get(..second.start)?.rfind('\n').map_or(0, |end| end + 1);
        let line = text.get(start..)?.lines().next()?.trim();
        let mut offset = 0;
        text.get(..start)?.split_inclusive('\n').find_map(|other| {
            let from = offset;
            offset += other.len();
            (other.trim() == line).then(|| from..from + other.trim_end().len())
        })
    })
}

/// Where keys of this name stand in a table and below.
fn collect_keys(table: &DeTable<'_>, name: &str, places: &mut Vec<Range<usize>>) {
    for (key, value) in table.iter() {
        if key.get_ref() == name {
            places.push(key.span());
        }
        if let DeValue::Table(table) = value.get_ref() {
            collect_keys(table, name, places);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, stands_alone};

    #[test]
    fn broken_lines_are_taken_away_and_nothing_moves() {
        let check = |text: &str, lines: &[usize], left: &str| assert_eq!(Lines(lines.iter().copied().collect()).without(text), left);
        check("a\nbb\nc", &[2], "a\n  \nc");
        check("\u{e9} = \nb", &[1], "     \nb");
        check("[a]\nb = 1\n[c\nd = 2\n[e]\n", &[3], "[a]\nb = 1\n  \n     \n[e]\n");
    }

    #[test]
    fn lines_that_begin_something_do_not_stand_alone() {
        assert!(stands_alone("a = [1 2]") && stands_alone("[a") && stands_alone("x"));
        assert!(!stands_alone("a = [1 2,") && !stands_alone("a = { b = ") && !stands_alone("a = \"\"\"") && !stands_alone("1 2 ]"));
    }
}
