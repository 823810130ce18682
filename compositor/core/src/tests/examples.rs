//! The desktop by example. Outputs are 1000 × 600 without decoration unless an example says otherwise.

use glasshouse_scene::{CursorImage, ElementKind, LogicalPoint, LogicalRect, LogicalSize};

use super::bench::{Bench, Do, LEFT_TOP, Op};
use crate::{
    Command, Direction, Effect, Event, LayoutKind, Notice, Refusal, Settings, View, WindowId, WindowRef,
    event::{Edges, KeyboardInterest, Layer, LayerState, SurfaceState, Want},
};

fn floating() -> Bench {
    let mut t = Bench::new(Settings::plain());
    t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
    t
}

/// A panel of 30 pixels at the top that keeps its room.
fn panel() -> LayerState {
    LayerState {
        layer: Layer::Top,
        anchor: Edges { left: true, right: true, top: true, bottom: false },
        size: euclid::Size2D::new(0, 30),
        exclusive_zone: 30,
        ..LayerState::default()
    }
}

// Tiling.

#[test]
fn one_tile_fills_the_work_area_and_two_share_it() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    assert_eq!(t.area(1), [0.0, 0.0, 1000.0, 600.0]);
    t.open(2, 300, 200);
    assert_eq!(t.sketch(), "1: [1 *2]");
    assert_eq!(t.area(1), [0.0, 0.0, 550.0, 600.0]);
    assert_eq!(t.area(2), [550.0, 0.0, 450.0, 600.0]);
    t.run([Op::Close(1)]);
    t.answer();
    assert_eq!(t.area(2), [0.0, 0.0, 1000.0, 600.0]);
}

#[test]
fn the_first_configure_of_a_tile_is_its_place() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    t.run([Op::Open(2, 10, 10)]);
    assert_eq!(t.clients[&2].last.size, Some(LogicalSize::new(450.0, 600.0)));
    assert!(t.clients[&2].last.tiled);
    assert_eq!(t.clients[&1].last.size, Some(LogicalSize::new(1000.0, 600.0)), "the other one keeps its place until it is there");
}

#[test]
fn tiles_change_together_when_the_last_one_has_answered() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    t.open(3, 300, 200);
    let before = (t.area(2), t.area(3));
    t.run([Op::Close(1), Op::ClientCommits(2)]);
    assert_eq!((t.area(2), t.area(3)), before, "2 has answered and 3 has not");
    t.run([Op::ClientCommits(3)]);
    assert_eq!((t.area(2), t.area(3)), ([0.0, 0.0, 550.0, 600.0], [550.0, 0.0, 450.0, 600.0]));
}

#[test]
fn a_slow_client_holds_up_the_others_once_and_not_again() {
    let mut t = Bench::with_outputs(1);
    for n in 1..=3 {
        t.open(n, 300, 200);
    }
    // 2 hangs. 3 closes, and then 1 is alone with it.
    t.run([Op::Close(3), Op::ClientCommits(1)]);
    assert_eq!(t.area(2), [550.0, 0.0, 450.0, 300.0]);
    assert_eq!(t.desktop.deadline(), Some(t.now.after(t.desktop.settings().configure_timeout)));
    t.run([Op::Pass(199)]);
    assert_eq!(t.area(2)[1], 0.0);
    t.run([Op::Pass(1)]);
    // Its old contents lie in the middle of its tile.
    assert_eq!(t.area(2), [550.0, 150.0, 450.0, 300.0]);
    assert_eq!(t.desktop.deadline(), None);
    t.run([Op::Open(4, 10, 10), Op::ClientCommits(4), Op::ClientCommits(1), Op::ClientCommits(4)]);
    assert_eq!(t.area(4), [550.0, 300.0, 450.0, 300.0], "nobody waits for 2 any more");
    assert_eq!(t.area(2), [550.0, 0.0, 450.0, 300.0]);
}

#[test]
fn contents_larger_than_their_tile_are_cut_to_it() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    t.run([Op::ClientResizes(2, 2000, 900)]);
    assert_eq!(t.area(2), [550.0, 0.0, 450.0, 600.0]);
    let scene = t.scenes.values().next().unwrap();
    let element = scene.elements.iter().find(|e| e.kind == ElementKind::Surface(t.clients[&2].surface)).unwrap();
    assert_eq!(element.area.size.width, 2000);
    assert_eq!(element.clip.map(|clip| (clip.origin.x, clip.size.width)), Some((550, 450)));
}

