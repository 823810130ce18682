//! Rules about windows and layer surfaces.

mod histories;

use std::{sync::Arc, time::Duration};

use glasshouse_scene::{Color, Cursor, CursorImage, ElementKind, LogicalPoint, LogicalSize, SurfaceId};

use super::bench::{Bench, Do, Op};
use crate::{
    Audience, Effect, Event, LayoutKind, Refusal, Rules, Settings, View,
    event::{KeyboardInterest, Layer, LayerState, SurfaceState, Want, WindowChange},
    rules::{Destination, InhibitIdle, LayerMatch, LayerRule, Pattern, RUNS, RUNS_WITHIN, State, Text, WindowMatch, WindowRule},
    window::Phase,
};

/// An invariant: what windows have is what rules say about them now, and nothing that is hidden is in a picture.
pub(super) fn rules_are_followed(t: &Bench) {
    let desktop = &t.desktop;
    for window in desktop.windows.iter().filter(|window| window.phase != Phase::Created) {
        let rules = &desktop.settings().rules.windows;
        let mut lasting = crate::rules::Lasting::default();
        // From scratch, without anything that is remembered.
        for index in desktop.matching(window) {
            lasting.lay(&rules[index].lasting);
        }
        assert_eq!(window.ruled.lasting, lasting, "{window:?}");
        let explained = desktop.explain(window.id).unwrap();
        let matches: Vec<usize> = explained.rules.iter().filter(|rule| rule.matches).map(|rule| rule.number as usize - 1).collect();
        assert_eq!(matches, desktop.matching(window).into_iter().collect::<Vec<_>>(), "an explanation says otherwise");
        assert_eq!(explained.in_force.iter().filter(|property| !property.opening).count(), lasting.said().len());
        let may = desktop.may_capture(window.id);
        // A dialog is as secret as the window that it is of.
        let above = desktop.windows.iter().filter(|other| desktop.windows.descends(window.id, other.id));
        let inherits = above.into_iter().any(|other| other.ruled.lasting.hide_from_capture == Some(true));
        assert_eq!(may.is_err(), lasting.hide_from_capture == Some(true) || inherits);
    }
    let windows = desktop.windows.ids().into_iter().map(View::Window);
    for view in desktop.outputs().iter().map(|output| View::Output(output.id)).chain(windows) {
        let Some(scene) = desktop.scene_for(Audience::Capture, view, t.now) else { continue };
        let hidden = |surface: SurfaceId| desktop.is_hidden(surface);
        assert!(
            !scene.elements.iter().any(|element| matches!(element.kind, ElementKind::Surface(surface) if hidden(surface))),
            "{scene:?}"
        );
        let secret = desktop.pointer.over.is_some_and(hidden);
        let painted = |cursor: &Cursor| matches!(cursor.image, CursorImage::Surface { .. });
        assert!(!secret || !scene.cursors.iter().any(painted), "a secret window's cursor: {scene:?}");
    }
}

fn title(pattern: &str) -> WindowMatch {
    WindowMatch { texts: [(Text::Title, Pattern::new(pattern).unwrap())].into(), ..WindowMatch::default() }
}

fn state(state: State, on: bool) -> WindowMatch {
    WindowMatch { states: [(state, on)].into(), ..WindowMatch::default() }
}

fn rule(matches: WindowMatch) -> WindowRule {
    WindowRule { any_of: vec![matches], ..WindowRule::default() }
}

fn run(matches: WindowMatch, commands: &[&str]) -> WindowRule {
    WindowRule { run: commands.iter().map(|line| line.parse().unwrap()).collect(), ..rule(matches) }
}

fn rules(windows: impl Into<Vec<WindowRule>>) -> Op {
    Op::Rules(Arc::new(Rules { windows: windows.into(), layers: Vec::new() }))
}

/// Two outputs of 1000 × 600 without decoration and these rules.
fn bench(windows: impl Into<Vec<WindowRule>>) -> Bench {
    let mut t = Bench::with_outputs(2);
    t.run([rules(windows)]);
    t
}

/// Opens a window with a title that it has from the start.
fn open(t: &mut Bench, n: u8, title: &'static str) {
    t.run([Op::Open(n, 300, 200), Op::Title(n, title), Op::ClientCommits(n)]);
    t.answer();
}

