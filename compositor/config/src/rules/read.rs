//! Rules in TOML.

use std::time::Duration;

use glasshouse_core::{
    Command,
    event::Layer,
    rules::{
        Destination, Lasting, LayerLasting, LayerMatch, LayerRule, MAX_PATTERN, MAX_RULES, Opening, Pattern, PatternError, State, Text,
        WindowMatch, WindowRule, WindowType,
    },
};
use toml::de::{DeTable, DeValue};

use super::fields::{name, read_lasting, read_layer_lasting, read_opening, workspace};
use crate::{
    binding::CommandLine,
    nearest::nearest,
    problem::Fault,
    table::read_within,
    value::{Node, Setting, read_choice, refuse, wrong_type},
};

/// More alternatives are better said by a pattern.
const MAX_MATCHES: usize = 100;
/// More commands belong into a script.
const MAX_COMMANDS: usize = 16;
/// The longest time in `at-startup-seconds`: a day.
pub(super) const MAX_STARTUP: f64 = 86_400.0;

pub(super) const LAYERS: [(&str, Layer); 4] =
    [("background", Layer::Background), ("bottom", Layer::Bottom), ("top", Layer::Top), ("overlay", Layer::Overlay)];

/// What a rule has beside its properties.
const PARTS: [&str; 4] = ["name", "match", "except", "run"];

pub(super) fn windows(node: &Node<'_>) -> Result<Vec<WindowRule>, Vec<Fault>> {
    each(node, "rule", MAX_RULES, |node, table| {
        let mut rule = WindowRule::default();
        let mut faults = Vec::new();
        for (key, value) in table.iter() {
            let word = key.get_ref().as_ref();
            let read = match word {
                "name" => name(value).map(|name| rule.name = Some(name)),
                "match" => one_or_more(value, window_match).map(|matches| rule.any_of = matches),
                "except" => one_or_more(value, window_match).map(|matches| rule.except = matches),
                "run" => commands(value).map(|commands| rule.run = commands),
                _ => read_opening(word, value, &mut rule.opening).or_else(|| read_lasting(word, value, &mut rule.lasting)).unwrap_or_else(
                    || {
                        let words = Opening::WORDS.iter().chain(Lasting::WORDS).map(|(word, _)| *word);
                        Err(unknown(key.span(), "a window rule", word, PARTS.into_iter().chain(words)))
                    },
                ),
            };
            faults.extend(read.err().into_iter().flatten());
        }
        let does_nothing = rule.run.is_empty() && rule.opening == Opening::default() && rule.lasting == Lasting::default();
        finish(node, rule, faults, does_nothing)
    })
}

pub(super) fn layers(node: &Node<'_>) -> Result<Vec<LayerRule>, Vec<Fault>> {
    each(node, "rule", MAX_RULES, |node, table| {
        let mut rule = LayerRule::default();
        let mut faults = Vec::new();
        for (key, value) in table.iter() {
            let word = key.get_ref().as_ref();
            let read = match word {
                "name" => name(value).map(|name| rule.name = Some(name)),
                "match" => one_or_more(value, layer_match).map(|matches| rule.any_of = matches),
                "except" => one_or_more(value, layer_match).map(|matches| rule.except = matches),
                _ => read_layer_lasting(word, value, &mut rule.lasting).unwrap_or_else(|| {
                    let words = LayerLasting::WORDS.iter().map(|(word, _)| *word);
                    let parts = PARTS.into_iter().filter(|part| *part != "run");
                    Err(unknown(key.span(), "a layer rule", word, parts.chain(words)))
                }),
            };
            faults.extend(read.err().into_iter().flatten());
        }
        let does_nothing = rule.lasting == LayerLasting::default();
        finish(node, rule, faults, does_nothing)
    })
}

/// A list of tables.
fn each<T>(
    node: &Node<'_>,
    what: &str,
    most: usize,
    read: impl Fn(&Node<'_>, &DeTable<'_>) -> Result<T, Vec<Fault>>,
) -> Result<Vec<T>, Vec<Fault>> {
    let DeValue::Array(array) = node.get_ref() else { return wrong_type(node, "a list of tables") };
    if array.len() > most {
        return refuse(node, format!("there are {} of them", array.len()), format!("write at most {most}"));
    }
    let (mut items, mut faults) = (Vec::new(), Vec::new());
    for item in array.iter() {
        let result = match item.get_ref() {
            DeValue::Table(table) => read(item, table),
            _ => wrong_type(item, &format!("a table for each {what}")),
        };
        match result {
            Ok(item) => items.push(item),
            Err(more) => faults.extend(more),
        }
    }
    if faults.is_empty() { Ok(items) } else { Err(faults) }
}

/// A table, or a list of tables.
fn one_or_more<T>(node: &Node<'_>, read: fn(&Node<'_>, &DeTable<'_>) -> Result<T, Vec<Fault>>) -> Result<Vec<T>, Vec<Fault>> {
    match node.get_ref() {
        DeValue::Table(table) => Ok(vec![read(node, table)?]),
        DeValue::Array(array) if array.is_empty() => refuse(node, "this list is empty", "leave it out, or write what is meant"),
        _ => each(node, "match", MAX_MATCHES, read),
    }
}

