//! The names of keys.

use std::{collections::BTreeMap, sync::LazyLock};

use xkeysym::Keysym;

/// Where named keysyms are, apart from those that are a Unicode character: Latin and other scripts, keyboard and terminal keys, and
/// the keys of media and laptops. From xkbcommon-keysyms.h.
const RANGES: &[std::ops::RangeInclusive<u32>] = &[0x20..=0x20ff, 0xfd00..=0xffff, 0x1008_fe00..=0x1008_ffff, 0x1008_1000..=0x1008_12ff];

/// All names, as libxkbcommon has them.
static NAMES: LazyLock<BTreeMap<String, Keysym>> = LazyLock::new(|| {
    let named = RANGES.iter().cloned().flatten().map(Keysym::new);
    named.filter_map(|keysym| Some((name_of(keysym)?, keysym))).collect()
});

/// The same in lower case. Of `A` and `a` this has `a`.
static LOWER: LazyLock<BTreeMap<String, Keysym>> = LazyLock::new(|| {
    let mut lower: BTreeMap<String, Keysym> = BTreeMap::new();
    for (name, keysym) in &*NAMES {
        let small = name.to_lowercase();
        if small == *name || !NAMES.contains_key(&small) {
            lower.insert(small, *keysym);
        }
    }
    lower
});

/// xkeysym's names have the prefixes of X11's headers.
fn name_of(keysym: Keysym) -> Option<String> {
    keysym.name().map(|name| name.replacen("XK_", "", 1))
}

/// What people call keys, in xkb's words.
const ALIASES: &[(&str, &str)] = &[
    ("enter", "Return"),
    ("esc", "Escape"),
    ("del", "Delete"),
    ("ins", "Insert"),
    ("page_up", "Prior"),
    ("pageup", "Prior"),
    ("pgup", "Prior"),
    ("prior", "Prior"),
    ("page_down", "Next"),
    ("pagedown", "Next"),
    ("pgdn", "Next"),
    ("next", "Next"),
    ("arrowleft", "Left"),
    ("arrowright", "Right"),
    ("arrowup", "Up"),
    ("arrowdown", "Down"),
    ("capslock", "Caps_Lock"),
    ("numlock", "Num_Lock"),
    ("scrolllock", "Scroll_Lock"),
    ("printscreen", "Print"),
    ("prtsc", "Print"),
    ("ctrl", "Control_L"),
    ("control", "Control_L"),
    ("shift", "Shift_L"),
    ("alt", "Alt_L"),
    ("super", "Super_L"),
    ("logo", "Super_L"),
    ("win", "Super_L"),
    ("altgr", "ISO_Level3_Shift"),
];

/// The keysym of a name: xkb's in any case, what people say, or a single character. Letters are those without Shift.
///
/// # Errors
///
/// The nearest name, if one is near.
pub(super) fn find(name: &str) -> Result<Keysym, Option<String>> {
    let mut characters = name.chars();
    if let (Some(character), None) = (characters.next(), characters.next())
        && !character.is_control()
    {
        return Ok(small(Keysym::from_char(character)));
    }
    let lower = name.to_lowercase();
    if let Some((_, alias)) = ALIASES.iter().find(|(known, _)| *known == lower) {
        return NAMES.get(*alias).copied().ok_or(None);
    }
    if let Some(keysym) = NAMES.get(name).or_else(|| LOWER.get(&lower)) {
        return Ok(small(*keysym));
    }
    let known = NAMES.keys().map(String::as_str).chain(ALIASES.iter().map(|(alias, _)| *alias));
    Err(crate::nearest::nearest(name, known).map(str::to_owned))
}

/// The name that [`find`] knows a keysym by.
pub(super) fn name(keysym: Keysym) -> String {
    if let Some(name) = name_of(keysym).filter(|name| NAMES.contains_key(name)) {
        return name;
    }
    keysym.key_char().map_or_else(|| format!("0x{:x}", keysym.raw()), String::from)
}

/// The letter without Shift; what is no letter stays as it is. A few keyboard layouts have capital letters without Shift; bindings never do.
pub fn small(keysym: Keysym) -> Keysym {
    let Some(character) = keysym.key_char() else { return keysym };
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(small), None) if small != character => Keysym::from_char(small),
        _ => keysym,
    }
}

/// Whether pressing the key alone types something.
pub(super) fn types_text(keysym: Keysym) -> bool {
    // Return and Tab are control characters; they belong to programs just as well.
    keysym.key_char().is_some() && keysym != Keysym::Escape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alias_is_a_key() {
        for (alias, name) in ALIASES {
            assert!(find(alias).is_ok(), "{alias} is no key: {name} is unknown");
        }
        assert_eq!(find("Page_Up"), find("Prior"));
    }
}
