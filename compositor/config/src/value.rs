//! How values are read from TOML, written back and described.

use glasshouse_core::{
    LayoutKind, Movement,
    command::{Argument, Kind, MirrorOf, Mode},
    tiles::{Centring, NewWindow, Side, Width},
};
use glasshouse_scene::Transform;
use serde_json::{Value, json};
use toml::{Spanned, de::DeValue};

use crate::{nearest::nearest, problem::Fault};

/// A TOML value with its place.
pub(crate) type Node<'i> = Spanned<DeValue<'i>>;

/// A value that an option can have.
pub(crate) trait Setting: Sized + Clone + PartialEq {
    /// What it takes: `a number`, `floating or tiling`.
    fn takes() -> String;

    /// The same for an option with a smallest and a largest number.
    fn takes_in(range: Option<(f64, f64)>) -> String {
        match range {
            Some((low, high)) => format!("{} from {low} to {high}", Self::takes()),
            None => Self::takes(),
        }
    }

    /// As JSON Schema, for the values that TOML turns into JSON.
    fn schema() -> Value;

    /// # Errors
    ///
    /// Every mistake in the value, with its place.
    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>>;

    /// As a TOML value on one line, which [`Self::read`] gives back.
    fn write(&self) -> String;

    /// Numbers are held against the option's range.
    fn number(&self) -> Option<f64> {
        None
    }
}

/// `what` was wanted and something else is there.
pub(crate) fn wrong_type<T>(node: &Node<'_>, what: &str) -> Result<T, Vec<Fault>> {
    let found = match node.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    Err(vec![Fault::new(node.span(), format!("this is {found}")).help(format!("write {what}"))])
}

/// One mistake about the whole value.
pub(crate) fn refuse<T>(node: &Node<'_>, message: impl Into<String>, help: impl Into<String>) -> Result<T, Vec<Fault>> {
    Err(vec![Fault::new(node.span(), message).help(help)])
}

/// A TOML text in one line.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if character.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A key of a TOML table: bare where TOML lets it.
pub(crate) fn quote_key(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if bare { key.to_owned() } else { quote(key) }
}

/// `"a", "b" or "c"`.
pub(crate) fn any_word_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(quote).collect();
    any_of(quoted.iter().map(String::as_str))
}

/// `a, b or c`.
pub(crate) fn any_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// One of some words.
pub(crate) fn read_choice<'w>(node: &Node<'_>, words: impl IntoIterator<Item = &'w str> + Clone) -> Result<&'w str, Vec<Fault>> {
    let wanted = || any_word_of(words.clone());
    let Some(text) = node.get_ref().as_str() else { return wrong_type(node, &wanted()) };
    match words.clone().into_iter().find(|word| *word == text) {
        Some(word) => Ok(word),
        None => {
            let fault = Fault::new(node.span(), format!("{text:?} is not known here"));
            Err(vec![match nearest(text, words.clone()) {
                Some(near) => fault.help(format!("did you mean {near:?}? There are {}", wanted())),
                None => fault.help(format!("write {}", wanted())),
            }])
        }
    }
}

impl Setting for bool {
    fn takes() -> String {
        "true or false".to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "boolean" })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        match node.get_ref() {
            DeValue::Boolean(value) => Ok(*value),
            DeValue::String(text) if matches!(text.as_ref(), "true" | "false" | "on" | "off" | "yes" | "no") => {
                let meant = matches!(text.as_ref(), "true" | "on" | "yes");
                refuse(node, format!("{text:?} is a text"), format!("did you mean {meant}, without quotes?"))
            }
            _ => wrong_type(node, "true or false"),
        }
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Setting for u32 {
    fn takes() -> String {
        "a whole number".to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0 })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let DeValue::Integer(integer) = node.get_ref() else { return wrong_type(node, "a whole number") };
        match u32::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => Ok(number),
            Err(_) => {
                refuse(node, format!("{} does not fit here", integer.as_str()), format!("write a whole number from 0 to {}", u32::MAX))
            }
        }
    }

    fn write(&self) -> String {
        self.to_string()
    }

    fn number(&self) -> Option<f64> {
        Some(f64::from(*self))
    }
}

impl Setting for f64 {
    fn takes() -> String {
        "a number".to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "number" })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let number = match node.get_ref() {
            DeValue::Integer(integer) => i32::from_str_radix(integer.as_str(), integer.radix()).ok().map(f64::from),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => return wrong_type(node, "a number"),
        };
        match number.filter(|number: &f64| number.is_finite()) {
            Some(number) => Ok(number),
            None => refuse(node, "this number is too large", "write a smaller number"),
        }
    }

    fn write(&self) -> String {
        // A minus in front of nothing confuses, and both read as the same length.
        if *self == 0.0 { "0".to_owned() } else { self.to_string() }
    }

    fn number(&self) -> Option<f64> {
        Some(*self)
    }
}

