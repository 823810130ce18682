//! Windows that move: what is seen of it, and what is not touched by it.

use std::time::Duration;

use glasshouse_scene::{Element, ElementId, ElementKind, LogicalPoint, OutputId, Scene, SurfaceId};
use proptest::{collection::vec, prelude::*};

use super::{
    add_output,
    bench::{Bench, Do, Op},
    command,
    histories::{cases, op, settings},
};
use crate::{Animations, Curve, Event, Movement, Settings, View};

const EASE: Movement = Movement::Ease { curve: Curve::Linear, ms: 100 };

fn moves() -> Animations {
    Animations { enabled: true, speed: 1.0, open: EASE, close: EASE, shift: EASE, workspace: EASE }
}

/// One output of 1000 by 600, nothing but windows on it, each as it came to rest.
fn bench(count: u8) -> Bench {
    let mut t = Bench::new(Settings { layout: crate::LayoutKind::MasterStack, animations: moves(), ..Settings::plain() });
    t.command(add_output(1000, 600, 1.0)).unwrap();
    for n in 1..=count {
        t.open(n, 300, 200);
        t.later(1000);
    }
    assert!(!t.desktop.is_moving());
    t
}

impl Bench {
    fn later(&mut self, ms: u64) {
        self.now = self.now.after(Duration::from_millis(ms));
        self.observe(Event::Tick);
    }

    fn only_output(&self) -> OutputId {
        self.desktop.outputs()[0].id
    }

    fn scene_now(&self) -> Scene {
        self.desktop.scene(View::Output(self.only_output()), self.now).unwrap()
    }

    fn painted_surface(&self, n: u8) -> Option<Element> {
        let surface = self.clients[&n].surface;
        self.scene_now().elements.into_iter().find(|element| element.id == ElementId::Surface(surface))
    }

    /// Left and width of what is painted of a window, in pixels.
    fn across(&self, n: u8) -> (i32, i32) {
        let area = self.painted_surface(n).unwrap().area;
        (area.min_x(), area.width())
    }
}

#[test]
fn nothing_moves_unless_it_is_asked_for() {
    let mut t = Bench::with_outputs(1);
    for n in 1..=3 {
        t.open(n, 300, 200);
    }
    t.command("set-layout columns".parse().unwrap()).unwrap();
    assert!(!t.desktop.is_moving());
}

#[test]
fn a_window_is_seen_to_go_to_its_place_and_is_there_at_once_for_everybody_else() {
    let mut t = bench(2);
    // 550 and 450 wide.
    let (before, after) = (t.across(1), t.area(2));
    assert_eq!(before, (0, 550));
    t.command("swap-window 2 --window 1".parse().unwrap()).unwrap();
    t.answer();
    assert_eq!(t.area(1), after, "where it is has changed at once");
    let under = t.desktop.under(LogicalPoint::new(900.0, 10.0)).unwrap();
    assert_eq!(under.window, Some(t.clients[&1].id), "also for the pointer");
    assert_eq!(t.across(1), (0, 550), "and is not seen yet");
    t.later(50);
    assert_eq!(t.across(1), (275, 500), "half of the way");
    t.later(50);
    assert_eq!(t.across(1), (550, 450));
    assert!(!t.desktop.is_moving());
    // No frame without motion.
    t.effects.clear();
    t.later(16);
    assert_eq!(t.effects, []);
}

#[test]
fn an_interrupted_window_goes_on_from_where_it_is() {
    let mut t = bench(2);
    t.command("swap-window 2 --window 1".parse().unwrap()).unwrap();
    t.answer();
    t.later(30);
    let between = t.across(1);
    t.command("swap-window 2 --window 1".parse().unwrap()).unwrap();
    t.answer();
    assert_eq!(t.across(1), between);
    t.later(100);
    assert_eq!(t.across(1), (0, 550));
}

#[test]
fn a_window_appears_and_leaves_a_pane_that_fades() {
    let mut t = bench(1);
    t.open(2, 300, 200);
    let first = t.painted_surface(2);
    assert_eq!(first.map(|element| element.opacity), Some(0.0));
    t.later(50);
    let half = t.painted_surface(2).unwrap();
    assert!((half.opacity - 0.5).abs() < 0.01);
    // 96 % of 450, between 92 % and all.
    assert_eq!((half.area.min_x(), half.area.width()), (559, 432));
    t.later(50);
    assert_eq!(t.painted_surface(2).unwrap().opacity, 1.0);
    let surface = t.clients[&2].surface;
    t.run([Op::Close(2)]);
    let panes = |t: &Bench| {
        let is_pane = |element: &&Element| matches!(element.id, ElementId::Decoration { surface: of, .. } if of == surface);
        t.scene_now().elements.iter().filter(is_pane).map(|element| element.opacity).collect::<Vec<_>>()
    };
    t.answer();
    assert_eq!(panes(&t), [1.0]);
    t.later(50);
    assert_eq!(panes(&t), [0.5]);
    t.later(50);
    assert_eq!(panes(&t), [0.0_f32; 0]);
    assert!(!t.desktop.is_moving());
}

