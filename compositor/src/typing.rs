//! Keys by name and any Unicode text through the keyboard.
//!
//! Characters that the layout has are typed with its own keys. The others are bound, all of a text at once, to keys that the layout
//! leaves unused, and stay bound: so a long text costs one new keymap, and the next text with the same characters none. A keymap
//! per character (as `wtype` and `xdotool` send) makes slow clients mix them up.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt::Write,
    time::Duration,
};

use glasshouse_protocols::{Chord, Modifiers};
use smithay::input::keyboard::xkb;

use crate::{State, bus::BusError};

/// How a keysym is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stroke {
    /// The layout that has to be on, from 0. `None`: any.
    layout: Option<u32>,
    /// xkb code.
    key: u32,
    shift: bool,
    level3: bool,
}

/// The layout and what was added to it.
pub struct Typing {
    /// The layout as text, to which bindings are added.
    text: String,
    layouts: Vec<String>,
    /// By symbol and layout.
    strokes: BTreeMap<(u32, u32), Stroke>,
    /// Keys without a symbol: code and name.
    spare: Vec<(u32, String)>,
    /// Keysyms bound to spare keys, the most recently used last.
    bound: VecDeque<(u32, u32)>,
}

/// How long keys may wait in a toolkit's queue; its windows would be felt to hang if it were longer.
const KEYS_SETTLE: Duration = Duration::from_millis(250);
/// The highest code that clients under Xwayland can see.
const MAX_CODE: u32 = 255;
/// The second, third and fourth level of a key, as all common key types have them: Shift, AltGr, both.
const LEVELS: [(bool, bool); 4] = [(false, false), (true, false), (false, true), (true, true)];

impl Typing {
    /// Looks through a keymap.
    pub fn new(keymap: &xkb::Keymap) -> Self {
        let (mut strokes, mut spare) = (BTreeMap::new(), Vec::new());
        for code in keymap.min_keycode().raw()..=keymap.max_keycode().raw().min(MAX_CODE) {
            let key = xkb::Keycode::new(code);
            let Some(name) = keymap.key_get_name(key) else { continue };
            let has = keymap.num_layouts_for_key(key);
            if has == 0 {
                spare.push((code, name.to_owned()));
                continue;
            }
            for layout in 0..keymap.num_layouts() {
                // A key with fewer layouts than the keymap has its first in the others.
                let of_key = if layout < has { layout } else { 0 };
                for (level, (shift, level3)) in (0..keymap.num_levels_for_key(key, of_key)).zip(LEVELS) {
                    if let [symbol] = keymap.key_get_syms_by_level(key, of_key, level) {
                        let stroke = Stroke { layout: Some(layout), key: code, shift, level3 };
                        strokes.entry((symbol.raw(), layout)).or_insert(stroke);
                    }
                }
            }
        }
        let layouts = keymap.layouts().map(str::to_owned).collect();
        Self { text: keymap.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1), layouts, strokes, spare, bound: VecDeque::new() }
    }

    /// The names of the layouts, for people.
    pub fn layouts(&self) -> &[String] {
        &self.layouts
    }

    /// The layout as text, without bindings.
    pub fn layout(&self) -> &str {
        &self.text
    }

    /// How a symbol is typed: in the layout that is on if possible, else in the first that has it.
    fn stroke(&mut self, symbol: u32, on: u32) -> Option<Stroke> {
        if let Some(stroke) = self.strokes.get(&(symbol, on)).or_else(|| self.of_layouts(symbol)) {
            return Some(*stroke);
        }
        let at = self.bound.iter().position(|(known, _)| *known == symbol)?;
        let entry = self.bound.remove(at)?;
        self.bound.push_back(entry);
        Some(Stroke { layout: None, key: entry.1, shift: false, level3: false })
    }

    fn of_layouts(&self, symbol: u32) -> Option<&Stroke> {
        self.strokes.range((symbol, 0)..=(symbol, u32::MAX)).next().map(|(_, stroke)| stroke)
    }

    fn knows(&self, symbol: u32) -> bool {
        self.of_layouts(symbol).is_some() || self.bound.iter().any(|(known, _)| *known == symbol)
    }

    /// Binds these, at most as many as there are spare keys. Returns the new keymap, or `None` if nothing had to change.
    fn bind(&mut self, wanted: &BTreeSet<u32>) -> Option<String> {
        let missing: Vec<u32> = wanted.iter().copied().filter(|symbol| !self.knows(*symbol)).collect();
        if missing.is_empty() {
            return None;
        }
        for symbol in missing {
            let free = self.spare.iter().map(|(code, _)| *code).find(|code| self.bound.iter().all(|(_, used)| used != code));
            let code = match free {
                Some(code) => code,
                None => {
                    let oldest = self.bound.iter().position(|(known, _)| !wanted.contains(known))?;
                    self.bound.remove(oldest)?.1
                }
            };
            self.bound.push_back((symbol, code));
        }
        let mut bindings = String::new();
        for (symbol, code) in &self.bound {
            if let Some((_, name)) = self.spare.iter().find(|(known, _)| known == code) {
                let _ = writeln!(bindings, "\tkey <{name}> {{ [ {symbol:#x} ] }};"); // Writing to a string does not fail.
            }
        }
        // The first line of the section is its head; what comes last in it counts, and it may be anywhere in it.
        let section = self.text.find("xkb_symbols")?;
        let body = section + self.text.get(section..)?.find('{')? + 1;
        Some(format!("{}\n{bindings}{}", self.text.get(..body)?, self.text.get(body..)?))
    }
}

