//! Windows in the hand: moved, carried, resized, let go, and put back.

use glasshouse_scene::{ElementId, ElementKind, LogicalSize};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    bench::{Bench, Do, LEFT_TOP, Op},
    command,
    histories::{cases, op, settings},
};
use crate::{
    Command, LayoutKind,
    event::{Edges, Want},
};

const BOTTOM: Edges = Edges { left: false, right: false, top: false, bottom: true };
const RIGHT: Edges = Edges { left: false, right: true, top: false, bottom: false };

fn bench(layout: LayoutKind, windows: u8) -> Bench {
    let mut t = Bench::with_outputs(1);
    t.run([Op::Command(Do::Layout(layout))]);
    for n in 1..=windows {
        t.open(n, 300, 200);
    }
    t
}

/// Drags what is at one point to another one, with the button bound to `begin-move`.
fn drag(t: &mut Bench, from: (f64, f64), to: (f64, f64)) {
    t.run([Op::Point(from.0, from.1)]);
    command(t, "begin-move");
    t.run([Op::GrabHeld, Op::Point(to.0, to.1), Op::GrabReleased]);
    t.answer();
}

fn pane(t: &Bench) -> Option<[i32; 4]> {
    let scene = t.scenes.values().next()?;
    let pane = scene.elements.iter().find(|element| element.id == ElementId::Shell(1))?;
    Some([pane.area.origin.x, pane.area.origin.y, pane.area.size.width, pane.area.size.height])
}

#[test]
fn a_tile_is_dropped_between_columns() {
    let mut t = bench(LayoutKind::Columns, 2);
    drag(&mut t, (700.0, 300.0), (10.0, 300.0));
    assert_eq!(t.sketch(), "1: [*2 1]");
    assert!(!t.desktop.interacting());
}

#[test]
fn a_tile_is_drawn_in_the_hand_and_its_place_shown_before_it_is_let_go() {
    let mut t = bench(LayoutKind::Tree, 2);
    t.run([Op::Point(700.0, 300.0)]);
    command(&mut t, "begin-move");
    t.run([Op::Point(703.0, 300.0)]);
    assert_eq!(pane(&t), None);
    t.run([Op::Point(250.0, 10.0)]);
    // Above the first one: both share the whole area.
    assert_eq!(pane(&t), Some([0, 0, 1000, 300]));
    let surface = t.clients[&2].surface;
    let scene = t.scenes.values().next().unwrap();
    let drawn = scene.elements.iter().find(|element| element.kind == ElementKind::Surface(surface)).unwrap();
    assert!(drawn.area.size.width < 400 && drawn.area.size.height <= 600 * 38 / 100, "{drawn:?}");
    assert!(drawn.area.contains(euclid::point2(250, 10)) && drawn.opacity < 1.0, "{drawn:?}");
    // Its old place stays free.
    assert_eq!(t.area(1), [0.0, 0.0, 500.0, 600.0]);
    t.run([Op::Press, Op::Release]);
    t.answer();
    assert_eq!(t.area(2), [0.0, 0.0, 1000.0, 300.0]);
    assert_eq!(pane(&t), None);
}

#[test]
fn let_go_over_its_own_place_a_tile_stays() {
    for layout in [LayoutKind::Columns, LayoutKind::Tree, LayoutKind::MasterStack, LayoutKind::Grid, LayoutKind::Monocle] {
        let mut t = bench(layout, 3);
        let before = t.scenes.clone();
        let id = t.clients[&3].id;
        let centre = t.desktop.window(id).unwrap().area.center();
        t.run([Op::Point(centre.x, centre.y)]);
        command(&mut t, &format!("begin-move --window {id}"));
        t.run([Op::GrabHeld, Op::Point(centre.x + 20.0, centre.y), Op::Point(centre.x, centre.y), Op::GrabReleased]);
        t.answer();
        assert_eq!(t.scenes.values().next().unwrap().elements, before.values().next().unwrap().elements, "{layout}");
        assert_eq!(t.command(Command::Undo {}).is_ok(), t.desktop.redoable().is_some());
    }
}