#[test]
fn workspaces_slide() {
    let mut t = bench(1);
    t.command("focus-workspace 2".parse().unwrap()).unwrap();
    t.later(50);
    let going = t.painted_surface(1).unwrap();
    assert_eq!((going.area.min_y(), going.opacity), (-300, 1.0), "up, while the next one comes from below");
    assert_eq!(t.desktop.under(LogicalPoint::new(10.0, 10.0)), None, "nobody clicks on what has gone");
    t.later(50);
    assert_eq!(t.painted_surface(1), None);
    t.command("focus-workspace 1".parse().unwrap()).unwrap();
    t.later(50);
    assert_eq!(t.painted_surface(1).unwrap().area.min_y(), -300);
    t.later(50);
    assert_eq!(t.painted_surface(1).unwrap().area.min_y(), 0);
}

#[test]
fn what_is_minimized_fades_and_comes_back() {
    let mut t = bench(1);
    t.command("set-minimized on".parse().unwrap()).unwrap();
    t.later(50);
    assert!((t.painted_surface(1).unwrap().opacity - 0.5).abs() < 0.01);
    t.later(50);
    assert_eq!(t.painted_surface(1), None);
    t.command("set-minimized off --window 1".parse().unwrap()).unwrap();
    t.later(50);
    assert!((t.painted_surface(1).unwrap().opacity - 0.5).abs() < 0.01);
}

#[test]
fn columns_that_leave_the_view_are_seen_to() {
    let mut t = bench(3);
    t.command("set-layout columns".parse().unwrap()).unwrap();
    t.answer();
    t.later(1000);
    // The second and the third of the columns of 500.
    assert_eq!([t.across(2), t.across(3)], [(0, 500), (500, 500)]);
    t.command("focus-window 1".parse().unwrap()).unwrap();
    t.answer();
    t.later(50);
    assert_eq!([t.across(1), t.across(2), t.across(3)], [(-250, 500), (250, 500), (750, 500)]);
    t.later(50);
    assert_eq!(t.painted_surface(3), None);
}

#[test]
fn a_locked_session_shows_nothing_that_moves() {
    let mut t = bench(2);
    t.run([Op::Close(2)]);
    t.observe(Event::Locked(true));
    assert!(!t.desktop.is_moving());
    let is_surface = |element: &Element| matches!(element.kind, ElementKind::Surface(SurfaceId(_)));
    assert!(!t.scene_now().elements.iter().any(is_surface));
}

#[test]
fn a_tile_that_is_let_go_goes_to_its_place_from_the_hand() {
    let mut t = bench(2);
    let before = t.across(2);
    t.run([Op::Point(900.0, 300.0)]);
    command(&mut t, "begin-move");
    t.run([Op::GrabHeld, Op::Point(100.0, 300.0)]);
    let in_hand = t.across(2);
    assert!(in_hand.0 < 100 && in_hand.1 < before.1 && !t.desktop.is_moving(), "{in_hand:?}");
    t.run([Op::GrabReleased]);
    assert!(t.desktop.is_moving());
    let near = |one: (i32, i32), other: (i32, i32)| (one.0 - other.0).abs() <= 1 && (one.1 - other.1).abs() <= 1;
    assert!(near(t.across(2), in_hand), "{:?} {in_hand:?}", t.across(2));
    t.answer();
    t.later(50);
    let between = t.across(2);
    t.later(1000);
    let place = t.area(2);
    assert_eq!(t.across(2), (place[0] as i32, place[2] as i32));
    assert!(in_hand.1 < between.1 && between.1 < place[2] as i32, "{between:?}");
    // Put back by Escape, it goes to where it was.
    t.run([Op::Point(place[0] + 100.0, 300.0)]);
    command(&mut t, "begin-move");
    t.run([Op::GrabHeld, Op::Point(600.0, 500.0), Op::Escape]);
    assert!(t.desktop.is_moving());
    t.later(1000);
    assert_eq!(t.across(2), (place[0] as i32, place[2] as i32));
}

proptest! {
    #![proptest_config(cases(500))]

    /// However it was interrupted, it ends where it would be without any movement.
    #[test]
    fn everything_comes_to_rest_where_it_is(settings in settings(), shift in 0..3_usize, ops in vec(op(), 1..40)) {
        let shift = [EASE, Movement::Spring { damping_ratio: 0.5, stiffness: 500.0 }, Movement::Off][shift];
        let mut t = Bench::new(Settings { animations: Animations { shift, ..moves() }, ..settings });
        t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
        t.run(ops);
        t.later(10_000);
        t.later(10_000);
        prop_assert!(!t.desktop.is_moving());
        let mut still = t.desktop.clone();
        let settings = Settings { animations: Animations::default(), ..still.settings().clone() };
        still.observe(Event::SettingsChanged(Box::new(settings)), t.now);
        for output in t.desktop.outputs() {
            prop_assert_eq!(t.desktop.scene(View::Output(output.id), t.now), still.scene(View::Output(output.id), t.now));
        }
    }
}
