//! Outputs that show what others show.

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{Color, ElementId, ElementKind, LogicalPoint, OutputId, PhysicalRect, Scene};

use super::bench::{Bench, Do, Op};
use crate::{Audience, Command, Effect, Event, Refusal, View, memory::Memory};

/// Two outputs of 1000x600; window 1 floats on the first at 100,100 with 300x200, window 2 on the second.
fn two() -> Bench {
    let mut t = Bench::with_outputs(2);
    t.open(1, 300, 200);
    t.run([Op::Command(Do::Float(1, true)), Op::AllCommit, Op::Command(Do::Resize(1, 300.0, 200.0)), Op::AllCommit]);
    t.run([Op::Command(Do::Move(1, 100.0, 100.0)), Op::Command(Do::FocusOutput(1))]);
    t.open(2, 300, 200);
    t.run([Op::Command(Do::FocusOutput(0))]);
    t
}

impl Bench {
    fn say_of_outputs(&mut self, line: &str) -> Result<(), Refusal> {
        self.effects.clear();
        let result = self.command(line.parse::<Command>().unwrap_or_else(|error| panic!("{line}: {error}")));
        let effects = std::mem::take(&mut self.effects);
        self.answer();
        super::invariants::assert_invariants(self);
        self.effects = effects;
        result
    }

    fn id_of_output(&self, name: &str) -> OutputId {
        self.desktop.all_outputs().iter().find(|output| output.mode.name == name).unwrap().id
    }

    fn used(&self) -> Vec<String> {
        self.desktop.outputs().into_iter().map(|output| output.mode.name).collect()
    }

    fn seen_on(&self, name: &str) -> Scene {
        self.desktop.scene(View::Output(self.id_of_output(name)), self.now).unwrap()
    }

    fn window_area(&self, scene: &Scene, n: u8) -> Option<PhysicalRect> {
        scene.elements.iter().find(|element| element.kind == ElementKind::Surface(self.clients[&n].surface)).map(|element| element.area)
    }

    fn is_on(&self, n: u8) -> String {
        self.desktop.output(self.window(n).output.unwrap()).unwrap().mode.name
    }
}

fn rect(x: i32, y: i32, width: i32, height: i32) -> PhysicalRect {
    Rect::new(Point2D::new(x, y), Size2D::new(width, height))
}

fn black(scene: &Scene) -> Vec<PhysicalRect> {
    let is_bar = |element: &&glasshouse_scene::Element| matches!(element.id, ElementId::Shell(16..));
    let bars = scene.elements.iter().filter(is_bar).inspect(|bar| assert_eq!(bar.kind, ElementKind::Fill(Color::BLACK)));
    bars.map(|element| element.area).collect()
}

#[test]
fn a_mirror_of_the_same_size_shows_exactly_its_source() {
    let mut t = two();
    t.run([Op::Point(150.0, 150.0)]);
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    assert_eq!(t.used(), ["HEADLESS-1"]);
    assert_eq!(t.seen_on("HEADLESS-2"), t.seen_on("HEADLESS-1"));
    assert_eq!(t.seen_on("HEADLESS-2").cursors.len(), 1, "the pointer is on both");
    assert_eq!(t.is_on(2), "HEADLESS-1", "its window has come over");
}

#[test]
fn the_source_fits_into_the_middle_with_black_beside_it() {
    let mut t = two();
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1 --mode 2400x1200").unwrap();
    // Twice as large: 2000x1200, with 200 left and right.
    let scene = t.seen_on("HEADLESS-2");
    assert_eq!(t.window_area(&scene, 1), Some(rect(400, 200, 600, 400)));
    assert_eq!(black(&scene), [rect(0, 0, 200, 1200), rect(2200, 0, 200, 1200)]);
    // Its own scale has nothing to do with it, and its transform turns it.
    t.say_of_outputs("configure-output HEADLESS-2 --scale 2 --transform 90").unwrap();
    let scene = t.seen_on("HEADLESS-2");
    assert_eq!(scene.size, Size2D::new(1200, 2400));
    assert_eq!(t.window_area(&scene, 1), Some(rect(120, 840 + 120, 360, 240)));
    assert_eq!(black(&scene), [rect(0, 0, 1200, 840), rect(0, 1560, 1200, 840)]);
    // The pointer is where it is on the source, and so is the way back.
    t.run([Op::Point(500.0, 300.0)]);
    assert_eq!(t.seen_on("HEADLESS-2").cursors[0].position, Point2D::new(600, 1200));
    let seen = t.desktop.screen(t.id_of_output("HEADLESS-2")).unwrap();
    assert_eq!(
        seen.position + LogicalPoint::new(600.0 / seen.mode.scale, 1200.0 / seen.mode.scale).to_vector(),
        LogicalPoint::new(500.0, 300.0)
    );
}

