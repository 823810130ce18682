//! The small values of commands. Sizes and positions are one word each: `800x600`, `-10,20`.

use std::fmt;

use glasshouse_scene::{LogicalPoint, LogicalSize, OutputId, Transform};

use super::{Argument, argument::Kind, words};
use crate::{layout::tiles::TilingKind, outside::LayoutName};

/// An enum whose variants are words.
macro_rules! choices {
    ($(#[$meta:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$inner])* $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        words! { $name { $($variant = $word,)+ } }
    };
}

choices!(
    Direction {
        Left = "left",
        Right = "right",
        Up = "up",
        Down = "down",
    }
);

choices!(
    /// Something to turn on or off.
    Switch {
        On = "on",
        Off = "off",
        Toggle = "toggle",
    }
);

impl Switch {
    /// What it will be.
    pub fn of(self, now: bool) -> bool {
        match self {
            Self::On => true,
            Self::Off => false,
            Self::Toggle => !now,
        }
    }
}

impl From<bool> for Switch {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

/// Which layout a workspace has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LayoutKind {
    /// Windows keep their own size and cascade.
    Floating,
    /// Columns on a strip without end, which scrolls with the focus.
    Columns,
    /// Containers in containers, split by hand.
    Tree,
    /// Masters at one side, the others stacked at the other.
    #[default]
    MasterStack,
    /// Rows and columns of equal cells.
    Grid,
    /// One window at a time.
    Monocle,
    /// A program says where windows go; see [`crate::outside`].
    Outside(LayoutName),
}

impl LayoutKind {
    /// Those that the desktop has by itself.
    pub const ALL: &'static [Self] = &[Self::Floating, Self::Columns, Self::Tree, Self::MasterStack, Self::Grid, Self::Monocle];
    /// Their words, in the same order.
    pub const WORDS: &'static [&'static str] = &["floating", "columns", "tree", "master-stack", "grid", "monocle"];

    pub fn word(&self) -> &str {
        match self {
            Self::Floating => "floating",
            Self::Columns => "columns",
            Self::Tree => "tree",
            Self::MasterStack => "master-stack",
            Self::Grid => "grid",
            Self::Monocle => "monocle",
            Self::Outside(name) => name.as_str(),
        }
    }

    /// `None`: nothing is tiled.
    pub fn tiling(self) -> Option<TilingKind> {
        match self {
            Self::Floating => None,
            Self::Columns => Some(TilingKind::Columns),
            Self::Tree => Some(TilingKind::Tree),
            Self::MasterStack => Some(TilingKind::MasterStack),
            Self::Grid => Some(TilingKind::Grid),
            Self::Monocle => Some(TilingKind::Monocle),
            Self::Outside(name) => Some(TilingKind::Outside(name)),
        }
    }
}

impl fmt::Display for LayoutKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Argument for LayoutKind {
    const KIND: Kind = Kind::Known {
        name: "LAYOUT",
        words: Self::WORDS,
        takes: "floating, columns, tree, master-stack, grid, monocle, or the name of a layout that a program has registered",
    };

    fn parse(word: &str) -> Result<Self, String> {
        match Self::ALL.iter().find(|kind| kind.word() == word) {
            Some(kind) => Ok(*kind),
            None => LayoutName::new(word).map(Self::Outside).map_err(|error| error.to_string()),
        }
    }

    fn words(&self) -> Vec<String> {
        vec![self.to_string()]
    }
}

choices!(
    /// A pointer's button, with the names of libinput's tools.
    #[derive(Default)]
    Button {
        #[default]
        Left = "left",
        Right = "right",
        Middle = "middle",
        Back = "back",
        Forward = "forward",
    }
);

/// Which of the keyboard layouts that the configuration lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyboardLayout {
    Next,
    Previous,
    /// From 1.
    Index(u32),
}

impl Argument for KeyboardLayout {
    const KIND: Kind = Kind::Value { name: "LAYOUT", takes: "next, previous or a number from 1" };

