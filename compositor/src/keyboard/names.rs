//! xkb's names for what a keymap is made of, and what is wrong with them.

use std::{fs, path::Path};

use glasshouse_config::{Keyboard, nearest};
use smithay::input::keyboard::xkb;

use crate::typing::Typing;

/// Rules, model, layouts, variants and options. Empty: those of `$XKB_DEFAULT_*`, or xkb's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    rules: String,
    model: String,
    layout: String,
    variant: String,
    options: String,
}

/// xkb knows no such keymap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(String);

impl Names {
    pub fn of(keyboard: &Keyboard) -> Self {
        Self {
            rules: keyboard.rules.0.clone(),
            model: keyboard.model.0.clone(),
            layout: keyboard.layout.0.clone(),
            variant: keyboard.variant.0.clone(),
            options: keyboard.options.0.clone(),
        }
    }

    /// Compiles them. Takes milliseconds.
    ///
    /// # Errors
    ///
    /// What is not known, with the nearest name that is.
    pub fn compile(&self) -> Result<Typing, Unknown> {
        // xkb takes models and options that it does not know for ones that change nothing; whoever wrote them expects more.
        let root = std::env::var("XKB_CONFIG_ROOT").unwrap_or_else(|_| "/usr/share/X11/xkb".to_owned());
        let rules = if self.rules.is_empty() { "evdev" } else { &self.rules };
        let known = fs::read_to_string(Path::new(&root).join("rules").join(format!("{rules}.lst"))).ok();
        if let Some(problem) = known.as_deref().and_then(|known| self.problem(known)) {
            return Err(Unknown(problem));
        }
        let mut context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
        context.set_log_level(xkb::LogLevel::Critical); // It comes back as an error.
        let options = Some(self.options.clone()).filter(|options| !options.is_empty());
        let flags = xkb::KEYMAP_COMPILE_NO_FLAGS;
        let keymap = xkb::Keymap::new_from_names(&context, &self.rules, &self.model, &self.layout, &self.variant, options, flags);
        keymap.map(|keymap| Typing::new(&keymap)).ok_or_else(|| {
            let Self { rules, model, layout, variant, options } = self;
            Unknown(format!(
                "xkb has no keymap for rules {rules:?}, model {model:?}, layout {layout:?}, variant {variant:?} and options {options:?}; \
                 `man xkeyboard-config` lists what there is"
            ))
        })
    }

    /// What is not in the list of all names (`evdev.lst`).
    fn problem(&self, known: &str) -> Option<String> {
        let layouts: Vec<&str> = self.layout.split(',').collect();
        let variants: Vec<&str> = self.variant.split(',').collect();
        // `us(intl)` says layout and variant at once.
        let plain = |layout: &'_ str| layout.split('(').next().unwrap_or_default().to_owned();
        let part = |kind: &str, section: &str, name: &str| {
            if name.is_empty() || entries(known, section).any(|(entry, _)| entry == name) {
                return None;
            }
            let near = nearest(name, entries(known, section).map(|(entry, _)| entry));
            Some(sentence(kind, name, near))
        };
        let layout = layouts.iter().find_map(|layout| part("layout", "layout", &plain(layout)));
        let model = || part("model", "model", &self.model);
        let variant = || variants.iter().zip(&layouts).find_map(|(variant, layout)| variant_problem(known, variant, &plain(layout)));
        let option = || self.options.split(',').find_map(|option| part("option", "option", option));
        let many = || (variants.len() > layouts.len()).then(|| "there are more keyboard variants than layouts".to_owned());
        layout.or_else(many).or_else(variant).or_else(model).or_else(option)
    }
}

fn variant_problem(known: &str, variant: &str, layout: &str) -> Option<String> {
    // `dvorak us: English (Dvorak)`.
    let of = |about: &str| about.split(':').next() == Some(layout);
    if variant.is_empty() || layout.is_empty() || entries(known, "variant").any(|(entry, about)| entry == variant && of(about)) {
        return None;
    }
    let near = nearest(variant, entries(known, "variant").filter(|(_, about)| of(about)).map(|(entry, _)| entry));
    Some(sentence(&format!("variant of {layout}"), variant, near))
}

fn sentence(kind: &str, name: &str, near: Option<&str>) -> String {
    match near {
        Some(near) => format!("there is no keyboard {kind} {name:?}; did you mean {near}?"),
        None => format!("there is no keyboard {kind} {name:?}; `man xkeyboard-config` lists what there is"),
    }
}

/// The names in a section of the list, with what is said about each.
fn entries<'a>(known: &'a str, section: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut here = false;
    known.lines().filter_map(move |line| {
        if let Some(head) = line.strip_prefix("! ") {
            here = head.trim() == section;
            return None;
        }
        let (name, about) = line.trim().split_once(char::is_whitespace)?;
        here.then_some((name, about.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: Names, words: &[&str]) {
        let sentence = names.compile().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(words.iter().all(|word| sentence.contains(word)), "{sentence:?}: {words:?}");
        assert_eq!(sentence.is_empty(), words.is_empty(), "{sentence}");
    }

    #[test]
    fn names_are_known_or_the_nearest_is_named() {
        let names = |layout: &str, variant: &str, model: &str, options: &str| Names {
            rules: String::new(),
            model: model.to_owned(),
            layout: layout.to_owned(),
            variant: variant.to_owned(),
            options: options.to_owned(),
        };
        check(names("", "", "", ""), &[]);
        check(names("us,de,ru", ",nodeadkeys,", "pc105", "grp:alt_shift_toggle,compose:ralt"), &[]);
        check(names("us,de(neo)", "", "", ""), &[]);
        check(names("us,dee", "", "", ""), &["layout \"dee\"", "did you mean de?"]);
        check(names("us", "dvorka", "", ""), &["variant of us \"dvorka\"", "dvorak"]);
        check(names("us,de", "nodeadkeys", "", ""), &["variant of us"]);
        check(names("us", "intl,nodeadkeys", "", ""), &["more keyboard variants than layouts"]);
        check(names("us", "", "pc1005", ""), &["model \"pc1005\"", "pc105"]);
        check(names("us", "", "", "compose:rallt"), &["option \"compose:rallt\"", "compose:ralt"]);
        check(Names { rules: "../../etc".to_owned(), ..Names::default() }, &["no keymap"]);
    }
}
