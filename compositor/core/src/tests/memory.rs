//! Restarts and snapshots.

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};

use super::bench::{Bench, Do, Op};
use crate::{
    Caller, Desktop, Event, LayoutKind, Memory, Refusal, Scopes, Settings, WindowId,
    command::WorkspaceRef,
    event::{ClientInfo, WindowChange},
    layout::tiles::Outline,
};

impl Bench {
    /// Opens the window of a program that says its name and a title of its own.
    fn open_named(&mut self, n: u8, app_id: &str, title: &str) {
        self.run([Op::Open(n, 300 + 10 * u16::from(n), 200)]);
        self.change(n, WindowChange::AppId(app_id.to_owned()));
        self.change(n, WindowChange::Title(title.to_owned()));
        self.run([Op::ClientCommits(n)]);
        self.answer();
    }

    fn open_usual(&mut self, n: u8) {
        self.open_named(n, "app", &format!("title {n}"));
    }

    /// The desktop that is started after this one, with no client yet.
    fn restarted(&self) -> Bench {
        Self::remembering(self.desktop.memory_with_absent())
    }

    fn remembering(memory: Memory) -> Bench {
        let mut next = Bench::new(Settings { layout: LayoutKind::MasterStack, ..Settings::plain() });
        next.observe(Event::Remembered(Box::new(memory)));
        next
    }

    #[track_caller]
    fn said(&mut self, line: &str) {
        self.command(line.parse().unwrap()).unwrap();
        self.answer();
    }

    fn restores(&mut self, memory: &Memory) -> crate::Restored {
        let (effects, restored) = self.desktop.restore(&Caller::Person, "test", memory, self.now).unwrap();
        self.take(effects);
        self.answer();
        restored
    }

    /// How the tiles of each workspace lie, which has some.
    fn outlines(&self) -> Vec<Outline> {
        let n = |id: WindowId| self.clients.iter().find(|(_, client)| client.id == id).map(|(n, _)| WindowId(u64::from(*n)));
        let workspaces = self.desktop.workspaces().into_iter().filter_map(|info| self.desktop.workspaces.get(info.id));
        workspaces.map(|workspace| workspace.tiling.outline().renamed(n)).filter(|outline| !outline.windows().is_empty()).collect()
    }

    /// Of windows that are to be seen.
    fn areas(&self) -> Vec<(u8, [f64; 4])> {
        self.clients.keys().filter(|n| !self.window(**n).minimized).map(|n| (*n, self.area(*n))).collect()
    }
}

/// Two outputs, the windows 1 to 4 on them, in all states.
fn arranged() -> Bench {
    let mut t = Bench::with_outputs(2);
    for n in 1..=4 {
        t.open_usual(n);
    }
    for line in ["set-floating on --window 2", "move-window 30,40 --window 2", "move-to-output HEADLESS-2 --window 3"] {
        t.said(line);
    }
    for line in ["set-minimized on --window 4", "swap-window 3 --window 1", "focus-window 2"] {
        t.said(line);
    }
    t
}

#[test]
fn after_a_restart_windows_find_their_places_in_whatever_order_they_come() {
    let before = arranged();
    let (sketch, areas) = (before.sketch(), before.areas());
    for order in [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3], [3, 1, 4, 2]] {
        let mut after = before.restarted();
        for n in order {
            after.open_usual(n);
        }
        assert_eq!(after.sketch(), sketch, "{order:?}");
        assert_eq!(after.areas(), areas, "{order:?}");
        assert_eq!(after.desktop.absent_windows(), 0);
    }
}

#[test]
fn a_second_restart_forgets_nobody_who_has_not_come_back_from_the_first() {
    let before = arranged();
    for back in [[].as_slice(), &[2], &[3, 1], &[4, 2, 1]] {
        let mut between = before.restarted();
        for n in back {
            between.open_usual(*n);
        }
        let mut after = between.restarted();
        for n in [4, 1, 3, 2] {
            after.open_usual(n);
        }
        assert_eq!(after.sketch(), before.sketch(), "{back:?}");
    }
}

