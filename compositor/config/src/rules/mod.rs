//! Rules about windows and layer surfaces: lists of tables, which the core knows how to follow.

mod fields;
mod read;
mod reference;
mod schema;
mod write;

use glasshouse_core::rules::{LayerRule, WindowRule};
pub(crate) use reference::reference;
use serde_json::Value;

use crate::{
    problem::Fault,
    value::{Node, Setting},
};

/// The value of `window-rules`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WindowRules(pub Vec<WindowRule>);

/// The value of `layer-rules`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerRules(pub Vec<LayerRule>);

impl Setting for WindowRules {
    fn takes() -> String {
        "a list of tables, each a rule about windows".to_owned()
    }

    fn schema() -> Value {
        schema::windows()
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        read::windows(node).map(Self)
    }

    fn write(&self) -> String {
        write::list(self.0.iter().map(write::window_rule))
    }
}

impl Setting for LayerRules {
    fn takes() -> String {
        "a list of tables, each a rule about layer surfaces".to_owned()
    }

    fn schema() -> Value {
        schema::layers()
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        read::layers(node).map(Self)
    }

    fn write(&self) -> String {
        write::list(self.0.iter().map(write::layer_rule))
    }
}