#[test]
fn a_source_with_a_fraction_of_a_scale_is_sharp_on_its_mirror() {
    let mut t = two();
    t.say_of_outputs("configure-output HEADLESS-1 --mode 1500x900 --scale 1.5").unwrap();
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    // 1500x900 into 1000x600: one pixel of the mirror is one logical one.
    assert_eq!(t.window_area(&t.seen_on("HEADLESS-2"), 1), Some(rect(100, 100, 300, 200)));
    assert_eq!(black(&t.seen_on("HEADLESS-2")), []);
}

#[test]
fn windows_leave_a_mirror_and_come_back_to_where_they_were() {
    let mut t = two();
    let before = (t.area(2), t.sketch());
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    assert_eq!(t.is_on(2), "HEADLESS-1");
    t.say_of_outputs("configure-output HEADLESS-2 --mirror none").unwrap();
    assert_eq!((t.area(2), t.sketch()), before);
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    t.say_of_outputs("undo").unwrap();
    assert_eq!((t.area(2), t.sketch()), before);
    t.say_of_outputs("redo").unwrap();
    assert_eq!((t.used(), t.is_on(2).as_str()), (vec!["HEADLESS-1".to_owned()], "HEADLESS-1"));
}

#[test]
fn mirrors_of_mirrors_and_of_themselves_are_refused() {
    let mut t = two();
    t.say_of_outputs("add-output 800x600").unwrap();
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    for (output, source, why) in [
        ("HEADLESS-1", "HEADLESS-1", "HEADLESS-1 cannot mirror HEADLESS-1: it cannot show itself"),
        ("HEADLESS-3", "HEADLESS-2", "HEADLESS-3 cannot mirror HEADLESS-2: what it shall show is a mirror itself"),
        ("HEADLESS-1", "HEADLESS-3", "HEADLESS-1 cannot mirror HEADLESS-3: others mirror it"),
        ("HEADLESS-1", "HEADLESS-2", "HEADLESS-1 cannot mirror HEADLESS-2: what it shall show is a mirror itself"),
    ] {
        let refused = t.say_of_outputs(&format!("configure-output {output} --mode 640x480 --mirror {source}")).unwrap_err();
        assert_eq!(refused.to_string(), why);
        assert!(t.desktop.all_outputs().iter().all(|output| output.mode.width != 640), "nothing has changed");
    }
    t.say_of_outputs("configure-output HEADLESS-3 --mirror HEADLESS-1").unwrap();
    assert_eq!(t.used(), ["HEADLESS-1"]);
}

#[test]
fn without_its_source_a_mirror_is_an_output_like_any_other_until_that_returns() {
    let mut t = two();
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    for (away, back) in [
        ("remove-output HEADLESS-1", "add-output 1000x600 --name HEADLESS-1"),
        ("configure-output HEADLESS-1 --enabled off", "configure-output HEADLESS-1 --enabled on"),
        ("remove-output HEADLESS-1", "undo"),
    ] {
        t.say_of_outputs(away).unwrap();
        assert_eq!(t.used(), ["HEADLESS-2"], "{away}");
        assert_eq!((t.is_on(1).as_str(), t.is_on(2).as_str()), ("HEADLESS-2", "HEADLESS-2"));
        t.say_of_outputs(back).unwrap();
        assert_eq!(t.used(), ["HEADLESS-1"], "{back}");
        assert_eq!(t.seen_on("HEADLESS-2"), t.seen_on("HEADLESS-1"));
    }
    // One that is not there yet can be named, and another name is followed.
    t.say_of_outputs("configure-output HEADLESS-2 --mirror DP-1").unwrap();
    assert_eq!(t.used().len(), 2);
    t.say_of_outputs("configure-output HEADLESS-1 --name DP-1").unwrap();
    assert_eq!(t.used(), ["DP-1"]);
}

