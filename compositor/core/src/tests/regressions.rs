//! What random histories found, in the same ops. The invariants are the assertions.

use super::bench::{Bench, Do, Op};
use crate::{
    LayoutKind, Settings,
    event::{Edges, KeyboardInterest, Layer, LayerState, Want},
};

fn check(settings: Settings, output: (u32, u32, f64), ops: impl IntoIterator<Item = Op>) {
    let mut t = Bench::new(settings);
    t.run([Op::Command(Do::Plug(output.0, output.1, output.2))]);
    t.run(ops);
    t.come_to_rest();
}

#[test]
fn two_tiles_on_an_output_of_one_pixel_are_both_on_it() {
    let ops = [Op::Open(1, 1, 1), Op::ClientCommits(1), Op::Open(0, 1, 1), Op::ClientCommits(0)];
    check(Settings::default(), (1, 1, 8.0), ops);
}

#[test]
fn a_panel_of_the_whole_output_hides_no_window() {
    let panel = LayerState { anchor: Edges { left: true, right: false, top: true, bottom: true }, exclusive_zone: 1, ..Default::default() };
    let shrink = Op::Command(Do::Configure(0, 1, 1, 8.0));
    let ops = [Op::Layer(0, panel), Op::LayerMaps(0), Op::Open(0, 1, 1), Op::ClientCommits(0), shrink];
    check(Settings::default(), (1000, 600, 1.0), ops);
}

#[test]
fn a_window_between_two_outputs_decides_for_one_of_them() {
    let ops = [Op::Command(Do::Plug(1, 1, 8.0)), Op::Point(1798.1, 0.0), Op::Open(0, 33, 1), Op::ClientCommits(0)];
    check(Settings::plain(), (1366, 768, 1.2), ops);
}

#[test]
fn a_window_on_its_way_to_another_output_is_still_seen_on_its_own() {
    let fullscreen = Op::Command(Do::Fullscreen(0, true, Some(1)));
    let ops = [Op::Command(Do::Plug(1000, 600, 1.0)), Op::Open(0, 1, 1), Op::ClientCommits(0), fullscreen];
    check(Settings::default(), (1, 1, 8.0), ops);
}

#[test]
fn a_window_that_lost_its_contents_is_not_asked_for_a_size() {
    let launcher = LayerState { layer: Layer::Top, keyboard: KeyboardInterest::Exclusive, ..Default::default() };
    let ops = [Op::Open(1, 1, 1), Op::Layer(2, launcher), Op::LayerMaps(2), Op::ClientCommits(1), Op::Unmap(1)];
    check(Settings { layout: LayoutKind::Floating, ..Settings::default() }, (1000, 600, 1.0), ops);
}

#[test]
fn a_window_on_two_outputs_is_hit_on_the_grid_of_each() {
    let ops = [
        Op::Dialog(4, 0, 466, 126),
        Op::Command(Do::Configure(0, 1366, 768, 1.2)),
        Op::ClientCommits(4),
        Op::Command(Do::Resize(4, 1017.015690293234, 0.0)),
        Op::Command(Do::Plug(800, 1280, 1.0)),
    ];
    check(Settings { layout: LayoutKind::Floating, ..Settings::default() }, (1920, 1080, 1.25), ops);
}

#[test]
fn a_floating_window_on_its_way_to_another_output_keeps_to_the_grid_of_its_own() {
    let fullscreen = Op::Command(Do::Fullscreen(0, true, Some(1)));
    let ops = [
        Op::Command(Do::Plug(1000, 600, 1.0)),
        Op::Open(0, 1, 1),
        Op::ClientCommits(0),
        // All of the tiny output is a corner of the window, and less than a pixel of the other output.
        Op::Command(Do::Move(0, -5.0, 0.0)),
        fullscreen,
    ];
    check(Settings { layout: LayoutKind::Floating, ..Settings::default() }, (1, 1, 8.0), ops);
}

#[test]
fn a_window_dropped_onto_another_workspace_waits_for_those_that_make_room() {
    let workspace = Op::Command(Do::Workspace(crate::WorkspaceRef::Index(2)));
    let drop = Op::Command(Do::Line("drop-window previous bottom --window last"));
    let ops = [Op::Open(0, 1, 1), Op::AllCommit, workspace, Op::Open(4, 1, 1), Op::ClientCommits(4), drop];
    check(Settings::default(), (1000, 600, 1.0), ops);
}

#[test]
fn nothing_vanishes_where_smallest_sizes_do_not_fit() {
    let ops = [
        Op::Dialog(0, 0, 1, 1),
        Op::Limits(0, (0, 423), (0, 0)),
        Op::Open(3, 1, 1),
        Op::ClientCommits(0),
        Op::Open(2, 1, 1),
        Op::Open(1, 1, 1),
        Op::Command(Do::Line("split vertical")),
        Op::Open(0, 1, 1),
        Op::Limits(1, (0, 343), (0, 0)),
    ];
    let commits = (0..4).map(Op::ClientCommits);
    check(Settings { layout: LayoutKind::Tree, ..Settings::default() }, (1000, 600, 1.0), ops.into_iter().chain(commits));
}

#[test]
fn fingers_do_not_pull_what_a_drag_takes_along() {
    let open = [Op::Swipe, Op::Open(3, 1, 1), Op::Open(0, 1, 1), Op::AllCommit];
    check(Settings::default(), (1000, 600, 1.0), open.into_iter().chain([Op::SwipeBy(0.0, 309.5), Op::Along(3, [0, 0])]));
}

#[test]
fn what_goes_along_is_where_it_is_asked_to_be_at_once() {
    let ops = [Op::Command(Do::Layout(LayoutKind::Columns)), Op::Open(3, 1, 1), Op::Open(0, 1, 1), Op::ClientCommits(3), Op::AllCommit];
    let along = [Op::Along(3, [0, 0]), Op::Command(Do::Focus(3))];
    check(Settings::default(), (1, 1, 8.0), ops.into_iter().chain(along));
}

#[test]
fn what_a_drag_takes_to_another_output_gets_the_focus_there() {
    let second = Op::Command(Do::Line("add-output 700x900 --name HEADLESS-2 --scale 1.5 --transform 90"));
    let focus = Op::Command(Do::Line("focus-output HEADLESS-2"));
    let ops = [Op::Dialog(4, 0, 45, 204), second, Op::AllCommit, focus, Op::Along(4, [0, 0])];
    check(Settings { layout: LayoutKind::Floating, ..Settings::plain() }, (1, 1, 8.0), ops);
}

#[test]
fn what_a_drag_takes_along_takes_the_place_of_what_was_in_the_hand() {
    let edges = Edges { right: true, ..Default::default() };
    let ops = [Op::Open(0, 1, 1), Op::Press, Op::Open(1, 1, 1), Op::AllCommit, Op::Wants(0, Want::InteractiveResize(edges))];
    let along = [Op::Along(0, [0, 0]), Op::Command(Do::Maximize(0, true))];
    check(Settings { layout: LayoutKind::MasterStack, ..Settings::default() }, (1000, 600, 1.0), ops.into_iter().chain(along));
}