impl State {
    pub fn with_typing<T>(&mut self, f: impl FnOnce(&mut Typing) -> T) -> Result<T, BusError> {
        if self.input.typing.is_none() {
            let typing = self.input.keymaps.names.compile().map_err(|error| BusError::Internal(error.to_string()))?;
            self.input.typing = Some(typing);
        }
        let typing = self.input.typing.as_mut().ok_or_else(|| BusError::Internal("the keyboard layout cannot be compiled".into()))?;
        Ok(f(typing))
    }

    /// Types any text into whatever has the keyboard.
    ///
    /// A text field that a client has enabled gets what comes before the first control character as text, without a keymap. The
    /// rest are keys, and so is everything right after keys: toolkits queue keys and not text, so text would overtake them.
    pub fn type_text(&mut self, text: &str) -> Result<(), BusError> {
        let keys_wait = self.input.last_key.is_some_and(|at| self.now.since(at) < KEYS_SETTLE);
        let (plain, rest) = text.split_at(if keys_wait { 0 } else { text.find(char::is_control).unwrap_or(text.len()) });
        let keys = if !plain.is_empty() && self.commit_text(plain) { rest } else { text };
        // Text is text: it triggers no bindings.
        self.without_bindings(|state| state.with_free_keyboard(|state| state.type_keys(keys)))
    }

    /// The stroke of a symbol, with its layout on.
    fn prepare(&mut self, symbol: u32) -> Result<Option<Stroke>, BusError> {
        let on = self.own_locks().layout;
        let stroke = self.with_typing(|typing| typing.stroke(symbol, on))?;
        if let Some(layout) = stroke.and_then(|stroke| stroke.layout)
            && layout != on
        {
            self.use_layout(layout, false);
        }
        Ok(stroke)
    }