#[test]
fn a_mirror_that_is_plugged_in_again_is_one_again() {
    let mut t = two();
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1 --power off").unwrap();
    t.say_of_outputs("remove-output HEADLESS-2").unwrap();
    t.say_of_outputs("add-output 1000x600 --name HEADLESS-2").unwrap();
    let mirror = t.desktop.all_outputs().into_iter().find(|output| output.mode.name == "HEADLESS-2").unwrap();
    assert_eq!((mirror.shows, mirror.powered), (Some(t.id_of_output("HEADLESS-1")), false));
    t.say_of_outputs("configure-output HEADLESS-1 --name DP-1").unwrap();
    assert_eq!(t.used(), ["DP-1"], "it follows the name");
}

#[test]
fn a_lock_and_the_dark_and_what_is_hidden_reach_the_mirror() {
    let mut t = two();
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1 --mode 500x300").unwrap();
    assert!(t.window_area(&t.seen_on("HEADLESS-2"), 1).is_some());
    t.observe(Event::Locked(true));
    let locked = t.seen_on("HEADLESS-2");
    assert_eq!((t.window_area(&locked, 1), locked.lock_epoch), (None, t.desktop.lock_epoch()));
    let surface = t.desktop.allocate_surface();
    let [source, mirror] = ["HEADLESS-1", "HEADLESS-2"].map(|name| t.id_of_output(name));
    t.observe(Event::LockSurfaceCreated { surface, output: mirror });
    assert_eq!(t.desktop.lock_focus(), None, "a mirror has no lock surface of its own");
    t.observe(Event::LockSurfaceGone { surface });
    t.observe(Event::LockSurfaceCreated { surface, output: source });
    let size = Some(glasshouse_scene::LogicalSize::new(1000.0, 600.0));
    t.observe(Event::SurfaceCommitted { surface, state: crate::event::SurfaceState { size, ..Default::default() } });
    t.observe(Event::LockSurfaceMapped { surface });
    let cover = t.seen_on("HEADLESS-2").elements.into_iter().find(|element| element.kind == ElementKind::Surface(surface));
    assert_eq!(cover.map(|element| element.area), Some(rect(0, 0, 500, 300)));
    t.observe(Event::Locked(false));
    t.say_of_outputs("configure-output HEADLESS-1 --power off").unwrap();
    assert_eq!(t.window_area(&t.seen_on("HEADLESS-2"), 1), None, "what it shows is dark");
    t.say_of_outputs("configure-output HEADLESS-1 --power on").unwrap();
    t.say_of_outputs("configure-output HEADLESS-2 --power off").unwrap();
    assert_eq!(t.window_area(&t.seen_on("HEADLESS-2"), 1), None);
    assert!(t.window_area(&t.seen_on("HEADLESS-1"), 1).is_some());
}

#[test]
fn a_window_that_is_hidden_from_pictures_is_so_on_the_mirror() {
    let mut t = two();
    super::rules::hide_from_capture(&mut t, 1);
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    let view = View::Output(t.id_of_output("HEADLESS-2"));
    let picture = t.desktop.scene_for(Audience::Capture, view, t.now).unwrap();
    assert_eq!(t.window_area(&picture, 1), None);
    assert!(t.window_area(&t.seen_on("HEADLESS-2"), 1).is_some(), "a screen shows it");
}

