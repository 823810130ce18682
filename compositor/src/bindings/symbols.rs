//! What a key may be bound as.

use glasshouse_config::{Input, Keysym, Modifiers, Trigger, small};
use smithay::input::keyboard::{KeysymHandle, ModifiersState};

/// What a key means in the keymap that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbols {
    /// xkb code.
    pub code: u32,
    /// In the layout that is on, without modifiers.
    pub plain: Keysym,
    /// The same in the first layout that has a Latin character there, if `plain` is another script's.
    pub latin: Option<Keysym>,
    /// With the modifiers that are held.
    pub typed: Keysym,
    /// Whether the codes are those of a keyboard. Keymaps of programs put keys anywhere.
    pub by_place: bool,
}

/// Where letters are on a keyboard without a Latin layout: evdev code of the first, and the row.
const ROWS: [(u32, &str); 3] = [(16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm")];
/// evdev codes of the digits, from 1.
const DIGITS: (u32, &str) = (2, "1234567890");
/// xkb's codes are evdev's and this.
const XKB_OFFSET: u32 = 8;

impl Symbols {
    /// `None`: the key means nothing.
    pub fn of(key: &KeysymHandle<'_>, by_place: bool) -> Option<Self> {
        let plain = *key.raw_syms().first()?;
        let latin = key.raw_latin_sym_or_raw_current_sym().filter(|latin| *latin != plain);
        Some(Self { code: key.raw_code().raw(), plain, latin, typed: key.modified_sym(), by_place })
    }

    /// Whether it changes what other keys mean.
    pub fn is_modifier(&self) -> bool {
        self.plain.is_modifier_key()
    }

    /// What it may be bound as, what is most likely meant first.
    pub fn triggers(&self, held: Modifiers) -> Vec<Trigger> {
        let mut triggers = Vec::new();
        let mut add = |modifiers: Modifiers, keysym: Keysym| {
            let trigger = Trigger::new(modifiers, Input::Key(keysym));
            if keysym != Keysym::NoSymbol && !triggers.contains(&trigger) {
                triggers.push(trigger);
            }
        };
        add(held, small(self.plain));
        if let Some(latin) = self.latin {
            add(held, small(latin));
        }
        if self.by_place {
            // Where no layout has Latin letters they are where a US keyboard has them; digits that need Shift, as in French, are where all
            // keyboards have them.
            let foreign = self.latin.is_none() && self.plain.key_char().is_some_and(|character| !character.is_ascii());
            let letters = ROWS.iter().find_map(|row| self.place_in(row)).filter(|_| foreign);
            let digit = self.place_in(&DIGITS).filter(|_| !self.plain.key_char().is_some_and(|plain| plain.is_ascii_digit()));
            for character in letters.into_iter().chain(digit) {
                add(held, Keysym::from_char(character));
            }
        }
        if self.typed != self.plain {
            // Shift and the third level are in what it types.
            add(Modifiers { shift: false, altgr: false, ..held }, self.typed);
        }
        if let Some(left) = left_of(self.plain) {
            add(held, left);
        }
        triggers
    }

    fn place_in(&self, (first, row): &(u32, &str)) -> Option<char> {
        let place = self.code.checked_sub(XKB_OFFSET)?.checked_sub(*first)?;
        row.chars().nth(usize::try_from(place).ok()?)
    }
}

/// `super` is written for either of the two keys.
fn left_of(keysym: Keysym) -> Option<Keysym> {
    match keysym {
        Keysym::Super_R => Some(Keysym::Super_L),
        Keysym::Control_R => Some(Keysym::Control_L),
        Keysym::Alt_R => Some(Keysym::Alt_L),
        Keysym::Shift_R => Some(Keysym::Shift_L),
        _ => None,
    }
}

/// The modifiers that bindings know.
pub(super) fn modifiers(state: ModifiersState) -> Modifiers {
    Modifiers { logo: state.logo, ctrl: state.ctrl, alt: state.alt, altgr: state.iso_level3_shift, shift: state.shift }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(symbols: Symbols, held: Modifiers, expected: &[&str]) {
        let triggers: Vec<String> = symbols.triggers(held).iter().map(ToString::to_string).collect();
        assert_eq!(triggers, expected);
    }

    fn symbols(code: u32, plain: char, latin: Option<char>, typed: char) -> Symbols {
        let of = Keysym::from_char;
        Symbols { code: code + XKB_OFFSET, plain: of(plain), latin: latin.map(of), typed: of(typed), by_place: true }
    }

    const SUPER: Modifiers = Modifiers { logo: true, ctrl: false, alt: false, altgr: false, shift: false };
    const SUPER_SHIFT: Modifiers = Modifiers { shift: true, ..SUPER };

    #[test]
    fn a_key_is_what_it_is_without_shift_and_what_it_types() {
        check(symbols(16, 'q', None, 'q'), SUPER, &["super+q"]);
        check(symbols(16, 'q', None, 'Q'), SUPER_SHIFT, &["super+shift+q", "super+Q"]);
        check(symbols(13, '=', None, '+'), SUPER_SHIFT, &["super+shift+equal", "super+plus"]);
    }

    #[test]
    fn other_scripts_have_the_keys_of_the_latin_layout_beside_them_or_of_a_us_keyboard() {
        check(symbols(16, 'й', Some('q'), 'й'), SUPER, &["super+Cyrillic_shorti", "super+q"]);
        check(symbols(16, 'й', None, 'й'), SUPER, &["super+Cyrillic_shorti", "super+q"]);
        let elsewhere = Symbols { by_place: false, ..symbols(16, 'й', None, 'й') };
        check(elsewhere, SUPER, &["super+Cyrillic_shorti"]);
    }

    #[test]
    fn digits_are_digits_where_they_need_shift() {
        check(symbols(2, '&', None, '&'), SUPER, &["super+ampersand", "super+1"]);
        check(symbols(2, '&', None, '1'), SUPER_SHIFT, &["super+shift+ampersand", "super+shift+1", "super+1"]);
        check(symbols(2, '1', None, '!'), SUPER_SHIFT, &["super+shift+1", "super+exclam"]);
    }

    #[test]
    fn the_right_modifier_is_as_good_as_the_left() {
        let right = Symbols { code: 134, plain: Keysym::Super_R, latin: None, typed: Keysym::Super_R, by_place: true };
        check(right, Modifiers::default(), &["Super_R", "Super_L"]);
        assert!(right.is_modifier());
    }
}
