//! The table of options: one row each, from which everything else is generated.
//!
//! A section is a struct whose fields are options. Its row says type, default, range, example and documentation once; [`rows`] puts all
//! sections together.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::Value;

use crate::{
    config::Config,
    nearest::nearest,
    problem::Fault,
    value::{Node, Setting, quote_key},
};

/// When a change of an option takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// With the next frame.
    Now,
    /// For what begins after it: a new window, program, picture.
    New,
    /// When the desktop is started again.
    Restart,
    /// In a login session, where the desktop has the devices; elsewhere they are the host's, or there are none.
    Login,
}

impl When {
    /// For the reference.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Now => "at once",
            Self::New => "for what is new",
            Self::Restart => "when the desktop starts",
            Self::Login => "in a login session",
        }
    }
}

/// An option, or all options of a kind: `output.*.scale`, where the user chooses the name in place of `*`.
#[allow(missing_debug_implementations, reason = "functions have none")]
pub struct Row {
    /// Parts with dots between them.
    pub key: String,
    /// Sentences.
    pub doc: &'static str,
    /// What it takes, as a noun, with the range.
    pub takes: String,
    /// As a TOML value.
    pub default: String,
    /// A TOML value other than the default.
    pub example: &'static str,
    /// Smallest and largest number, both allowed.
    pub range: Option<(f64, f64)>,
    pub when: When,
    /// Made when it is asked for: a desktop never does.
    pub(crate) schema: fn() -> Value,
    pub(crate) read: Read,
    pub(crate) show: Show,
}

pub(crate) type Read = Box<dyn Fn(&mut Config, &[String], &Node<'_>) -> Result<(), Vec<Fault>> + Send + Sync>;
pub(crate) type Show = Box<dyn Fn(&Config, &[String]) -> String + Send + Sync>;

impl Row {
    /// Whether the user chooses a part of the key.
    pub fn is_pattern(&self) -> bool {
        self.parts().any(|part| part == "*")
    }

    /// The first sentence of the documentation.
    pub fn summary(&self) -> &'static str {
        self.doc.find(". ").and_then(|end| self.doc.get(..=end)).unwrap_or(self.doc)
    }

    /// The variable of the environment, for options whose whole key is fixed.
    pub fn variable(&self) -> Option<String> {
        (!self.is_pattern()).then(|| format!("GLASSHOUSE_{}", self.key.to_uppercase().replace(['.', '-'], "_")))
    }

    /// The values, where there are few: for completion in shells. As TOML.
    pub fn choices(&self) -> Vec<String> {
        let words = |schema: &Value| match schema.get("enum").and_then(Value::as_array) {
            Some(words) => words.iter().map(Value::to_string).collect(),
            None if schema.get("type").is_some_and(|kind| kind == "boolean") => vec!["true".to_owned(), "false".to_owned()],
            None => Vec::new(),
        };
        let schema = (self.schema)();
        match schema.get("anyOf").and_then(Value::as_array) {
            Some(several) => {
                let constants = several.iter().filter_map(|schema| schema.get("const")).map(Value::to_string);
                several.iter().flat_map(words).chain(constants).collect()
            }
            None => words(&schema),
        }
    }

    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        self.key.split('.')
    }

    /// The key with `names` in place of the stars.
    pub(crate) fn key_with(&self, names: &[String]) -> String {
        with_names(&self.key, names)
    }
}

