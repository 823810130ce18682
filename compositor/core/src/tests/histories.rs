//! Random histories. A failure that was found here becomes an example with a name.

use proptest::{collection::vec, option, prelude::*, sample::select, test_runner::Config};

use super::bench::{Bench, Do, Op};
use crate::{
    Direction, LayoutKind, Settings, WorkspaceId,
    command::WorkspaceRef,
    event::{CursorWanted, Edges, KeyboardInterest, Layer, LayerState, Want},
};

/// Cases: enough to find what hides behind three or four ops; `SLOW_TESTS=1` looks behind more.
pub(super) fn cases(default: u32) -> Config {
    let slow = std::env::var_os("SLOW_TESTS").is_some_and(|value| value == "1");
    Config { cases: if slow { default * 100 } else { default }, max_shrink_iters: 20_000, failure_persistence: None, ..Config::default() }
}

fn n() -> impl Strategy<Value = u8> {
    0..5_u8
}

fn place() -> impl Strategy<Value = f64> {
    prop_oneof![8 => -300.0..2500.0_f64, 1 => Just(f64::NAN), 1 => Just(f64::MAX)]
}

fn number() -> impl Strategy<Value = i32> {
    prop_oneof![10 => -50..900_i32, 1 => Just(i32::MAX), 1 => Just(i32::MIN)]
}

fn edges() -> impl Strategy<Value = Edges> {
    any::<[bool; 4]>().prop_map(|[left, right, top, bottom]| Edges { left, right, top, bottom })
}

fn size() -> impl Strategy<Value = (u32, u32, f64)> {
    prop_oneof![
        Just((1000, 600, 1.0)),
        Just((800, 1280, 1.0)),
        Just((1366, 768, 1.2)),
        Just((1920, 1080, 1.25)),
        Just((640, 480, 2.0)),
        Just((1, 1, 8.0)),
    ]
}

fn layer() -> impl Strategy<Value = LayerState> {
    let layers = prop_oneof![Just(Layer::Background), Just(Layer::Bottom), Just(Layer::Top), Just(Layer::Overlay)];
    let interests = prop_oneof![Just(KeyboardInterest::None), Just(KeyboardInterest::Exclusive), Just(KeyboardInterest::OnDemand)];
    (layers, edges(), [0..200_i32, 0..100_i32], -20..30_i32, prop_oneof![-1..60_i32, number()], interests).prop_map(
        |(layer, anchor, size, margin, exclusive_zone, keyboard)| LayerState {
            layer,
            anchor,
            size: size.into(),
            margin: [margin; 4],
            exclusive_zone,
            keyboard,
        },
    )
}

fn want() -> impl Strategy<Value = Want> {
    prop_oneof![
        any::<bool>().prop_map(|on| Want::Fullscreen { on, output: None }),
        any::<bool>().prop_map(Want::Maximized),
        Just(Want::Minimized),
        Just(Want::InteractiveMove),
        edges().prop_map(Want::InteractiveResize),
    ]
}

fn workspace() -> impl Strategy<Value = WorkspaceRef> {
    prop_oneof![
        3 => (1..5_u32).prop_map(WorkspaceRef::Index),
        1 => Just(WorkspaceRef::Focused),
        1 => Just(WorkspaceRef::Next),
        1 => Just(WorkspaceRef::Previous),
        1 => Just(WorkspaceRef::Last),
        1 => Just(WorkspaceRef::Name("web".to_owned())),
        1 => (1..9_u64).prop_map(|id| WorkspaceRef::Id(WorkspaceId(id))),
    ]
}

