//! Values of options that neither TOML nor the commands have a type for.

use std::{fmt, net::SocketAddr, path::PathBuf};

use glasshouse_scene::{Color, LogicalPoint};
use serde_json::{Value, json};
use toml::de::DeValue;

use crate::{
    problem::Fault,
    value::{Node, Setting, quote, refuse, words, wrong_type},
};

/// A colour as CSS writes it, not premultiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgba {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
    pub alpha: u8,
}

impl Rgba {
    /// From `0xRRGGBBAA`.
    pub const fn hex(hex: u32) -> Self {
        let [red, green, blue, alpha] = hex.to_be_bytes();
        Self { red, green, blue, alpha }
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let doubled: String = digits.chars().flat_map(|digit| [digit, digit]).collect();
        let full = match digits.len() {
            3 => format!("{doubled}ff"),
            4 => doubled,
            6 => format!("{digits}ff"),
            8 => digits.to_owned(),
            _ => return None,
        };
        u32::from_str_radix(&full, 16).ok().map(Self::hex)
    }
}

/// Premultiplied, as scenes have it.
impl From<Rgba> for Color {
    fn from(color: Rgba) -> Self {
        let hex = u32::from(color.red) << 16 | u32::from(color.green) << 8 | u32::from(color.blue);
        Self::rgb(hex, f32::from(color.alpha) / 255.0)
    }
}

/// Without the alpha where it is opaque.
impl fmt::Display for Rgba {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)?;
        if self.alpha == 0xff { Ok(()) } else { write!(f, "{:02x}", self.alpha) }
    }
}

const COLOR: &str = "a colour as CSS writes it, such as \"#5ee7ff\" or \"#5ee7ff80\"";

impl Setting for Rgba {
    fn takes() -> String {
        COLOR.to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$" })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let Some(text) = node.get_ref().as_str() else { return wrong_type(node, COLOR) };
        Self::parse(text).map_or_else(|| refuse(node, format!("{text:?} is no colour"), format!("write {COLOR}")), Ok)
    }

    fn write(&self) -> String {
        quote(&self.to_string())
    }
}

/// Where an output's top-left corner is, in the logical space of all outputs: `"1920,0"` or `[1920, 0]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position(pub LogicalPoint);

/// Farther away than this is a mistake, and far inside of what 32 bits of fixed point can say.
const MAX_COORDINATE: f64 = 100_000.0;

impl Setting for Position {
    fn takes() -> String {
        "logical pixels, such as \"1920,0\" or [1920, 0]".to_owned()
    }

    fn schema() -> Value {
        let number = json!({ "type": "number", "minimum": -MAX_COORDINATE, "maximum": MAX_COORDINATE });
        json!({ "anyOf": [{ "type": "string" }, { "type": "array", "prefixItems": [number, number], "items": false, "minItems": 2 }] })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let pair = match node.get_ref() {
            DeValue::String(text) => {
                text.split_once(',').and_then(|(x, y)| Some((x.trim().parse::<f64>().ok()?, y.trim().parse::<f64>().ok()?)))
            }
            DeValue::Array(_) => match Vec::<f64>::read(node)?.as_slice() {
                [x, y] => Some((*x, *y)),
                _ => None,
            },
            _ => return wrong_type(node, &Self::takes()),
        };
        match pair.filter(|(x, y)| x.abs() <= MAX_COORDINATE && y.abs() <= MAX_COORDINATE) {
            Some((x, y)) => Ok(Self(LogicalPoint::new(x, y))),
            None => refuse(node, "this is no position", format!("write {}", Self::takes())),
        }
    }

    fn write(&self) -> String {
        quote(&format!("{},{}", self.0.x, self.0.y))
    }
}

/// The first two rows of the matrix that turns a device's coordinates, as libinput has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationMatrix(pub [f64; 6]);

impl Setting for CalibrationMatrix {
    fn takes() -> String {
        "six numbers, such as [1, 0, 0, 0, 1, 0]".to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": { "type": "number" }, "minItems": 6, "maxItems": 6 })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let numbers = Vec::<f64>::read(node)?;
        let count = numbers.len();
        match numbers.try_into() {
            Ok(numbers) => Ok(Self(numbers)),
            Err(_) => refuse(node, format!("there are {count} numbers here"), format!("write {}", Self::takes())),
        }
    }

    fn write(&self) -> String {
        self.0.to_vec().write()
    }
}

/// Where somebody can connect: a Unix socket or a port of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    Unix(PathBuf),
    /// Always a loopback address.
    Loopback(SocketAddr),
}