#[test]
fn the_same_process_is_surer_than_the_same_title_and_that_than_the_same_program() {
    let mut t = Bench::with_outputs(1);
    for n in 1..=3 {
        t.open_named(n, "app", "shell");
        t.desktop.windows.get_mut(t.clients[&n].id).unwrap().client = ClientInfo { pid: Some(n.into()), ..ClientInfo::default() };
    }
    t.change(2, WindowChange::Title("mail".to_owned()));
    t.said("set-floating on --window 3");
    let mut memory = t.desktop.memory();
    assert_eq!(memory.windows.iter().map(|window| window.pid).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    // Another program of the same name as nobody, with the title of the second.
    memory.windows[0].title = "old".to_owned();
    let mut after = Bench::remembering(memory);
    after.run([Op::Open(7, 300, 200), Op::Open(8, 300, 200), Op::Open(9, 300, 200)]);
    let mut shows = |n: u8, pid: i32, title: &str| {
        let id = after.clients[&n].id;
        after.desktop.windows.get_mut(id).unwrap().client = ClientInfo { pid: Some(pid), ..ClientInfo::default() };
        after.change(n, WindowChange::AppId("app".to_owned()));
        after.change(n, WindowChange::Title(title.to_owned()));
        after.run([Op::ClientCommits(n)]);
    };
    shows(7, 3, "mail");
    shows(8, 99, "mail");
    shows(9, 98, "new");
    // 7 was the third, which floats; 8 the second; what is left for 9 is the first.
    assert_eq!(after.sketch(), "1: [9 8] *~7");
}

#[test]
fn another_program_gets_no_remembered_place() {
    let mut after = arranged().restarted();
    after.open_named(1, "other", "title 2");
    after.open_named(2, "", "title 2");
    assert_eq!(after.desktop.absent_windows(), 4);
    assert_eq!(after.sketch(), "1: [1 *2]\n2: []");
}

#[test]
fn who_comes_back_takes_no_focus_from_a_window_that_was_chosen_since() {
    let before = arranged();
    let mut after = before.restarted();
    after.open_usual(1);
    after.said("focus-window app-id:app");
    after.open_usual(2);
    assert!(after.window(1).focused && !after.window(2).focused);
    let mut after = before.restarted();
    after.open_named(9, "new", "");
    after.open_usual(2);
    assert!(after.window(9).focused && !after.window(2).focused);
}

#[test]
fn a_window_that_is_hidden_and_shown_again_comes_back_only_once() {
    let mut t = Bench::with_outputs(1);
    t.open_named(1, "app", "one");
    t.open_named(2, "app", "two");
    let mut after = t.restarted();
    after.open_named(1, "app", "one");
    after.run([Op::Unmap(1), Op::ClientCommits(1)]);
    assert_eq!(after.desktop.absent_windows(), 1);
}

#[test]
fn only_a_thousand_windows_are_waited_for() {
    let mut memory = arranged().desktop.memory();
    let window = memory.windows[0].clone();
    memory.windows.extend(vec![window; 1_000]);
    assert_eq!(Bench::remembering(memory).desktop.absent_windows(), 1_000);
}

#[test]
fn a_memory_that_makes_no_sense_does_no_harm() {
    let mut memory = arranged().desktop.memory();
    memory.outputs[0].mode.scale = f64::NAN;
    memory.workspaces[0].output = Some("nowhere".to_owned());
    memory.outputs[1].placed = Some(glasshouse_scene::LogicalPoint::new(f64::INFINITY, 0.0));
    for window in &mut memory.windows {
        window.at = Some(glasshouse_scene::LogicalPoint::new(f64::NAN, 1e300));
        window.size = Some(glasshouse_scene::LogicalSize::new(f64::NAN, -5.0));
        window.workspace = window.workspace.map(|index| index * 1_000_000);
        window.before_fullscreen = Some(usize::MAX);
        window.ranks.tile = usize::MAX;
    }
    let mut after = Bench::remembering(memory);
    after.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
    for n in 1..=4 {
        after.open_usual(n);
    }
    after.come_to_rest();
}

#[test]
fn a_window_returns_to_its_output_when_that_comes() {
    let mut memory = arranged().desktop.memory();
    let output = memory.outputs.remove(1);
    let mut after = Bench::remembering(memory);
    for n in 1..=4 {
        after.open_usual(n);
    }
    assert_eq!(after.window(1).output, after.desktop.outputs().first().map(|output| output.id));
    after.said(&format!("add-output {}x{} --name {}", output.mode.width, output.mode.height, output.mode.name));
    assert_eq!(after.sketch(), arranged().sketch());
}

#[test]
fn a_snapshot_is_restored_as_one_command_and_undone_as_one() {
    let mut t = arranged();
    let memory = t.desktop.memory();
    let (sketch, areas) = (t.sketch(), t.areas());
    assert_eq!(t.desktop.differences(&memory), Vec::<String>::new());
    for line in
        ["set-layout floating", "focus-window 1", "set-minimized off --window 4", "move-window 500,100 --window 4", "set-fullscreen on"]
    {
        t.said(line);
    }
    let other = t.sketch();
    assert_eq!(t.restores(&memory), crate::Restored { placed: 4, missing: 0 });
    assert_eq!((t.sketch(), t.areas()), (sketch.clone(), areas));
    assert_eq!(t.desktop.differences(&memory), Vec::<String>::new());
    assert_eq!(t.desktop.undoable(), Some("restore-snapshot test"));
    t.said("undo");
    assert_eq!(t.sketch(), other);
    t.said("redo");
    assert_eq!(t.sketch(), sketch);
}

#[test]
fn a_snapshot_leaves_new_windows_and_outputs_alone() {
    let mut t = arranged();
    let memory = t.desktop.memory();
    t.said("add-output 500x500");
    t.open_named(5, "new", "one");
    t.run([Op::Close(3)]);
    let restored = t.restores(&memory);
    assert_eq!(restored, crate::Restored { placed: 3, missing: 1 });
    assert_eq!(t.desktop.outputs().len(), 3);
    // The new one keeps out of the way of the one that had the focus.
    assert_eq!(t.sketch(), "1: [_4 5] *~2\n2: [1]\n3: []");
}

#[test]
fn what_is_different_from_a_snapshot_is_said() {
    let mut t = arranged();
    let memory = t.desktop.memory();
    t.said("move-window 50,60 --window 2");
    t.said("set-fullscreen on --window 1");
    t.said("set-minimized off --window 4");
    t.open_named(5, "new", "guest");
    t.run([Op::Close(3)]);
    let said = t.desktop.differences(&memory).join("\n");
    for sentence in [
        "app \"title 1\" (window 1) is fullscreen and was not",
        "app \"title 2\" (window 2) is at 50,60 of its output and was at 30,40",
        "app \"title 4\" (window 4) was minimized and is not",
        "new \"guest\" (window 5) is new",
        "app \"title 3\" is missing",
        "(window 2) had the focus, app \"title 4\" (window 4) was used since",
    ] {
        assert!(said.contains(sentence), "{sentence}\n{said}");
    }
    assert_eq!(said.lines().count(), 6, "{said}");
    let mut t = Bench::with_outputs(1);
    t.open_usual(1);
    t.open_usual(2);
    let memory = t.desktop.memory();
    t.said("swap-window 1 --window 2");
    let said = t.desktop.differences(&memory);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().all(|sentence| sentence.ends_with("has another place among the tiles")), "{said:?}");
}