    fn type_keys(&mut self, text: &str) -> Result<(), BusError> {
        let spare = self.with_typing(|typing| typing.spare.len())?;
        let symbols: Vec<u32> = text.chars().map(symbol_of).collect();
        let mut rest = symbols.as_slice();
        while !rest.is_empty() {
            // As many as one keymap can hold.
            let mut wanted = BTreeSet::new();
            let mut count = 0;
            for symbol in rest {
                let known = self.with_typing(|typing| typing.of_layouts(*symbol).is_some())?;
                if !known && !wanted.contains(symbol) && wanted.len() >= spare {
                    break;
                }
                if !known {
                    wanted.insert(*symbol);
                }
                count += 1;
            }
            if count == 0 {
                return Err(BusError::Refused("this keyboard layout leaves no key for other characters".into()));
            }
            let (chunk, after) = rest.split_at(count);
            if let Some(keymap) = self.with_typing(|typing| typing.bind(&wanted))? {
                self.set_own_keymap(keymap)
                    .map_err(|error| BusError::Internal(format!("the keymap for this text was refused: {error}")))?;
            }
            for symbol in chunk {
                let stroke = self.prepare(*symbol)?;
                let stroke = stroke.ok_or_else(|| BusError::Refused("a character has no key".into()))?;
                self.strike(stroke)?;
            }
            rest = after;
        }
        Ok(())
    }

    fn strike(&mut self, stroke: Stroke) -> Result<(), BusError> {
        let modifiers = Modifiers { shift: stroke.shift, altgr: stroke.level3, ..Modifiers::default() };
        let held = self.hold_modifiers(modifiers)?;
        self.key(stroke.key, true);
        self.key(stroke.key, false);
        self.release_keys(&held);
        Ok(())
    }

    /// Presses and releases a key with modifiers.
    pub fn press_chord(&mut self, chord: &Chord) -> Result<(), BusError> {
        self.with_free_keyboard(|state| state.strike_chord(chord))
    }

    fn strike_chord(&mut self, chord: &Chord) -> Result<(), BusError> {
        let mut characters = chord.key.chars();
        let symbol = match (characters.next(), characters.next()) {
            (Some(single), None) => symbol_of(single),
            _ => named_symbol(&chord.key)?,
        };
        if let Some(keymap) = self.with_typing(|typing| typing.bind(&BTreeSet::from([symbol])))? {
            self.set_own_keymap(keymap).map_err(|error| BusError::Internal(format!("the keymap for this key was refused: {error}")))?;
        }
        let stroke = self.prepare(symbol)?;
        let stroke = stroke.ok_or_else(|| BusError::BadArgument(format!("the key {} cannot be typed", chord.key)))?;
        let mut modifiers = chord.modifiers;
        modifiers.shift |= stroke.shift;
        modifiers.altgr |= stroke.level3;
        let held = self.hold_modifiers(modifiers)?;
        self.key(stroke.key, true);
        self.key(stroke.key, false);
        self.release_keys(&held);
        Ok(())
    }

    /// Does something while these modifiers are held and no others, whatever the person holds.
    pub fn with_only<T>(&mut self, modifiers: Modifiers, f: impl FnOnce(&mut Self) -> T) -> Result<T, BusError> {
        if modifiers == Modifiers::default() && self.held_modifier_keys().is_empty() {
            return Ok(f(self)); // As nearly always; programs need not hear of any change.
        }
        self.with_free_keyboard(|state| {
            let held = state.hold_modifiers(modifiers)?;
            let result = f(state);
            state.release_keys(&held);
            Ok(result)
        })
    }

    /// Presses modifier keys; returns them for [`Self::release_keys`].
    fn hold_modifiers(&mut self, modifiers: Modifiers) -> Result<Vec<u32>, BusError> {
        use xkb::keysyms::{KEY_Alt_L, KEY_Control_L, KEY_ISO_Level3_Shift, KEY_Shift_L, KEY_Super_L};
        let wanted = [
            (modifiers.ctrl, KEY_Control_L),
            (modifiers.shift, KEY_Shift_L),
            (modifiers.alt, KEY_Alt_L),
            (modifiers.logo, KEY_Super_L),
            (modifiers.altgr, KEY_ISO_Level3_Shift),
        ];
        let mut held = Vec::new();
        for (_, symbol) in wanted.into_iter().filter(|(wanted, _)| *wanted) {
            // Every layout has them on the same keys.
            let on = self.own_locks().layout;
            let Some(stroke) = self.with_typing(|typing| typing.stroke(symbol, on))? else {
                self.release_keys(&held);
                return Err(BusError::BadArgument("the keyboard layout has no such modifier key".into()));
            };
            self.modifier_key(stroke.key, true);
            held.push(stroke.key);
        }
        Ok(held)
    }