impl Setting for Listen {
    fn takes() -> String {
        "the absolute path of a Unix socket, or a port of this machine such as \"127.0.0.1:9300\"".to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "string" })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let text = String::read(node)?;
        if text.starts_with('/') {
            return Ok(Self::Unix(text.into()));
        }
        match text.parse::<SocketAddr>() {
            Ok(address) if address.ip().is_loopback() => Ok(Self::Loopback(address)),
            Ok(address) => refuse(
                node,
                format!("{} can be reached from other machines", address.ip()),
                "write 127.0.0.1 or [::1], or the path of a socket",
            ),
            Err(_) => refuse(node, format!("{text:?} is no address"), format!("write {}", Self::takes())),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Unix(path) => quote(&path.to_string_lossy()),
            Self::Loopback(address) => quote(&address.to_string()),
        }
    }
}

/// A directory: absolute, or below the home directory with `~/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory(String);

impl Directory {
    /// As a path, with `home` in place of `~`.
    pub fn path(&self, home: &std::path::Path) -> PathBuf {
        self.0.strip_prefix("~/").map_or_else(|| PathBuf::from(&self.0), |below| home.join(below))
    }
}

impl Setting for Directory {
    fn takes() -> String {
        "a directory, such as \"/tmp\" or \"~/Pictures\"".to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^(/|~/)" })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let text = String::read(node)?;
        if text.starts_with('/') || text.starts_with("~/") {
            Ok(Self(text))
        } else {
            refuse(node, format!("{text:?} is relative to nothing"), "begin with / or ~/")
        }
    }

    fn write(&self) -> String {
        quote(&self.0)
    }
}

/// A part of an xkb layout's description: `us,de`, `grp:alt_shift_toggle`, `dvorak`. Whether it exists is for xkb to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct XkbNames(pub String);

impl Setting for XkbNames {
    fn takes() -> String {
        "names that xkb knows, with commas between them".to_owned()
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^[A-Za-z0-9_:(),+*|-]*$" })
    }

    fn read(node: &Node<'_>) -> Result<Self, Vec<Fault>> {
        let text = String::read(node)?;
        let strange = text.chars().find(|character| !(character.is_ascii_alphanumeric() || "_:(),+*|-".contains(*character)));
        match strange {
            None => Ok(Self(text)),
            Some(strange) => refuse(node, format!("{strange:?} is in no name of xkb"), "write such as \"us,de\"; there are no blanks"),
        }
    }

    fn write(&self) -> String {
        quote(&self.0)
    }
}

words! {
    /// What draws.
    Executor {
        /// The GPU if there is one with a working driver, else the CPU.
        Auto = "auto",
        Cpu = "cpu",
        /// Also a software driver.
        Gpu = "gpu",
    }

    /// When windows move.
    Animate {
        /// If a GPU draws.
        Auto = "auto",
        On = "on",
        Off = "off",
    }

    /// When a desktop that is started is made what the last one on its socket was.
    Restore {
        /// It begins empty, and nothing is kept for the next one.
        Never = "never",
        /// If the last one did not end by itself: it was killed or crashed. Whoever ends it on purpose finds the next one empty.
        AfterCrash = "after-crash",
        Always = "always",
    }

    /// When events of a device count.
    SendEvents {
        Enabled = "enabled",
        Disabled = "disabled",
        /// A touchpad rests while a mouse is there.
        DisabledOnExternalMouse = "disabled-on-external-mouse",
    }

    /// How the speed of the hand becomes that of the pointer.
    AccelProfile {
        /// The same factor at every speed.
        Flat = "flat",
        /// Faster movements count for more.
        Adaptive = "adaptive",
    }

    /// How a touchpad without buttons clicks.
    ClickMethod {
        None = "none",
        /// The lower part of the pad is divided.
        ButtonAreas = "button-areas",
        /// One, two or three fingers.
        Clickfinger = "clickfinger",
    }

    /// How a device scrolls.
    ScrollMethod {
        None = "none",
        TwoFinger = "two-finger",
        Edge = "edge",
        /// While a button is held.
        OnButtonDown = "on-button-down",
    }

    /// What taps with one, two and three fingers are.
    TapButtonMap {
        LeftRightMiddle = "left-right-middle",
        LeftMiddleRight = "left-middle-right",
    }

    /// What happens when the finger leaves the pad in a drag.
    DragLock {
        Disabled = "disabled",
        /// The drag goes on for a moment.
        EnabledTimeout = "enabled-timeout",
        /// Until the next tap.
        EnabledSticky = "enabled-sticky",
    }
}

#[cfg(test)]
mod tests {
    use super::Rgba;

    #[test]
    fn colours_are_read_as_css_writes_them() {
        let check = |text: &str, hex: u32| assert_eq!(Rgba::parse(text), Some(Rgba::hex(hex)), "{text}");
        check("#5ee7ff", 0x5ee7ffff);
        check("#5EE7FF80", 0x5ee7ff80);
        check("#fff", 0xffffffff);
        check("#0008", 0x00000088);
        for wrong in ["", "#", "5ee7ff", "#5ee7f", "#gggggg", "red", "#+fffff"] {
            assert_eq!(Rgba::parse(wrong), None, "{wrong}");
        }
    }
}
