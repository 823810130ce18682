//! Locked means locked, whatever happens meanwhile.

use std::collections::BTreeSet;

use glasshouse_scene::{CursorImage, ElementKind, LogicalPoint, LogicalRect, LogicalSize, OutputId, SurfaceId};
use proptest::{collection::vec, prelude::*};

use super::{
    bench::{Bench, Do, Op},
    histories::{cases, op, settings},
};
use crate::{
    Effect, Event, View,
    event::{CursorWanted, SurfaceState},
};

/// Locks, and shows a lock surface of the output's size on each of these.
fn locked(t: &mut Bench, outputs: &[OutputId]) -> Vec<SurfaceId> {
    t.observe(Event::Locked(true));
    outputs.iter().map(|output| lock_surface(t, *output)).collect()
}

fn lock_surface(t: &mut Bench, output: OutputId) -> SurfaceId {
    t.effects.clear();
    let surface = t.desktop.allocate_surface();
    t.observe(Event::LockSurfaceCreated { surface, output });
    let size = t.effects.iter().find_map(|effect| match effect {
        Effect::ConfigureLock { surface: asked, size } if *asked == surface => Some(*size),
        _ => None,
    });
    let size = size.expect("it is asked for a size");
    t.observe(Event::SurfaceCommitted { surface, state: SurfaceState { size: Some(size), ..SurfaceState::default() } });
    t.observe(Event::LockSurfaceMapped { surface });
    surface
}

/// No element, point, focus or other view leads to anything but these.
fn assert_only(t: &Bench, lockers: &BTreeSet<SurfaceId>) {
    for output in t.desktop.outputs() {
        let scene = t.desktop.scene(View::Output(output.id), t.now).unwrap();
        assert_eq!(scene.lock_epoch, t.desktop.lock_epoch());
        assert!(matches!(scene.elements[0].kind, ElementKind::Fill(color) if color.alpha >= 1.0));
        assert!(scene.elements[0].area.contains_rect(&euclid::Rect::from_size(scene.size)));
        for element in &scene.elements[1..] {
            assert!(matches!(element.kind, ElementKind::Surface(surface) if lockers.contains(&surface)), "{element:?}");
        }
        let (position, size) = (output.position, output.size);
        for (x, y) in [(0.0, 0.0), (0.3, 0.3), (0.5, 0.5), (0.9, 0.1)] {
            let at = LogicalPoint::new(position.x + size.width * x, position.y + size.height * y);
            assert!(t.desktop.under(at).is_none_or(|under| lockers.contains(&under.surface)));
        }
    }
    assert!(t.desktop.focus().is_none_or(|focus| lockers.contains(&focus)));
    assert_eq!(t.desktop.focus(), t.told_focus);
    for window in t.desktop.windows() {
        assert_eq!(t.desktop.scene(View::Window(window.id), t.now), None);
        assert!(!window.focused);
    }
    let everything = LogicalRect::new(LogicalPoint::zero(), LogicalSize::new(5000.0, 5000.0));
    assert_eq!(t.desktop.scene(View::Region { area: everything, scale: 1.0 }, t.now), None);
}

#[test]
fn from_the_request_on_nothing_shows_and_an_output_without_a_lock_surface_is_solid() {
    let mut t = Bench::with_outputs(2);
    t.open(1, 300, 200);
    let outputs: Vec<OutputId> = t.desktop.outputs().iter().map(|output| output.id).collect();
    t.observe(Event::Locked(true));
    assert_only(&t, &BTreeSet::new());
    let lockers = BTreeSet::from([lock_surface(&mut t, outputs[1])]);
    assert_only(&t, &lockers);
    let shown = |t: &Bench, output| t.desktop.scene(View::Output(output), t.now).unwrap().elements.len();
    assert_eq!((shown(&t, outputs[0]), shown(&t, outputs[1])), (1, 2));
    // Its locker dies.
    t.observe(Event::SurfaceDestroyed { surface: *lockers.first().unwrap() });
    assert_only(&t, &BTreeSet::new());
    assert!(t.desktop.is_locked());
    t.observe(Event::Locked(false));
    t.come_to_rest();
    assert!(t.window(1).focused);
}