#[test]
fn who_may_not_arrange_restores_nothing() {
    let mut t = arranged();
    let memory = t.desktop.memory();
    let caller = Caller::Program { pid: None, scopes: Scopes::OBSERVE };
    let refused = t.desktop.restore(&caller, "test", &memory, t.now).map(|(_, restored)| restored);
    assert_eq!(refused, Err(Refusal::NotPermitted { scope: "arrange" }));
}

fn change() -> impl Strategy<Value = Do> {
    let n = || 1..5_u8;
    prop_oneof![
        2 => n().prop_map(Do::Focus),
        2 => (n(), -100.0..1500.0_f64, -100.0..500.0_f64).prop_map(|(n, x, y)| Do::Move(n, x.round(), y.round())),
        1 => (n(), 50.0..900.0_f64, 50.0..500.0_f64).prop_map(|(n, w, h)| Do::Resize(n, w.round(), h.round())),
        2 => (n(), any::<bool>()).prop_map(|(n, on)| Do::Fullscreen(n, on, None)),
        2 => (n(), any::<bool>()).prop_map(|(n, on)| Do::Maximize(n, on)),
        3 => (n(), any::<bool>()).prop_map(|(n, on)| Do::Float(n, on)),
        2 => (n(), any::<bool>()).prop_map(|(n, on)| Do::Minimize(n, on)),
        2 => (n(), n()).prop_map(|(a, b)| Do::Swap(a, b)),
        2 => (n(), 0..2_u8).prop_map(|(n, output)| Do::ToOutput(n, output)),
        2 => select(LayoutKind::ALL.to_vec()).prop_map(Do::Layout),
        8 => select(super::histories::TILE_COMMANDS).prop_map(Do::Line),
        6 => select(super::histories::WINDOW_COMMANDS).prop_map(Do::Line),
        2 => (1..4_u32).prop_map(|index| Do::Workspace(WorkspaceRef::Index(index))),
        3 => (n(), 1..4_u32, option::of(any::<bool>())).prop_map(|(n, index, follow)| Do::ToWorkspace(n, WorkspaceRef::Index(index), follow)),
        1 => select(vec!["", "web", "mail"]).prop_map(|name| Do::Rename(WorkspaceRef::Focused, name)),
        1 => (0..2_u8).prop_map(|output| Do::WorkspaceToOutput(output, WorkspaceRef::Focused)),
        1 => Just(Do::Plug(800, 600, 1.0)),
        1 => (0..2_u8).prop_map(Do::Unplug),
    ]
}

