//! What came over the bus, as JSON.

use glasshouse_protocols::Dict;
use serde_json::{Map, Value, json};
use zbus::{
    Type, Variant,
    export::serde::Serialize,
    wire::{
        LE,
        serialized::{Context, Data},
        to_bytes,
    },
};

/// A record of the protocol, with the names that it has on the wire. What is absent there is absent here.
///
/// # Errors
///
/// If it cannot be encoded: a string has a NUL character in it.
pub(crate) fn record<T: Serialize + Type>(record: &T) -> zbus::Result<Value> {
    let bytes: Data<'_, '_> = to_bytes(Context::new(LE, 0), record)?;
    Ok(dict(&bytes.deserialize::<Dict>()?.0))
}

pub(crate) fn dict(dict: &Dict) -> Value {
    // Sorted: a map on the wire has no order, and output that is the same each time is easier to compare.
    let mut entries: Vec<_> = dict.iter().collect();
    entries.sort_unstable_by_key(|(name, _)| *name);
    Value::Object(entries.into_iter().map(|(name, value)| (name.clone(), variant(value))).collect())
}

fn variant(value: &Variant<'_>) -> Value {
    match value {
        Variant::U8(number) => json!(number),
        Variant::Bool(truth) => json!(truth),
        Variant::I16(number) => json!(number),
        Variant::U16(number) => json!(number),
        Variant::I32(number) => json!(number),
        Variant::U32(number) => json!(number),
        Variant::I64(number) => json!(number),
        Variant::U64(number) => json!(number),
        Variant::F64(number) => json!(number),
        Variant::Str(text) => json!(text.as_str()),
        Variant::Signature(signature) => json!(signature.to_string()),
        Variant::ObjectPath(path) => json!(path.as_str()),
        Variant::Variant(inner) => variant(inner),
        Variant::Array(array) => Value::Array(array.iter().map(variant).collect()),
        Variant::Structure(structure) => Value::Array(structure.fields().iter().map(variant).collect()),
        Variant::Dict(dict) => {
            let mut entries: Vec<_> = dict.iter().map(|(name, value)| (text(name), variant(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(Map::from_iter(entries))
        }
        // A number that means nothing outside of this process.
        Variant::Fd(_) => Value::Null,
    }
}

/// JSON has only texts for keys.
fn text(key: &Variant<'_>) -> String {
    match key {
        Variant::Str(text) => text.to_string(),
        other => variant(other).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use glasshouse_protocols::telemetry::{OutputMetrics, Trace};

    use super::*;

    #[test]
    fn a_record_has_its_names_and_nothing_for_what_is_absent() {
        let trace = Trace { id: 7, kind: "key".into(), delivered_ns: Some(5), ..Trace::default() };
        assert_eq!(record(&trace).unwrap(), json!({ "id": 7, "kind": "key", "entered_ns": 0, "delivered_ns": 5 }));
    }

    #[test]
    fn records_in_records_are_objects() {
        let value = record(&OutputMetrics { name: "HEADLESS-1".into(), fps: 59.5, ..OutputMetrics::default() }).unwrap();
        assert_eq!((value["frame_ns"]["p99"].as_u64(), value["fps"].as_f64()), (Some(0), Some(59.5)));
    }
}
