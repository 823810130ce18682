//! Outputs that cannot be, and outputs that go at the worst moment: docs/outputs.md states what happens.

use glasshouse_scene::LogicalPoint;

use super::bench::{Bench, Do, Op};
use crate::{
    Command, LayoutKind, OutputChange, OutputRef, Refusal, Settings,
    command::Mode,
    event::{Edges, Want},
};

fn add(width: u32, height: u32, scale: f64, position: Option<LogicalPoint>) -> Command {
    let mode = Mode { width, height, refresh_mhz: None };
    Command::AddOutput { mode, name: None, scale, transform: Default::default(), position }
}

fn change(name: &str, width: u32, height: u32, scale: f64, position: Option<LogicalPoint>) -> Command {
    let mode = Some(Mode { width, height, refresh_mhz: None });
    OutputChange { mode, scale: Some(scale), position, ..OutputChange::default() }.of(OutputRef::Named(name.to_owned()))
}

#[test]
fn outputs_that_cannot_be_are_refused_and_nothing_has_changed() {
    let mut t = Bench::with_outputs(4);
    t.open(1, 300, 200);
    for line in ["configure-output HEADLESS-3 --enabled off", "configure-output HEADLESS-4 --mirror HEADLESS-1"] {
        t.command(line.parse().unwrap()).unwrap();
    }
    t.answer();
    let at = |x: f64, y: f64| Some(LogicalPoint::new(x, y));
    let bad: [(u32, u32, f64, Option<LogicalPoint>, &str); 17] = [
        (0, 600, 1.0, None, "a width and a height from 1 to 16384 pixels"),
        (800, 0, 1.0, None, "a width and a height"),
        (0, 0, 1.0, None, "a width and a height"),
        (16_385, 1, 1.0, None, "a width and a height"),
        (u32::MAX, u32::MAX, 1.0, None, "a width and a height"),
        (800, 600, 0.1, None, "a scale from 0.25 to 8"),
        (800, 600, 100.0, None, "a scale"),
        (800, 600, 0.0, None, "a scale"),
        (800, 600, -1.0, None, "a scale"),
        (800, 600, f64::NAN, None, "a scale"),
        (800, 600, f64::INFINITY, None, "a scale"),
        (800, 600, 1.0, at(2_147_483_648.0, 0.0), "a position within a million of the origin"),
        (800, 600, 1.0, at(0.0, -1_000_001.0), "a position"),
        (800, 600, 1.0, at(f64::MAX, f64::MIN), "a position"),
        (800, 600, 1.0, at(f64::NAN, 0.0), "a position"),
        (800, 600, 1.0, at(0.0, f64::NEG_INFINITY), "a position"),
        (0, 600, f64::NAN, at(f64::NAN, 0.0), "a width and a height"),
    ];
    let before = (t.desktop.all_outputs(), t.sketch());
    for (width, height, scale, position, why) in bad {
        let mut commands = vec![add(width, height, scale, position)];
        commands.extend(["HEADLESS-1", "HEADLESS-3", "HEADLESS-4"].map(|name| change(name, width, height, scale, position)));
        for command in commands {
            let text = command.to_string();
            let refused = t.command(command).unwrap_err();
            assert!(matches!(refused, Refusal::BadOutput(_)) && refused.to_string().contains(why), "{text}: {refused}");
            assert_eq!((t.desktop.all_outputs(), t.sketch()), before, "{text}");
        }
    }
    for line in
        ["add-output 0x600", "add-output -1x600", "add-output 800x600@0", "add-output 800x600 --scale nan", "add-output 99999999999x1"]
    {
        assert!(line.parse::<Command>().is_err(), "{line}");
    }
}

#[test]
fn the_smallest_and_the_largest_outputs_work_at_the_edge_of_the_space() {
    let mut t = Bench::new(Settings::default());
    for (width, height, scale, x) in [(1, 1, 8.0, -1_000_000.0), (16_384, 16_384, 0.25, 1_000_000.0), (800, 600, 1.0, 0.0)] {
        t.command(add(width, height, scale, Some(LogicalPoint::new(x, x)))).unwrap();
        super::invariants::assert_invariants(&t);
    }
    for n in 0..3 {
        t.run([Op::Command(Do::FocusOutput(n))]);
        t.open(n + 1, 300, 200);
    }
    t.run([Op::Command(Do::Unplug(1)), Op::Command(Do::Unplug(0))]);
    t.come_to_rest();
    assert_eq!(t.desktop.outputs().len(), 1);
}

#[test]
fn of_a_thousand_outputs_there_are_sixty_four() {
    let mut t = Bench::new(Settings::default());
    let mut made = 0;
    for n in 0..1_000 {
        match t.command(add(100, 100, 1.0, None)) {
            Ok(()) => made += 1,
            Err(refusal) => assert_eq!(refusal.to_string(), "an output needs fewer than 64 others"),
        }
        // Mirrors and those that are not used count like any other.
        let line = match n {
            3 => "configure-output HEADLESS-4 --enabled off",
            4 => "configure-output HEADLESS-5 --mirror HEADLESS-1",
            _ => continue,
        };
        t.command(line.parse().unwrap()).unwrap();
    }
    assert_eq!((made, t.desktop.all_outputs().len(), t.desktop.outputs().len()), (64, 64, 62));
    super::invariants::assert_invariants(&t);
}

#[test]
fn an_output_that_goes_in_the_middle_of_a_drag_takes_nothing_along() {
    let resize = || Want::InteractiveResize(Edges { right: true, bottom: true, ..Edges::default() });
    let pointer = |want: Want| vec![Op::Point(1200.0, 200.0), Op::Press, Op::Wants(1, want), Op::Point(1300.0, 250.0)];
    let finger = |want: Want| vec![Op::Touch(1200.0, 200.0), Op::Wants(1, want), Op::TouchMove(1300.0, 250.0)];
    let along = || vec![Op::Point(1200.0, 200.0), Op::Press, Op::Along(1, [10, 10]), Op::Point(1300.0, 250.0)];
    for layout in [LayoutKind::Floating, LayoutKind::Columns, LayoutKind::Tree] {
        for line in
            ["remove-output HEADLESS-2", "configure-output HEADLESS-2 --enabled off", "configure-output HEADLESS-2 --mirror HEADLESS-1"]
        {
            for hands in [pointer(Want::InteractiveMove), pointer(resize()), finger(Want::InteractiveMove), finger(resize()), along()] {
                let what = format!("{layout:?}, {line}, {hands:?}");
                let mut t = Bench::new(Settings { layout, ..Settings::default() });
                t.run([Op::Command(Do::Plug(1000, 600, 1.0)), Op::Command(Do::Plug(1000, 600, 1.0)), Op::Command(Do::FocusOutput(1))]);
                t.open(1, 400, 300);
                if layout == LayoutKind::Floating {
                    t.run([Op::Command(Do::Move(1, 1100.0, 100.0))]);
                }
                t.run(hands);
                t.run([Op::Command(Do::Line(line)), Op::Point(300.0, 300.0), Op::TouchMove(300.0, 300.0), Op::AllCommit]);
                t.come_to_rest();
                let window = t.window(1);
                assert!(window.visible, "{what}: {}", t.sketch());
                assert_eq!(t.desktop.output(window.output.unwrap()).unwrap().mode.name, "HEADLESS-1", "{what}");
                assert!(window.area.width() >= 1.0 && window.area.height() >= 1.0, "{what}: {:?}", window.area);
                assert!(t.desktop.pointer.grab.is_none() && t.desktop.pointer.along.is_none(), "{what}");
            }
        }
    }
}
