//! The schema that editors check and complete files with.

use serde_json::{Map, Value, json};

use crate::table::{Tree, rows};

/// JSON Schema 2020-12 of a configuration file.
pub fn schema() -> Value {
    let mut schema = table(Tree::root());
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        schema.insert("title".to_owned(), json!("Glasshouse configuration"));
    }
    schema
}

fn table(tree: &Tree) -> Value {
    if let Some(row) = tree.row.and_then(|row| rows().get(row)) {
        let mut schema = (row.schema)();
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(row.doc));
        }
        return schema;
    }
    let properties: Map<String, Value> = tree.children.iter().map(|(name, child)| (name.clone(), table(child))).collect();
    let others = tree.any.as_ref().map_or(Value::Bool(false), |any| table(any));
    json!({ "type": "object", "properties": properties, "additionalProperties": others })
}
