//! A client's keymap, from its file to a text that the seat can take on. Everything here runs on a thread of its own.
//!
//! libxkbcommon trusts keymaps: a large key code or level makes it allocate gigabytes, a long sum or a file that includes itself
//! overruns its stack. So a text is looked through before it is compiled; ordinary keymaps have nothing of the kind.

use std::{os::fd::OwnedFd, path::Path, sync::Arc, time::Duration};

use rustix::time::{ClockId, clock_gettime};
use smithay::input::keyboard::xkb;

/// The largest keymap of a client. All layouts of a person together have about 80 KiB.
pub(super) const MAX_BYTES: u32 = 1 << 20;
/// The main thread compiles the text once more; one that takes more of a processor than this would be felt by everyone. Large layouts
/// take 3 ms.
const MAX_COMPILE: Duration = Duration::from_millis(20);
/// libxkbcommon allocates for every code up to the largest; evdev ends at 0x2ff + 8.
const MAX_KEYCODE: u64 = 4_095;
/// Shift levels of a key type: libxkbcommon allocates them for every key. Common types end at 8.
const MAX_LEVEL: u64 = 32;
const MAX_INCLUDES: u32 = 32;
/// Operators in one expression, and brackets within brackets.
const MAX_NESTING: u32 = 64;

/// Reads, checks and compiles a keymap. Returns it as libxkbcommon writes it out, with everything included.
///
/// # Errors
///
/// A sentence for the client.
pub(super) fn load(fd: &OwnedFd, size: u32) -> Result<Arc<str>, &'static str> {
    let text = read(fd, size)?;
    check(&text)?;
    compile(text)
}

/// Never maps the file: whoever shrinks a mapped file kills its reader.
fn read(fd: &OwnedFd, size: u32) -> Result<String, &'static str> {
    let size = usize::try_from(size).unwrap_or_default();
    let mut bytes = vec![0; size];
    let mut done = 0;
    while let Some(rest) = bytes.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match rustix::io::pread(fd, rest, done as u64) {
            Ok(0) => return Err("the keymap's file is smaller than its size"),
            Ok(count) => done += count,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Err("the keymap's file cannot be read"),
        }
    }
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    String::from_utf8(bytes).map_err(|_| "the keymap is not UTF-8")
}

fn compile(text: String) -> Result<Arc<str>, &'static str> {
    // Only the system's own files may be included; those in the home folder may include themselves.
    let mut context = xkb::Context::new(xkb::CONTEXT_NO_DEFAULT_INCLUDES);
    context.set_log_level(xkb::LogLevel::Critical);
    let root = std::env::var("XKB_CONFIG_ROOT").ok().filter(|root| !root.contains('\0'));
    context.include_path_append(Path::new(root.as_deref().unwrap_or("/usr/share/X11/xkb")));
    let keymap = |text| xkb::Keymap::new_from_string(&context, text, xkb::KEYMAP_FORMAT_TEXT_V1, xkb::KEYMAP_COMPILE_NO_FLAGS);
    let whole = keymap(text).ok_or("the keymap does not compile")?.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1);
    if whole.len() > MAX_BYTES as usize {
        return Err("the keymap is too large with all that it includes");
    }
    let before = processor_time();
    keymap(whole.clone()).ok_or("the keymap cannot be written out")?;
    if processor_time().saturating_sub(before) > MAX_COMPILE {
        return Err("the keymap takes too long to compile");
    }
    Ok(Arc::from(whole))
}

/// What this thread has used: how busy the machine is does not matter.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Number(u64),
    KeyName,
    Text(&'a str),
    Mark(char),
}

/// Splits a keymap into tokens as libxkbcommon's scanner does, without comments.
struct Tokens<'a>(&'a str);

impl<'a> Tokens<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (token, rest) = self.0.split_at_checked(bytes).unwrap_or((self.0, ""));
        self.0 = rest;
        token
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        self.take(self.0.find(|c| !keep(c)).unwrap_or(self.0.len()))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.0 = self.0.trim_start();
            if self.0.starts_with("//") || self.0.starts_with('#') {
                self.take_while(|c| c != '\n');
                continue;
            }
            let first = self.0.chars().next()?;
            return Some(match first {
                '"' => {
                    self.take(1);
                    let mut escaped = false;
                    let end = self.0.find(|c| {
                        let ends = c == '"' && !escaped;
                        escaped = c == '\\' && !escaped;
                        ends
                    });
                    let text = self.take(end.unwrap_or(self.0.len()));
                    self.take(1);
                    Token::Text(text)
                }
                '<' => {
                    self.take_while(|c| c != '>' && !c.is_whitespace());
                    self.take(1);
                    Token::KeyName
                }
                '0'..='9' => {
                    let digits = self.take_while(|c| c.is_ascii_alphanumeric() || c == '.');
                    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
                    let number = hexadecimal.map_or_else(|| digits.parse(), |digits| u64::from_str_radix(digits, 16));
                    // What is no number to us is as large as can be.
                    Token::Number(number.unwrap_or(u64::MAX))
                }
                c if c.is_ascii_alphabetic() || c == '_' => Token::Word(self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')),
                other => {
                    self.take(other.len_utf8());
                    Token::Mark(other)
                }
            });
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Keycodes,
    Types,
    Other,
}