fn lasting(t: &Bench, n: u8) -> crate::rules::Lasting {
    t.desktop.windows.get(t.clients[&n].id).unwrap().ruled.lasting.clone()
}

#[test]
fn of_contradicting_rules_the_later_one_counts_for_each_property() {
    let mut first = rule(title("a"));
    (first.lasting.opacity, first.lasting.shadow, first.opening.floating) = (Some(0.5), Some(false), Some(true));
    let mut second = rule(title("a$"));
    second.lasting.opacity = Some(0.75);
    let mut other = rule(title("z"));
    other.lasting.opacity = Some(0.1);
    let mut t = bench([first, second, other]);
    open(&mut t, 1, "a");
    assert_eq!((lasting(&t, 1).opacity, lasting(&t, 1).shadow, t.window(1).floating), (Some(0.75), Some(false), true));
    let explained = t.desktop.explain(t.window(1).id).unwrap();
    let says: Vec<_> = explained.in_force.iter().map(|property| (property.property.as_str(), property.rule, property.opening)).collect();
    assert_eq!(says, [("open-floating", 1, true), ("shadow", 1, false), ("opacity", 2, false)]);
    assert_eq!(explained.rules[2].reason, "its title \"a\" does not match \"z\"");
    t.run([Op::Title(1, "ab")]);
    assert_eq!(lasting(&t, 1).opacity, Some(0.5), "the second one does not match any more");
    t.run([Op::Title(1, "")]);
    assert_eq!(lasting(&t, 1), Default::default());
    assert!(t.window(1).floating, "how it opened is not taken back");
}

#[test]
fn the_first_configure_already_has_what_rules_say() {
    let mut one = rule(title("^film$"));
    (one.opening.floating, one.opening.size, one.opening.at) =
        (Some(true), Some(LogicalSize::new(640.0, 360.0)), Some(LogicalPoint::new(20.0, 30.0)));
    let mut t = bench([one]);
    t.run([Op::Open(1, 300, 200)]);
    assert_eq!(t.clients[&1].last.size, Some(LogicalSize::new(1000.0, 600.0)), "it would be a tile");
    t.run([Op::Title(1, "film"), Op::Pass(300)]);
    assert_eq!(t.clients[&1].last.size, Some(LogicalSize::new(640.0, 360.0)));
    assert!(!t.clients[&1].last.tiled);
    t.run([Op::ClientCommits(1)]);
    t.answer();
    assert_eq!(t.area(1), [20.0, 30.0, 640.0, 360.0]);
}

#[test]
fn what_rules_did_is_taken_back_if_others_match_before_the_window_is_shown() {
    let mut one = rule(title("^film$"));
    one.opening.floating = Some(true);
    (one.opening.fullscreen, one.opening.workspace, one.opening.at) =
        (Some(true), Some(Destination::Name("films".to_owned())), Some(LogicalPoint::new(20.0, 30.0)));
    let mut t = bench([one]);
    t.run([Op::Open(1, 300, 200), Op::Title(1, "film"), Op::Title(1, "")]);
    t.run([Op::ClientCommits(1)]);
    t.answer();
    assert_eq!(t.sketch(), "1: [*1] films()\n2: []", "a workspace with a name stays");
    assert_eq!(t.desktop.windows.get(t.clients[&1].id).unwrap().float.at, None);
}

#[test]
fn what_a_client_asks_for_itself_before_it_is_shown_stays() {
    let mut one = rule(title("^film$"));
    one.opening.maximized = Some(true);
    let mut t = bench([one]);
    t.run([Op::Open(1, 300, 200), Op::Title(1, "film"), Op::Wants(1, Want::Maximized(false)), Op::Title(1, "x"), Op::ClientCommits(1)]);
    t.answer();
    assert!(!t.window(1).maximized);
}

