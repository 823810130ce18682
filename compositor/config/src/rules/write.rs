//! Rules as TOML on one line, which can be read again.

use glasshouse_core::rules::{LayerMatch, LayerRule, Property, WindowMatch, WindowRule};

use super::read::LAYERS;
use crate::value::quote;

pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn table(fields: &[String]) -> String {
    format!("{{ {} }}", fields.join(", "))
}

fn field(word: &str, text: &str) -> String {
    format!("{word} = {}", quote(text))
}

fn properties(said: Vec<Property>) -> impl Iterator<Item = String> {
    said.into_iter().map(|Property { word, value, is_text }| match is_text {
        true => field(word, &value),
        false => format!("{word} = {value}"),
    })
}

pub(super) fn window_rule(rule: &WindowRule) -> String {
    let mut fields: Vec<String> = rule.name.iter().map(|name| field("name", name)).collect();
    for (word, matches) in [("match", &rule.any_of), ("except", &rule.except)] {
        if !matches.is_empty() {
            fields.push(format!("{word} = {}", list(matches.iter().map(window_match))));
        }
    }
    fields.extend(properties(rule.opening.said()));
    fields.extend(properties(rule.lasting.said()));
    if !rule.run.is_empty() {
        fields.push(format!("run = {}", list(rule.run.iter().map(|command| quote(&command.to_string())))));
    }
    table(&fields)
}

fn window_match(one: &WindowMatch) -> String {
    let mut fields: Vec<String> = one.texts.iter().map(|(text, pattern)| field(text.word(), pattern.as_str())).collect();
    fields.extend(one.kind.map(|kind| field("type", kind.word())));
    fields.extend(one.workspace.as_deref().map(|workspace| field("workspace", workspace)));
    fields.extend(one.output.as_deref().map(|output| field("output", output)));
    fields.extend(one.at_startup.map(|within| format!("at-startup-seconds = {}", within.as_secs())));
    fields.extend(one.states.iter().map(|(state, on)| format!("{} = {on}", state.word())));
    table(&fields)
}

pub(super) fn layer_rule(rule: &LayerRule) -> String {
    let mut fields: Vec<String> = rule.name.iter().map(|name| field("name", name)).collect();
    for (word, matches) in [("match", &rule.any_of), ("except", &rule.except)] {
        if !matches.is_empty() {
            fields.push(format!("{word} = {}", list(matches.iter().map(layer_match))));
        }
    }
    fields.extend(properties(rule.lasting.said()));
    table(&fields)
}

fn layer_match(one: &LayerMatch) -> String {
    let mut fields: Vec<String> = one.namespace.iter().map(|pattern| field("namespace", pattern.as_str())).collect();
    let layer = one.layer.and_then(|layer| LAYERS.iter().find(|(_, known)| *known == layer));
    fields.extend(layer.map(|(word, _)| field("layer", word)));
    fields.extend(one.output.as_deref().map(|output| field("output", output)));
    table(&fields)
}
