//! Rules in the reference.

use glasshouse_core::rules::{Lasting, LayerLasting, Opening, RUNS, RUNS_WITHIN, State, Text, WindowType};

use super::fields::kind_of;
use crate::{table::rows, value::any_word_of};

/// The section of the reference about rules, in Markdown.
pub(crate) fn reference() -> String {
    let options: String = rows().iter().filter(|row| !row.key.contains('.')).map(|row| line(&row.key, &row.takes, row.doc)).collect();
    format!(
        include_str!("reference.md"),
        options = options,
        window_matches = window_matches(),
        opening = properties(Opening::WORDS),
        lasting = properties(Lasting::WORDS),
        layer_lasting = properties(LayerLasting::WORDS),
        runs = RUNS,
        runs_within = RUNS_WITHIN.as_secs(),
    )
}

fn line(word: &str, takes: &str, doc: &str) -> String {
    format!("| `{word}` | {} | {doc} |\n", takes.replace('|', "\\|"))
}

fn window_matches() -> String {
    let types = any_word_of(WindowType::ALL.iter().map(|kind| kind.word()));
    let mut lines: Vec<String> = Text::ALL.iter().map(|text| line(text.word(), "a regular expression", text.doc())).collect();
    lines.push(line("type", &types, "A dialog belongs to another window; a window of a fixed size has one that is smallest and largest."));
    lines.push(line("workspace", "a name in quotes, or a number", "The workspace it is on, by its name or by its number on its output."));
    lines.push(line("output", "a name in quotes", "The output that its workspace is on."));
    lines.push(line("at-startup-seconds", "a whole number", "It opened within so many seconds after the desktop began."));
    lines.extend(State::ALL.iter().map(|state| line(state.word(), "true or false", state.doc())));
    lines.concat()
}

fn properties(words: &[(&'static str, &'static str)]) -> String {
    let line = |(word, doc): &(&'static str, &'static str)| line(word, &kind_of(word).map(|kind| kind.takes()).unwrap_or_default(), doc);
    words.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_of_the_core_can_be_written_down() {
        for (word, doc) in Opening::WORDS.iter().chain(Lasting::WORDS).chain(LayerLasting::WORDS) {
            assert!(kind_of(word).is_some(), "{word}");
            assert!(doc.ends_with('.'), "{word}: {doc}");
        }
    }
}