#[test]
fn windows_open_on_the_workspace_and_output_that_rules_say() {
    let to = |pattern: &str, workspace: Option<Destination>, output: Option<&str>| {
        let mut rule = rule(title(pattern));
        (rule.opening.workspace, rule.opening.output) = (workspace, output.map(str::to_owned));
        rule
    };
    let mut t = bench([
        to("^mail$", Some(Destination::Name("mail".to_owned())), Some("HEADLESS-1")),
        to("^other$", None, Some("HEADLESS-2")),
        to("^third$", Some(Destination::Number(7)), None),
        to("^gone$", None, Some("DP-9")),
    ]);
    open(&mut t, 1, "mail");
    open(&mut t, 2, "other");
    open(&mut t, 3, "third");
    open(&mut t, 4, "gone");
    let on = |t: &Bench, n: u8| {
        let info = t.window(n);
        let workspace = info.workspace.and_then(|id| t.desktop.workspace(id)).unwrap();
        (t.desktop.output(info.output.unwrap()).unwrap().mode.name, workspace.name, workspace.index)
    };
    assert_eq!(on(&t, 1), ("HEADLESS-1".to_owned(), Some("mail".to_owned()), 2));
    assert_eq!(on(&t, 2), ("HEADLESS-2".to_owned(), None, 1));
    assert_eq!(t.window(4).output, t.window(2).output, "an output that is not there counts for nothing");
    assert_eq!(on(&t, 3).2, 2, "beyond the last one it is the empty one at the end");
    open(&mut t, 5, "mail");
    assert_eq!(t.window(5).workspace, t.window(1).workspace, "the workspace is there already");
}

#[test]
fn rules_say_whether_a_new_window_gets_the_keyboard() {
    let mut never = rule(title("^quiet$"));
    never.opening.focused = Some(false);
    let mut always = rule(title("^loud$"));
    (always.opening.focused, always.opening.workspace) = (Some(true), Some(Destination::Name("loud".to_owned())));
    let mut hidden = rule(title("^shy$"));
    (hidden.opening.minimized, hidden.opening.focused) = (Some(true), Some(true));
    let mut t = bench([never, always, hidden]);
    open(&mut t, 1, "x");
    open(&mut t, 2, "quiet");
    assert!(t.window(1).focused && t.window(2).visible);
    open(&mut t, 3, "shy");
    assert!(t.window(1).focused && t.window(3).minimized);
    open(&mut t, 4, "loud");
    assert!(t.window(4).focused && t.window(4).visible, "its workspace is shown");
}

#[test]
fn rules_have_a_say_when_a_window_asks_for_attention() {
    let mut never = rule(title("^quiet$"));
    never.lasting.focus_on_activation = Some(false);
    let mut always = rule(title("^loud$"));
    always.lasting.focus_on_activation = Some(true);
    let mut t = bench([never, always]);
    open(&mut t, 1, "quiet");
    open(&mut t, 2, "loud");
    open(&mut t, 3, "x");
    t.change(1, WindowChange::Activated);
    assert!(t.window(3).focused && t.window(1).urgent);
    t.change(2, WindowChange::Urgent);
    assert!(t.window(2).focused && !t.window(2).urgent);
}

#[test]
fn every_state_can_be_looked_at_and_a_change_of_it_is_noticed() {
    type Change = fn(&mut Bench, bool);
    let steps: Vec<(State, Change)> = vec![
        (State::Floating, |t, on| t.run([Op::Command(Do::Float(1, on))])),
        (State::Fullscreen, |t, on| t.run([Op::Command(Do::Fullscreen(1, on, None))])),
        (State::Maximized, |t, on| t.run([Op::Command(Do::Maximize(1, on))])),
        (State::Minimized, |t, on| t.run([Op::Command(Do::Minimize(1, on))])),
        (State::Focused, |t, on| t.run([Op::Command(Do::Focus(if on { 1 } else { 2 }))])),
        (State::Unresponsive, |t, on| t.change(1, WindowChange::Unresponsive(on))),
        (
            State::Urgent,
            |t, on| if on { t.change(1, WindowChange::Urgent) } else { t.run([Op::Command(Do::Focus(1)), Op::Command(Do::Focus(2))]) },
        ),
    ];
    for (kind, change) in steps {
        let mut one = rule(state(kind, true));
        one.lasting.opacity = Some(0.5);
        let mut t = bench([one]);
        open(&mut t, 1, "");
        open(&mut t, 2, "");
        t.run([Op::Command(Do::Focus(2))]);
        for on in [false, true, false] {
            change(&mut t, on);
            t.answer();
            assert_eq!(lasting(&t, 1).opacity, on.then_some(0.5), "{kind:?} {on} {:?}", t.window(1));
        }
    }
}