#[test]
fn another_button_makes_a_tile_float_below_the_pointer_and_back() {
    let mut t = bench(LayoutKind::Tree, 2);
    t.run([Op::Point(700.0, 300.0)]);
    command(&mut t, "begin-move");
    t.run([Op::GrabHeld, Op::Point(400.0, 200.0), Op::Press]);
    assert_eq!(t.sketch(), "1: [1] *~2");
    t.run([Op::Release, Op::Point(500.0, 300.0)]);
    assert!(t.desktop.interacting(), "the button of the binding is still down");
    let floating = t.window(2).area;
    assert!(floating.contains(euclid::point2(500.0, 300.0)), "{floating:?}");
    t.run([Op::Press, Op::Release]);
    t.answer();
    assert_eq!(t.sketch(), "1: [1 *2]");
    t.run([Op::Press, Op::Release, Op::GrabReleased]);
    t.answer();
    assert_eq!(t.sketch(), "1: [1] *~2");
    command(&mut t, "undo");
    assert_eq!(t.sketch(), "1: [1 *2]");
}

#[test]
fn escape_puts_a_floating_window_back_and_nothing_is_left_to_undo() {
    let mut t = bench(LayoutKind::Floating, 1);
    t.desktop.begin();
    let before = t.area(1);
    t.run([Op::Point(500.0, 300.0), Op::Press, Op::Wants(1, Want::InteractiveMove), Op::Point(900.0, 500.0)]);
    assert_ne!(t.area(1), before);
    t.run([Op::Escape]);
    assert_eq!(t.area(1), before);
    assert!(!t.desktop.interacting() && t.desktop.undoable().is_none());
    t.run([Op::Point(10.0, 10.0), Op::Release]);
    assert_eq!(t.area(1), before);
}

#[test]
fn undo_in_the_middle_of_a_drag_cancels_it() {
    let mut t = bench(LayoutKind::Floating, 1);
    let before = t.area(1);
    t.run([Op::Point(500.0, 300.0)]);
    command(&mut t, "begin-move");
    t.run([Op::GrabHeld, Op::Point(600.0, 300.0)]);
    command(&mut t, "undo");
    assert_eq!(t.area(1), before);
    assert!(!t.desktop.interacting());
}

#[test]
fn a_window_in_the_hand_comes_along_to_another_workspace() {
    for layout in [LayoutKind::Floating, LayoutKind::Columns] {
        let mut t = bench(layout, 2);
        t.desktop.begin();
        t.run([Op::Point(600.0, 300.0)]);
        let line = format!("begin-move --window {}", t.clients[&2].id);
        command(&mut t, &line);
        t.run([Op::GrabHeld, Op::Point(620.0, 320.0)]);
        command(&mut t, "focus-workspace 2");
        assert!(t.desktop.interacting());
        t.run([Op::Point(640.0, 320.0), Op::GrabReleased]);
        t.answer();
        assert_eq!(t.sketch(), if layout == LayoutKind::Floating { "1: () ~1 [] *~2" } else { "1: (1) [*2]" });
        // All of it is one step.
        command(&mut t, "undo");
        t.answer();
        let back = if layout == LayoutKind::Floating { "1: [] ~1 *~2" } else { "1: [1 *2]" };
        assert_eq!(t.sketch(), back);
        assert!(t.desktop.undoable().is_none());
    }
}

#[test]
fn a_tile_is_carried_to_another_output() {
    let mut t = Bench::with_outputs(2);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    drag(&mut t, (700.0, 300.0), (1500.0, 300.0));
    assert_eq!(t.sketch(), "1: [1]\n2: [*2]");
    drag(&mut t, (500.0, 300.0), (1990.0, 300.0));
    assert_eq!(t.sketch(), "1: []\n2: [*1 2]");
    command(&mut t, "undo");
    t.answer();
    assert_eq!(t.sketch(), "1: [1]\n2: [*2]");
}

#[test]
fn a_tile_floats_where_it_is_let_go_on_a_workspace_of_floating_windows() {
    let mut t = Bench::with_outputs(2);
    t.open(1, 300, 200);
    command(&mut t, "focus-output HEADLESS-2");
    command(&mut t, "set-layout floating");
    drag(&mut t, (500.0, 300.0), (1500.0, 300.0));
    assert_eq!(t.sketch(), "1: []\n2: [] *~1");
    assert!(t.window(1).area.contains(euclid::point2(1500.0, 300.0)), "{:?}", t.area(1));
}