#[test]
fn tiles_at_a_fractional_scale_share_edges() {
    let mut t = Bench::new(Settings::default());
    t.run([Op::Command(Do::Plug(1366, 768, 1.2))]);
    for n in 1..=4 {
        t.open(n, 300, 200);
    }
    // 12 logical pixels are 14 physical ones everywhere, and clients get whole numbers.
    let borders: Vec<_> = t
        .scenes
        .values()
        .next()
        .unwrap()
        .elements
        .iter()
        .filter(|e| matches!(e.kind, ElementKind::Shadow { .. }))
        .map(|e| e.area)
        .collect();
    assert_eq!(borders.len(), 4);
    for client in t.clients.values() {
        let size = client.last.size.unwrap();
        assert_eq!(size, size.floor());
    }
}

#[test]
fn dialogs_float_above_tiles_on_their_parent() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    t.run([Op::Dialog(3, 1, 100, 50), Op::ClientCommits(3)]);
    t.answer();
    assert_eq!(t.sketch(), "1: [1 2] *~3");
    assert_eq!(t.area(3)[..2], [225.0, 275.0]);
    t.run([Op::Open(4, 80, 80), Op::Limits(4, (80, 80), (80, 80)), Op::ClientCommits(4)]);
    assert!(t.window(4).floating, "a fixed size makes a dialog");
}

#[test]
fn floating_a_tile_and_putting_it_back_is_identity() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    let before = (t.area(1), t.area(2));
    t.run([Op::Command(Do::Float(1, true))]);
    t.answer();
    assert_eq!(t.sketch(), "1: [*2] ~1");
    assert_eq!(t.area(2), [0.0, 0.0, 1000.0, 600.0]);
    t.run([Op::Command(Do::Float(1, false))]);
    t.answer();
    assert_eq!((t.area(1), t.area(2)), before);
}

// Floating.

#[test]
fn floating_windows_keep_their_size_and_cascade() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    assert_eq!(t.area(1), [350.0, 200.0, 300.0, 200.0]);
    assert_eq!(t.area(2), [386.0, 236.0, 300.0, 200.0]);
    assert_eq!(t.clients[&1].pending.len(), 0);
}

#[test]
fn the_first_configure_of_a_floating_window_leaves_it_the_choice() {
    let mut t = floating();
    t.run([Op::Open(1, 300, 200)]);
    assert_eq!(t.clients[&1].last.size, None);
    assert_eq!(t.clients[&1].last.bounds, Some(LogicalSize::new(1000.0, 600.0)));
}

#[test]
fn a_maximized_window_gets_its_old_geometry_back() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.run([Op::Command(Do::Move(1, 40.0, 50.0)), Op::Command(Do::Maximize(1, true))]);
    assert_eq!(t.area(1), [40.0, 50.0, 300.0, 200.0], "its client has not answered");
    t.answer();
    assert_eq!(t.area(1), [0.0, 0.0, 1000.0, 600.0]);
    t.run([Op::Command(Do::Fullscreen(1, true, None))]);
    t.answer();
    t.run([Op::Command(Do::Fullscreen(1, false, None)), Op::Command(Do::Maximize(1, false))]);
    t.answer();
    assert_eq!(t.area(1), [40.0, 50.0, 300.0, 200.0]);
}

#[test]
fn a_client_that_takes_another_size_is_not_forced_back() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.run([Op::ClientResizes(1, 320, 240)]);
    assert!(!t.effects.iter().any(|effect| matches!(effect, Effect::ConfigureWindow { .. })));
    t.open(2, 10, 10);
    assert_eq!(t.clients[&1].last.size, Some(LogicalSize::new(320.0, 240.0)));
}

#[test]
fn a_window_cannot_be_moved_out_of_reach() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.run([Op::Command(Do::Move(1, 5000.0, -5000.0))]);
    assert_eq!(t.area(1), [968.0, -168.0, 300.0, 200.0]);
    t.run([Op::Command(Do::Move(1, f64::MAX, -f64::MAX))]);
    assert_eq!(t.area(1), [968.0, -168.0, 300.0, 200.0]);
    t.run([Op::Command(Do::Move(1, f64::NAN, 0.0))]);
    assert_eq!(t.area(1), [968.0, -168.0, 300.0, 200.0]);
}