#[test]
fn places_types_and_times_can_be_looked_at() {
    let matches = [
        ("workspace", WindowMatch { workspace: Some("web".to_owned()), ..WindowMatch::default() }),
        ("number", WindowMatch { workspace: Some("2".to_owned()), ..WindowMatch::default() }),
        ("output", WindowMatch { output: Some("HEADLESS-1".to_owned()), ..WindowMatch::default() }),
        ("dialog", WindowMatch { kind: Some(crate::rules::WindowType::Dialog), ..WindowMatch::default() }),
        ("fixed", WindowMatch { kind: Some(crate::rules::WindowType::FixedSize), ..WindowMatch::default() }),
        ("startup", WindowMatch { at_startup: Some(Duration::from_secs(10)), ..WindowMatch::default() }),
    ];
    let named = matches.clone().map(|(name, matches)| WindowRule { name: Some(name.to_owned()), ..run(matches, &["flatten"]) });
    let mut t = bench(named);
    let found = |t: &Bench, n: u8| {
        let explained = t.desktop.explain(t.clients[&n].id).unwrap();
        explained.rules.into_iter().filter(|rule| rule.matches).filter_map(|rule| rule.name).collect::<Vec<_>>()
    };
    t.run([Op::Command(Do::FocusOutput(0))]);
    open(&mut t, 1, "");
    assert_eq!(found(&t, 1), ["output", "startup"]);
    t.run([Op::Command(Do::Rename(crate::WorkspaceRef::Focused, "web"))]);
    assert_eq!(found(&t, 1), ["workspace", "output", "startup"]);
    t.run([Op::Pass(11_000), Op::Dialog(2, 1, 50, 50), Op::ClientCommits(2)]);
    t.answer();
    assert_eq!(found(&t, 2), ["workspace", "output", "dialog"]);
    t.run([Op::Command(Do::ToOutput(1, 1)), Op::Limits(1, (50, 50), (50, 50))]);
    assert_eq!(found(&t, 1), ["fixed", "startup"], "it opened then, whatever it is now");
    t.run([Op::Command(Do::FocusOutput(1))]);
    open(&mut t, 3, "");
    t.run([Op::Command(Do::ToWorkspace(1, crate::WorkspaceRef::Index(2), None))]);
    assert_eq!(found(&t, 1), ["number", "fixed", "startup"], "{}", t.sketch());
    let reasons: Vec<_> = t.desktop.explain(t.clients[&1].id).unwrap().rules.into_iter().map(|rule| rule.reason).collect();
    assert_eq!(reasons[0], "it is on workspace 2 and not on web");
    assert_eq!(reasons[3], "it is a fixed-size and no dialog");
}

#[test]
fn sizes_keep_to_what_clients_and_rules_allow() {
    let mut one = rule(title("^small$"));
    (one.opening.floating, one.lasting.max_size, one.lasting.min_size) =
        (Some(true), Some(LogicalSize::new(400.0, 0.0)), Some(LogicalSize::new(200.0, 100.0)));
    let mut t = bench([one]);
    open(&mut t, 1, "small");
    assert_eq!(t.area(1)[2..], [300.0, 200.0]);
    t.run([Op::Command(Do::Resize(1, 900.0, 500.0))]);
    t.answer();
    assert_eq!(t.area(1)[2..], [400.0, 500.0]);
    t.run([Op::Command(Do::Resize(1, 10.0, 10.0))]);
    t.answer();
    assert_eq!(t.area(1)[2..], [200.0, 100.0]);
    t.run([Op::Limits(1, (250, 0), (0, 300)), Op::Command(Do::Resize(1, 10.0, 900.0))]);
    t.answer();
    assert_eq!(t.area(1)[2..], [250.0, 300.0], "the tighter limit counts");
    t.run([Op::Title(1, "free"), Op::Command(Do::Resize(1, 900.0, 200.0))]);
    t.answer();
    assert_eq!(t.area(1)[2..], [900.0, 200.0]);
    t.run([Op::Title(1, "small")]);
    t.answer();
    assert_eq!(t.area(1)[2..], [400.0, 200.0], "a rule that starts to match asks for it at once");
}

