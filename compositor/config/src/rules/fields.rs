//! The values of single properties: how they are read, and what they take.

use glasshouse_core::{
    command::Argument,
    rules::{Destination, InhibitIdle, Lasting, LayerLasting, Opening},
};
use glasshouse_scene::{Color, LogicalPoint, LogicalSize};
use serde_json::{Value, json};
use toml::de::DeValue;

use crate::{
    problem::Fault,
    table::read_within,
    types::Rgba,
    value::{Node, Setting, any_word_of, read_choice, refuse, wrong_type},
};

/// What kind of value a property has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Bool,
    /// From, to.
    Number(f64, f64),
    /// From, to.
    Whole(i32, i32),
    Color,
    Name,
    Workspace,
    At,
    /// The smallest length.
    Size(f64),
    InhibitIdle,
}

/// Every property has its kind here; `None`: there is no such property.
pub(super) fn kind_of(property: &str) -> Option<Kind> {
    Some(match property {
        "open-on-workspace" => Kind::Workspace,
        "open-on-output" => Kind::Name,
        "open-floating" | "open-fullscreen" | "open-maximized" | "open-minimized" | "open-focused" => Kind::Bool,
        "open-at" => Kind::At,
        "open-size" => Kind::Size(1.0),
        "opacity" => Kind::Number(0.0, 1.0),
        "border" | "shadow" | "hide-from-capture" | "focus-on-activation" | "allow-shortcuts-inhibit" | "keyboard" => Kind::Bool,
        "border-width-px" => Kind::Number(0.0, 100.0),
        "border-focused" | "border-unfocused" => Kind::Color,
        "radius-px" => Kind::Number(0.0, 200.0),
        "min-size" | "max-size" => Kind::Size(0.0),
        "inhibit-idle" => Kind::InhibitIdle,
        "order" => Kind::Whole(-1000, 1000),
        _ => return None,
    })
}

/// Larger than any output can be.
const MAX_LENGTH: f64 = 65_535.0;

impl Kind {
    pub(super) fn takes(self) -> String {
        match self {
            Self::Bool => bool::takes(),
            Self::Number(low, high) => f64::takes_in(Some((low, high))),
            Self::Whole(low, high) => format!("a whole number from {low} to {high}"),
            Self::Color => Rgba::takes(),
            Self::Name => "a name in quotes".to_owned(),
            Self::Workspace => "a name in quotes, or a number".to_owned(),
            Self::At => "logical pixels, such as \"100,50\"".to_owned(),
            Self::Size(0.0) => "logical pixels, such as \"400x300\"; 0 is no limit".to_owned(),
            Self::Size(_) => "logical pixels, such as \"800x600\"".to_owned(),
            Self::InhibitIdle => any_word_of(InhibitIdle::ALL.map(InhibitIdle::word)),
        }
    }