#[test]
fn resizing_at_the_left_keeps_the_right_edge_while_the_client_answers_late() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.run([Op::Point(352.0, 202.0), Op::Press, Op::Wants(1, Want::InteractiveResize(LEFT_TOP)), Op::Point(252.0, 102.0)]);
    assert!(t.desktop.interacting());
    assert_eq!(t.area(1), [350.0, 200.0, 300.0, 200.0]);
    t.run([Op::Point(242.0, 92.0), Op::ClientCommits(1)]);
    assert!(t.clients[&1].last.resizing);
    let [x, y, w, h] = t.area(1);
    assert_eq!((x + w, y + h), (650.0, 400.0));
    t.run([Op::Release]);
    t.answer();
    assert_eq!(t.area(1), [240.0, 90.0, 410.0, 310.0]);
    assert!(!t.clients[&1].last.resizing && !t.desktop.interacting());
}

#[test]
fn a_tile_that_is_dragged_keeps_its_place_until_it_is_let_go() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    t.run([Op::Point(600.0, 10.0), Op::Press, Op::Wants(2, Want::InteractiveMove), Op::Point(500.0, 40.0)]);
    assert_eq!(t.sketch(), "1: [1 *2]");
    assert_eq!(t.area(2), [550.0, 0.0, 450.0, 600.0]);
    let cursor = &t.scenes.values().next().unwrap().cursors[0];
    assert_eq!(cursor.image, CursorImage::Named("grabbing".to_owned()));
    t.run([Op::Release]);
    assert!(!t.desktop.interacting());
}

#[test]
fn a_request_to_move_without_a_held_button_comes_too_late() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.run([Op::Wants(1, Want::InteractiveMove)]);
    assert!(!t.desktop.interacting());
}

// Focus.

#[test]
fn closing_gives_focus_back_to_the_window_before() {
    let mut t = Bench::with_outputs(1);
    for n in 1..=3 {
        t.open(n, 300, 200);
    }
    t.run([Op::Command(Do::Focus(1)), Op::Close(1)]);
    assert_eq!(t.sketch(), "1: [2 *3]");
    t.run([Op::Close(3), Op::Close(2)]);
    assert_eq!(t.desktop.focus(), None);
}

#[test]
fn a_click_focuses_and_raises() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    t.run([Op::Point(360.0, 210.0), Op::Press, Op::Release]);
    assert_eq!(t.sketch(), "1: [] ~2 *~1");
}

#[test]
fn a_new_window_can_be_told_to_leave_the_focus() {
    let mut t = Bench::new(Settings { focus_new: false, ..Settings::plain() });
    t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    assert_eq!(t.sketch(), "1: [] ~2 *~1");
    t.run([Op::Activate(2)]);
    assert_eq!(t.sketch(), "1: [] ~1 *~2");
}

#[test]
fn focus_moves_by_geometry() {
    let mut t = Bench::with_outputs(2);
    for n in 1..=3 {
        t.open(n, 300, 200);
    }
    t.run([Op::Command(Do::Direction(Direction::Left))]);
    assert_eq!(t.sketch().lines().next(), Some("1: [*1 2 3]"));
    t.run([Op::Command(Do::Direction(Direction::Right)), Op::Command(Do::Direction(Direction::Down))]);
    assert_eq!(t.sketch().lines().next(), Some("1: [1 2 *3]"));
    let refused = t.command(Command::FocusWindow { window: WindowRef::Direction(Direction::Down) });
    assert_eq!(refused, Err(Refusal::NothingThere(Direction::Down)));
}

#[test]
fn an_exclusive_layer_keeps_the_keyboard_until_it_goes() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    let launcher = LayerState { keyboard: KeyboardInterest::Exclusive, exclusive_zone: 0, ..panel() };
    t.run([Op::Layer(0, launcher), Op::LayerMaps(0)]);
    let layer = t.desktop.focus();
    assert_ne!(layer, Some(t.clients[&1].surface));
    t.open(2, 300, 200);
    assert_eq!(t.desktop.focus(), layer);
    t.run([Op::LayerGone(0)]);
    assert_eq!(t.sketch(), "1: [1 *2]");
}