#[test]
fn rules_change_how_a_window_is_painted() {
    let red = Color::rgb(0xff_00_00, 1.0);
    let mut one = rule(state(State::Focused, false));
    (one.lasting.opacity, one.lasting.radius, one.lasting.shadow) = (Some(0.5), Some(3.0), Some(false));
    (one.lasting.border_width, one.lasting.border_unfocused) = (Some(5.0), Some(red));
    let mut none = rule(title("^bare$"));
    none.lasting.border = Some(false);
    let mut t = Bench::new(Settings { layout: LayoutKind::Floating, ..Settings::default() });
    t.run([Op::Command(Do::Plug(1000, 600, 1.0)), rules([one, none])]);
    open(&mut t, 1, "");
    let elements = |t: &Bench, n: u8| {
        let surface = t.clients[&n].surface;
        let scene = t.scenes.values().next().unwrap().clone();
        let own = move |id: glasshouse_scene::ElementId| match id {
            glasshouse_scene::ElementId::Surface(id) | glasshouse_scene::ElementId::Decoration { surface: id, .. } => id == surface,
            glasshouse_scene::ElementId::Shell(_) => false,
        };
        scene.elements.into_iter().filter(|element| own(element.id)).collect::<Vec<_>>()
    };
    assert_eq!(elements(&t, 1).len(), 3, "a shadow, its contents and a border");
    open(&mut t, 2, "bare");
    let [contents, border] = elements(&t, 1).try_into().unwrap();
    assert_eq!((contents.opacity, contents.radius, border.opacity, border.radius), (0.5, 3.0, 0.5, 8.0));
    assert_eq!(border.kind, ElementKind::Border { width: 5.0, top: red, bottom: red });
    assert_eq!(elements(&t, 2).len(), 2, "no border");
    t.run([Op::Command(Do::Focus(1))]);
    assert_eq!(elements(&t, 1)[1].opacity, 1.0);
}

/// The configuration hides this window from pictures from now on.
pub(super) fn hide_from_capture(t: &mut Bench, n: u8) {
    let mut one = rule(title("secret"));
    one.lasting.hide_from_capture = Some(true);
    t.run([rules([one]), Op::Title(n, "secret")]);
}

#[test]
fn what_is_hidden_is_in_no_picture_with_its_menus_and_its_pointer() {
    let mut one = rule(title("secret"));
    one.name = Some("secrets".to_owned());
    (one.lasting.hide_from_capture, one.lasting.opacity) = (Some(true), Some(0.2));
    let mut t = bench([one]);
    t.run([rules([t.desktop.settings().rules.windows[0].clone()])]);
    open(&mut t, 1, "public");
    t.run([Op::Subsurface(1, [5, 5], 40), Op::Popup(1, [50, 50]), Op::Point(10.0, 10.0)]);
    let cursor = t.desktop.allocate_surface();
    t.observe(Event::SurfaceCommitted {
        surface: cursor,
        state: SurfaceState { size: Some(LogicalSize::new(9.0, 9.0)), ..SurfaceState::default() },
    });
    let wanted = crate::event::CursorWanted::Surface { surface: cursor, hotspot: euclid::Point2D::zero() };
    t.run([Op::Cursor(Some(wanted))]);
    let output = t.window(1).output.unwrap();
    let picture = |t: &Bench| t.desktop.scene_for(Audience::Capture, View::Output(output), t.now).unwrap();
    let surfaces =
        |scene: &glasshouse_scene::Scene| scene.elements.iter().filter(|element| matches!(element.kind, ElementKind::Surface(_))).count();
    assert_eq!(picture(&t), t.scenes[&output], "nothing is hidden");
    assert_eq!(surfaces(&picture(&t)), 3);
    t.effects.clear();
    t.step(Op::Title(1, "secret"));
    assert!(t.effects.contains(&Effect::Redraw { output }), "from the next frame on");
    assert_eq!(surfaces(&picture(&t)), 0);
    let veils: Vec<_> =
        picture(&t).elements.into_iter().filter(|element| matches!(element.id, glasshouse_scene::ElementId::Decoration { .. })).collect();
    assert_eq!(veils.len(), 2, "the window and its menu");
    assert!(veils.iter().all(|veil| veil.opacity == 1.0 && matches!(veil.kind, ElementKind::Fill(color) if color.alpha == 1.0)));
    assert_eq!(
        veils[0].area,
        t.scenes[&output].elements.iter().find(|element| matches!(element.kind, ElementKind::Surface(_))).unwrap().area
    );
    assert_eq!(picture(&t).cursors[0].image, CursorImage::Named("default".to_owned()), "what it makes of the pointer is a part of it");
    assert_eq!(surfaces(&t.scenes[&output]), 3, "a screen shows it");
    assert_eq!(t.desktop.visible(output).len(), 4, "and it goes on drawing");
    let refusal = t.desktop.may_capture(t.window(1).id).unwrap_err();
    assert_eq!(refusal.to_string(), format!("window {} is hidden from pictures by rule 1 (secrets) of the configuration", t.window(1).id));
    assert_eq!(surfaces(&t.desktop.scene_for(Audience::Capture, View::Window(t.window(1).id), t.now).unwrap()), 0);
    let region = View::Region { area: glasshouse_scene::LogicalRect::from_size(LogicalSize::new(900.0, 500.0)), scale: 2.0 };
    assert_eq!(surfaces(&t.desktop.scene_for(Audience::Capture, region, t.now).unwrap()), 0);
    // A drag's icon belongs to what it was dragged from.
    let icon = t.desktop.allocate_surface();
    t.observe(Event::SurfaceCommitted {
        surface: icon,
        state: SurfaceState { size: Some(LogicalSize::new(9.0, 9.0)), ..SurfaceState::default() },
    });
    t.observe(Event::DragIcon { surface: Some(icon) });
    assert_eq!((surfaces(&picture(&t)), surfaces(&t.scenes[&output])), (0, 4));
    t.observe(Event::DragIcon { surface: None });
    t.run([Op::Wants(1, Want::Fullscreen { on: true, output: None })]);
    t.answer();
    assert_eq!(surfaces(&picture(&t)), 0);
    t.run([Op::Title(1, "public")]);
    assert_eq!(picture(&t), t.scenes[&output]);
}