#[test]
fn a_maximized_window_that_is_dragged_gets_its_size_back_under_the_pointer() {
    let mut t = bench(LayoutKind::Floating, 1);
    t.run([Op::Command(Do::Maximize(1, true))]);
    t.answer();
    t.run([Op::Point(750.0, 5.0), Op::Press, Op::Wants(1, Want::InteractiveMove), Op::Point(752.0, 6.0)]);
    assert!(t.window(1).maximized, "a tremble moves nothing");
    t.run([Op::Point(750.0, 105.0)]);
    t.answer();
    assert_eq!(t.area(1), [525.0, 100.0, 300.0, 200.0]);
    t.run([Op::Escape]);
    t.answer();
    assert!(t.window(1).maximized);
}

#[test]
fn a_window_that_is_closed_in_the_hand_leaves_nothing_behind() {
    for layout in [LayoutKind::Floating, LayoutKind::Tree] {
        let mut t = bench(layout, 2);
        t.run([Op::Point(700.0, 300.0)]);
        let line = format!("begin-move --window {}", t.clients[&2].id);
        command(&mut t, &line);
        t.run([Op::Point(300.0, 300.0), Op::Close(2)]);
        assert!(!t.desktop.interacting() && pane(&t).is_none());
        t.run([Op::Press, Op::Release]);
        t.answer();
        assert_eq!(t.sketch(), if layout == LayoutKind::Floating { "1: [] *~1" } else { "1: [*1]" });
    }
}

#[test]
fn the_output_below_a_carried_window_may_go() {
    let mut t = Bench::with_outputs(2);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    t.run([Op::Point(700.0, 300.0)]);
    command(&mut t, "begin-move");
    t.run([Op::GrabHeld, Op::Point(1500.0, 300.0), Op::Command(Do::Unplug(1))]);
    assert!(t.desktop.interacting());
    t.run([Op::GrabReleased]);
    t.answer();
    assert_eq!(t.desktop.windows().iter().filter(|info| info.visible).count(), 2, "{}", t.sketch());
}

#[test]
fn locking_the_session_puts_back_what_is_in_the_hand() {
    let mut t = bench(LayoutKind::Floating, 1);
    let before = t.area(1);
    t.run([Op::Point(500.0, 300.0), Op::Press, Op::Wants(1, Want::InteractiveMove), Op::Point(900.0, 500.0)]);
    t.observe(crate::Event::Locked(true));
    assert!(!t.desktop.interacting());
    t.observe(crate::Event::Locked(false));
    assert_eq!(t.area(1), before);
}

#[test]
fn an_edge_between_two_tiles_is_dragged_and_both_change() {
    let mut t = bench(LayoutKind::Tree, 2);
    t.run([Op::Point(450.0, 300.0), Op::Press, Op::Wants(1, Want::InteractiveResize(RIGHT)), Op::Point(550.0, 300.0)]);
    t.answer();
    assert!(t.clients[&1].last.resizing && !t.clients[&2].last.resizing);
    assert_eq!((t.area(1), t.area(2)), ([0.0, 0.0, 600.0, 600.0], [600.0, 0.0, 400.0, 600.0]));
    // Far beyond its limit, and back: it follows at once.
    t.run([Op::Point(5000.0, 300.0), Op::Point(350.0, 300.0), Op::Release]);
    t.answer();
    assert_eq!((t.area(1), t.area(2)), ([0.0, 0.0, 400.0, 600.0], [400.0, 0.0, 600.0, 600.0]));
    assert!(!t.clients[&1].last.resizing);
    command(&mut t, "undo");
    t.answer();
    assert_eq!((t.area(1), t.area(2)), ([0.0, 0.0, 500.0, 600.0], [500.0, 0.0, 500.0, 600.0]));
}

#[test]
fn where_an_edge_cannot_move_the_opposite_one_follows_the_pointer() {
    let mut t = bench(LayoutKind::Tree, 2);
    t.run([Op::Point(950.0, 300.0)]);
    command(&mut t, "begin-resize");
    t.run([Op::GrabHeld, Op::Point(850.0, 300.0), Op::GrabReleased]);
    t.answer();
    assert_eq!(t.area(2), [400.0, 0.0, 600.0, 600.0]);
}

#[test]
fn columns_are_resized_by_their_edges() {
    let mut t = bench(LayoutKind::Columns, 2);
    let line = format!("focus-window {}", t.clients[&1].id);
    command(&mut t, &line);
    t.run([Op::Point(490.0, 300.0)]);
    command(&mut t, "begin-resize --edges right");
    t.run([Op::Point(590.0, 300.0), Op::Press, Op::Release]);
    t.answer();
    assert_eq!((t.area(1)[2], t.area(2)[2]), (600.0, 500.0));
}