/// Refuses what would make libxkbcommon allocate or recurse without bound.
fn check(text: &str) -> Result<(), &'static str> {
    let mut section = Section::Other;
    let (mut operators, mut depth, mut includes) = (0, 0_u32, 0);
    let mut modifiers = false;
    let mut previous = Token::Mark(';');
    for token in Tokens(text) {
        match token {
            Token::Word(word) => {
                let is = |name: &str| word.eq_ignore_ascii_case(name);
                if is("xkb_keycodes") {
                    section = Section::Keycodes;
                } else if is("xkb_types") {
                    section = Section::Types;
                } else if word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xkb_")) {
                    section = Section::Other;
                }
                modifiers |= is("virtual_modifiers");
            }
            Token::Text(text) => {
                if text.as_bytes().windows(2).any(|pair| matches!(pair, [b'\\', b'0'..=b'9'])) {
                    return Err("a text in the keymap has an escaped byte");
                }
                let merges = ["include", "augment", "override", "replace", "alternate"];
                if let Token::Word(word) = previous
                    && merges.iter().any(|merge| word.eq_ignore_ascii_case(merge))
                {
                    includes += 1;
                    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+|:()".contains(c);
                    if includes > MAX_INCLUDES || text.len() > 256 || !text.chars().all(plain) {
                        return Err("the keymap includes too much, or files by their path");
                    }
                }
            }
            Token::Number(number) => {
                let limit = match section {
                    Section::Keycodes => MAX_KEYCODE,
                    Section::Types if !modifiers => MAX_LEVEL,
                    _ => u64::MAX,
                };
                if number > limit {
                    return Err("a number in the keymap is too large");
                }
                if section != Section::Other && matches!(previous, Token::Mark('+' | '-' | '*' | '/')) {
                    return Err("the keymap calculates");
                }
            }
            Token::Mark(mark) => {
                match mark {
                    '+' | '-' | '*' | '/' | '~' | '!' => operators += 1,
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if section != Section::Other && matches!((mark, previous), ('+' | '-' | '*' | '/', Token::Number(_)) | ('*' | '/', _)) {
                    return Err("the keymap calculates");
                }
                if matches!(mark, ';' | '{' | '}' | '[' | ']' | ',') {
                    operators = 0;
                    modifiers &= mark == ',';
                }
                if operators > MAX_NESTING || depth > MAX_NESTING {
                    return Err("an expression in the keymap is too long");
                }
            }
            Token::KeyName => {}
        }
        previous = token;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn memfd(text: &str) -> (OwnedFd, u32) {
        crate::keymap::keymap_file(text).unwrap()
    }

    fn loaded(text: &str) -> Result<Arc<str>, &'static str> {
        let (fd, size) = memfd(text);
        load(&fd, size)
    }

    /// What `wtype` sends.
    const SMALL: &str = r#"xkb_keymap {
        xkb_keycodes "(unnamed)" { minimum = 8; maximum = 11; <K1> = 9; <K2> = 10; };
        xkb_types "(unnamed)" { include "complete" };
        xkb_compatibility "(unnamed)" { include "complete" };
        xkb_symbols "(unnamed)" { key <K1> {[U7F8E]}; key <K2> {[0x1001F642]}; };
    };"#;

    #[test]
    fn ordinary_keymaps_compile_and_stay_the_same() {
        let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
        for layout in ["us", "de", "fr,ru,ara", "jp", "us(intl)", "in(eng)", "ca(multix)"] {
            let keymap = xkb::Keymap::new_from_names(&context, "", "", layout, "", None, xkb::KEYMAP_COMPILE_NO_FLAGS).unwrap();
            let text = keymap.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1);
            assert_eq!(loaded(&text).as_deref(), Ok(text.as_str()), "{layout}");
        }
        let small = loaded(SMALL).unwrap();
        assert_eq!(loaded(&small), Ok(small));
    }

    #[test]
    fn a_file_that_lies_about_its_size_is_refused() {
        let (fd, size) = memfd(SMALL);
        assert!(load(&fd, size).is_ok());
        assert!(load(&fd, size + 1).is_err());
        let (read, _write) = std::io::pipe().unwrap();
        assert!(load(&OwnedFd::from(read), 100).is_err());
    }

    #[test]
    fn texts_that_would_hurt_libxkbcommon_are_refused_before_it_sees_them() {
        let sum = format!("xkb_symbols {{ key <A> {{ [ {} ] }}; }};", "a+".repeat(200_000));
        let nested = format!("xkb_compat {{ interpret a {{ action={} }}; }};", "f(".repeat(100_000));
        let unary = format!("xkb_types {{ type \"a\" {{ modifiers = {}a; }}; }};", "~".repeat(100_000));
        let many = "xkb_symbols { include \"us\" ".repeat(100);
        for text in [
            "xkb_keymap { xkb_keycodes { <A> = 4000000000; }; };",
            "XKB_KEYCODES { <A>\n= // why not\n0xffffffff; };",
            "xkb_types { type \"a\" { map[Shift] = 4000000000; }; };",
            "xkb_types { type \"a\" { map[Shift] = 32 * 32; }; };",
            "xkb_types { type \"a\" { map[Shift] = 30 + 30; }; };",
            "xkb_types { type \"a\" { level_name[99999999999999999999999] = \"a\"; }; };",
            "xkb_symbols { include \"../../tmp/evil\" };",
            "xkb_symbols { Augment \"%H/evil\" };",
            "xkb_symbols { name[Group1] = \"\\377\"; };",
            &sum,
            &nested,
            &unary,
            &many,
        ] {
            assert!(check(text).is_err(), "{}", text.get(..80).unwrap_or(text));
        }
    }

    /// libxkbcommon aborts on some texts that it does not expect; it should never see them. A search: `SLOW_TESTS=1`.
    #[test]
    fn random_changes_crash_nothing() {
        const WORDS: &[&str] = &[
            "0",
            "1",
            "31",
            "32",
            "255",
            "4095",
            "4294967295",
            "0xffffffff",
            "-",
            "+",
            "*",
            "~",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ";",
            ",",
            "=",
            ".",
            "\"",
            "\"a\"",
            "<K1>",
            "<>",
            "<a",
            "key",
            "type",
            "include",
            "\"complete\"",
            "\"us\"",
            "augment",
            "override",
            "replace",
            "alternate",
            "virtual_modifiers",
            "modifiers",
            "map",
            "preserve",
            "level_name",
            "Level1",
            "Level8",
            "Group1",
            "Group32",
            "symbols",
            "actions",
            "interpret",
            "Any",
            "AnyOf",
            "all",
            "none",
            "indicator",
            "alias",
            "minimum",
            "maximum",
            "xkb_types",
            "xkb_symbols",
            "xkb_keycodes",
            "xkb_compat",
            "xkb_keymap",
            "SetMods",
            "Private",
            "data",
            "NoSymbol",
            "U1F642",
            "modifier_map",
            "Shift",
            "Mod5",
            "groups",
            "name",
            "repeat",
            "default",
            "partial",
            "hidden",
            "true",
            "\n",
            "//",
            "#",
            "\\",
            "é",
            "\u{1}",
        ];
        let slow = std::env::var_os("SLOW_TESTS").is_some();
        let mut seed: u64 = if slow { clock::now().0.as_nanos() as u64 | 1 } else { 0x9e37_79b9 };
        eprintln!("seed {seed}");
        let mut random = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 11) as usize % below
        };
        let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
        let us = xkb::Keymap::new_from_names(&context, "", "", "us,de", "", None, xkb::KEYMAP_COMPILE_NO_FLAGS).unwrap();
        let us = us.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1);
        let mut compiled = 0;
        for round in 0..if slow { 20_000 } else { 200 } {
            let mut text = if round % 4 == 0 { us.clone() } else { SMALL.to_owned() };
            for _ in 0..=random(6) {
                let from = text.floor_char_boundary(random(text.len() + 1));
                let end = text.floor_char_boundary((from + random(12)).min(text.len())).max(from);
                match random(4) {
                    0 => drop(text.drain(from..end)),
                    1 => {
                        let copy = text[from..text.floor_char_boundary((from + random(400)).min(text.len())).max(from)].to_owned();
                        let to = text.floor_char_boundary(random(text.len() + 1));
                        text.insert_str(to, &copy);
                    }
                    _ => text.replace_range(from..end, &format!(" {} ", WORDS[random(WORDS.len())])),
                }
            }
            let before = clock::now();
            compiled += u32::from(loaded(&text).is_ok());
            let took = clock::now().since(before);
            assert!(took < Duration::from_secs(5), "{took:?} for {text}");
        }
        assert!(compiled > 5, "{compiled} of the keymaps still compiled");
    }

    #[test]
    fn what_does_not_compile_is_refused() {
        for text in ["", "\"", "<", "hello", "xkb_keymap {", "xkb_keymap { };", "\\", "0x"] {
            assert!(loaded(text).is_err(), "{text}");
        }
    }
}
