//! Rules in the schema for editors.

use glasshouse_core::rules::{Lasting, LayerLasting, MAX_PATTERN, Opening, State, Text, WindowType};
use serde_json::{Map, Value, json};

use super::{
    fields::kind_of,
    read::{LAYERS, MAX_STARTUP},
};
use crate::{binding::CommandLine, value::Setting};

fn object(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1 })
}

fn one_or_more(one: &Value) -> Value {
    json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
}

fn pattern() -> Value {
    json!({ "type": "string", "maxLength": MAX_PATTERN })
}

fn described(words: &[(&'static str, &'static str)]) -> Map<String, Value> {
    let described = |(word, doc): &(&'static str, &'static str)| {
        let mut schema = kind_of(word)?.schema();
        schema.as_object_mut()?.insert("description".to_owned(), json!(doc));
        Some(((*word).to_owned(), schema))
    };
    words.iter().filter_map(described).collect()
}

fn rules(one: &Value, mut properties: Map<String, Value>) -> Value {
    properties.insert("name".to_owned(), String::schema());
    properties.insert("match".to_owned(), one_or_more(one));
    properties.insert("except".to_owned(), one_or_more(one));
    json!({ "type": "array", "items": object(properties) })
}

pub(super) fn windows() -> Value {
    let mut one = Map::new();
    one.extend(Text::ALL.iter().map(|text| (text.word().to_owned(), pattern())));
    one.extend(State::ALL.iter().map(|state| (state.word().to_owned(), bool::schema())));
    one.insert("type".to_owned(), json!({ "enum": WindowType::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>() }));
    one.insert("workspace".to_owned(), json!({ "anyOf": [String::schema(), { "type": "integer", "minimum": 1 }] }));
    one.insert("output".to_owned(), String::schema());
    one.insert("at-startup-seconds".to_owned(), json!({ "type": "integer", "minimum": 0, "maximum": MAX_STARTUP }));
    let mut properties = described(Opening::WORDS);
    properties.extend(described(Lasting::WORDS));
    properties.insert("run".to_owned(), one_or_more(&CommandLine::schema()));
    rules(&object(one), properties)
}

pub(super) fn layers() -> Value {
    let mut one = Map::new();
    one.insert("namespace".to_owned(), pattern());
    one.insert("layer".to_owned(), json!({ "enum": LAYERS.map(|(word, _)| word) }));
    one.insert("output".to_owned(), String::schema());
    rules(&object(one), described(LayerLasting::WORDS))
}