fn finish<T>(node: &Node<'_>, rule: T, faults: Vec<Fault>, does_nothing: bool) -> Result<T, Vec<Fault>> {
    match faults.is_empty() {
        true if does_nothing => refuse(node, "this rule does nothing", "add what it is for, such as opacity = 0.9"),
        true => Ok(rule),
        false => Err(faults),
    }
}

fn unknown<'a>(span: std::ops::Range<usize>, what: &str, word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Vec<Fault> {
    let help = match nearest(word, known.clone()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
    };
    vec![Fault::new(span, format!("{what} has no {word:?}")).help(help)]
}

fn commands(node: &Node<'_>) -> Result<Vec<Command>, Vec<Fault>> {
    let lines = match node.get_ref() {
        DeValue::String(_) => vec![CommandLine::read(node)?],
        _ => Vec::<CommandLine>::read(node)?,
    };
    if lines.is_empty() || lines.len() > MAX_COMMANDS {
        return refuse(node, format!("there are {} commands", lines.len()), format!("write one to {MAX_COMMANDS}; a script can do more"));
    }
    Ok(lines.into_iter().map(|line| line.0).collect())
}

fn pattern(node: &Node<'_>) -> Result<Pattern, Vec<Fault>> {
    let Some(text) = node.get_ref().as_str() else { return wrong_type(node, "a regular expression in quotes") };
    Pattern::new(text).or_else(|error| {
        let help = match error {
            PatternError::Long(_) => format!("write at most {MAX_PATTERN}"),
            PatternError::Large => "write one with fewer repetitions".to_owned(),
            PatternError::Syntax(_) => "write one such as \"^foot$\", in single quotes if it has backslashes".to_owned(),
        };
        refuse(node, error.to_string(), help)
    })
}

fn window_match(node: &Node<'_>, table: &DeTable<'_>) -> Result<WindowMatch, Vec<Fault>> {
    let mut found = WindowMatch::default();
    let mut faults = Vec::new();
    for (key, value) in table.iter() {
        let word = key.get_ref().as_ref();
        let text = Text::ALL.iter().find(|text| text.word() == word);
        let state = State::ALL.iter().find(|state| state.word() == word);
        let read = match (word, text, state) {
            (_, Some(text), _) => pattern(value).map(|pattern| {
                found.texts.insert(*text, pattern);
            }),
            (.., Some(state)) => bool::read(value).map(|on| {
                found.states.insert(*state, on);
            }),
            ("type", ..) => window_type(value).map(|kind| found.kind = Some(kind)),
            ("workspace", ..) => workspace(value).map(|workspace| {
                found.workspace = Some(match workspace {
                    Destination::Number(number) => number.to_string(),
                    Destination::Name(name) => name,
                });
            }),
            ("output", ..) => name(value).map(|output| found.output = Some(output)),
            ("at-startup-seconds", ..) => read_within::<u32>(value, Some((0.0, MAX_STARTUP)))
                .map(|seconds| found.at_startup = Some(Duration::from_secs(seconds.into()))),
            _ => Err(unknown(key.span(), "a match", word, window_match_words())),
        };
        faults.extend(read.err().into_iter().flatten());
    }
    not_empty(node, found, faults, table)
}

/// What can be looked at of a window.
pub(super) fn window_match_words() -> impl Iterator<Item = &'static str> + Clone {
    let texts = Text::ALL.iter().map(|text| text.word());
    let others = ["type", "workspace", "output", "at-startup-seconds"];
    texts.chain(others).chain(State::ALL.iter().map(|state| state.word()))
}

fn window_type(node: &Node<'_>) -> Result<WindowType, Vec<Fault>> {
    let word = read_choice(node, WindowType::ALL.iter().map(|kind| kind.word()))?;
    // `read_choice` only answers with a word of the list.
    WindowType::ALL.iter().find(|kind| kind.word() == word).copied().ok_or_else(Vec::new)
}

fn layer_match(node: &Node<'_>, table: &DeTable<'_>) -> Result<LayerMatch, Vec<Fault>> {
    let mut found = LayerMatch::default();
    let mut faults = Vec::new();
    for (key, value) in table.iter() {
        let read = match key.get_ref().as_ref() {
            "namespace" => pattern(value).map(|pattern| found.namespace = Some(pattern)),
            "layer" => read_choice(value, LAYERS.map(|(word, _)| word)).map(|word| {
                found.layer = LAYERS.iter().find(|(known, _)| *known == word).map(|(_, layer)| *layer);
            }),
            "output" => name(value).map(|output| found.output = Some(output)),
            word => Err(unknown(key.span(), "a match", word, ["namespace", "layer", "output"].into_iter())),
        };
        faults.extend(read.err().into_iter().flatten());
    }
    not_empty(node, found, faults, table)
}

fn not_empty<T>(node: &Node<'_>, found: T, faults: Vec<Fault>, table: &DeTable<'_>) -> Result<T, Vec<Fault>> {
    match faults.is_empty() {
        true if table.is_empty() => refuse(node, "this match says nothing", "leave match out for a rule about everything"),
        true => Ok(found),
        false => Err(faults),
    }
}