/// Longer texts than this are mistakes. A path has at most 4,096 bytes on Linux, and nothing else here is longer.
const MAX_TEXT: usize = 4096;

impl Setting for String {
    fn takes() -> String {
        "a text".to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "string", "maxLength": MAX_TEXT })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let Some(text) = node.get_ref().as_str() else { return wrong_type(node, "a text in quotes") };
        if text.contains('\0') {
            return refuse(node, "a text cannot contain a NUL", "leave it out");
        }
        if text.len() > MAX_TEXT {
            return refuse(node, format!("this text is {} bytes long", text.len()), format!("write at most {MAX_TEXT} bytes"));
        }
        Ok(text.to_owned())
    }

    fn write(&self) -> String {
        quote(self)
    }
}

/// `"default"` is `None`: whatever the device, the display or the client would do on its own.
impl<T: Setting> Setting for Option<T> {
    fn takes() -> String {
        Self::takes_in(None)
    }

    fn takes_in(range: Option<(f64, f64)>) -> String {
        format!("{}, or \"default\"", T::takes_in(range))
    }

    fn schema() -> Value {
        json!({ "anyOf": [T::schema(), { "const": "default" }] })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        if node.get_ref().as_str() == Some("default") { Ok(None) } else { T::read(node).map(Some) }
    }

    fn write(&self) -> String {
        self.as_ref().map_or_else(|| quote("default"), T::write)
    }

    fn number(&self) -> Option<f64> {
        self.as_ref().and_then(T::number)
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn takes() -> String {
        format!("a list; each is {}", T::takes())
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let Some(array) = node.get_ref().as_array() else { return wrong_type(node, "a list in brackets") };
        let (mut items, mut faults) = (Vec::new(), Vec::new());
        for item in array.iter() {
            match T::read(item) {
                Ok(item) => items.push(item),
                Err(more) => faults.extend(more),
            }
        }
        if faults.is_empty() { Ok(items) } else { Err(faults) }
    }

    fn write(&self) -> String {
        format!("[{}]", self.iter().map(T::write).collect::<Vec<_>>().join(", "))
    }
}

/// Values that commands have too are written as there.
macro_rules! argument {
    ($($type:ty),+) => { $(
        impl Setting for $type {
            fn takes() -> String {
                match <Self as Argument>::KIND {
                    Kind::Choice(words) => any_word_of(words.iter().copied()),
                    Kind::Value { takes, .. } | Kind::Known { takes, .. } => takes.to_owned(),
                }
            }

            fn schema() -> Value {
                match <Self as Argument>::KIND {
                    Kind::Choice(words) => json!({ "enum": words }),
                    Kind::Value { .. } => json!({ "type": "string" }),
                    // Editors offer the words, and take others.
                    Kind::Known { words, .. } => json!({ "anyOf": [{ "enum": words }, { "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9._-]*$" }] }),
                }
            }

            fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
                let text = match <Self as Argument>::KIND {
                    Kind::Choice(words) => read_choice(node, words.iter().copied())?,
                    Kind::Value { takes, .. } | Kind::Known { takes, .. } => match node.get_ref().as_str() {
                        Some(text) => text,
                        None => return wrong_type(node, &format!("{takes}, in quotes")),
                    },
                };
                <Self as Argument>::parse(text).or_else(|sentence| {
                    if let Kind::Known { words, .. } = <Self as Argument>::KIND {
                        // A slip of the pen is told like one.
                        read_choice(node, words.iter().copied())?;
                    }
                    refuse(node, format!("{text:?} is not known here"), sentence)
                })
            }

            fn write(&self) -> String {
                quote(&self.words().join(" "))
            }
        }
    )+ };
}

argument!(LayoutKind, Transform, Mode, MirrorOf, Width, Centring, Side, NewWindow, Movement);

/// A word out of a closed list, as an enum with its words.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal,)+ })+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$inner])* $variant,)+ }

        impl $name {
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// As it is written.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl $crate::value::Setting for $name {
            fn takes() -> String {
                $crate::value::any_word_of(Self::WORDS.iter().copied())
            }

            fn schema() -> serde_json::Value {
                serde_json::json!({ "enum": Self::WORDS })
            }

            fn read(node: &$crate::value::Node<'_>) -> Result<Self, Vec<$crate::problem::Fault>> {
                let word = $crate::value::read_choice(node, Self::WORDS.iter().copied())?;
                let all = [$((Self::$variant, $word),)+];
                // `read_choice` only answers with a word of the list.
                let found = all.into_iter().find(|(_, known)| *known == word).map(|(value, _)| value);
                found.ok_or_else(Vec::new)
            }

            fn write(&self) -> String {
                $crate::value::quote(self.word())
            }
        }
    )+ };
}
pub(crate) use words;