    fn parse(word: &str) -> Result<Self, String> {
        match word {
            "next" => Ok(Self::Next),
            "previous" => Ok(Self::Previous),
            _ => match word.parse() {
                Ok(index) if (1..=4).contains(&index) => Ok(Self::Index(index)),
                // A keymap has room for four, says xkb.
                _ => Err("write next, previous, or a number from 1 to 4".to_owned()),
            },
        }
    }

    fn words(&self) -> Vec<String> {
        vec![match self {
            Self::Next => "next".to_owned(),
            Self::Previous => "previous".to_owned(),
            Self::Index(index) => index.to_string(),
        }]
    }
}

/// Which output is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputRef {
    /// The one with the focused window, or else with the pointer.
    Focused,
    Named(String),
    /// Its number; no text form has it, because names are for people.
    Id(OutputId),
}

impl fmt::Display for OutputRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Focused => f.write_str("focused"),
            Self::Named(name) => f.write_str(name),
            Self::Id(id) => write!(f, "#{}", id.0),
        }
    }
}

impl Argument for OutputRef {
    const KIND: Kind = Kind::Value { name: "OUTPUT", takes: "focused, or an output's name such as HEADLESS-1" };

    fn parse(word: &str) -> Result<Self, String> {
        match word {
            "" => Err("write focused, or an output's name".to_owned()),
            "focused" => Ok(Self::Focused),
            _ => match word.strip_prefix('#').and_then(|number| number.parse().ok()) {
                Some(number) => Ok(Self::Id(OutputId(number))),
                None => Ok(Self::Named(word.to_owned())),
            },
        }
    }

    fn words(&self) -> Vec<String> {
        vec![self.to_string()]
    }
}

/// Which output another one shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorOf {
    /// None: it has workspaces of its own.
    Nothing,
    Output(String),
}

impl Argument for MirrorOf {
    const KIND: Kind = Kind::Value { name: "OUTPUT|none", takes: "the name of another output, or none" };

    fn parse(word: &str) -> Result<Self, String> {
        match word {
            "" => Err("write an output's name, or none".to_owned()),
            "none" => Ok(Self::Nothing),
            name => Ok(Self::Output(name.to_owned())),
        }
    }

    fn words(&self) -> Vec<String> {
        vec![match self {
            Self::Nothing => "none".to_owned(),
            Self::Output(name) => name.clone(),
        }]
    }
}

/// What an output is. Sizes are physical pixels before `transform`.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputMode {
    /// Unique among the outputs, as `wl_output.name` wants; empty: the desktop chooses `HEADLESS-n`.
    pub name: String,
    pub width: u32,
    pub height: u32,
    /// Physical pixels per logical one, from 0.25 to 8; rounded to 1/120 as `wp_fractional_scale_v1` counts.
    pub scale: f64,
    /// In mHz, from 1,000 to 1,000,000.
    pub refresh_mhz: u32,
    pub transform: Transform,
}

/// `1920x1080@60`: physical pixels and, if it matters, Hz.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    pub width: u32,
    pub height: u32,
    pub refresh_mhz: Option<u32>,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)?;
        match self.refresh_mhz {
            Some(refresh) => write!(f, "@{}", f64::from(refresh) / 1000.0),
            None => Ok(()),
        }
    }
}

impl Argument for Mode {
    const KIND: Kind = Kind::Value { name: "WxH[@HZ]", takes: "a size in pixels and perhaps a rate, such as 1920x1080@60" };

    fn parse(word: &str) -> Result<Self, String> {
        let parse = || {
            let (size, refresh) = word.split_once('@').map_or((word, None), |(size, refresh)| (size, Some(refresh)));
            let (width, height) = size.split_once('x')?;
            let refresh_mhz = match refresh {
                None => None,
                Some(hz) => Some(hz.parse::<f64>().ok().filter(|hz| (1.0..=1000.0).contains(hz)).map(|hz| (hz * 1000.0).round() as u32)?),
            };
            let side = |text: &str| text.parse::<u32>().ok().filter(|side| *side > 0);
            Some(Self { width: side(width)?, height: side(height)?, refresh_mhz })
        };
        parse().ok_or_else(|| "write WxH in pixels, such as 1280x720, or 1280x720@60".to_owned())
    }

