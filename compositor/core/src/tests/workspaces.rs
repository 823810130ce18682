//! Workspaces: the usual stories of people from niri, sway and GNOME, and what unplugging promises.

use proptest::prelude::*;

use super::bench::{Bench, Do, Op};
use crate::{Effect, Event, Notice, OutputId, Refusal, Settings, WorkspaceId, event::WindowChange};

/// Windows 1 to `count`, tiled on the first of `outputs` outputs.
pub(super) fn bench(outputs: usize, count: u8) -> Bench {
    let mut t = Bench::with_outputs(outputs);
    for n in 1..=count {
        t.open(n, 300, 200);
    }
    t
}

impl Bench {
    /// Runs a command line, lets everybody answer, and sketches.
    #[track_caller]
    pub(super) fn after(&mut self, line: &str) -> String {
        self.effects.clear();
        self.command(line.parse().unwrap()).unwrap_or_else(|refusal| panic!("{line}: {refusal}"));
        super::invariants::assert_invariants(self);
        let effects = self.effects.clone();
        self.answer();
        self.effects = effects;
        self.sketch()
    }

    #[track_caller]
    pub(super) fn refused(&mut self, line: &str) -> Refusal {
        self.command(line.parse().unwrap()).unwrap_err()
    }

    fn notices(&self) -> Vec<Notice> {
        let notice = |effect: &Effect| match effect {
            Effect::Notify(notice) => Some(notice.clone()),
            _ => None,
        };
        self.effects.iter().filter_map(notice).collect()
    }
}

/// Each line and what it leads to.
#[track_caller]
pub(super) fn story(mut t: Bench, lines: &[(&str, &str)]) -> Bench {
    for (line, expected) in lines {
        assert_eq!(t.after(line), *expected, "{line}");
    }
    t
}

#[test]
fn there_is_always_an_empty_workspace_at_the_end() {
    let mut t = story(bench(1, 2), &[("focus-workspace 2", "1: (1 2) []")]);
    assert_eq!(t.desktop.focus(), None, "nothing on it can have the keyboard");
    t.open(3, 300, 200);
    assert_eq!(t.sketch(), "1: (1 2) [*3]");
    assert_eq!(t.area(3), [0.0, 0.0, 1000.0, 600.0]);
    story(
        t,
        &[
            ("focus-workspace next", "1: (1 2) (3) []"),
            ("focus-workspace previous", "1: (1 2) [*3]"),
            ("focus-workspace 1", "1: [1 *2] (3)"),
            // Past the end is the end.
            ("focus-workspace 9", "1: (1 2) (3) []"),
            ("focus-workspace last", "1: [1 *2] (3)"),
            ("focus-workspace last", "1: (1 2) (3) []"),
        ],
    );
}

#[test]
fn an_empty_workspace_goes_when_one_leaves_it() {
    let mut t = bench(1, 1);
    t.open(2, 300, 200);
    assert_eq!(t.after("move-to-workspace 2 --follow on"), "1: (1) [*2]");
    t.run([Op::Close(2)]);
    assert_eq!(t.sketch(), "1: (1) []", "it stays as long as one is on it");
    assert_eq!(t.after("focus-workspace 1"), "1: [*1]");
}

#[test]
fn the_focus_goes_along_with_the_window_that_has_it_and_with_no_other() {
    story(
        bench(1, 3),
        &[
            ("move-to-workspace 2 --window 1", "1: [2 *3] (1)"),
            ("move-to-workspace 2", "1: (2) [1 *3]"),
            ("move-to-workspace 1 --follow off", "1: (2 3) [*1]"),
            ("move-to-workspace 1 --window 1 --follow on", "1: [2 3 *1]"),
        ],
    );
}

