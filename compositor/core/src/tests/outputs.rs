//! Outputs that are used and not, dark and not.

use glasshouse_scene::{Color, ElementKind, LogicalPoint};

use super::bench::{Bench, Do, Op};
use crate::{Command, Event, Refusal, View};

impl Bench {
    /// What the person says about outputs.
    fn say(&mut self, line: &str) -> Result<(), Refusal> {
        self.effects.clear();
        let result = self.command(line.parse::<Command>().unwrap_or_else(|error| panic!("{line}: {error}")));
        self.answer();
        result
    }

    fn names(&self) -> Vec<String> {
        self.desktop.outputs().into_iter().map(|output| output.mode.name).collect()
    }

    /// How many outputs are there and not used.
    fn unused(&self) -> usize {
        self.desktop.all_outputs().iter().filter(|output| !output.enabled).count()
    }

    fn output_of(&self, n: u8) -> Option<String> {
        self.desktop.output(self.window(n).output?).map(|output| output.mode.name)
    }
}

/// Two outputs with a window each.
fn two() -> Bench {
    let mut t = Bench::with_outputs(2);
    t.open(1, 300, 200);
    t.run([Op::Command(Do::FocusOutput(1))]);
    t.open(2, 300, 200);
    assert_eq!((t.output_of(1).as_deref(), t.output_of(2).as_deref()), (Some("HEADLESS-1"), Some("HEADLESS-2")));
    t
}

#[test]
fn windows_leave_an_output_that_is_not_used_and_come_back_with_it() {
    let mut t = two();
    let before = t.area(2);
    t.say("configure-output HEADLESS-2 --enabled off").unwrap();
    assert_eq!(t.names(), ["HEADLESS-1"]);
    assert_eq!(t.output_of(2).as_deref(), Some("HEADLESS-1"));
    assert_eq!(t.unused(), 1);
    t.say("configure-output HEADLESS-2 --enabled off").unwrap();
    assert_eq!(t.unused(), 1, "nothing new");
    t.say("configure-output HEADLESS-2 --enabled on").unwrap();
    assert_eq!((t.names(), t.unused()), (vec!["HEADLESS-1".to_owned(), "HEADLESS-2".to_owned()], 0));
    assert_eq!((t.output_of(2).as_deref(), t.area(2)), (Some("HEADLESS-2"), before));
    // Toggling is relative to what it is.
    t.say("configure-output HEADLESS-2 --enabled toggle").unwrap();
    assert_eq!(t.names().len(), 1);
    t.say("configure-output HEADLESS-2 --enabled toggle").unwrap();
    assert_eq!(t.names().len(), 2);
}

#[test]
fn what_is_said_of_an_unused_output_counts_when_it_is_used() {
    let mut t = two();
    t.say("configure-output HEADLESS-2 --enabled off").unwrap();
    t.say("configure-output HEADLESS-2 --mode 640x480 --scale 2 --position 0,700").unwrap();
    assert_eq!(t.names(), ["HEADLESS-1"]);
    for (wrong, why) in [("--scale 100", "a scale from 0.25"), ("--name HEADLESS-1", "another output"), ("--mode 99999x1", "16384")] {
        let error = t.say(&format!("configure-output HEADLESS-2 {wrong}")).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        let error = t.say(&format!("configure-output HEADLESS-2 --enabled on {wrong}")).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        assert_eq!((t.names().len(), t.unused()), (1, 1));
    }
    t.say("configure-output HEADLESS-2 --enabled on").unwrap();
    let output = t.desktop.outputs()[1].clone();
    assert_eq!((output.mode.width, output.mode.scale, output.position), (640, 2.0, LogicalPoint::new(0.0, 700.0)));
}

#[test]
fn a_name_is_one_outputs_whether_it_is_used_or_not() {
    let mut t = two();
    t.say("configure-output HEADLESS-2 --enabled off").unwrap();
    let error = t.say("configure-output HEADLESS-1 --name HEADLESS-2").unwrap_err();
    assert_eq!(error, Refusal::NameTaken("HEADLESS-2".into()));
    // A new one gets a name that is free, unless it is said to be that one.
    t.say("add-output 800x600").unwrap();
    assert_eq!(t.names(), ["HEADLESS-1", "HEADLESS-3"]);
    t.say("add-output 800x600 --name HEADLESS-2").unwrap();
    assert_eq!((t.names().len(), t.unused()), (3, 0));
    t.say("configure-output HEADLESS-2 --enabled off").unwrap();
    t.say("remove-output HEADLESS-2").unwrap();
    assert_eq!(t.unused(), 0);
    assert!(matches!(t.say("configure-output HEADLESS-2 --enabled on"), Err(Refusal::NoOutput { .. })));
}

#[test]
fn turning_an_output_off_can_be_undone() {
    let mut t = two();
    let before = t.area(2);
    t.say("configure-output HEADLESS-2 --enabled off").unwrap();
    t.say("undo").unwrap();
    assert_eq!((t.names().len(), t.unused()), (2, 0));
    assert_eq!((t.output_of(2).as_deref(), t.area(2)), (Some("HEADLESS-2"), before));
}

#[test]
fn a_dark_output_keeps_its_windows_and_shows_nothing() {
    let mut t = two();
    let dark = t.desktop.outputs()[1].id;
    let before = t.area(2);
    t.say("configure-output HEADLESS-2 --power off").unwrap();
    assert_eq!((t.output_of(2).as_deref(), t.area(2)), (Some("HEADLESS-2"), before));
    let shows = |t: &Bench| t.desktop.scene(View::Output(dark), t.now).unwrap();
    let is_dark = |t: &Bench| {
        let scene = shows(t);
        scene.elements.len() == 1 && scene.elements[0].kind == ElementKind::Fill(Color::BLACK) && scene.cursors.is_empty()
    };
    assert!(is_dark(&t));
    assert_eq!(t.desktop.visible(dark), []);
    t.run([Op::Point(1500.0, 300.0)]);
    assert!(is_dark(&t), "not even the pointer");
    t.observe(Event::Locked(true));
    assert!(is_dark(&t));
    t.observe(Event::Locked(false));
    t.say("configure-output HEADLESS-2 --power toggle").unwrap();
    assert!(shows(&t).elements.len() > 1 && shows(&t).cursors.len() == 1);
    // A dark one that was not used is bright again.
    t.say("configure-output HEADLESS-2 --power off --enabled off").unwrap();
    t.say("configure-output HEADLESS-2 --enabled on").unwrap();
    assert!(t.desktop.outputs()[1].powered);
}