    fn words(&self) -> Vec<String> {
        vec![self.to_string()]
    }
}

/// A program and its arguments, or another text of several words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(pub Vec<String>);

impl Argument for Words {
    const KIND: Kind = Kind::Value { name: "ARGV...", takes: "a program and its arguments" };
    const REST: bool = true;

    fn parse(word: &str) -> Result<Self, String> {
        Ok(Self(vec![word.to_owned()]))
    }

    fn words(&self) -> Vec<String> {
        self.0.clone()
    }

    fn parse_rest(words: &[String]) -> Result<Self, String> {
        match words.first() {
            Some(program) if !program.is_empty() => Ok(Self(words.to_vec())),
            _ => Err("name a program".to_owned()),
        }
    }
}

impl Argument for String {
    const KIND: Kind = Kind::Value { name: "TEXT", takes: "a text; quote it if it has spaces" };

    fn parse(word: &str) -> Result<Self, String> {
        Ok(word.to_owned())
    }

    fn words(&self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl Argument for f64 {
    const KIND: Kind = Kind::Value { name: "NUMBER", takes: "a number" };

    fn parse(word: &str) -> Result<Self, String> {
        word.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| "write a number, such as 1.5".to_owned())
    }

    fn words(&self) -> Vec<String> {
        vec![self.to_string()]
    }
}

fn pair(word: &str, separator: char) -> Option<(f64, f64)> {
    let (a, b) = word.split_once(separator)?;
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    Some((number(a)?, number(b)?))
}

impl Argument for LogicalPoint {
    const KIND: Kind = Kind::Value { name: "X,Y", takes: "logical pixels in the space of all outputs, such as 100,50" };

    fn parse(word: &str) -> Result<Self, String> {
        pair(word, ',').map(|(x, y)| Self::new(x, y)).ok_or_else(|| "write X,Y, such as 100,50".to_owned())
    }

    fn words(&self) -> Vec<String> {
        vec![format!("{},{}", self.x, self.y)]
    }
}

impl Argument for euclid::Vector2D<f64, glasshouse_scene::Logical> {
    const KIND: Kind = Kind::Value { name: "DX,DY", takes: "logical pixels to the right and down, such as -20,0" };

    fn parse(word: &str) -> Result<Self, String> {
        pair(word, ',').map(|(x, y)| Self::new(x, y)).ok_or_else(|| "write DX,DY, such as -20,0".to_owned())
    }

    fn words(&self) -> Vec<String> {
        vec![format!("{},{}", self.x, self.y)]
    }
}

impl Argument for LogicalSize {
    const KIND: Kind = Kind::Value { name: "WxH", takes: "logical pixels, such as 800x600" };

    fn parse(word: &str) -> Result<Self, String> {
        let size = pair(word, 'x').filter(|(width, height)| *width >= 1.0 && *height >= 1.0);
        size.map(|(width, height)| Self::new(width, height)).ok_or_else(|| "write WxH of at least 1x1, such as 800x600".to_owned())
    }

    fn words(&self) -> Vec<String> {
        vec![format!("{}x{}", self.width, self.height)]
    }
}

/// With the words of wlr-randr and kanshi.
impl Argument for Transform {
    const KIND: Kind = Kind::Choice(&["normal", "90", "180", "270", "flipped", "flipped-90", "flipped-180", "flipped-270"]);

    fn parse(word: &str) -> Result<Self, String> {
        let Kind::Choice(words) = Self::KIND else { return Err(String::new()) };
        let found = words.iter().zip(Self::ALL).find(|(choice, _)| **choice == word);
        found.map(|(_, transform)| transform).ok_or_else(|| format!("write {}", words.join(", ")))
    }

    fn words(&self) -> Vec<String> {
        let Kind::Choice(words) = Self::KIND else { return Vec::new() };
        words.iter().zip(Self::ALL).filter(|(_, transform)| transform == self).map(|(word, _)| (*word).to_owned()).collect()
    }
}