#[test]
fn dialogs_go_with_their_window() {
    let mut t = bench(1, 2);
    t.run([Op::Dialog(3, 2, 100, 80), Op::ClientCommits(3)]);
    t.answer();
    assert_eq!(t.sketch(), "1: [1 2] *~3");
    assert_eq!(t.after("move-to-workspace 2 --window 2"), "1: (1) [2] *~3");
    // A dialog that comes later opens where its window is.
    t.after("focus-workspace 1");
    t.run([Op::Dialog(4, 2, 100, 80), Op::ClientCommits(4)]);
    assert_eq!(t.sketch(), "1: [*1] (2) ~4 ~3");
}

#[test]
fn a_named_workspace_stays_when_it_is_empty() {
    let mut t = story(
        bench(1, 1),
        &[
            ("rename-workspace web", "1: web[*1]"),
            ("move-to-workspace 2", "1: web() [*1]"),
            ("focus-workspace web", "1: web[] (1)"),
            ("swap-workspace 2", "1: (1) web[]"),
            ("move-to-workspace name:web --window 1", "1: web[*1]"),
            ("rename-workspace ''", "1: [*1]"),
        ],
    );
    t.after("rename-workspace mail");
    let refused = t.refused("focus-workspace web").to_string();
    assert_eq!(refused, "there is no workspace name:web; there is mail, 2");
    assert_eq!(t.refused("rename-workspace mail --workspace 2"), Refusal::WorkspaceNameTaken("mail".to_owned()));
    assert!(matches!(t.refused(&format!("rename-workspace {}", "x".repeat(200))), Refusal::BadName { .. }));
}

#[test]
fn every_workspace_has_its_own_layout() {
    let mut t = bench(1, 2);
    t.after("set-layout floating");
    assert_eq!(t.sketch(), "1: [] ~1 *~2");
    t.after("focus-workspace 2");
    t.open(3, 300, 200);
    assert_eq!(t.sketch(), "1: () ~1 ~2 [*3]");
    assert_eq!(
        t.desktop.workspaces().iter().map(|info| info.layout).collect::<Vec<_>>(),
        [crate::LayoutKind::Floating, crate::LayoutKind::MasterStack, crate::LayoutKind::MasterStack]
    );
}

#[test]
fn what_is_hidden_is_suspended_and_comes_back_at_once() {
    let mut t = bench(1, 2);
    let before = (t.area(1), t.area(2));
    t.after("focus-workspace 2");
    assert!(t.clients[&1].last.suspended && t.clients[&2].last.suspended);
    assert!(!t.window(1).visible);
    // Clients learn their new size while nobody looks; nobody waits for them.
    t.run([Op::Close(2)]);
    assert_eq!(t.clients[&1].last.size, Some(glasshouse_scene::LogicalSize::new(1000.0, 600.0)));
    t.command("focus-workspace 1".parse().unwrap()).unwrap();
    assert!(t.window(1).visible);
    assert!(
        t.scenes.values().next().unwrap().elements.iter().any(|e| e.kind == glasshouse_scene::ElementKind::Surface(t.clients[&1].surface))
    );
    t.answer();
    assert!(!t.clients[&1].last.suspended);
    assert_eq!(before.0, [0.0, 0.0, 550.0, 600.0]);
    assert_eq!(t.area(1), [0.0, 0.0, 1000.0, 600.0]);
}

#[test]
fn activation_shows_the_workspace_and_urgency_only_says_so() {
    let mut t = bench(1, 1);
    t.after("focus-workspace 2");
    let window = t.clients[&1].id;
    t.effects.clear();
    t.observe(Event::WindowChanged { window, change: WindowChange::Urgent });
    assert!(t.notices().contains(&Notice::WorkspaceChanged { workspace: WorkspaceId(1) }));
    assert_eq!(t.desktop.workspaces().iter().map(|info| info.urgent).collect::<Vec<_>>(), [true, false]);
    assert_eq!(t.sketch(), "1: (1) []");
    t.run([Op::Activate(1)]);
    assert_eq!(t.sketch(), "1: [*1]");
    assert!(!t.window(1).urgent);
}