/// Of every kind, with windows that are tiles and others that are not.
pub(super) const TILE_COMMANDS: &[&str] = &[
    "cycle-layout",
    "cycle-layout --back on",
    "move-towards left",
    "move-towards right",
    "move-towards up",
    "move-towards down --window last",
    "balance",
    "set-tabbed toggle",
    "consume-or-expel left",
    "consume-or-expel right --window last",
    "move-column first",
    "move-column right",
    "focus-column last",
    "focus-column left",
    "set-column-width 700",
    "set-column-width +10% --window last",
    "set-column-width -5000",
    "cycle-column-width",
    "cycle-window-height",
    "cycle-window-height --back on",
    "set-full-width toggle",
    "centre-column",
    "scroll-view -300",
    "scroll-view 1e9",
    "split vertical",
    "split toggle --window last",
    "set-container-layout stacked",
    "set-container-layout split-v --window last",
    "focus-parent",
    "focus-child",
    "flatten",
    "promote",
    "promote --window last",
    "set-masters +1",
    "set-masters 0",
    "set-master-fraction 2",
    "set-master-fraction -0.1",
    "set-master-side bottom",
    "drop-window next left",
    "drop-window last middle",
    "drop-window previous bottom --window last",
    "begin-move",
    "begin-move --window focused",
    "begin-move --window last",
    "begin-resize",
    "begin-resize --edges bottom-left --window focused",
    "end-drag",
    "cancel-drag",
    "resize-window-by 90,-90",
    "resize-window 10x2000 --window last",
];

/// About single windows.
pub(super) const WINDOW_COMMANDS: &[&str] = &[
    "set-sticky toggle",
    "set-sticky on --window last",
    "set-sticky off --window last",
    "set-above toggle",
    "set-above on --window last",
    "set-windowed-fullscreen toggle",
    "set-windowed-fullscreen on --window last",
    "set-aspect 16:9",
    "set-aspect 1:10000 --window last",
    "set-aspect free",
    "snap-window left",
    "snap-window bottom-right --window last",
    "snap-window centre",
    "set-mark a",
    "set-mark a --window last",
    "set-mark b --on toggle --window mark:a",
    "move-to-scratchpad",
    "move-to-scratchpad --window last",
    "toggle-scratchpad",
    "toggle-scratchpad --window mark:a",
];

/// About outputs that are used and not, dark and not, mirrors and not.
pub(super) const OUTPUT_COMMANDS: &[&str] = &[
    "configure-output HEADLESS-1 --mirror HEADLESS-2",
    "configure-output HEADLESS-2 --mirror HEADLESS-1",
    "configure-output HEADLESS-3 --mirror HEADLESS-2",
    "configure-output HEADLESS-1 --mirror none",
    "configure-output HEADLESS-2 --mirror none --power on",
    "configure-output HEADLESS-1 --enabled toggle",
    "configure-output HEADLESS-2 --enabled toggle",
    "configure-output HEADLESS-1 --power toggle",
    "configure-output HEADLESS-2 --power off",
    "configure-output HEADLESS-1 --name HEADLESS-9",
    "remove-output HEADLESS-2",
    "add-output 700x900 --name HEADLESS-2 --scale 1.5 --transform 90",
    "focus-output HEADLESS-2",
];