#[test]
fn the_nearest_edges_are_those_of_a_corner_or_of_the_middle_of_a_side() {
    let cases = [((360.0, 210.0), "nw-resize"), ((640.0, 300.0), "e-resize"), ((500.0, 390.0), "s-resize"), ((520.0, 310.0), "se-resize")];
    for (at, shape) in cases {
        let mut t = bench(LayoutKind::Floating, 1);
        t.run([Op::Point(at.0, at.1)]);
        command(&mut t, "begin-resize");
        let cursor = &t.scenes.values().next().unwrap().cursors[0];
        assert_eq!(cursor.image, glasshouse_scene::CursorImage::Named(shape.to_owned()));
    }
}

#[test]
fn a_tile_without_a_movable_edge_and_a_window_nobody_sees_are_not_taken() {
    let mut t = bench(LayoutKind::Monocle, 2);
    t.run([Op::Point(500.0, 300.0)]);
    assert!(t.command("begin-resize".parse().unwrap()).is_err());
    let behind = t.clients[&1].id;
    assert!(t.command(format!("begin-move --window {behind}").parse().unwrap()).is_err());
    assert!(t.command("end-drag".parse().unwrap()).is_err());
    t.run([Op::Command(Do::Fullscreen(2, true, None))]);
    t.answer();
    assert!(t.command("begin-move".parse().unwrap()).is_err());
}

#[test]
fn a_finger_moves_and_resizes_a_window_and_a_second_one_is_for_nobody() {
    let mut t = bench(LayoutKind::Floating, 1);
    t.run([Op::Touch(500.0, 210.0), Op::Wants(1, Want::InteractiveMove), Op::TouchMove(600.0, 250.0)]);
    assert_eq!(t.desktop.grabbing_finger(), Some(7));
    assert!(!t.desktop.interacting(), "the pointer is free");
    assert_eq!(t.area(1), [450.0, 240.0, 300.0, 200.0]);
    t.observe(crate::Event::TouchDown { id: 8, at: euclid::point2(10.0, 10.0) });
    t.observe(crate::Event::TouchMoved { id: 8, at: euclid::point2(90.0, 90.0) });
    assert_eq!(t.area(1), [450.0, 240.0, 300.0, 200.0]);
    t.run([Op::TouchUp]);
    assert_eq!(t.desktop.grabbing_finger(), None);
    t.run([Op::Touch(740.0, 430.0), Op::Wants(1, Want::InteractiveResize(BOTTOM)), Op::TouchMove(740.0, 530.0)]);
    t.answer();
    assert_eq!(t.area(1), [450.0, 240.0, 300.0, 300.0]);
    t.observe(crate::Event::TouchCancelled);
    t.answer();
    assert_eq!(t.area(1), [450.0, 240.0, 300.0, 200.0]);
}

#[test]
fn without_a_finger_on_the_window_a_request_comes_too_late() {
    let mut t = bench(LayoutKind::Floating, 1);
    t.run([Op::Touch(500.0, 210.0), Op::TouchUp, Op::Wants(1, Want::InteractiveMove)]);
    assert_eq!(t.desktop.grabbing_finger(), None);
}

#[test]
fn windows_are_dropped_by_command_as_by_hand() {
    let mut t = bench(LayoutKind::Columns, 3);
    let id = |t: &Bench, n: u8| t.clients[&n].id;
    let line = format!("drop-window {} left --window {}", id(&t, 1), id(&t, 3));
    command(&mut t, &line);
    assert_eq!(t.sketch(), "1: [*3 1 2]");
    assert!(t.command(line.parse().unwrap()).is_err(), "it is there");
    let line = format!("drop-window {} top --window {}", id(&t, 2), id(&t, 1));
    command(&mut t, &line);
    t.answer();
    assert_eq!(t.sketch(), "1: [*3 1 2]");
    assert_eq!(t.area(1)[3], 300.0);
    t.run([Op::Command(Do::Float(3, true))]);
    t.answer();
    let line = format!("drop-window {} right --window {}", id(&t, 2), id(&t, 3));
    command(&mut t, &line);
    assert_eq!(t.sketch(), "1: [1 2 *3]");
    assert!(t.command(format!("drop-window {0} right --window {0}", id(&t, 2)).parse().unwrap()).is_err());
}