#[test]
fn workspaces_are_announced() {
    let mut t = bench(1, 1);
    t.after("focus-workspace 2");
    let (one, two) = (WorkspaceId(1), WorkspaceId(2));
    let focus = Notice::FocusChanged { window: None };
    assert_eq!(
        t.notices().into_iter().filter(|notice| !matches!(notice, Notice::WindowChanged { .. })).collect::<Vec<_>>(),
        [
            focus,
            Notice::WorkspaceChanged { workspace: one },
            Notice::WorkspaceChanged { workspace: two },
            Notice::WorkspaceActivated { workspace: two },
        ]
    );
    t.run([Op::Open(2, 10, 10), Op::ClientCommits(2)]);
    t.effects.clear();
    t.after("focus-workspace 1");
    t.run([Op::Close(2)]);
    // The emptied one is the end now, and the end before it is gone.
    assert!(t.notices().contains(&Notice::WorkspaceRemoved { workspace: WorkspaceId(3) }), "{:?}", t.notices());
    let info = &t.desktop.workspaces()[0];
    assert_eq!((info.index, info.active, info.focused, info.output), (1, true, true, Some(OutputId(1))));
    assert_eq!(info.windows, [t.clients[&1].id]);
}

#[test]
fn each_output_shows_one_and_windows_open_where_the_focus_or_the_pointer_went_last() {
    let mut t = bench(2, 1);
    t.after("focus-output HEADLESS-2");
    assert_eq!(t.desktop.focus(), None, "the keyboard is on the empty output");
    t.open(2, 300, 200);
    t.after("focus-workspace 2");
    t.open(3, 300, 200);
    assert_eq!(t.sketch(), "1: [1]\n2: (2) [*3]");
    t.run([Op::Point(1500.0, 300.0), Op::Point(500.0, 300.0)]);
    t.open(4, 300, 200);
    assert_eq!(t.sketch(), "1: [1 *4]\n2: (2) [3]");
    // Only a click takes the keyboard along, and one on the background will do.
    t.run([Op::Close(3), Op::Point(1500.0, 300.0)]);
    assert_eq!(t.sketch(), "1: [1 *4]\n2: (2) []");
    t.run([Op::Press, Op::Release]);
    assert_eq!(t.desktop.focus(), None);
    story(t, &[("focus-workspace 1", "1: [1 4]\n2: [*2]"), ("focus-window left", "1: [1 *4]\n2: [2]")]);
}

#[test]
fn workspaces_move_and_swap_across_outputs() {
    let mut t = bench(2, 2);
    t.after("move-to-workspace 2 --follow off");
    assert_eq!(t.sketch(), "1: [*1] (2)\n2: []");
    story(
        t,
        &[
            ("move-workspace-to-output HEADLESS-2", "1: [2]\n2: [*1]"),
            ("focus-output HEADLESS-1", "1: [*2]\n2: [1]"),
            ("focus-workspace last", "1: [2]\n2: [*1]"),
            ("move-workspace-to-output HEADLESS-1", "1: (2) [*1]\n2: []"),
            ("swap-workspace previous", "1: [*1] (2)\n2: []"),
            ("move-workspace-to-output HEADLESS-2 --workspace 2", "1: [*1]\n2: [2]"),
            ("focus-output HEADLESS-2", "1: [1]\n2: [*2]"),
            ("rename-workspace web", "1: [1]\n2: web[*2]"),
            ("focus-output HEADLESS-1", "1: [*1]\n2: web[2]"),
            ("swap-workspace web", "1: web[2]\n2: [*1]"),
            ("undo", "1: [*1]\n2: web[2]"),
            ("redo", "1: web[2]\n2: [*1]"),
        ],
    );
}

#[test]
fn floating_windows_keep_their_place_on_the_output_that_their_workspace_goes_to() {
    let mut t = bench(2, 1);
    t.after("set-floating on");
    t.after("move-window 100,50");
    t.after("resize-window 300x200");
    t.after("move-workspace-to-output HEADLESS-2");
    assert_eq!(t.area(1), [1100.0, 50.0, 300.0, 200.0]);
    t.after("move-to-workspace 2");
    t.after("move-to-output HEADLESS-1");
    assert_eq!(t.area(1), [100.0, 50.0, 300.0, 200.0]);
    // Whoever moves a window to another output puts it on what that shows.
    t.after("focus-output HEADLESS-2");
    t.open(2, 300, 200);
    t.after("focus-window 1");
    assert_eq!(t.after("move-window 1500,50"), "1: []\n2: [2] *~1");
}