#[test]
fn a_click_elsewhere_dismisses_popups() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    t.run([Op::Popup(2, [10, 10]), Op::Point(400.0, 250.0), Op::Press, Op::Release]);
    assert!(!t.effects.iter().any(|effect| matches!(effect, Effect::DismissPopups { .. })), "the popup itself was clicked");
    t.run([Op::Point(360.0, 210.0), Op::Press]);
    assert!(t.effects.contains(&Effect::DismissPopups { surface: t.clients[&2].surface }));
}

// Layers, popups, stacking.

#[test]
fn a_panel_shrinks_the_work_area_and_gets_its_size_once() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    t.run([Op::Layer(0, panel())]);
    let configured = |effect: &Effect| matches!(effect, Effect::ConfigureLayer { size, .. } if *size == LogicalSize::new(1000.0, 30.0));
    assert_eq!(t.effects.iter().filter(|effect| configured(effect)).count(), 1);
    t.run([Op::LayerMaps(0)]);
    assert!(!t.effects.iter().any(|effect| matches!(effect, Effect::ConfigureLayer { .. })));
    t.answer();
    assert_eq!(t.area(1), [0.0, 30.0, 1000.0, 570.0]);
}

#[test]
fn fullscreen_covers_panels_until_another_window_is_raised() {
    let mut t = floating();
    t.run([Op::Layer(0, panel()), Op::LayerMaps(0)]);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    t.run([Op::Command(Do::Fullscreen(1, true, None))]);
    t.answer();
    assert_eq!(t.area(1), [0.0, 0.0, 1000.0, 600.0]);
    let at_panel = |t: &Bench| t.desktop.under(LogicalPoint::new(5.0, 5.0)).map(|under| under.layer);
    assert_eq!(at_panel(&t), Some(false));
    t.run([Op::Command(Do::Focus(2))]);
    assert_eq!(at_panel(&t), Some(true));
}

#[test]
fn a_hidden_surface_gets_no_frames() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    let output = t.desktop.outputs()[0].id;
    assert_eq!(t.desktop.visible(output).len(), 2);
    t.run([Op::Command(Do::Fullscreen(1, true, None))]);
    t.answer();
    assert_eq!(t.desktop.visible(output), [t.clients[&1].surface]);
    t.run([Op::Command(Do::Minimize(1, true))]);
    assert_eq!(t.desktop.visible(output), [t.clients[&2].surface]);
}

#[test]
fn popups_may_be_anywhere_in_the_work_area() {
    let mut t = floating();
    t.run([Op::Layer(0, panel()), Op::LayerMaps(0)]);
    t.open(1, 300, 200);
    t.run([Op::Command(Do::Move(1, 100.0, 100.0))]);
    assert_eq!(t.bounds_of(1), LogicalRect::new(LogicalPoint::new(-100.0, -70.0), LogicalSize::new(1000.0, 570.0)));
}

#[test]
fn a_popup_lies_relative_to_the_geometry_of_its_parent() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.run([Op::Command(Do::Move(1, 100.0, 100.0)), Op::Geometry(1, Some([20, 30, 200, 100])), Op::Popup(1, [10, 10])]);
    assert_eq!(t.area(1), [100.0, 100.0, 200.0, 100.0]);
    // The popup's own geometry begins at (5, 5) of its surface.
    let under = t.desktop.under(LogicalPoint::new(106.0, 106.0)).unwrap();
    assert_eq!(under.origin, LogicalPoint::new(105.0, 105.0));
    assert_ne!(under.surface, t.clients[&1].surface);
    assert_eq!(under.window, Some(t.clients[&1].id));
    assert_eq!(t.desktop.window_of(under.surface), under.window);
}

// Outputs.

#[test]
fn unplug_and_replug_brings_windows_back() {
    let mut t = Bench::with_outputs(2);
    t.open(1, 300, 200);
    t.run([Op::Point(1500.0, 300.0)]);
    t.open(2, 300, 200);
    assert_eq!(t.sketch(), "1: [1]\n2: [*2]");
    t.run([Op::Command(Do::Unplug(1))]);
    t.answer();
    assert_eq!(t.sketch(), "1: (1) [*2]");
    t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
    t.answer();
    assert_eq!(t.sketch(), "1: [1]\n2: [*2]");
}