#[test]
fn a_rule_runs_when_it_starts_to_match_a_window_that_is_shown() {
    let mut t = bench([run(title("^a$"), &["set-floating toggle", "move-to-workspace 2"])]);
    t.run([Op::Open(1, 300, 200), Op::Title(1, "a")]);
    assert!(!t.window(1).floating, "not before it is shown");
    t.run([Op::ClientCommits(1)]);
    t.answer();
    assert!(t.window(1).floating);
    assert_eq!(t.sketch(), "1: [] *~1\n2: []");
    t.run([Op::Title(1, "a"), Op::Pass(1)]);
    assert!(t.window(1).floating, "it has matched all the time");
    t.run([Op::Title(1, "b"), Op::Pass(1), Op::Title(1, "a")]);
    assert!(!t.window(1).floating, "it starts to match again");
    t.run([rules([run(title("^b$"), &["set-floating on"]), run(title("^a$"), &["set-floating on"])])]);
    assert!(!t.window(1).floating, "a configuration that is read runs nothing for windows that match already");
    t.run([Op::Title(1, "b")]);
    assert!(t.window(1).floating);
}

#[test]
fn a_rule_that_runs_itself_is_held_back_and_said_once() {
    // Each of its commands makes it stop matching, or match again.
    let flip = [run(state(State::Floating, true), &["set-floating off"]), run(state(State::Floating, false), &["set-floating on"])];
    let mut t = bench(flip);
    let ran = |t: &Bench| t.effects.iter().filter(|effect| matches!(effect, Effect::RunFor { .. })).count();
    let held = |t: &Bench| t.effects.iter().filter(|effect| matches!(effect, Effect::RuleHeld { .. })).count();
    t.run([Op::Open(1, 300, 200), Op::ClientCommits(1)]);
    assert_eq!((ran(&t), held(&t)), (2, 0), "each rule once in one turn");
    let mut all = [0, 0];
    for _ in 0..20 {
        t.run([Op::Pass(1)]);
        t.run([Op::Command(Do::Float(1, true))]);
        all = [all[0] + ran(&t), all[1] + held(&t)];
        t.run([Op::Pass(1)]);
        t.run([Op::Command(Do::Float(1, false))]);
        all = [all[0] + ran(&t), all[1] + held(&t)];
    }
    assert_eq!(all[0], 2 * (RUNS - 1), "as often as a person could mean it");
    assert_eq!(all[1], 2, "said once for each rule");
    t.run([Op::Pass(u16::try_from(RUNS_WITHIN.as_millis()).unwrap()), Op::Command(Do::Float(1, true))]);
    assert!(ran(&t) + held(&t) <= 2);
}