#[test]
fn unplugging_keeps_the_focus_where_it_is_and_replugging_brings_everything_back() {
    let mut t = bench(2, 1);
    t.after("focus-output HEADLESS-2");
    t.open(2, 300, 200);
    t.after("focus-workspace 2");
    t.open(3, 300, 200);
    let t = story(
        t,
        &[
            ("remove-output HEADLESS-2", "1: (1) (2) [*3]"),
            ("add-output 1000x600 --name HEADLESS-2", "1: [1]\n2: (2) [*3]"),
            // Where one does not look, nothing changes.
            ("remove-output HEADLESS-1", "1: (2) [*3] (1)"),
            ("remove-output HEADLESS-2", ""),
            ("add-output 1000x600 --name HEADLESS-2", "1: (2) [*3] (1)"),
            ("add-output 1000x600 --name HEADLESS-1", "1: (2) [*3]\n2: [1]"),
        ],
    );
    assert_eq!(t.area(3)[0], 0.0);
}

#[test]
fn a_window_opened_meanwhile_goes_along_and_a_workspace_moved_meanwhile_stays() {
    let mut t = bench(2, 1);
    t.after("focus-output HEADLESS-2");
    t.open(2, 300, 200);
    t.after("rename-workspace web --workspace 2");
    t.after("remove-output HEADLESS-2");
    t.open(3, 300, 200);
    assert_eq!(t.sketch(), "1: (1) [2 *3] web()");
    t.after("add-output 640x480 --name DP-1");
    t.after("move-workspace-to-output DP-1 --workspace web");
    assert_eq!(t.after("add-output 1000x600 --name HEADLESS-2"), "1: [1]\n2: web[]\n3: [2 *3]");
}

#[test]
fn undo_brings_back_a_workspace_that_is_gone() {
    let mut t = bench(1, 2);
    t.after("move-to-workspace 2");
    assert_eq!(t.sketch(), "1: (1) [*2]");
    story(
        t,
        &[
            ("set-layout floating", "1: (1) [] *~2"),
            ("move-to-workspace 1", "1: [1 *2]"),
            ("undo", "1: (1) [] *~2"),
            ("undo", "1: (1) [*2]"),
            ("undo", "1: [1 *2]"),
            ("redo", "1: (1) [*2]"),
        ],
    );
}

#[test]
fn a_thousand_workspaces_are_the_most() {
    let mut t = Bench::new(Settings::plain());
    t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
    for n in 1..1000 {
        t.desktop.apply(&crate::Caller::Person, format!("rename-workspace w{n} --workspace 9999").parse().unwrap(), t.now).unwrap();
    }
    assert_eq!(t.desktop.workspaces().len(), 1000);
    assert_eq!(t.refused("rename-workspace more --workspace 1000"), Refusal::TooManyWorkspaces { most: 1000 });
}

/// What somebody has built up on two outputs.
fn built_up() -> impl Strategy<Value = Vec<String>> {
    let line = prop_oneof![
        (1..4_u8).prop_map(|n| format!("focus-workspace {n}")),
        (1..5_u8, 1..4_u8).prop_map(|(window, n)| format!("move-to-workspace {n} --window {window} --follow off")),
        (1..3_u8).prop_map(|n| format!("focus-output HEADLESS-{n}")),
        (1..5_u8, 1..3_u8).prop_map(|(window, n)| format!("move-to-output HEADLESS-{n} --window {window}")),
        (1..5_u8).prop_map(|window| format!("set-floating toggle --window {window}")),
        (1..5_u8, -200..1900_i32, -100..500_i32).prop_map(|(window, x, y)| format!("move-window {x},{y} --window {window}")),
        (1..5_u8).prop_map(|window| format!("set-maximized toggle --window {window}")),
        (1..5_u8).prop_map(|window| format!("set-minimized toggle --window {window}")),
        (1..5_u8).prop_map(|window| format!("focus-window {window}")),
        (1..4_u8).prop_map(|n| format!("swap-workspace {n}")),
        (1..3_u8, 1..4_u8).prop_map(|(output, n)| format!("move-workspace-to-output HEADLESS-{output} --workspace {n}")),
        proptest::sample::select(crate::LayoutKind::ALL.to_vec()).prop_map(|layout| format!("set-layout {layout}")),
        Just("rename-workspace web".to_owned()),
    ];
    proptest::collection::vec(line, 0..16)
}