#[test]
fn a_client_that_never_answers_can_be_dragged() {
    let mut t = bench(LayoutKind::Tree, 1);
    t.run([Op::Open(2, 300, 200), Op::ClientCommits(2), Op::Pass(300)]);
    let id = t.clients[&2].id;
    t.run([Op::Point(700.0, 300.0)]);
    command(&mut t, &format!("begin-move --window {id}"));
    t.run([Op::Point(5.0, 300.0), Op::Press, Op::Release, Op::Pass(300)]);
    assert_eq!(t.sketch(), "1: [*2 1]");
    t.run([Op::Point(5.0, 300.0), Op::Press, Op::Wants(2, Want::InteractiveResize(LEFT_TOP)), Op::Point(80.0, 90.0), Op::Release]);
    assert_eq!(t.window(2).area.size.max(LogicalSize::new(1.0, 1.0)), t.window(2).area.size);
}

#[test]
fn a_sticky_window_that_is_dropped_among_tiles_is_one_of_them() {
    let mut t = bench(LayoutKind::MasterStack, 2);
    command(&mut t, "set-sticky on");
    command(&mut t, "drop-window next left");
    t.answer();
    assert_eq!(t.sketch(), "1: [*2 1]");
}

/// What hands do while a window is in them.
fn hand() -> impl Strategy<Value = Op> {
    let at = || -50.0..2100.0_f64;
    prop_oneof![
        6 => (at(), at()).prop_map(|(x, y)| Op::Point(x, y)),
        1 => select(vec![Op::Press, Op::Release]),
        1 => (1..4_u32).prop_map(|index| Op::Command(Do::Workspace(crate::WorkspaceRef::Index(index)))),
        1 => Just(Op::AllCommit),
        1 => (0..300_u16).prop_map(Op::Pass),
    ]
}

/// Where everything is, without the pointer.
fn still(t: &Bench) -> impl PartialEq + std::fmt::Debug + use<> {
    let mut scenes = t.scenes.clone();
    scenes.values_mut().for_each(|scene| scene.cursors.clear());
    let tilings: Vec<_> = t.desktop.workspaces.iter().map(|workspace| workspace.tiling.outline()).collect();
    (scenes, tilings, t.sketch(), t.desktop.focus())
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn cancelling_a_drag_and_undoing_it_change_nothing(
        settings in settings(),
        before in vec(op(), 1..20),
        what in select(vec!["begin-move", "begin-move --window focused", "begin-resize --window focused", "begin-resize --edges top-left"]),
        hand in vec(hand(), 1..8),
        cancelled in any::<bool>(),
    ) {
        let mut t = Bench::new(settings);
        t.run([Op::Command(Do::Plug(1000, 600, 1.0)), Op::Command(Do::Plug(800, 600, 1.25))]);
        // Clients that take the sizes that they are given: others may take them when they are asked the next time.
        t.run(before.into_iter().filter(|op| !matches!(op, Op::Subsurface(..) | Op::Geometry(..) | Op::ClientResizes(..))));
        t.come_to_rest();
        t.run([Op::Escape, Op::Cursor(None), Op::Drag(None)]);
        t.desktop.begin();
        let was = still(&t);
        if t.command(what.parse().unwrap()).is_ok() {
            // The button of a binding: others change what is in the hand.
            t.run([Op::GrabHeld]);
            t.run(hand);
            // One that can no longer follow has ended by itself.
            let cancelled = cancelled && t.desktop.pointer.grab.is_some();
            t.run(if cancelled { [Op::Escape] } else { [Op::GrabReleased] });
            t.come_to_rest();
            if !cancelled {
                while t.desktop.undoable().is_some() {
                    t.command(Command::Undo {}).unwrap();
                    t.come_to_rest();
                }
            }
            prop_assert_eq!(still(&t), was);
        }
    }
}

#[test]
fn a_window_that_nobody_sees_is_dropped_beside_one_that_is_seen() {
    let mut t = bench(LayoutKind::MasterStack, 0);
    t.run([Op::Open(0, 1, 1), Op::AllCommit]);
    command(&mut t, "focus-workspace 2");
    t.run([Op::Open(4, 1, 1), Op::ClientCommits(4)]);
    command(&mut t, "drop-window previous bottom --window last");
    t.answer();
    assert_eq!(t.sketch(), "1: [*4 0]");
}
