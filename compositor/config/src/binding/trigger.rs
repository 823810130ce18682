//! What a binding answers to: a key, a button, the wheel or a gesture, with modifiers.

use std::{fmt, str::FromStr};

use xkeysym::Keysym;

use super::keys;
use crate::{nearest::nearest, value::any_of};

/// Modifier keys that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Modifiers {
    /// The one with the logo.
    pub logo: bool,
    pub ctrl: bool,
    pub alt: bool,
    /// The one for the third level of a key, such as `€`.
    pub altgr: bool,
    pub shift: bool,
}

/// Where the wheel or the fingers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    Up,
    Down,
    Left,
    Right,
}

/// The event itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// A key by its keysym without Shift. Compare it with the first level of the key in the layout that is on; if that is no Latin
    /// letter, with the first level in the first layout that has one there, so that bindings work in Cyrillic too; and last with what the
    /// key types with its modifiers, less those that it took.
    Key(Keysym),
    /// A button of a pointer, by its evdev code.
    Button(u32),
    /// One detent.
    Wheel(Way),
    /// Three to five fingers on a touchpad.
    Swipe(u8, Way),
    /// Two to five fingers together.
    PinchIn(u8),
    /// Two to five fingers apart.
    PinchOut(u8),
    /// One to five fingers that rest.
    Hold(u8),
}

/// What a binding answers to. [`fmt::Display`] gives the one spelling that every other spelling is brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trigger {
    pub modifiers: Modifiers,
    pub input: Input,
}

/// Why a text is no trigger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", help.as_ref().map(|help| format!("; {help}")).unwrap_or_default())]
pub struct TriggerError {
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

const WAYS: [(&str, Way); 4] = [("up", Way::Up), ("down", Way::Down), ("left", Way::Left), ("right", Way::Right)];

/// The codes of linux/input-event-codes.h.
const BUTTONS: [(&str, u32); 8] = [
    ("left", 0x110),
    ("right", 0x111),
    ("middle", 0x112),
    ("back", 0x113),
    ("forward", 0x114),
    ("extra-forward", 0x115),
    ("extra-back", 0x116),
    ("task", 0x117),
];

const MODIFIERS: [&str; 5] = ["super", "ctrl", "alt", "altgr", "shift"];

impl Modifiers {
    /// `false`: this is no modifier.
    fn hold(&mut self, name: &str) -> bool {
        match name.to_ascii_lowercase().as_str() {
            "super" | "super_l" | "logo" | "win" | "cmd" | "meta" | "mod4" => self.logo = true,
            "ctrl" | "control" | "control_l" => self.ctrl = true,
            "alt" | "alt_l" | "option" | "mod1" => self.alt = true,
            "altgr" | "level3" | "mod5" | "iso_level3_shift" => self.altgr = true,
            "shift" | "shift_l" => self.shift = true,
            _ => return false,
        }
        true
    }

    /// Whether none is held.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl Trigger {
    pub const fn new(modifiers: Modifiers, input: Input) -> Self {
        Self { modifiers, input }
    }

    /// Whether programs live on it: keys that type, and clicks and scrolling without modifiers.
    pub(crate) fn types_text(&self) -> bool {
        let Modifiers { logo, ctrl, alt, .. } = self.modifiers;
        let alone = !(logo || ctrl || alt);
        match self.input {
            Input::Key(keysym) => alone && keys::types_text(keysym),
            Input::Button(code) => self.modifiers.is_empty() && code <= 0x112,
            Input::Wheel(_) => self.modifiers.is_empty(),
            _ => false,
        }
    }

    /// Whether it begins and ends: only then can it be held, repeated or released.
    pub(crate) fn has_duration(&self) -> bool {
        matches!(self.input, Input::Key(_) | Input::Button(_))
    }
}

impl FromStr for Trigger {
    type Err = TriggerError;

    fn from_str(text: &str) -> Result<Self, TriggerError> {
        let wrong = |why: &str| TriggerError {
            message: format!("{text:?} {why}"),
            help: Some("write such as super+shift+Left, super+button-left, wheel-up or swipe-3-left".to_owned()),
        };
        // A plus at the end is the key of that name: `super++`.
        let (held, input) = match text.strip_suffix('+') {
            Some("") => (None, "plus"),
            Some(rest) => match rest.strip_suffix('+') {
                Some(held) => (Some(held), "plus"),
                None => return Err(wrong("ends without a key")),
            },
            None => match text.rsplit_once('+') {
                Some((held, input)) => (Some(held), input),
                None => (None, text),
            },
        };
        let mut modifiers = Modifiers::default();
        for name in held.into_iter().flat_map(|held| held.split('+')) {
            if name.trim() != name || name.is_empty() {
                return Err(wrong("has an empty part or a blank"));
            }
            if !modifiers.hold(name) {
                let help = match nearest(name, MODIFIERS) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("write {}", any_of(MODIFIERS)),
                };
                return Err(TriggerError { message: format!("{name:?} is no modifier"), help: Some(help) });
            }
        }
        Ok(Self { modifiers, input: input.parse()? })
    }
}

impl FromStr for Input {
    type Err = TriggerError;

