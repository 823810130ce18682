//! The titles of tabs.

use glasshouse_scene::{Element, ElementId, ElementKind, PhysicalRect, Scene};

use super::{
    bench::{Bench, Do, Op},
    command,
    rules::hide_from_capture,
};
use crate::{Audience, Effect, Event, LayoutKind, Settings, View, event::WindowChange};

/// Three windows, one behind the other.
fn bench(settings: Settings) -> Bench {
    let mut t = Bench::new(Settings { layout: LayoutKind::Tree, ..settings });
    t.run([Op::Command(Do::Plug(1000, 600, 1.0))]);
    t.open(1, 300, 200);
    command(&mut t, "set-tabbed on");
    for n in 2..=3 {
        t.open(n, 300, 200);
    }
    for (n, title) in [(1, "one"), (2, "two"), (3, "three")] {
        call(&mut t, n, title);
    }
    t
}

fn call(t: &mut Bench, n: u8, title: &str) {
    let window = t.clients[&n].id;
    t.observe(Event::WindowChanged { window, change: WindowChange::Title(title.to_owned()) });
}

fn scene(t: &Bench, audience: Audience) -> Scene {
    let view = View::Output(t.desktop.outputs()[0].id);
    t.desktop.scene_for(audience, view, t.now).unwrap()
}

fn texts<'a>(scene: &'a Scene) -> Vec<(&'a str, PhysicalRect)> {
    let text = |element: &'a Element| match &element.kind {
        ElementKind::Text(text) => Some((text.text.as_str(), element.area)),
        _ => None,
    };
    scene.elements.iter().filter_map(text).collect()
}

fn words(t: &Bench) -> Vec<String> {
    texts(&scene(t, Audience::Screen)).into_iter().map(|(words, _)| words.to_owned()).collect()
}

#[test]
fn every_tab_has_the_title_of_its_window() {
    let mut t = bench(Settings::default());
    assert_eq!(words(&t), ["one", "two", "three"]);
    let scene = scene(&t, Audience::Screen);
    let places: Vec<PhysicalRect> = texts(&scene).into_iter().map(|(_, area)| area).collect();
    // Side by side in one row, with room between them.
    assert!(places.windows(2).all(|pair| pair[0].max_x() < pair[1].min_x() && pair[0].y_range() == pair[1].y_range()), "{places:?}");
    // On a pane each, and that of the window with the keyboard has an edge of light.
    let parts =
        |part: u8| scene.elements.iter().filter(move |element| matches!(element.id, ElementId::Decoration { part: p, .. } if p == part));
    for (pane, letters) in parts(4).zip(&places) {
        assert!(pane.area.contains_rect(letters));
    }
    assert_eq!(parts(4).count(), 3);
    assert_eq!(parts(5).map(|element| element.id).collect::<Vec<_>>(), [ElementId::Decoration { surface: t.clients[&3].surface, part: 5 }]);
    command(&mut t, "set-tabbed off");
    assert_eq!(words(&t), [""; 0]);
}

#[test]
fn a_new_title_is_seen_at_once() {
    let mut t = bench(Settings::default());
    t.effects.clear();
    call(&mut t, 1, "inbox (1)");
    assert!(t.effects.iter().any(|effect| matches!(effect, Effect::Redraw { .. })));
    assert_eq!(words(&t), ["inbox (1)", "two", "three"]);
    // In one line, and no longer than anybody reads.
    call(&mut t, 1, " a\nb\tc\u{1b}[31m\u{2028}d\u{2029}");
    assert_eq!(words(&t)[0], "a b c [31m d");
    call(&mut t, 1, &"é".repeat(4000));
    assert_eq!(words(&t)[0].chars().count(), 200);
    // Who has no title is called by its program's name, and else not at all.
    call(&mut t, 1, "  ");
    assert_eq!(words(&t), ["two", "three"]);
    let window = t.clients[&1].id;
    t.observe(Event::WindowChanged { window, change: WindowChange::AppId("foot".to_owned()) });
    assert_eq!(words(&t), ["foot", "two", "three"]);
}

#[test]
fn where_there_is_no_room_for_letters_is_a_line() {
    let mut settings = Settings::default();
    (settings.tabs.height, settings.tabs.font_size) = (12.0, 8.0);
    let t = bench(settings);
    assert_eq!(words(&t), [""; 0]);
    let scene = scene(&t, Audience::Screen);
    let lines = scene.elements.iter().filter(|element| matches!(element.id, ElementId::Decoration { part: 4, .. }));
    assert_eq!(lines.map(|line| line.area.height()).collect::<Vec<_>>(), [4; 3]);

    // Nor beside each other.
    let mut t = bench(Settings::default());
    command(&mut t, "configure-output focused --mode 120x600");
    t.answer();
    assert_eq!(words(&t), [""; 0]);
}

#[test]
fn pictures_do_not_tell_the_title_of_what_is_hidden_from_them() {
    let mut t = bench(Settings::default());
    hide_from_capture(&mut t, 2);
    assert_eq!(words(&t), ["one", "secret", "three"]);
    let scene = scene(&t, Audience::Capture);
    assert_eq!(texts(&scene).into_iter().map(|(words, _)| words).collect::<Vec<_>>(), ["one", "three"]);
}