#[test]
fn nothing_runs_while_the_session_is_locked() {
    let mut t = bench([run(title("^a$"), &["set-floating on"])]);
    open(&mut t, 1, "");
    t.desktop.observe(Event::Locked(true), t.now);
    t.desktop.observe(Event::WindowChanged { window: t.clients[&1].id, change: WindowChange::Title("a".to_owned()) }, t.now);
    let effects = t.desktop.observe(Event::Locked(false), t.now);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::RunFor { .. })), "and is not made up for");
    assert!(!t.window(1).floating);
}

#[test]
fn a_change_costs_the_windows_that_it_is_about() {
    let rules_of_many = (0..100).map(|n| {
        let mut rule = rule(title(&format!("^{n}$")));
        rule.lasting.opacity = Some(0.5);
        rule
    });
    let mut t = bench(rules_of_many.collect::<Vec<_>>());
    for n in 0..20 {
        t.run([Op::Open(n, 100, 100), Op::ClientCommits(n)]);
    }
    t.answer();
    let cost = |t: &mut Bench, op: Op| {
        let before = t.desktop.windows_judged();
        t.run([op]);
        t.desktop.windows_judged() - before
    };
    assert_eq!(cost(&mut t, Op::Title(7, "5")), 1);
    assert_eq!(cost(&mut t, Op::Title(7, "5")), 0, "it is the same");
    assert_eq!(cost(&mut t, Op::Point(3.0, 3.0)), 0);
    assert_eq!(cost(&mut t, Op::Command(Do::Focus(3))), 2, "who loses the focus and who gets it");
    assert_eq!(lasting(&t, 7).opacity, Some(0.5));
    let same = t.desktop.settings().rules.clone();
    assert_eq!(cost(&mut t, Op::Rules(same)), 0);
    assert_eq!(cost(&mut t, rules([])), 20);
    assert_eq!(lasting(&t, 7).opacity, None);
    assert_eq!(cost(&mut t, Op::Title(7, "6")), 0, "without rules there is nothing to judge");
}

#[test]
fn rules_keep_the_session_from_being_idle_and_keys_from_programs() {
    let mut one = rule(title("^film$"));
    (one.lasting.inhibit_idle, one.lasting.inhibit_shortcuts) = (Some(InhibitIdle::Visible), Some(false));
    let mut two = rule(title("^full$"));
    two.lasting.inhibit_idle = Some(InhibitIdle::Fullscreen);
    let mut three = rule(title("^work$"));
    three.lasting.inhibit_idle = Some(InhibitIdle::Focused);
    let mut t = bench([one, two, three]);
    open(&mut t, 1, "film");
    open(&mut t, 2, "");
    assert!(t.desktop.keeps_awake());
    assert!(!t.desktop.may_inhibit_shortcuts(t.clients[&1].surface) && t.desktop.may_inhibit_shortcuts(t.clients[&2].surface));
    t.run([Op::Command(Do::Minimize(1, true))]);
    assert!(!t.desktop.keeps_awake(), "nobody sees it");
    t.run([Op::Title(2, "full")]);
    assert!(!t.desktop.keeps_awake());
    t.run([Op::Command(Do::Fullscreen(2, true, None))]);
    t.answer();
    assert!(t.desktop.keeps_awake());
    t.run([Op::Command(Do::Fullscreen(2, false, None)), Op::Title(2, "work")]);
    t.answer();
    assert!(t.desktop.keeps_awake());
    open(&mut t, 3, "");
    assert!(!t.desktop.keeps_awake());
}

