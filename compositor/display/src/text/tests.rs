use euclid::Size2D;
use glasshouse_scene::{Color, Element, ElementId};

use super::*;
use crate::testing::rect;

fn text(text: &str, size: f32) -> Text {
    Text { text: text.to_owned(), family: "sans-serif".to_owned(), size, color: Color::rgb(0xff_ff_ff, 1.0) }
}

fn scene(texts: &[(&str, i32)]) -> Scene {
    let element = |(index, (words, width)): (usize, &(&str, i32))| {
        Element::new(ElementId::Shell(index as u64), rect(0, 30 * index as i32, *width, 26), ElementKind::Text(text(words, 13.0)))
    };
    Scene { size: Size2D::new(400, 300), elements: texts.iter().enumerate().map(element).collect(), ..Scene::default() }
}

/// Sets one text alone.
fn pixels(words: &Text, width: i32, height: i32) -> Vec<u32> {
    let mut pixels = vec![0; (width * height) as usize];
    Setter::new().set(words, Size2D::new(width, height), &mut pixels);
    pixels
}

/// The first and the last column with ink, and the first and the last row.
fn bounds(pixels: &[u32], width: i32) -> [i32; 4] {
    let inked = (0..).zip(pixels).filter(|(_, pixel)| **pixel != 0).map(|(at, _)| (at % width, at / width));
    inked.fold([i32::MAX, i32::MIN, i32::MAX, i32::MIN], |[left, right, top, bottom], (x, y)| {
        [left.min(x), right.max(x), top.min(y), bottom.max(y)]
    })
}

#[test]
fn a_line_stands_in_the_middle() {
    let pixels = pixels(&text("Hamburg", 13.0), 200, 26);
    let [left, right, top, bottom] = bounds(&pixels, 200);
    assert!((left + right - 199).abs() <= 3, "{left}..{right}");
    assert!((30..120).contains(&(right - left)), "{left}..{right}");
    assert!((top + bottom - 25).abs() <= 5 && (8..=20).contains(&(bottom - top)), "{top}..{bottom}");
    // White, as far as it covers.
    assert!(pixels.contains(&u32::MAX));
    assert!(pixels.iter().map(|pixel| pixel.to_be_bytes()).all(|[a, r, g, b]| r == a && g == a && b == a));
}

#[test]
fn what_does_not_fit_is_left_out() {
    let sentence = "The quick brown fox jumps over the lazy dog, and so on and so on";
    let wide = bounds(&pixels(&text(sentence, 13.0), 1000, 26), 1000);
    let narrow = bounds(&pixels(&text(sentence, 13.0), 120, 26), 120);
    assert!(wide[1] - wide[0] > 300);
    assert!(narrow[0] >= 0 && (90..120).contains(&(narrow[1] - narrow[0])), "{narrow:?}");
    // The ellipsis: three dots at the end, which stand on the baseline.
    let pixels = pixels(&text(sentence, 13.0), 120, 26);
    let end = bounds(&(0..26).flat_map(|row| pixels[row * 120 + narrow[1] as usize - 8..][..8].to_vec()).collect::<Vec<_>>(), 8);
    assert!(end[3] - end[2] <= 4, "{end:?}");
}

#[test]
fn every_script_has_letters_and_emoji_their_colours() {
    let mut setter = Setter::new();
    let mut missing = |words: &str| {
        let line = setter.line(&text(words, 13.0), Size2D::new(200, 26));
        line.layout_runs().flat_map(|run| run.glyphs.to_vec()).filter(|glyph| glyph.glyph_id == 0).count()
    };
    assert_eq!(missing("\u{10fffd}"), 1, "nobody has this one");
    for words in ["naïve", "Привет", "مرحبا", "שלום", "美しい", "한국어"] {
        assert_eq!(missing(words), 0, "{words}");
        let [left, right, ..] = bounds(&pixels(&text(words, 13.0), 200, 26), 200);
        assert!(right - left > 10, "{words}: {left}..{right}");
    }
    let smile = pixels(&text("🙂", 16.0), 40, 26);
    let yellow = |pixel: &&u32| matches!(pixel.to_be_bytes(), [255, red, _, blue] if red > 200 && blue < 120);
    assert!(smile.iter().filter(yellow).count() > 20);
}

#[test]
fn translucent_text_is_premultiplied() {
    let faint = Text { color: Color::rgb(0xff_80_00, 0.5), ..text("Hamburg", 13.0) };
    let strongest = pixels(&faint, 200, 26).into_iter().max().unwrap().to_be_bytes();
    assert!(strongest.iter().zip([128_u8, 128, 64, 0]).all(|(is, should)| is.abs_diff(should) <= 1), "{strongest:?}");
}

fn patient() -> Texts {
    Texts { patience: Duration::from_secs(60), ..Texts::default() }
}