#[test]
fn the_commands_of_histories_are_commands() {
    for line in TILE_COMMANDS.iter().chain(WINDOW_COMMANDS).chain(OUTPUT_COMMANDS) {
        line.parse::<crate::Command>().unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

fn command() -> impl Strategy<Value = Do> {
    let direction = prop_oneof![Just(Direction::Left), Just(Direction::Right), Just(Direction::Up), Just(Direction::Down)];
    prop_oneof![
        3 => n().prop_map(Do::Focus),
        2 => direction.prop_map(Do::Direction),
        2 => (n(), place(), place()).prop_map(|(n, x, y)| Do::Move(n, x, y)),
        2 => (n(), place(), place()).prop_map(|(n, w, h)| Do::Resize(n, w, h)),
        2 => (n(), any::<bool>(), option::of(0..3_u8)).prop_map(|(n, on, output)| Do::Fullscreen(n, on, output)),
        2 => (n(), any::<bool>()).prop_map(|(n, on)| Do::Maximize(n, on)),
        2 => (n(), any::<bool>()).prop_map(|(n, on)| Do::Float(n, on)),
        2 => (n(), any::<bool>()).prop_map(|(n, on)| Do::Minimize(n, on)),
        2 => select(LayoutKind::ALL.to_vec()).prop_map(Do::Layout),
        6 => select(TILE_COMMANDS).prop_map(Do::Line),
        5 => select(WINDOW_COMMANDS).prop_map(Do::Line),
        4 => select(OUTPUT_COMMANDS).prop_map(Do::Line),
        2 => size().prop_map(|(w, h, scale)| Do::Plug(w, h, scale)),
        2 => (0..3_u8, size()).prop_map(|(n, (w, h, scale))| Do::Configure(n, w, h, scale)),
        2 => (0..3_u8).prop_map(Do::Unplug),
        1 => (n(), n()).prop_map(|(a, b)| Do::Swap(a, b)),
        1 => (n(), 0..3_u8).prop_map(|(n, output)| Do::ToOutput(n, output)),
        3 => workspace().prop_map(Do::Workspace),
        3 => (n(), workspace(), option::of(any::<bool>())).prop_map(|(n, to, follow)| Do::ToWorkspace(n, to, follow)),
        1 => (0..3_u8, workspace()).prop_map(|(output, workspace)| Do::WorkspaceToOutput(output, workspace)),
        1 => (workspace(), workspace()).prop_map(|(a, b)| Do::SwapWorkspaces(a, b)),
        1 => (workspace(), select(vec!["", "web", "mail"])).prop_map(|(workspace, name)| Do::Rename(workspace, name)),
        1 => (0..3_u8).prop_map(Do::FocusOutput),
        2 => Just(Do::Undo),
        1 => Just(Do::Redo),
    ]
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    let rect = || [number(), number(), number(), number()];
    let cursor = prop_oneof![
        Just(CursorWanted::Named("text".to_owned())),
        (1..20_u64).prop_map(|surface| CursorWanted::Surface { surface: crate::SurfaceId(surface), hotspot: euclid::Point2D::new(3, 3) }),
    ];
    let windows = prop_oneof![
        6 => (n(), 1..900_u16, 1..900_u16).prop_map(|(n, w, h)| Op::Open(n, w, h)),
        2 => (n(), n(), 1..900_u16, 1..900_u16).prop_map(|(n, parent, w, h)| Op::Dialog(n, parent, w, h)),
        10 => n().prop_map(Op::ClientCommits),
        4 => Just(Op::AllCommit),
        2 => n().prop_map(Op::ClientAcks),
        2 => (n(), 0..900_u16, 1..900_u16).prop_map(|(n, w, h)| Op::ClientResizes(n, w, h)),
        1 => n().prop_map(Op::Unmap),
        2 => n().prop_map(Op::Close),
        1 => (n(), option::of(n())).prop_map(|(n, parent)| Op::Parent(n, parent)),
        1 => (n(), (number(), number()), (number(), number())).prop_map(|(n, min, max)| Op::Limits(n, min, max)),
        1 => (n(), option::of(rect())).prop_map(|(n, geometry)| Op::Geometry(n, geometry)),
        1 => (n(), [number(), number()], 1..300_u16).prop_map(|(n, at, side)| Op::Subsurface(n, at, side)),
        1 => (n(), option::of(rect())).prop_map(|(n, region)| Op::InputRegion(n, region)),
        3 => (n(), want()).prop_map(|(n, want)| Op::Wants(n, want)),
        1 => n().prop_map(Op::Activate),
        2 => (n(), [-100..600_i32, -100..600_i32]).prop_map(|(n, at)| Op::Popup(n, at)),
        1 => n().prop_map(Op::PopupGone),
    ];
    let others = prop_oneof![
        1 => (0..3_u8, layer()).prop_map(|(n, layer)| Op::Layer(n, layer)),
        2 => (0..3_u8).prop_map(Op::LayerMaps),
        1 => (0..3_u8).prop_map(Op::LayerGone),
        4 => (place(), place()).prop_map(|(x, y)| Op::Point(x, y)),
        3 => Just(Op::Press),
        2 => Just(Op::Release),
        1 => (place(), place()).prop_map(|(x, y)| Op::Touch(x, y)),
        1 => (place(), place()).prop_map(|(x, y)| Op::TouchMove(x, y)),
        1 => Just(Op::Swipe),
        2 => (-400.0..400.0_f64, -60.0..60.0_f64, any::<bool>()).prop_map(|(x, y, up)| if up { Op::SwipeBy(y, x) } else { Op::SwipeBy(x, y) }),
        1 => any::<bool>().prop_map(Op::SwipeEnd),
        1 => select(vec![Op::TouchUp, Op::GrabHeld, Op::GrabReleased, Op::Escape]),
        1 => option::of(cursor).prop_map(Op::Cursor),
        1 => option::of(n()).prop_map(Op::Drag),
        1 => (n(), [number(), number()]).prop_map(|(n, offset)| Op::Along(n, offset)),
        1 => Just(Op::AlongEnds),
        2 => (n(), select(vec!["", "a", "b", "cab"])).prop_map(|(n, title)| Op::Title(n, title)),
        2 => (0..300_u16).prop_map(Op::Pass),
    ];
    prop_oneof![6 => windows, 3 => command().prop_map(Op::Command), 3 => others]
}

/// What other programs and a pointer without a button do.
fn of_others() -> impl Strategy<Value = Op> {
    prop_oneof![
        (n(), select(vec!["", "a", "b", "cab"])).prop_map(|(n, title)| Op::Title(n, title)),
        (place(), place()).prop_map(|(x, y)| Op::Point(x, y)),
        (0..3000_u16).prop_map(Op::Pass),
        n().prop_map(Op::ClientAcks),
        n().prop_map(Op::ClientCommits),
        (n(), [number(), number()], 1..300_u16).prop_map(|(n, at, side)| Op::Subsurface(n, at, side)),
        Just(Op::Cursor(Some(CursorWanted::Named("text".to_owned())))),
    ]
}

pub(super) fn settings() -> impl Strategy<Value = Settings> {
    prop_oneof![
        4 => Just(Settings::default()),
        4 => select(LayoutKind::ALL.to_vec()).prop_map(|layout| Settings { layout, ..Settings::default() }),
        1 => Just(Settings { focus_new: false, ..Settings::default() }),
        1 => Just(Settings::plain()),
        1 => Just(Settings { focus_follows_pointer: true, pointer_follows_focus: true, click_raises: false, ..Settings::default() }),
    ]
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn every_history_keeps_the_invariants(settings in settings(), first in size(), ops in vec(op(), 1..40)) {
        let mut t = Bench::new(settings);
        t.run([Op::Command(Do::Plug(first.0, first.1, first.2))]);
        t.run(ops);
        t.come_to_rest();
    }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn the_focused_window_does_not_move_on_its_own(
        layout in select(LayoutKind::ALL.to_vec()), first in size(), ops in vec(op(), 1..30), later in vec(of_others(), 1..12),
    ) {
        let mut t = Bench::new(Settings { layout, focus_new: false, ..Settings::default() });
        t.run([Op::Command(Do::Plug(first.0, first.1, first.2))]);
        t.run(ops);
        t.run([Op::Escape, Op::TouchUp, Op::Release, Op::GrabReleased, Op::SwipeEnd(false), Op::AllCommit]);
        t.come_to_rest();
        let Some(focused) = t.desktop.focused_window() else { return Ok(()) };
        let before = t.desktop.window(focused).unwrap();
        let own = t.clients.iter().find(|(_, client)| client.id == focused).map(|(n, _)| *n);
        for op in later {
            let what = format!("{op:?}");
            if matches!(op, Op::Subsurface(n, ..) if Some(n) == own) {
                continue;
            }
            t.run([op]);
            t.come_to_rest();
            prop_assert_eq!(t.desktop.focused_window(), Some(focused), "{}", what);
            prop_assert_eq!(t.desktop.window(focused).unwrap().area, before.area, "{}", what);
        }
    }
}