#[test]
fn without_any_output_windows_are_kept() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.run([Op::Command(Do::Move(1, 40.0, 50.0)), Op::Command(Do::Unplug(0))]);
    assert_eq!(t.desktop.focus(), None);
    assert_eq!(t.desktop.windows().len(), 1);
    t.open(2, 10, 10);
    t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
    assert_eq!(t.area(1), [40.0, 50.0, 300.0, 200.0]);
    assert!(t.desktop.focus().is_some());
}

#[test]
fn a_smaller_output_pulls_its_windows_in() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.run([Op::Command(Do::Move(1, 690.0, 390.0)), Op::Command(Do::Configure(0, 640, 480, 1.0))]);
    assert_eq!(t.area(1), [340.0, 280.0, 300.0, 200.0]);
}

#[test]
fn surfaces_learn_the_scale_before_they_draw() {
    let mut t = Bench::new(Settings::plain());
    t.run([Op::Command(Do::Plug(1000, 600, 1.5)), Op::Open(1, 300, 200)]);
    let surface = t.clients[&1].surface;
    assert!(t.effects.contains(&Effect::SurfaceOutputs { surface, outputs: Vec::new(), scale: 1.5 }), "{:?}", t.effects);
    let output = t.desktop.outputs()[0].id;
    t.run([Op::ClientCommits(1)]);
    assert!(t.effects.contains(&Effect::SurfaceOutputs { surface, outputs: vec![output], scale: 1.5 }), "{:?}", t.effects);
}

#[test]
fn a_mounted_upright_output_is_as_high_as_it_is_wide() {
    let mut t = Bench::new(Settings::plain());
    t.command("add-output 1000x600 --scale 2 --transform 90".parse().unwrap()).unwrap();
    assert_eq!(t.desktop.outputs()[0].size, LogicalSize::new(300.0, 500.0));
    assert_eq!(t.scenes.values().next().unwrap().size, euclid::Size2D::new(600, 1000));
}

// Scenes.

#[test]
fn a_window_alone_shows_neither_decoration_nor_others() {
    let mut t = Bench::new(Settings::default());
    t.run([Op::Command(Do::Plug(1000, 600, 2.0))]);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    let scene = t.desktop.scene(View::Window(t.clients[&1].id), t.now).unwrap();
    assert_eq!(scene.elements.len(), 1);
    let size = t.window(1).area.size * 2.0;
    assert_eq!((scene.size.width, scene.size.height), (size.width as i32, size.height as i32));
    assert_eq!(t.desktop.scene(View::Window(WindowId(99)), t.now), None);
}

#[test]
fn a_region_is_a_window_onto_all_outputs() {
    let mut t = Bench::with_outputs(2);
    t.open(1, 300, 200);
    let area = LogicalRect::new(LogicalPoint::new(900.0, 0.0), LogicalSize::new(200.0, 100.0));
    let scene = t.desktop.scene(View::Region { area, scale: 0.5 }, t.now).unwrap();
    assert_eq!((scene.size.width, scene.size.height), (100, 50));
    assert_eq!(scene.elements.len(), 3, "two backgrounds and a window");
    assert_eq!(scene.cursors, []);
    for (area, scale) in [(LogicalRect::zero(), 1.0), (area, 0.0), (area, f64::NAN)] {
        assert_eq!(t.desktop.scene(View::Region { area, scale }, t.now), None);
    }
}