#[test]
fn rules_about_layer_surfaces_are_followed() {
    let layer_rule = |layer, change: fn(&mut LayerRule)| {
        let mut rule = LayerRule { any_of: vec![LayerMatch { layer: Some(layer), ..LayerMatch::default() }], ..LayerRule::default() };
        change(&mut rule);
        rule
    };
    let layers = vec![
        layer_rule(Layer::Top, |rule| (rule.lasting.keyboard, rule.lasting.opacity) = (Some(false), Some(0.5))),
        layer_rule(Layer::Overlay, |rule| rule.lasting.hide_from_capture = Some(true)),
        layer_rule(Layer::Bottom, |rule| {
            rule.any_of.iter_mut().for_each(|one| one.namespace = Pattern::new("^panel-2$").ok());
            rule.lasting.order = Some(-1);
        }),
        LayerRule {
            any_of: vec![LayerMatch { namespace: Some(Pattern::new("^none").unwrap()), ..LayerMatch::default() }],
            ..layer_rule(Layer::Top, |rule| rule.lasting.opacity = Some(0.1))
        },
    ];
    let state =
        |layer| LayerState { layer, size: euclid::Size2D::new(100, 40), keyboard: KeyboardInterest::Exclusive, ..LayerState::default() };
    let mut t = Bench::with_outputs(1);
    t.run([Op::Rules(Arc::new(Rules { windows: Vec::new(), layers }))]);
    open(&mut t, 1, "");
    t.run([Op::Layer(1, state(Layer::Top)), Op::LayerMaps(1)]);
    assert_eq!(t.told_focus, Some(t.clients[&1].surface), "it may not have the keyboard");
    let output = t.desktop.outputs()[0].id;
    let top = |t: &Bench| t.scenes[&output].elements.last().cloned().unwrap();
    assert_eq!(top(&t).opacity, 0.5);
    t.run([Op::Layer(1, state(Layer::Overlay))]);
    assert_ne!(t.told_focus, Some(t.clients[&1].surface), "another rule is about it now");
    assert!(matches!(top(&t).kind, ElementKind::Surface(_)) && top(&t).opacity == 1.0);
    assert!(matches!(t.captured[&output].elements.last().unwrap().kind, ElementKind::Fill(_)));
    // Of two in one layer the later one lies above, unless rules say otherwise.
    t.run([Op::LayerGone(1), Op::Layer(1, state(Layer::Bottom)), Op::LayerMaps(1), Op::Layer(2, state(Layer::Bottom)), Op::LayerMaps(2)]);
    let order: Vec<_> = t.desktop.layers.on(Layer::Bottom).map(|layer| layer.surface).collect();
    let newest = t.desktop.layers.list.last().unwrap().surface;
    assert_eq!(order.first(), Some(&newest), "rules say otherwise");
    t.run([Op::Layer(0, state(Layer::Bottom)), Op::LayerMaps(0)]);
    let order: Vec<_> = t.desktop.layers.on(Layer::Bottom).map(|layer| layer.surface).collect();
    assert_eq!(order.last(), t.desktop.layers.list.last().map(|layer| &layer.surface), "and of this one nothing");
}

#[test]
fn a_window_that_is_not_there_cannot_be_explained() {
    let t = bench([]);
    assert!(matches!(t.desktop.explain(crate::WindowId(99)), Err(Refusal::NoWindow { .. })));
}

#[test]
fn a_workspace_that_a_rule_makes_is_known_to_other_rules_at_once() {
    let mut t = Bench::new(Settings::default());
    t.run([Op::Command(Do::Plug(1000, 600, 1.0)), Op::Open(0, 1, 1), Op::Pass(200)]);
    let mut here = rule(WindowMatch { output: Some("HEADLESS-1".into()), ..WindowMatch::default() });
    here.opening.workspace = Some(Destination::Name("web".into()));
    here.lasting.max_size = Some(LogicalSize::new(300.0, 200.0));
    t.run([rules([here]), Op::ClientCommits(0)]);
    let window = t.window(0);
    assert!(t.desktop.explain(window.id).unwrap().rules[0].matches);
    assert_eq!(window.area.size, LogicalSize::new(300.0, 200.0));
}

#[test]
fn rules_see_that_a_window_which_a_drag_takes_along_is_not_maximized_any_more() {
    let mut t = Bench::new(Settings::default());
    t.run([Op::Command(Do::Plug(1000, 600, 1.0)), rules([run(state(State::Maximized, false), &["set-floating toggle"])])]);
    t.run([Op::Open(3, 1, 1), Op::Along(3, [0, 0]), Op::Command(Do::Maximize(3, true)), Op::AllCommit]);
    assert!(t.desktop.explain(t.window(3).id).unwrap().rules[0].matches);
}