fn remembered_states(desktop: &Desktop) -> Vec<(String, bool, bool, bool)> {
    let states = |info: crate::WindowInfo| (info.title, info.fullscreen, info.maximized, info.minimized);
    let mut states: Vec<_> = desktop.windows().into_iter().map(states).collect();
    states.sort();
    states
}

proptest! {
    #![proptest_config(super::histories::cases(64))]

    #[test]
    fn a_restart_changes_nothing_once_everybody_is_back(
        changes in vec(change(), 0..12),
        order in vec(any::<Index>(), 4),
        again in 0..5_usize,
    ) {
        let mut t = Bench::with_outputs(2);
        for n in 1..=4 {
            t.open_usual(n);
        }
        for change in changes {
            t.run([Op::Command(change)]);
            t.answer();
        }
        t.come_to_rest();
        let mut after = t.restarted();
        let mut left = vec![1, 2, 3, 4];
        for (count, index) in order.iter().enumerate() {
            if count == again {
                // It dies again, and all the clients with it: they begin again.
                let back: Vec<u8> = after.clients.keys().copied().collect();
                after = after.restarted();
                left.extend(back);
            }
            let n = left.swap_remove(index.index(left.len()));
            after.open_usual(n);
        }
        for n in left {
            after.open_usual(n);
        }
        after.come_to_rest();
        prop_assert_eq!(after.sketch(), t.sketch());
        prop_assert_eq!(after.outlines(), t.outlines());
        prop_assert_eq!(remembered_states(&after.desktop), remembered_states(&t.desktop));
    }

    #[test]
    fn a_snapshot_comes_back_whatever_was_done_since(changes in vec(change(), 0..6), since in vec(change(), 0..8)) {
        let mut t = Bench::with_outputs(2);
        for n in 1..=4 {
            t.open_usual(n);
        }
        // A snapshot leaves outputs and new names alone.
        let plugs = |change: &Do| matches!(change, Do::Plug(..) | Do::Unplug(_) | Do::Rename(..));
        for change in changes {
            t.run([Op::Command(change)]);
            t.answer();
        }
        t.come_to_rest();
        let (memory, sketch, outlines) = (t.desktop.memory(), t.sketch(), t.outlines());
        for change in since.into_iter().filter(|change| !plugs(change)) {
            t.run([Op::Command(change)]);
            t.answer();
        }
        t.come_to_rest();
        let other = (t.sketch(), t.outlines());
        t.restores(&memory);
        t.come_to_rest();
        prop_assert_eq!(t.sketch(), sketch.clone());
        prop_assert_eq!(t.outlines(), outlines);
        if other.0 != sketch {
            t.run([Op::Command(Do::Undo)]);
            t.come_to_rest();
            prop_assert_eq!((t.sketch(), t.outlines()), other);
        }
    }
}