#[test]
fn a_text_is_set_once_and_forgotten_when_no_scene_shows_it() {
    let (mut texts, mut replica) = (patient(), Replica::default());
    let mut first = scene(&[("one", 100), ("two", 100), ("one", 100), ("one", 120)]);
    texts.place(&mut first, &mut replica);
    let surfaces: Vec<ElementKind> = first.elements.iter().map(|element| element.kind.clone()).collect();
    assert_eq!(surfaces[0], surfaces[2]);
    assert!(surfaces.iter().all(|kind| matches!(kind, ElementKind::Surface(surface) if replica.contents.contains_key(surface))));
    assert_eq!((replica.contents.len(), replica.pools.len()), (3, 3));

    let mut second = scene(&[("two", 100)]);
    texts.place(&mut second, &mut replica);
    assert_eq!(second.elements[0].kind, surfaces[1]);
    assert_eq!(texts.forget([&first, &second].into_iter(), &mut replica).len(), 0);
    assert_eq!(texts.forget([&second].into_iter(), &mut replica).len(), 2);
    assert_eq!((replica.contents.len(), replica.pools.len()), (1, 1));
    assert_eq!(texts.forget([].into_iter(), &mut replica).len(), 1);
    assert!(replica.contents.is_empty() && replica.pools.is_empty() && texts.lines.is_empty());
}

#[test]
fn a_text_that_comes_late_is_shown_when_it_comes() {
    let (woken, wakes) = channel();
    let mut texts = Texts { patience: Duration::ZERO, ..Texts::default() };
    texts.wake_with(Box::new(move || woken.send(()).unwrap()));
    let mut replica = Replica::default();
    let asked = scene(&[("one", 100)]);
    let mut shown = asked.clone();
    // Loading the fonts takes longer than nothing.
    texts.place(&mut shown, &mut replica);
    assert_eq!(shown, asked);
    assert_eq!(texts.forget([&shown].into_iter(), &mut replica).len(), 0);
    wakes.recv().unwrap();
    texts.place(&mut shown, &mut replica);
    assert!(matches!(shown.elements[0].kind, ElementKind::Surface(_)));
    // A picture waits longer.
    let mut third = scene(&[("three", 100)]);
    texts.place(&mut third, &mut replica);
    texts.catch_up(&mut replica);
    texts.place(&mut third, &mut replica);
    assert!(matches!(third.elements[0].kind, ElementKind::Surface(_)));
    wakes.recv().unwrap();
    assert_eq!(texts.forget([&shown].into_iter(), &mut replica).len(), 1);
    // Nobody wants this one any more when it comes.
    let mut other = scene(&[("two", 100)]);
    texts.place(&mut other, &mut replica);
    texts.forget([&shown].into_iter(), &mut replica);
    wakes.recv().unwrap();
    texts.receive(&mut replica);
    assert_eq!((texts.lines.len(), replica.contents.len(), replica.pools.len()), (1, 1, 1));
}

#[test]
fn texts_and_copies_of_surfaces_do_not_share_their_names() {
    // What the desktop's end of the link invents lies between those of the desktop and ours.
    const { assert!(OWN_IDS > glasshouse_link::desktop::OWN_IDS && OWN_IDS - glasshouse_link::desktop::OWN_IDS > u64::MAX / 8) };
    let (mut texts, mut replica) = (patient(), Replica::default());
    let copy = PoolId(glasshouse_link::desktop::OWN_IDS + 1);
    replica.pools.insert(copy, Pool { fd: crate::testing::memfd(b"copy"), bytes: 4 });
    let mut shown = scene(&[("one", 100), ("two", 100)]);
    texts.place(&mut shown, &mut replica);
    assert_eq!((replica.pools[&copy].bytes, replica.pools.len()), (4, 3));
    texts.forget([].into_iter(), &mut replica);
    assert_eq!(replica.pools.keys().collect::<Vec<_>>(), [&copy]);
}

#[test]
fn texts_that_cannot_be_are_not_drawn() {
    let (mut texts, mut replica) = (patient(), Replica::default());
    let mut set = |words: Text, width, height| {
        let element = Element::new(ElementId::Shell(0), rect(0, 0, width, height), ElementKind::Text(words));
        let mut scene = Scene { size: Size2D::new(400, 300), elements: vec![element], ..Scene::default() };
        texts.place(&mut scene, &mut replica);
        matches!(scene.elements[0].kind, ElementKind::Surface(_))
    };
    for size in [f32::NAN, f32::INFINITY, -1.0, 0.0, 1e9] {
        assert!(!set(text("a", size), 100, 20));
    }
    for (width, height) in [(0, 20), (-5, 20), (100, i32::MIN), (i32::MAX, i32::MAX), (1 << 20, 1 << 20)] {
        assert!(!set(text("a", 13.0), width, height));
    }
    // Whatever somebody calls a window.
    let zalgo: String = "a".chars().chain(std::iter::repeat_n('\u{301}', 255)).collect();
    let (family, unknown) = ("👨‍👩‍👧‍👦".repeat(30), "\u{10fff0} \u{e000} ".repeat(100));
    let strange =
        ["", " ", "\u{0}", "\n\r\t", "\u{202e}abc\u{2066}", "\u{200d}\u{fe0f}", "a\u{2029}א\u{2028}b\u{85}ش", &zalgo, &family, &unknown];
    for words in strange {
        assert!(set(text(words, 13.0), 100, 20), "{words:?}");
    }
    assert!(set(Text { family: "no such font".to_owned(), ..text("a", 13.0) }, 100, 20));
    // More at once than anybody can read.
    let shown = (0..1000).filter(|n| set(text(&n.to_string(), 13.0), 40, 20)).count();
    assert_eq!(shown, MOST - strange.len() - 1);
}
