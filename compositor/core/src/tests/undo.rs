//! Undo, transactions and dry runs.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::bench::{Bench, Do, Op};
use crate::{Caller, Command, Refusal, Refused, Scopes, WindowId, command::COMMANDS, transaction::MAX_TRANSACTION};

fn commands(lines: &[&str]) -> Vec<Command> {
    lines.iter().map(|line| line.parse().unwrap()).collect()
}

impl Bench {
    #[track_caller]
    fn says(&mut self, line: &str) -> Result<(), Refusal> {
        self.command(line.parse().unwrap())
    }

    fn transaction(&mut self, commands: &[Command]) -> Result<(), Refused> {
        self.effects.clear();
        let effects = self.desktop.apply_all(&Caller::Person, commands, self.now)?;
        self.take(effects);
        Ok(())
    }
}

/// Three tiled windows on the first of two outputs.
fn three() -> Bench {
    let mut t = Bench::with_outputs(2);
    for n in 1..=3 {
        t.open(n, 300, 200);
    }
    t
}

#[test]
fn undo_puts_back_what_a_command_changed_and_redo_does_it_again() {
    for line in [
        "focus-window 1",
        "swap-window left",
        "set-floating on --window 2",
        "set-fullscreen on",
        "set-fullscreen on --window 1 --output HEADLESS-2",
        "set-maximized on --window 3",
        "set-minimized on --window 3",
        "move-to-output HEADLESS-2",
        "set-layout floating",
        "add-output 800x600 --scale 2",
        "configure-output HEADLESS-1 --mode 640x480 --scale 1.5 --transform 90",
        "remove-output HEADLESS-1",
    ] {
        let mut t = three();
        let before = t.sketch();
        let modes =
            |t: &Bench| t.desktop.outputs().into_iter().map(|output| (output.mode.name.clone(), output.mode)).collect::<BTreeMap<_, _>>();
        let outputs = modes(&t);
        t.says(line).unwrap();
        t.answer();
        let after = t.sketch();
        t.says("undo").unwrap();
        t.answer();
        assert_eq!(t.sketch(), before, "{line}");
        assert_eq!(modes(&t), outputs, "{line}");
        t.says("redo").unwrap();
        t.answer();
        assert_eq!(t.sketch(), after, "{line}");
        assert_eq!(t.says("redo"), Err(Refusal::NothingToRedo));
    }
}

#[test]
fn what_cannot_be_undone_says_why_and_lets_the_one_before_be_undone() {
    let mut t = three();
    t.says("set-floating on --window 2").unwrap();
    t.says("close-window --window 1").unwrap();
    let refused = t.says("undo").unwrap_err();
    assert!(matches!(&refused, Refusal::CannotUndo { command, .. } if command == "close-window --window 1"), "{refused:?}");
    assert!(refused.to_string().contains("belongs to its program"), "{refused}");
    t.says("undo").unwrap();
    assert!(!t.desktop.windows()[1].floating);
}

#[test]
fn undo_leaves_alone_what_happened_by_itself() {
    let mut t = three();
    t.says("swap-window left").unwrap();
    t.open(4, 300, 200);
    t.run([Op::Close(1)]);
    t.says("undo").unwrap();
    assert_eq!(t.sketch().lines().next(), Some("1: [2 3 *4]"));
}

#[test]
fn a_transaction_is_one_step_and_one_round_of_configures() {
    let mut t = three();
    let before = t.sketch();
    t.transaction(&commands(&["set-floating on --window 1", "focus-window 1", "resize-window 500x400", "move-window 10,20"])).unwrap();
    let told =
        t.effects.iter().filter(|effect| matches!(effect, crate::Effect::ConfigureWindow { window, .. } if *window == t.clients[&1].id));
    assert_eq!(told.count(), 1, "{:?}", t.effects);
    t.answer();
    t.says("undo").unwrap();
    t.answer();
    assert_eq!(t.sketch(), before);
}

#[test]
fn the_focus_may_move_on_after_a_command_that_was_about_it() {
    let mut t = three();
    t.transaction(&commands(&["focus-window 1", "set-floating on", "focus-window 2", "set-maximized on"])).unwrap();
    assert!(t.window(1).floating && t.window(2).maximized && t.window(2).focused);
}

