//! Keys with modifiers, as people write them: `ctrl+shift+t`.

use std::{fmt, str::FromStr};

use crate::Error;

/// Modifier keys that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modifiers {
    pub ctrl: bool,
    pub shift: bool,
    pub alt: bool,
    /// The one with the logo.
    pub logo: bool,
    /// The one for the third level of a key, such as `€`.
    pub altgr: bool,
}

impl Modifiers {
    /// The modifiers with these names.
    ///
    /// # Errors
    ///
    /// [`Error::BadArgument`] if one of them is no modifier.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let mut modifiers = Self::default();
        for name in names {
            if !modifiers.hold(name) {
                return Err(Error::BadArgument(format!("{name:?} is no modifier; there are ctrl, shift, alt, super and altgr")));
            }
        }
        Ok(modifiers)
    }

    /// `false`: this is no modifier.
    fn hold(&mut self, name: &str) -> bool {
        match modifier_key(name) {
            Some("Control_L") => self.ctrl = true,
            Some("Shift_L") => self.shift = true,
            Some("Alt_L") => self.alt = true,
            Some("Super_L") => self.logo = true,
            Some("ISO_Level3_Shift") => self.altgr = true,
            _ => return false,
        }
        true
    }
}

/// One key, pressed and released while modifiers are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chord {
    pub modifiers: Modifiers,
    /// An xkb keysym name (`Return`, `t`, `F5`, `Super_L`) or a single character. Whether it exists is for xkb to say.
    pub key: String,
}

impl FromStr for Chord {
    type Err = Error;

    fn from_str(chord: &str) -> Result<Self, Error> {
        let bad = |why: &str| Error::BadArgument(format!("{chord:?} {why}; write keys like ctrl+shift+t, Return or F5"));
        if chord.is_empty() {
            return Err(Error::BadArgument("the key is empty; write keys like ctrl+shift+t, Return or F5".to_owned()));
        }
        if chord.len() > 128 || chord.chars().any(char::is_control) {
            return Err(bad("is no key"));
        }
        // A plus at the end is the key of that name: `ctrl++`.
        let (held, key) = match chord.strip_suffix('+') {
            Some("") => (None, "plus"),
            Some(rest) => match rest.strip_suffix('+') {
                Some(held) => (Some(held), "plus"),
                None => return Err(bad("ends without a key")),
            },
            None => match chord.rsplit_once('+') {
                Some((held, key)) => (Some(held), key),
                None => (None, chord),
            },
        };
        let mut modifiers = Modifiers::default();
        for name in held.into_iter().flat_map(|held| held.split('+')) {
            if name.is_empty() {
                return Err(bad("has an empty part"));
            }
            if !modifiers.hold(name) {
                return Err(bad(&format!("holds {name:?}, which is no modifier (ctrl, shift, alt, super, altgr)")));
            }
        }
        Ok(Self { modifiers, key: keysym_name(key).to_owned() })
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Modifiers { ctrl, shift, alt, logo, altgr } = self.modifiers;
        for (held, name) in [(ctrl, "ctrl+"), (shift, "shift+"), (alt, "alt+"), (logo, "super+"), (altgr, "altgr+")] {
            if held {
                f.write_str(name)?;
            }
        }
        f.write_str(&self.key)
    }
}

/// What people and the common automation tools call keys, in xkb's words. Others pass as they are.
fn keysym_name(key: &str) -> &str {
    if let Some(modifier) = modifier_key(key) {
        return modifier;
    }
    match key.to_ascii_lowercase().as_str() {
        "enter" | "return" => "Return",
        "esc" | "escape" => "Escape",
        "tab" => "Tab",
        "space" => "space",
        "backspace" => "BackSpace",
        "del" | "delete" => "Delete",
        "ins" | "insert" => "Insert",
        "home" => "Home",
        "end" => "End",
        "pageup" | "page_up" | "pgup" | "prior" => "Page_Up",
        "pagedown" | "page_down" | "pgdn" | "next" => "Page_Down",
        "left" | "arrowleft" => "Left",
        "right" | "arrowright" => "Right",
        "up" | "arrowup" => "Up",
        "down" | "arrowdown" => "Down",
        "capslock" | "caps_lock" => "Caps_Lock",
        "print" | "printscreen" => "Print",
        "menu" => "Menu",
        _ => key,
    }
}

/// The left key of a modifier, by any of its names.
fn modifier_key(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "ctrl" | "control" | "control_l" => "Control_L",
        "shift" | "shift_l" => "Shift_L",
        "alt" | "alt_l" | "option" | "mod1" => "Alt_L",
        "super" | "super_l" | "logo" | "win" | "cmd" | "meta" | "mod4" => "Super_L",
        "altgr" | "level3" | "mod5" | "iso_level3_shift" => "ISO_Level3_Shift",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Chord, Modifiers};

    fn check(written: &str, understood: &str) {
        let chord: Chord = written.parse().unwrap();
        assert_eq!(chord.to_string(), understood, "{written}");
        assert_eq!(understood.parse::<Chord>().unwrap(), chord, "{understood} means the same");
    }

    #[test]
    fn keys_are_understood_as_people_write_them() {
        check("t", "t");
        check("ctrl+shift+t", "ctrl+shift+t");
        check("Shift+CTRL+T", "ctrl+shift+T");
        check("enter", "Return");
        check("alt+PageDown", "alt+Page_Down");
        check("super", "Super_L");
        check("cmd+space", "super+space");
        check("+", "plus");
        check("ctrl++", "ctrl+plus");
        check("altgr+e", "altgr+e");
        check("é", "é");
        check("XF86AudioPlay", "XF86AudioPlay");
    }

    #[test]
    fn what_is_no_chord_is_refused_in_a_sentence() {
        for (wrong, word) in [
            ("", "empty"),
            ("ctrl+", "ends without a key"),
            ("+t", "empty part"),
            ("strg+t", "\"strg\""),
            ("a+b", "no modifier"),
            ("a\nb", "no key"),
        ] {
            let sentence = wrong.parse::<Chord>().unwrap_err().to_string();
            assert!(sentence.contains(word) && sentence.contains("ctrl+shift+t"), "{wrong:?}: {sentence}");
        }
    }

    #[test]
    fn modifiers_have_names() {
        let modifiers = Modifiers::from_names(["ctrl", "win"]).unwrap();
        assert_eq!(modifiers, Modifiers { ctrl: true, logo: true, ..Modifiers::default() });
        assert!(Modifiers::from_names(["t"]).unwrap_err().to_string().contains("super"));
    }
}