proptest! {
    #![proptest_config(super::histories::cases(500))]

    #[test]
    fn a_tile_that_floats_or_is_minimized_comes_back_to_its_place(
        layout in proptest::sample::select(crate::LayoutKind::ALL.to_vec()),
        lines in proptest::collection::vec(proptest::sample::select(super::histories::TILE_COMMANDS), 0..12),
        which in 1..5_u8, minimized in any::<bool>(),
    ) {
        let mut t = bench(1, 4);
        t.after(&format!("set-layout {layout}"));
        for line in lines {
            let _ = t.command(line.parse().unwrap());
            t.answer();
        }
        t.after(&format!("focus-window {which}"));
        let mode = if minimized { "set-minimized" } else { "set-floating" };
        let tiles = |t: &Bench| t.desktop.workspaces.focused().unwrap().tiling.outline();
        let before = tiles(&t);
        t.after(&format!("{mode} on --window {which}"));
        t.after(&format!("{mode} off --window {which}"));
        prop_assert_eq!(tiles(&t), before);
    }

    #[test]
    fn unplug_and_replug_is_identity(lines in built_up(), which in 1..3_u8, small in any::<bool>()) {
        let mut t = bench(2, 4);
        // Windows that do not fit on the other output are pulled into it, and pushed back out.
        let width = if small { 500 } else { 1000 };
        t.after(&format!("configure-output HEADLESS-1 --mode {width}x600 --position 0,0"));
        t.after("configure-output HEADLESS-2 --position 1000,0");
        for line in lines {
            let _ = t.command(line.parse().unwrap());
            t.answer();
        }
        let workspaces = t.desktop.workspaces();
        // An empty workspace between others is there only while it is shown, so it does not wait below one that came.
        let is_end = |id| workspaces.iter().skip_while(|workspace| workspace.id != id).nth(1).is_none_or(|next| next.index == 1);
        let empty = |workspace: &&crate::WorkspaceInfo| workspace.windows.is_empty() && workspace.name.is_none();
        prop_assume!(workspaces.iter().filter(empty).all(|workspace| is_end(workspace.id)));
        let focused = workspaces.iter().find(|workspace| workspace.focused).unwrap();
        // An empty workspace is gone with its output, and the focus with it.
        let keeps_focus = !focused.windows.is_empty() || focused.name.is_some();
        let picture = |t: &Bench| {
            let sketch = t.sketch();
            let lines = t.desktop.outputs().into_iter().zip(sketch.lines()).map(|(output, line)| {
                let line = if keeps_focus { line.to_owned() } else { line.replace('*', "") };
                (output.mode.name, line[3..].to_owned())
            });
            let windows = (1..=4).map(|n| (t.area(n), t.window(n).visible)).collect::<Vec<_>>();
            (lines.collect::<std::collections::BTreeMap<_, _>>(), windows)
        };
        let before = picture(&t);
        let output = t.desktop.outputs()[usize::from(which) - 1].clone();
        t.after(&format!("remove-output HEADLESS-{which}"));
        let (mode, x) = (output.mode, output.position.x);
        t.after(&format!("add-output {}x{} --name {} --position {x},0", mode.width, mode.height, mode.name));
        prop_assert_eq!(picture(&t), before);
    }
}
