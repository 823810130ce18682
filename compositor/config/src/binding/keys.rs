//! The names of keys.

use std::{collections::BTreeMap, sync::LazyLock};

use xkeysym::{Keysym, key};

/// Where named keysyms are, apart from those that are a Unicode character: Latin and other scripts, keyboard and terminal keys, and
/// the keys of media and laptops. From xkbcommon-keysyms.h.
const RANGES: &[std::ops::RangeInclusive<u32>] = &[0x20..=0x20ff, 0xfd00..=0xffff, 0x1008_fe00..=0x1008_ffff, 0x1008_1000..=0x1008_12ff];

/// The keys that people bind, by xkb's names. They are found here without [`NAMES`], which most desktops then never need: reading the names
/// of ten thousand keysyms takes longer than the rest of the configuration, and they stay in memory.
const USUAL: &[(&str, u32)] = &[
    ("Return", key::Return),
    ("space", key::space),
    ("Tab", key::Tab),
    ("ISO_Left_Tab", key::ISO_Left_Tab),
    ("BackSpace", key::BackSpace),
    ("Escape", key::Escape),
    ("Left", key::Left),
    ("Right", key::Right),
    ("Up", key::Up),
    ("Down", key::Down),
    ("Home", key::Home),
    ("End", key::End),
    ("Prior", key::Prior),
    ("Next", key::Next),
    ("Insert", key::Insert),
    ("Delete", key::Delete),
    ("Menu", key::Menu),
    ("Print", key::Print),
    ("Pause", key::Pause),
    ("Caps_Lock", key::Caps_Lock),
    ("Num_Lock", key::Num_Lock),
    ("Scroll_Lock", key::Scroll_Lock),
    ("Shift_L", key::Shift_L),
    ("Shift_R", key::Shift_R),
    ("Control_L", key::Control_L),
    ("Control_R", key::Control_R),
    ("Alt_L", key::Alt_L),
    ("Alt_R", key::Alt_R),
    ("Super_L", key::Super_L),
    ("Super_R", key::Super_R),
    ("ISO_Level3_Shift", key::ISO_Level3_Shift),
    ("minus", key::minus),
    ("plus", key::plus),
    ("equal", key::equal),
    ("comma", key::comma),
    ("period", key::period),
    ("slash", key::slash),
    ("backslash", key::backslash),
    ("semicolon", key::semicolon),
    ("apostrophe", key::apostrophe),
    ("grave", key::grave),
    ("bracketleft", key::bracketleft),
    ("bracketright", key::bracketright),
    ("F1", key::F1),
    ("F2", key::F2),
    ("F3", key::F3),
    ("F4", key::F4),
    ("F5", key::F5),
    ("F6", key::F6),
    ("F7", key::F7),
    ("F8", key::F8),
    ("F9", key::F9),
    ("F10", key::F10),
    ("F11", key::F11),
    ("F12", key::F12),
    ("XF86AudioRaiseVolume", key::XF86_AudioRaiseVolume),
    ("XF86AudioLowerVolume", key::XF86_AudioLowerVolume),
    ("XF86AudioMute", key::XF86_AudioMute),
    ("XF86AudioMicMute", key::XF86_AudioMicMute),
    ("XF86AudioPlay", key::XF86_AudioPlay),
    ("XF86AudioPause", key::XF86_AudioPause),
    ("XF86AudioStop", key::XF86_AudioStop),
    ("XF86AudioNext", key::XF86_AudioNext),
    ("XF86AudioPrev", key::XF86_AudioPrev),
    ("XF86MonBrightnessUp", key::XF86_MonBrightnessUp),
    ("XF86MonBrightnessDown", key::XF86_MonBrightnessDown),
];

fn usual(name: &str) -> Option<Keysym> {
    USUAL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, keysym)| Keysym::new(*keysym))
}

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
        return usual(alias).ok_or(None);
    }
    if let Some(keysym) = usual(&lower) {
        return Ok(small(keysym));
    }
    if let Some(keysym) = NAMES.get(name).or_else(|| LOWER.get(&lower)) {
        return Ok(small(*keysym));
    }
    let known = NAMES.keys().map(String::as_str).chain(ALIASES.iter().map(|(alias, _)| *alias));
    Err(crate::nearest::nearest(name, known).map(str::to_owned))
}

/// The name that [`find`] knows a keysym by.
pub(super) fn name(keysym: Keysym) -> String {
    if RANGES.iter().any(|range| range.contains(&keysym.raw()))
        && let Some(name) = name_of(keysym)
    {
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
    fn the_usual_keys_are_what_all_names_say_in_any_case() {
        for (name, keysym) in USUAL {
            assert_eq!(NAMES.get(*name), Some(&Keysym::new(*keysym)), "{name}");
            assert_eq!(LOWER.get(&name.to_lowercase()), Some(&Keysym::new(*keysym)), "{name} has a namesake in other case");
        }
    }

    #[test]
    fn the_default_configuration_names_usual_keys_only() {
        let keys = |line: &'static str| line.strip_prefix('"')?.split('"').next()?.rsplit('+').next();
        for name in crate::layers::BUILT_IN.lines().filter_map(keys).filter(|name| name.chars().count() > 1) {
            let name = name.to_lowercase();
            let is_key = usual(&name).is_some() || ALIASES.iter().any(|(alias, _)| *alias == name);
            assert!(is_key || find(&name).is_err(), "{name} costs every start the names of all keys");
        }
    }

    #[test]
    fn every_name_is_found_again() {
        for (name, keysym) in NAMES.iter() {
            assert_eq!(find(&super::name(*keysym)), Ok(small(*keysym)), "{name}");
        }
    }

    #[test]
    fn every_alias_is_a_key() {
        for (alias, name) in ALIASES {
            assert!(find(alias).is_ok(), "{alias} is no key: {name} is unknown");
        }
        assert_eq!(find("Page_Up"), find("Prior"));
    }
}