    /// Releases keys, the last pressed first.
    fn release_keys(&mut self, keys: &[u32]) {
        for key in keys.iter().rev() {
            self.modifier_key(*key, false);
        }
    }
}

fn symbol_of(character: char) -> u32 {
    match character {
        '\n' | '\r' => xkb::keysyms::KEY_Return,
        '\t' => xkb::keysyms::KEY_Tab,
        '\u{8}' => xkb::keysyms::KEY_BackSpace,
        '\u{1b}' => xkb::keysyms::KEY_Escape,
        other => xkb::utf32_to_keysym(u32::from(other)).raw(),
    }
}

/// A keysym by its xkb name, however it is capitalised.
fn named_symbol(name: &str) -> Result<u32, BusError> {
    let exact = xkb::keysym_from_name(name, xkb::KEYSYM_NO_FLAGS);
    let any = xkb::keysym_from_name(name, xkb::KEYSYM_CASE_INSENSITIVE);
    [exact.raw(), any.raw()]
        .into_iter()
        .find(|symbol| *symbol != xkb::keysyms::KEY_NoSymbol)
        .ok_or_else(|| BusError::BadArgument(format!("there is no key {name}; keys have xkb's names, such as Return, F5 or Page_Down")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyboard::Names;

    #[test]
    fn a_text_costs_one_keymap_and_the_same_text_none() {
        let mut typing = Names::default().compile().expect("xkb data is installed");
        let text: BTreeSet<u32> = "naïve 美しい 🙂".chars().map(symbol_of).collect();
        let keymap = typing.bind(&text).expect("these are on no US keyboard");
        let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
        let keymap = xkb::Keymap::new_from_string(&context, keymap, xkb::KEYMAP_FORMAT_TEXT_V1, xkb::KEYMAP_COMPILE_NO_FLAGS)
            .expect("the keymap compiles");
        for symbol in &text {
            let stroke = typing.stroke(*symbol, 0).expect("every character has a key");
            let level = LEVELS.iter().position(|level| *level == (stroke.shift, stroke.level3)).unwrap();
            let typed = keymap.key_get_syms_by_level(xkb::Keycode::new(stroke.key), 0, u32::try_from(level).unwrap());
            assert_eq!(typed.iter().map(|symbol| symbol.raw()).collect::<Vec<_>>(), [*symbol]);
        }
        assert_eq!(typing.bind(&text), None);
    }

    #[test]
    fn more_characters_than_keys_replace_the_oldest() {
        let mut typing = Names::default().compile().expect("xkb data is installed");
        let spare = typing.spare.len();
        assert!(spare >= 12, "{spare} spare keys");
        for start in (0x4e00..0x4e00 + 10 * spare as u32).step_by(spare) {
            let symbols = (start..start + spare as u32).map(|code| symbol_of(char::from_u32(code).unwrap())).collect();
            assert!(typing.bind(&symbols).is_some());
            assert!(symbols.iter().all(|symbol| typing.knows(*symbol)));
        }
    }

    #[test]
    fn keys_have_names_and_wrong_ones_are_explained() {
        assert_eq!(named_symbol("Return").unwrap(), xkb::keysyms::KEY_Return);
        assert_eq!(named_symbol("page_down").unwrap(), xkb::keysyms::KEY_Page_Down);
        assert!(named_symbol("NoSuchKey").unwrap_err().to_string().contains("NoSuchKey"));
    }
}