/// A key with these names in place of its stars.
pub(crate) fn with_names(key: &str, names: &[String]) -> String {
    let mut names = names.iter();
    let parts = key.split('.').map(|part| match part {
        "*" => names.next().map_or_else(|| "*".to_owned(), |name| quote_key(name)),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(".")
}

/// A section, for the reference.
#[derive(Debug)]
pub struct Group {
    /// Such as `appearance.border`, with `*` where the user chooses a name.
    pub key: String,
    /// Sentences.
    pub doc: &'static str,
    /// Another section that has the same options and says what they are.
    pub like: Option<&'static str>,
}

impl Group {
    /// What stands between the brackets, with a name in place of the star.
    pub fn header(&self) -> String {
        let name = match self.key.split('.').next() {
            Some("input") => "\"Logitech G Pro\"",
            Some("output") => "\"HEADLESS-1\"",
            _ => "resize",
        };
        self.key.replace('*', name)
    }
}

/// One option of a section.
pub(crate) struct Field<S> {
    pub(crate) name: String,
    pub(crate) doc: &'static str,
    pub(crate) takes: String,
    pub(crate) example: &'static str,
    pub(crate) range: Option<(f64, f64)>,
    pub(crate) when: When,
    pub(crate) schema: fn() -> Value,
    pub(crate) read: fn(&mut S, &Node<'_>) -> Result<(), Vec<Fault>>,
    pub(crate) show: fn(&S) -> String,
}

/// A struct of options.
pub(crate) trait Section: Default + Clone + PartialEq + 'static {
    const DOC: &'static str;

    fn fields() -> Vec<Field<Self>>;
}

/// Declares a section: its struct, its defaults and its rows.
macro_rules! section {
    ($(
        $(#[doc = $section_doc:literal])+
        $section:ident { $(
            $(#[doc = $doc:literal])+
            $field:ident: $type:ty = $default:expr, $when:ident, example $example:literal $(, from $low:literal to $high:literal)?;
        )* }
    )+) => { $(
        $(#[doc = $section_doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $section { $($(#[doc = $doc])+ pub $field: $type,)* }

        impl Default for $section {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::table::Section for $section {
            const DOC: &'static str = concat!($($section_doc,)+).trim_ascii();

            fn fields() -> Vec<$crate::table::Field<Self>> {
                vec![$($crate::table::Field {
                    name: stringify!($field).replace('_', "-"),
                    doc: concat!($($doc,)+).trim_ascii(),
                    takes: <$type as $crate::value::Setting>::takes_in(None$(.or(Some(($low, $high))))?),
                    example: $example,
                    range: None$(.or(Some(($low, $high))))?,
                    when: $crate::table::When::$when,
                    schema: || $crate::table::within(<$type as $crate::value::Setting>::schema(), None$(.or(Some(($low, $high))))?),
                    read: |section, node| {
                        section.$field = $crate::table::read_within(node, None$(.or(Some(($low, $high))))?)?;
                        Ok(())
                    },
                    show: |section| $crate::value::Setting::write(&section.$field),
                },)*]
            }
        }
    )+ };
}
pub(crate) use section;

/// Reads a value and holds it against the option's range.
pub(crate) fn read_within<T: Setting>(node: &Node<'_>, range: Option<(f64, f64)>) -> Result<T, Vec<Fault>> {
    let value = T::read(node)?;
    match (value.number(), range) {
        (Some(number), Some((low, high))) if !(low..=high).contains(&number) => {
            Err(vec![Fault::new(node.span(), format!("{number} is out of range")).help(format!("write {}", T::takes_in(range)))])
        }
        _ => Ok(value),
    }
}

/// A schema with a range, also where `"default"` is allowed beside the number.
pub(crate) fn within(mut schema: Value, range: Option<(f64, f64)>) -> Value {
    let number = match schema.get_mut("anyOf").and_then(|any| any.get_mut(0)) {
        Some(number) => number,
        None => &mut schema,
    };
    if let (Some((low, high)), Some(number)) = (range, number.as_object_mut()) {
        number.insert("minimum".to_owned(), low.into());
        number.insert("maximum".to_owned(), high.into());
    }
    schema
}

static TABLE: LazyLock<(Vec<Group>, Vec<Row>)> = LazyLock::new(crate::config::table);

/// All options, in the order of the reference.
pub fn rows() -> &'static [Row] {
    &TABLE.1
}

/// All sections, in the order of the reference.
pub fn groups() -> &'static [Group] {
    &TABLE.0
}

/// What is wrong with a key, and what to write instead.
pub(crate) type Wrong = (String, Option<String>);

/// The keys as a tree, along which files are read.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) children: BTreeMap<String, Tree>,
    /// For a name that the user chooses.
    pub(crate) any: Option<Box<Tree>>,
    /// The index in [`rows`], where a key ends here.
    pub(crate) row: Option<usize>,
    /// The key so far, with stars.
    pub(crate) path: String,
}

impl Tree {
    pub(crate) fn root() -> &'static Tree {
        static ROOT: LazyLock<Tree> = LazyLock::new(|| {
            let mut root = Tree::default();
            for (index, row) in rows().iter().enumerate() {
                let mut tree = &mut root;
                for part in row.parts() {
                    let path = if tree.path.is_empty() { part.to_owned() } else { format!("{}.{part}", tree.path) };
                    tree = match part {
                        "*" => tree.any.get_or_insert_default(),
                        _ => tree.children.entry(part.to_owned()).or_default(),
                    };
                    tree.path = path;
                }
                tree.row = Some(index);
            }
            root
        });
        &ROOT
    }

    /// The child for one part of a key, and the name if the user chose it, in its one spelling.
    ///
    /// # Errors
    ///
    /// What is wrong with the part, and what to write instead.
    pub(crate) fn step(&self, part: &str) -> Result<(&Tree, Option<String>), Wrong> {
        if let Some(child) = self.children.get(part) {
            return Ok((child, None));
        }
        if let Some(any) = &self.any {
            return crate::names::canonical(&any.path, part).map(|name| (&**any, Some(name)));
        }
        Err(self.unknown(part))
    }

    fn unknown(&self, part: &str) -> Wrong {
        let place = if self.path.is_empty() { "at the top".to_owned() } else { format!("in {}", self.path) };
        let message = format!("there is no option {part:?} {place}");
        if let Some(near) = nearest(part, self.children.keys().map(String::as_str)) {
            return (message, Some(format!("did you mean {near}?")));
        }
        // Perhaps it stands in another section.
        let last = |row: &'static Row| row.key.rsplit('.').next().unwrap_or_default();
        let elsewhere = nearest(part, rows().iter().map(last).filter(|last| *last != "*"));
        let help = match elsewhere.and_then(|near| rows().iter().find(|row| last(row) == near)) {
            Some(row) => format!("did you mean {}?", row.key),
            None => format!("there are {}", self.children.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
        };
        (message, Some(help))
    }
}

/// An option that a key names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The index in [`rows`].
    pub(crate) row: usize,
    /// In place of the stars.
    pub(crate) names: Vec<String>,
}

impl Key {
    /// The option of a key with dots, such as `layout.gap-px` or `output."DP-1".scale`. Parts may be quoted and need not be.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and what to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, Wrong> {
        let mut tree = Tree::root();
        let mut names = Vec::new();
        let mut rest = text;
        while let Some((part, after)) = first_part(rest, tree.any.as_ref().is_some_and(|any| any.row.is_some())) {
            let (child, name) = tree.step(&part)?;
            names.extend(name);
            (tree, rest) = (child, after);
        }
        match tree.row {
            Some(row) if rest.is_empty() => Ok(Self { row, names }),
            Some(_) => Err((format!("{text:?} has too many parts"), None)),
            None if text.is_empty() => Err(("the key is empty".to_owned(), Some("write one such as layout.gap-px".to_owned()))),
            None => {
                let below = rows().iter().map(|row| row.key.as_str()).filter(|key| key.starts_with(&format!("{}.", tree.path)));
                Err((format!("{text} is a section"), Some(format!("name an option in it: {}", below.collect::<Vec<_>>().join(", ")))))
            }
        }
    }

    pub(crate) fn row(&self) -> Option<&'static Row> {
        rows().get(self.row)
    }

    pub(crate) fn text(&self) -> String {
        self.row().map(|row| row.key_with(&self.names)).unwrap_or_default()
    }
}

/// The first part of a key and what comes after its dot. A name at the end of a key may contain dots without quotes (`bindings.super+.`).
fn first_part(text: &str, last: bool) -> Option<(String, &str)> {
    if text.is_empty() {
        return None;
    }
    for quote in ['"', '\''] {
        if let Some((part, after)) = text.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return Some((part.to_owned(), after.strip_prefix('.').unwrap_or(after)));
        }
    }
    if last {
        return Some((text.to_owned(), ""));
    }
    let (part, after) = text.split_once('.').unwrap_or((text, ""));
    Some((part.to_owned(), after))
}