    fn from_str(text: &str) -> Result<Self, TriggerError> {
        let lower = text.to_ascii_lowercase();
        let way = |text: &str| WAYS.iter().find(|(name, _)| *name == text).map(|(_, way)| *way);
        let (kind, rest) = lower.split_once('-').unwrap_or((&lower, ""));
        let fingers = |text: &str, least: u8| text.parse().ok().filter(|fingers| (least..=5).contains(fingers));
        let (found, write) = match kind {
            "button" if !rest.is_empty() => {
                let named = BUTTONS.iter().find(|(name, _)| *name == rest).map(|(_, code)| *code);
                // From BTN_MISC to just below the keys that come after the buttons of gamepads and pens.
                let button = named.or_else(|| rest.parse().ok().filter(|code| (0x100..0x160).contains(code)));
                (button.map(Self::Button), "button-left, -right, -middle, -back, -forward, -task or an evdev code such as button-281")
            }
            "wheel" if !rest.is_empty() => (way(rest).map(Self::Wheel), "wheel-up, wheel-down, wheel-left or wheel-right"),
            "swipe" => {
                let found = rest.split_once('-').and_then(|(count, to)| Some(Self::Swipe(fingers(count, 3)?, way(to)?)));
                (found, "swipe-3-left: three to five fingers; up, down, left or right")
            }
            "pinch" => {
                let found = rest.split_once('-').and_then(|(count, to)| match (fingers(count, 2)?, to) {
                    (count, "in") => Some(Self::PinchIn(count)),
                    (count, "out") => Some(Self::PinchOut(count)),
                    _ => None,
                });
                (found, "pinch-2-in: two to five fingers; in or out")
            }
            "hold" => (fingers(rest, 1).map(Self::Hold), "hold-3: one to five fingers"),
            _ => {
                return keys::find(text).map(Self::Key).map_err(|near| TriggerError {
                    message: format!("there is no key {text:?}"),
                    help: Some(near.map_or_else(
                        || "keys have the names of xkb, such as Return, F5 or XF86AudioMute; `wev` shows them".to_owned(),
                        |near| format!("did you mean {near}?"),
                    )),
                });
            }
        };
        found.ok_or_else(|| TriggerError { message: format!("{text:?} is not known"), help: Some(format!("write {write}")) })
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Modifiers { logo, ctrl, alt, altgr, shift } = self.modifiers;
        for (held, name) in [logo, ctrl, alt, altgr, shift].into_iter().zip(MODIFIERS) {
            if held {
                write!(f, "{name}+")?;
            }
        }
        self.input.fmt(f)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WAYS.iter().find(|(_, way)| way == self).map_or("", |(name, _)| name))
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(keysym) => f.write_str(&keys::name(*keysym)),
            Self::Button(code) => match BUTTONS.iter().find(|(_, known)| known == code) {
                Some((name, _)) => write!(f, "button-{name}"),
                None => write!(f, "button-{code}"),
            },
            Self::Wheel(way) => write!(f, "wheel-{way}"),
            Self::Swipe(fingers, way) => write!(f, "swipe-{fingers}-{way}"),
            Self::PinchIn(fingers) => write!(f, "pinch-{fingers}-in"),
            Self::PinchOut(fingers) => write!(f, "pinch-{fingers}-out"),
            Self::Hold(fingers) => write!(f, "hold-{fingers}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Input, Trigger};

    fn check(written: &str, understood: &str) {
        let trigger: Trigger = written.parse().unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(trigger.to_string(), understood, "{written}");
        assert_eq!(understood.parse::<Trigger>(), Ok(trigger), "{understood} means the same");
    }

    #[test]
    fn triggers_are_understood_as_people_write_them() {
        check("super+return", "super+Return");
        check("Super+Enter", "super+Return");
        check("shift+mod4+Q", "super+shift+q");
        check("super+q", "super+q");
        check("ctrl+alt+del", "ctrl+alt+Delete");
        check("super++", "super+plus");
        check("super+plus", "super+plus");
        check("super+minus", "super+minus");
        check("super+.", "super+period");
        check("print", "Print");
        check("f5", "F5");
        check("super+\u{e9}", "super+eacute");
        check("super+Eacute", "super+eacute");
        check("super+\u{44f}", "super+Cyrillic_ya");
        check("super+\u{7f8e}", "super+\u{7f8e}");
        check("xf86audioraisevolume", "XF86AudioRaiseVolume");
        check("super", "Super_L");
        check("super+Tab", "super+Tab");
        check("alt+space", "alt+space");
        check("super+Button-Left", "super+button-left");
        check("button-281", "button-281");
        check("button-274", "button-middle");
        check("ctrl+wheel-up", "ctrl+wheel-up");
        check("swipe-3-left", "swipe-3-left");
        check("pinch-2-in", "pinch-2-in");
        check("hold-3", "hold-3");
    }

    #[test]
    fn what_is_no_trigger_is_refused_with_the_nearest_thing() {
        for (wrong, word) in [
            ("super+retrun", "Return"),
            ("supper+q", "did you mean super?"),
            ("super+", "ends without a key"),
            ("+q", "empty part"),
            ("super + q", "blank"),
            ("swipe-2-left", "three to five"),
            ("swipe-3-in", "swipe-3-left"),
            ("pinch-9-in", "two to five"),
            ("hold-", "hold-3"),
            ("button-nose", "button-left"),
            ("wheel-in", "wheel-up"),
            ("XF86AudioRiseVolume", "XF86AudioRaiseVolume"),
            ("strg+q", "super, ctrl, alt, altgr or shift"),
        ] {
            let sentence = wrong.parse::<Trigger>().unwrap_err().to_string();
            assert!(sentence.contains(word), "{wrong:?}: {sentence}");
        }
    }

    #[test]
    fn every_named_key_has_a_name_that_means_it() {
        for raw in (0x20..0x2100).chain(0xfd00..0x10000).chain(0x1008_1000..0x1008_1300).chain(0x1008_fe00..0x1009_0000) {
            let keysym = xkeysym::Keysym::new(raw);
            let name = Input::Key(keysym).to_string();
            if let Ok(Input::Key(found)) = name.parse() {
                let again = Input::Key(found).to_string();
                assert_eq!(again.parse(), Ok(Input::Key(found)), "{name} is {again}");
            }
        }
    }
}