#[test]
fn the_focused_window_wears_light() {
    let mut t = Bench::new(Settings { layout: LayoutKind::Floating, ..Settings::default() });
    t.run([Op::Command(Do::Plug(1000, 600, 1.5))]);
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    let scene = t.scenes.values().next().unwrap();
    let kinds: Vec<char> = scene
        .elements
        .iter()
        .map(|element| match element.kind {
            ElementKind::Gradient { .. } => 'g',
            ElementKind::Shadow { .. } => 's',
            ElementKind::Surface(_) => 'w',
            ElementKind::Border { .. } => 'b',
            _ => '?',
        })
        .collect();
    assert_eq!(kinds.iter().collect::<String>(), "gswbswb");
    let border = t.desktop.settings().border;
    let [unfocused, focused] = [3, 6].map(|index| &scene.elements[index]);
    assert!(matches!(unfocused.kind, ElementKind::Border { top, .. } if top == border.unfocused.top));
    assert!(matches!(focused.kind, ElementKind::Border { top, width, .. } if top == border.focused.top && width == 3.0));
    let window = &scene.elements[5];
    assert_eq!(window.rounded_area, Some(focused.area.inflate(-3, -3)));
    assert_eq!((window.radius, focused.radius), (18.0, 21.0));
}

#[test]
fn nothing_new_is_not_told() {
    let mut t = Bench::with_outputs(2);
    t.open(1, 300, 200);
    t.run([Op::ClientResizes(1, 1000, 600)]);
    assert_eq!(t.effects, []);
    t.run([Op::Point(10.0, 10.0)]);
    t.run([Op::Point(10.0, 10.0), Op::Release, Op::Pass(1000)]);
    assert_eq!(t.effects, []);
    let first = t.desktop.outputs()[0].id;
    t.run([Op::Point(11.0, 10.0)]);
    assert_eq!(t.effects, [Effect::Redraw { output: first }], "the other output shows no cursor");
}

#[test]
fn windows_are_announced_once_and_by_name() {
    let mut t = floating();
    t.open(1, 300, 200);
    let window = t.clients[&1].id;
    t.effects.clear();
    t.observe(Event::WindowChanged { window, change: crate::event::WindowChange::Title("notes".to_owned()) });
    assert_eq!(t.effects, [Effect::Notify(Notice::WindowChanged { window })]);
    assert_eq!(t.window(1).title, "notes");
    t.run([Op::Close(1)]);
    assert!(t.effects.contains(&Effect::Notify(Notice::FocusChanged { window: None })));
}

// Trees.

#[test]
fn a_deep_or_tangled_tree_ends() {
    let mut t = floating();
    let ids: Vec<_> = (0..200).map(|_| t.desktop.allocate_surface()).collect();
    for (index, surface) in ids.iter().enumerate() {
        // Each holds the next one twice, and the last one the first.
        let next = ids[(index + 1) % ids.len()];
        let stack = vec![(*surface, (0, 0).into()), (next, (1, 1).into()), (next, (i32::MAX, i32::MIN).into())];
        t.observe(Event::SurfaceCommitted {
            surface: *surface,
            state: SurfaceState { size: Some(LogicalSize::new(9.0, 9.0)), input: None, stack },
        });
    }
    assert!(t.desktop.surfaces.tree(ids[0]).count() <= 40);
    assert_eq!(t.desktop.window_of(ids[5]), None);
    assert_eq!(t.desktop.origin(ids[7]), None);
}

#[test]
fn input_goes_through_the_holes_of_a_surface() {
    let mut t = floating();
    t.open(1, 300, 200);
    t.open(2, 300, 200);
    t.run([Op::Command(Do::Move(1, 0.0, 0.0)), Op::Command(Do::Move(2, 0.0, 0.0)), Op::InputRegion(2, Some([0, 0, 50, 50]))]);
    let at = |x: f64, y: f64| t.desktop.under(LogicalPoint::new(x, y)).and_then(|under| under.window);
    assert_eq!(at(49.5, 49.5), Some(t.clients[&2].id));
    assert_eq!(at(50.0, 50.0), Some(t.clients[&1].id));
    assert_eq!(at(300.0, 0.0), None);
}

#[test]
fn a_subsurface_may_lie_outside_of_its_parent() {
    let mut t = floating();
    t.open(1, 100, 100);
    t.run([Op::Subsurface(1, [-20, -20], 40), Op::Geometry(1, Some([0, 0, 100, 100])), Op::Command(Do::Move(1, 200.0, 200.0))]);
    let under = t.desktop.under(LogicalPoint::new(185.0, 185.0)).unwrap();
    assert_eq!(under.origin, LogicalPoint::new(180.0, 180.0));
    assert_eq!(under.window, Some(t.clients[&1].id));
    assert_eq!(t.area(1), [200.0, 200.0, 100.0, 100.0]);
}