    pub(super) fn schema(self) -> Value {
        match self {
            Self::Bool => bool::schema(),
            Self::Number(low, high) => json!({ "type": "number", "minimum": low, "maximum": high }),
            Self::Whole(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
            Self::Color => Rgba::schema(),
            Self::Name => String::schema(),
            Self::Workspace => json!({ "anyOf": [String::schema(), { "type": "integer", "minimum": 1 }] }),
            Self::At => json!({ "type": "string", "pattern": "^ *-?[0-9.]+ *, *-?[0-9.]+ *$" }),
            Self::Size(_) => json!({ "type": "string", "pattern": "^ *[0-9.]+ *x *[0-9.]+ *$" }),
            Self::InhibitIdle => json!({ "enum": InhibitIdle::ALL.map(InhibitIdle::word) }),
        }
    }
}

fn within(node: &Node<'_>, kind: Option<Kind>) -> Result<f64, Vec<Fault>> {
    let range = match kind {
        Some(Kind::Number(low, high)) => Some((low, high)),
        _ => None,
    };
    read_within(node, range)
}

fn whole(node: &Node<'_>, kind: Option<Kind>) -> Result<i32, Vec<Fault>> {
    let takes = kind.map(Kind::takes).unwrap_or_default();
    let (low, high) = match kind {
        Some(Kind::Whole(low, high)) => (low, high),
        _ => (i32::MIN, i32::MAX),
    };
    let DeValue::Integer(integer) = node.get_ref() else { return wrong_type(node, &takes) };
    match i32::from_str_radix(integer.as_str(), integer.radix()) {
        Ok(number) if (low..=high).contains(&number) => Ok(number),
        _ => refuse(node, format!("{} is out of range", integer.as_str()), format!("write {takes}")),
    }
}

/// A name that is not empty.
pub(super) fn name(node: &Node<'_>) -> Result<String, Vec<Fault>> {
    match String::read(node)? {
        name if name.is_empty() => refuse(node, "this name is empty", "write one, or leave the line out"),
        name => Ok(name),
    }
}

/// The name of a workspace, or its number.
pub(super) fn workspace(node: &Node<'_>) -> Result<Destination, Vec<Fault>> {
    match node.get_ref() {
        DeValue::Integer(_) => match u32::read(node)? {
            0 => refuse(node, "workspaces are counted from 1", "write 1 for the first one"),
            number => Ok(Destination::Number(number)),
        },
        DeValue::String(_) => name(node).map(Destination::Name),
        _ => wrong_type(node, &Kind::Workspace.takes()),
    }
}

fn at(node: &Node<'_>) -> Result<LogicalPoint, Vec<Fault>> {
    let takes = Kind::At.takes();
    let Some(text) = node.get_ref().as_str() else { return wrong_type(node, &takes) };
    match LogicalPoint::parse(text).ok().filter(|at| at.x.abs() <= MAX_LENGTH && at.y.abs() <= MAX_LENGTH) {
        Some(at) => Ok(at),
        None => refuse(node, format!("{text:?} is no place"), format!("write {takes}")),
    }
}

fn size(node: &Node<'_>, kind: Option<Kind>) -> Result<LogicalSize, Vec<Fault>> {
    let takes = kind.map(Kind::takes).unwrap_or_default();
    let smallest = if kind == Some(Kind::Size(0.0)) { 0.0 } else { 1.0 };
    let Some(text) = node.get_ref().as_str() else { return wrong_type(node, &takes) };
    let length = |text: &str| text.trim().parse::<f64>().ok().filter(|length| (smallest..=MAX_LENGTH).contains(length));
    match text.split_once('x').and_then(|(width, height)| Some(LogicalSize::new(length(width)?, length(height)?))) {
        Some(size) => Ok(size),
        None => refuse(node, format!("{text:?} is no size"), format!("write {takes}")),
    }
}

fn inhibit_idle(node: &Node<'_>) -> Result<InhibitIdle, Vec<Fault>> {
    let word = read_choice(node, InhibitIdle::ALL.map(InhibitIdle::word))?;
    // `read_choice` only answers with a word of the list.
    InhibitIdle::ALL.into_iter().find(|known| known.word() == word).ok_or_else(Vec::new)
}

fn color(node: &Node<'_>) -> Result<Color, Vec<Fault>> {
    Rgba::read(node).map(Color::from)
}

/// Reads a property that counts when a window opens. `None`: it is none.
pub(super) fn read_opening(word: &str, node: &Node<'_>, opening: &mut Opening) -> Option<Result<(), Vec<Fault>>> {
    let kind = kind_of(word);
    Some(match word {
        "open-on-workspace" => workspace(node).map(|value| opening.workspace = Some(value)),
        "open-on-output" => name(node).map(|value| opening.output = Some(value)),
        "open-floating" => bool::read(node).map(|value| opening.floating = Some(value)),
        "open-fullscreen" => bool::read(node).map(|value| opening.fullscreen = Some(value)),
        "open-maximized" => bool::read(node).map(|value| opening.maximized = Some(value)),
        "open-minimized" => bool::read(node).map(|value| opening.minimized = Some(value)),
        "open-focused" => bool::read(node).map(|value| opening.focused = Some(value)),
        "open-at" => at(node).map(|value| opening.at = Some(value)),
        "open-size" => size(node, kind).map(|value| opening.size = Some(value)),
        _ => return None,
    })
}

/// Reads a property that counts as long as the rule matches. `None`: it is none.
pub(super) fn read_lasting(word: &str, node: &Node<'_>, lasting: &mut Lasting) -> Option<Result<(), Vec<Fault>>> {
    let kind = kind_of(word);
    Some(match word {
        "opacity" => within(node, kind).map(|value| lasting.opacity = Some(value)),
        "border" => bool::read(node).map(|value| lasting.border = Some(value)),
        "border-width-px" => within(node, kind).map(|value| lasting.border_width = Some(value)),
        "border-focused" => color(node).map(|value| lasting.border_focused = Some(value)),
        "border-unfocused" => color(node).map(|value| lasting.border_unfocused = Some(value)),
        "radius-px" => within(node, kind).map(|value| lasting.radius = Some(value)),
        "shadow" => bool::read(node).map(|value| lasting.shadow = Some(value)),
        "min-size" => size(node, kind).map(|value| lasting.min_size = Some(value)),
        "max-size" => size(node, kind).map(|value| lasting.max_size = Some(value)),
        "hide-from-capture" => bool::read(node).map(|value| lasting.hide_from_capture = Some(value)),
        "focus-on-activation" => bool::read(node).map(|value| lasting.focus_on_activation = Some(value)),
        "inhibit-idle" => inhibit_idle(node).map(|value| lasting.inhibit_idle = Some(value)),
        "allow-shortcuts-inhibit" => bool::read(node).map(|value| lasting.inhibit_shortcuts = Some(value)),
        _ => return None,
    })
}

/// Reads a property of a layer surface. `None`: it is none.
pub(super) fn read_layer_lasting(word: &str, node: &Node<'_>, lasting: &mut LayerLasting) -> Option<Result<(), Vec<Fault>>> {
    let kind = kind_of(word);
    Some(match word {
        "hide-from-capture" => bool::read(node).map(|value| lasting.hide_from_capture = Some(value)),
        "opacity" => within(node, kind).map(|value| lasting.opacity = Some(value)),
        "keyboard" => bool::read(node).map(|value| lasting.keyboard = Some(value)),
        "order" => whole(node, kind).map(|value| lasting.order = Some(value)),
        _ => return None,
    })
}
