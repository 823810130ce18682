use glasshouse_scene::{LogicalPoint, LogicalSize};
use proptest::prelude::*;

use super::*;
use crate::ids::WindowId;

#[track_caller]
fn wrong(line: &str, words: &str) {
    let error = line.parse::<Command>().unwrap_err().to_string();
    assert!(error.contains(words), "{line}: {error}");
}

#[test]
fn commands_read_as_one_would_guess() {
    let close = |window| Command::CloseWindow { window };
    let table = [
        ("focus-window left", Command::FocusWindow { window: WindowRef::Direction(Direction::Left) }),
        ("focus-window app-id:org.gnome.Nautilus", Command::FocusWindow { window: WindowRef::AppId("org.gnome.Nautilus".into()) }),
        ("focus-window 'title:Two words'", Command::FocusWindow { window: WindowRef::Title("Two words".into()) }),
        ("close-window", close(WindowRef::Focused)),
        ("close-window --window 7", close(WindowRef::Id(WindowId(7)))),
        ("close-window --window=last", close(WindowRef::Last)),
        ("move-window -10,20.5 --window 3", Command::MoveWindow { to: LogicalPoint::new(-10.0, 20.5), window: WindowRef::Id(WindowId(3)) }),
        ("resize-window 800x600", Command::ResizeWindow { to: LogicalSize::new(800.0, 600.0), window: WindowRef::Focused }),
        ("spawn foot --window 3", Command::Spawn { argv: Words(vec!["foot".into(), "--window".into(), "3".into()]) }),
        ("type-text -- --hi", Command::TypeText { text: "--hi".into() }),
        ("quit", Command::Quit {}),
    ];
    for (line, command) in table {
        assert_eq!(line.parse::<Command>().as_ref(), Ok(&command), "{line}");
    }
}

#[test]
fn what_is_wrong_is_said_with_the_nearest_valid_thing() {
    wrong("", "there is no command here");
    wrong("focus-windw left", "did you mean focus-window?");
    wrong("xyzzy", "there is no command \"xyzzy\"; `glassctl do --list` lists them");
    wrong("focus-window", "lacks window; it is written focus-window WINDOW");
    wrong("focus-window lft", "\"lft\" is no window; write focused, pointed, left");
    wrong("close-window --windw 3", "has no option --windw; did you mean --window?");
    wrong("close-window --window", "needs something after --window");
    wrong("close-window --window 3 --window 4", "twice");
    wrong("close-window 3", "does not know what to do with \"3\"");
    wrong("set-fullscreen maybe", "write on, off, toggle");
    wrong("resize-window 0x9", "at least 1x1");
    wrong("move-window nan,2", "write X,Y");
    wrong("add-output 12", "write WxH");
    wrong("spawn", "lacks argv");
    wrong("type-text 'open", "never closed");
}

#[test]
fn the_table_is_well_formed() {
    let mut names: Vec<_> = COMMANDS.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), COMMANDS.len(), "two commands have one name");
    for entry in COMMANDS {
        assert!(entry.doc.ends_with('.') && entry.summary().ends_with('.'), "{}", entry.name);
        assert!(!entry.doc.contains("  "), "{}: {:?}", entry.name, entry.doc);
        assert!(entry.parameters.iter().all(|parameter| parameter.doc.ends_with('.')), "{}", entry.name);
        // What takes the rest comes last, or what follows could never be reached.
        let required: Vec<_> = entry.parameters.iter().filter(|parameter| !parameter.optional).collect();
        assert!(required.iter().rev().skip(1).all(|parameter| !parameter.rest), "{}", entry.name);
    }
}

/// A word that fits a parameter, or nearly.
fn word() -> impl Strategy<Value = String> {
    const SAMPLES: &[&str] = &[
        "left",
        "on",
        "toggle",
        "7",
        "app-id:foot",
        "title:a b",
        "pid:12",
        "100,50",
        "-1.5,2",
        "800x600",
        "1920x1080@59.94",
        "1.25",
        "90",
        "HEADLESS-1",
        "focused",
        "floating",
        "next",
        "2",
        "ctrl+c",
        "",
        "--",
        "'",
        "\u{7f8e}",
        "a b",
        "--window",
        "--output",
    ];
    prop_oneof![proptest::sample::select(SAMPLES).prop_map(str::to_owned), ".{0,8}"]
}

proptest! {
    #[test]
    fn what_was_read_is_written_so_that_it_reads_the_same(
        name in proptest::sample::select(COMMANDS.iter().map(|entry| entry.name).collect::<Vec<_>>()),
        words in proptest::collection::vec(word(), 0..6),
    ) {
        let words: Vec<String> = std::iter::once(name.to_owned()).chain(words).collect();
        if let Ok(command) = Command::parse(&words) {
            prop_assert_eq!(Command::parse(&command.words()), Ok(command.clone()), "{:?}", command.words());
            if !words.iter().any(|word| word.contains('\0')) {
                prop_assert_eq!(command.to_string().parse::<Command>(), Ok(command.clone()), "{}", command);
            }
        }
    }
}