#[test]
fn an_output_that_is_added_while_locked_never_shows_the_session() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    locked(&mut t, &[]);
    t.step(Op::Command(Do::Plug(800, 600, 1.5)));
    t.step(Op::Command(Do::Unplug(0)));
    assert_only(&t, &BTreeSet::new());
    let output = t.desktop.outputs()[0].id;
    let lockers = BTreeSet::from([lock_surface(&mut t, output)]);
    assert_only(&t, &lockers);
    // An output of 533.3 logical pixels is covered to its edge.
    let scene = t.desktop.scene(View::Output(output), t.now).unwrap();
    assert!(scene.elements[1].area.contains_rect(&euclid::Rect::from_size(scene.size)), "{scene:?}");
}

#[test]
fn the_keyboard_goes_to_the_lock_surface_of_the_focused_output_and_a_click_chooses_another() {
    let mut t = Bench::with_outputs(2);
    t.step(Op::Command(Do::FocusOutput(0)));
    let outputs: Vec<OutputId> = t.desktop.outputs().iter().map(|output| output.id).collect();
    let lockers = locked(&mut t, &[outputs[1], outputs[0]]);
    assert_eq!(t.desktop.focus(), Some(lockers[1]));
    t.step(Op::Point(1500.0, 300.0));
    t.step(Op::Press);
    assert_eq!(t.desktop.focus(), Some(lockers[0]));
    t.observe(Event::LockSurfaceGone { surface: lockers[0] });
    assert_eq!(t.desktop.focus(), Some(lockers[1]), "rather another one than none");
}

#[test]
fn an_output_has_one_lock_surface_and_tells_it_its_size() {
    let mut t = Bench::with_outputs(1);
    let output = t.desktop.outputs()[0].id;
    let first = locked(&mut t, &[output])[0];
    t.effects.clear();
    let second = t.desktop.allocate_surface();
    t.observe(Event::LockSurfaceCreated { surface: second, output });
    assert_eq!(t.effects, []);
    t.step(Op::Command(Do::Configure(0, 1366, 768, 1.2)));
    let asked = t.effects.iter().filter(|effect| matches!(effect, Effect::ConfigureLock { .. })).collect::<Vec<_>>();
    assert_eq!(asked, [&Effect::ConfigureLock { surface: first, size: LogicalSize::new(1139.0, 640.0) }]);
}

#[test]
fn what_others_made_of_the_pointer_is_not_seen_while_locked() {
    let mut t = Bench::with_outputs(1);
    t.open(1, 300, 200);
    let cursor = t.desktop.allocate_surface();
    let state = SurfaceState { size: Some(LogicalSize::new(16.0, 16.0)), ..SurfaceState::default() };
    t.observe(Event::SurfaceCommitted { surface: cursor, state });
    t.run([Op::Point(50.0, 50.0), Op::Press, Op::Drag(Some(1))]);
    t.observe(Event::CursorWanted { cursor: Some(CursorWanted::Surface { surface: cursor, hotspot: euclid::Point2D::zero() }) });
    t.observe(Event::Locked(true));
    assert_only(&t, &BTreeSet::new());
    let output = t.desktop.outputs()[0].id;
    let scene = t.desktop.scene(View::Output(output), t.now).unwrap();
    assert_eq!(scene.cursors[0].image, CursorImage::Named("default".to_owned()));
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn no_history_shows_anything_but_the_locker_while_locked(
        settings in settings(),
        before in vec(op(), 1..25),
        lockers in any::<[bool; 2]>(),
        during in vec(op(), 1..25),
    ) {
        let mut t = Bench::new(settings);
        t.run([Op::Command(Do::Plug(1000, 600, 1.0)), Op::Command(Do::Plug(800, 600, 1.5))]);
        t.run(before);
        let outputs: Vec<OutputId> = t.desktop.outputs().iter().map(|output| output.id).collect();
        let outputs: Vec<OutputId> = outputs.into_iter().zip(lockers).filter(|(_, wanted)| *wanted).map(|(output, _)| output).collect();
        let lockers = locked(&mut t, &outputs).into_iter().collect();
        assert_only(&t, &lockers);
        for op in during {
            // A cursor's surface is the locker's own: the edge lets no other through.
            if matches!(op, Op::Cursor(_)) {
                continue;
            }
            t.effects.clear();
            t.step(op);
            assert_only(&t, &lockers);
        }
        t.observe(Event::Locked(false));
        t.come_to_rest();
    }
}