#[test]
fn a_transaction_with_a_mistake_changes_nothing() {
    let table: [(&[&str], usize, &str); 8] = [
        (&["set-floating on --window 1", "focus-window 99"], 1, "there is no window 99; there is 3, 2, 1"),
        (&["set-floating on --window 1", "set-floating off --window 1"], 1, "contradict"),
        (&["set-layout floating", "set-layout columns"], 1, "contradict"),
        (&["close-window --window 1", "focus-window 1"], 1, "contradict"),
        (&["focus-window 1", "focus-window 2"], 1, "contradict"),
        (&["set-floating on --window 1", "undo"], 1, "cannot be part"),
        (&["set-floating on --window 1", "spawn foot"], 1, "cannot be part"),
        (&["move-window 1,2 --window 1"], 0, "is tiled"),
    ];
    for (lines, index, words) in table {
        let mut t = three();
        let before = (t.desktop.windows(), t.desktop.arrangement());
        let refused = t.transaction(&commands(lines)).unwrap_err();
        assert_eq!(refused.index, index, "{lines:?}");
        assert!(refused.to_string().contains(words), "{lines:?}: {refused}");
        assert_eq!((t.desktop.windows(), t.desktop.arrangement()), before);
        assert!(t.desktop.undoable().is_some_and(|text| text.starts_with("add-output")));
    }
    let mut empty = Bench::with_outputs(0);
    assert_eq!(empty.says("undo"), Err(Refusal::NothingToUndo));
    let mut t = three();
    let many = vec![commands(&["set-floating toggle --window 1"]).remove(0); MAX_TRANSACTION + 1];
    assert!(matches!(t.transaction(&many).unwrap_err().refusal, Refusal::TransactionSize { .. }));
    assert!(matches!(t.transaction(&[]).unwrap_err().refusal, Refusal::TransactionSize { .. }));
}

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let mut t = three();
    let caller = Caller::Program { pid: None, scopes: Scopes::ARRANGE };
    let before = (t.desktop.windows(), t.desktop.arrangement());
    let lines = commands(&["set-maximized on --window 1", "close-window --window 2"]);
    let preview = t.desktop.dry_run(&caller, &lines, t.now).unwrap();
    assert_eq!((t.desktop.windows(), t.desktop.arrangement()), before);
    assert_eq!(preview.closes, [WindowId(2)]);
    let promised = preview.windows.iter().find(|info| info.id == WindowId(1)).unwrap().clone();
    assert!(promised.maximized);

    // What was promised is what comes.
    t.says("set-maximized on --window 1").unwrap();
    t.answer();
    assert_eq!(t.desktop.window(WindowId(1)).unwrap().area, promised.area);

    let refused = t.desktop.dry_run(&caller, &commands(&["quit"]), t.now).unwrap_err();
    assert_eq!(refused.refusal, Refusal::NotPermitted { scope: "manage" });
}

#[test]
fn a_dry_run_looks_past_what_clients_have_not_answered() {
    let mut t = three();
    let caller = Caller::Program { pid: None, scopes: Scopes::ARRANGE };
    t.says("set-maximized on --window 1").unwrap();
    let line = "set-fullscreen on --window 1";
    let preview = t.desktop.dry_run(&caller, &commands(&[line]), t.now).unwrap();
    let promised = preview.windows.iter().find(|info| info.id == WindowId(1)).unwrap().area;
    t.says(line).unwrap();
    t.answer();
    assert_eq!(t.desktop.window(WindowId(1)).unwrap().area, promised);
}

#[test]
fn references_find_the_window_that_is_meant() {
    let mut t = three();
    for (line, expected) in [
        ("focus-window 1", 1),
        ("focus-window last", 3),
        ("focus-window last", 1),
        ("focus-window next", 2),
        ("focus-window previous", 1),
        ("focus-window previous", 3),
        ("focus-window next", 1),
    ] {
        t.says(line).unwrap();
        assert_eq!(t.desktop.focused_window(), Some(WindowId(expected)), "{line}");
    }
    let message = t.says("focus-window app-id:nothing").unwrap_err().to_string();
    assert_eq!(message, "there is no window app-id:nothing; there is 1, 2, 3");
    let message = t.says("move-to-output DP-1").unwrap_err().to_string();
    assert_eq!(message, "there is no output DP-1; there is HEADLESS-1, HEADLESS-2");
}

#[test]
fn nothing_can_be_arranged_while_the_session_is_locked() {
    let mut t = three();
    let before = t.desktop.windows();
    t.observe(crate::Event::Locked(true));
    assert_eq!(t.says("set-floating on --window 1"), Err(Refusal::Locked));
    assert_eq!(t.says("undo"), Err(Refusal::Locked));
    t.observe(crate::Event::Locked(false));
    assert_eq!(t.desktop.windows(), before);
    t.says("set-floating on --window 1").unwrap();
}

/// A command of every row that needs no more than three windows.
fn line() -> impl Strategy<Value = String> {
    let arranging: Vec<&'static str> = COMMANDS
        .iter()
        .filter(|entry| entry.scope == Scopes::ARRANGE && entry.undo == crate::command::Undo::Arrangement)
        .map(|entry| entry.name)
        .collect();
    let words = [
        "left",
        "right",
        "next",
        "last",
        "1",
        "2",
        "3",
        "on",
        "off",
        "toggle",
        "10,20",
        "400x300",
        "tree",
        "columns",
        "monocle",
        "floating",
        "HEADLESS-2",
    ];
    (proptest::sample::select(arranging), proptest::sample::select(words.to_vec()), proptest::option::of(1..4_u8)).prop_map(
        |(name, word, window)| match window {
            Some(window) => format!("{name} {word} --window {window}"),
            None => format!("{name} {word}"),
        },
    )
}

proptest! {
    #[test]
    fn undoing_everything_leads_back_to_the_beginning(lines in proptest::collection::vec(line(), 1..12)) {
        let mut t = three();
        t.run([Op::Command(Do::Float(2, true))]);
        t.answer();
        let before = t.sketch();
        let mut done = 1;
        for line in &lines {
            let Ok(command) = line.parse::<Command>() else { continue };
            let undoable = t.desktop.journal.len();
            let _ = t.command(command);
            t.answer();
            done += t.desktop.journal.len() - undoable;
        }
        for _ in 1..done {
            t.command(Command::Undo {}).unwrap();
            t.answer();
        }
        prop_assert_eq!(t.sketch(), before, "{:?}", lines);
    }
}