#[test]
fn programs_hear_that_a_mirror_is_gone_and_layers_on_it_are_closed() {
    let mut t = two();
    let mirror = t.id_of_output("HEADLESS-2");
    let layers = ["HEADLESS-1", "HEADLESS-2"].map(|name| {
        let (surface, output) = (t.desktop.allocate_surface(), Some(t.id_of_output(name)));
        t.observe(Event::LayerCreated { surface, output, namespace: "panel".to_owned() });
        surface
    });
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    let closed = |t: &Bench| layers.map(|surface| t.effects.contains(&Effect::CloseLayer { surface }));
    assert_eq!(closed(&t), [false, true]);
    assert!(t.effects.contains(&Effect::OutputRemoved { output: mirror }));
    assert!(t.effects.contains(&Effect::Redraw { output: mirror }), "and it shows something else");
    t.say_of_outputs("configure-output HEADLESS-2 --mirror none").unwrap();
    assert!(t.effects.contains(&Effect::OutputAdded { output: mirror }));
    t.say_of_outputs("move-to-output HEADLESS-2").unwrap();
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    t.say_of_outputs("focus-output HEADLESS-2").unwrap();
    t.say_of_outputs("move-to-output HEADLESS-2").unwrap();
    assert_eq!(t.is_on(1), "HEADLESS-1", "a mirror means its source");
}

#[test]
fn everything_that_was_said_of_outputs_outlives_a_restart() {
    let mut t = two();
    t.say_of_outputs("add-output 640x480").unwrap();
    t.say_of_outputs("add-output 320x240").unwrap();
    t.say_of_outputs("configure-output HEADLESS-2 --mirror HEADLESS-1").unwrap();
    t.say_of_outputs("configure-output HEADLESS-3 --enabled off").unwrap();
    t.say_of_outputs("configure-output HEADLESS-4 --power off").unwrap();
    let memory = t.desktop.memory();
    let told = |t: &Bench| {
        let all = t.desktop.all_outputs().into_iter();
        all.map(|output| (output.mode, output.enabled, output.powered, output.mirror, output.shows.is_some())).collect::<Vec<_>>()
    };
    let mut again = Bench::new(crate::Settings::default());
    again.observe(Event::Remembered(Box::new(memory.clone())));
    again.observe(Event::OutputsRestored { focused: memory.focused_output.clone() });
    assert_eq!(told(&again), told(&t));
    assert_eq!(again.desktop.memory().outputs, memory.outputs);
}

#[test]
fn after_a_restart_there_is_always_something_to_see() {
    let seen = |change: &dyn Fn(&mut Memory)| {
        let mut t = two();
        t.say_of_outputs("focus-output HEADLESS-2").unwrap();
        let mut memory = t.desktop.memory();
        change(&mut memory);
        let mut again = Bench::new(crate::Settings::default());
        let focused = memory.focused_output.clone();
        again.observe(Event::Remembered(Box::new(memory)));
        again.observe(Event::OutputsRestored { focused });
        let lit = again.desktop.outputs().into_iter().filter(|output| output.powered);
        lit.map(|output| output.mode.name).collect::<Vec<_>>()
    };
    assert_eq!(seen(&|_| ()), ["HEADLESS-1", "HEADLESS-2"]);
    // The one with the focus, or else the first.
    assert_eq!(seen(&|memory| memory.outputs.iter_mut().for_each(|output| output.enabled = false)), ["HEADLESS-2"]);
    assert_eq!(seen(&|memory| memory.outputs.iter_mut().for_each(|output| output.powered = false)), ["HEADLESS-2"]);
    let off = |memory: &mut Memory| {
        memory.focused_output = None;
        memory.outputs.iter_mut().for_each(|output| (output.enabled, output.powered) = (false, false));
    };
    assert_eq!(seen(&off), ["HEADLESS-1"]);
    // Files that somebody edited: mirrors of each other are none.
    let mirrors = |memory: &mut Memory| {
        memory.outputs[0].mirror = Some("HEADLESS-2".to_owned());
        memory.outputs[1].mirror = Some("HEADLESS-1".to_owned());
    };
    assert_eq!(seen(&mirrors), ["HEADLESS-1", "HEADLESS-2"]);
    let one_off = |memory: &mut Memory| memory.outputs[0].powered = false;
    assert_eq!(seen(&one_off), ["HEADLESS-2"], "others stay dark");
}
