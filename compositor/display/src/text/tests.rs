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
    for words in ["naïve", "Привет", "مرحبا", "שלום", "美しい", "한국어"] {
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

#[test]
fn a_text_is_set_once_and_forgotten_when_no_scene_shows_it() {
    let (mut texts, mut replica) = (Texts::default(), Replica::default());
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
    assert!(replica.contents.is_empty() && replica.pools.is_empty());
}

#[test]
fn texts_that_cannot_be_are_not_drawn() {
    let (mut texts, mut replica) = (Texts::default(), Replica::default());
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
    for words in ["", " ", "\u{0}", "\n\r\t", "\u{202e}abc\u{2066}", "\u{200d}\u{fe0f}", "\u{10ffff}\u{e000}", &zalgo, &"👨‍👩‍👧‍👦".repeat(30)]
    {
        assert!(set(text(words, 13.0), 100, 20), "{words:?}");
    }
    assert!(set(Text { family: "no such font".to_owned(), ..text("a", 13.0) }, 100, 20));
    // More at once than anybody can read.
    let shown = (0..400).filter(|n| set(text(&n.to_string(), 13.0), 40, 20)).count();
    assert!((200..=MOST).contains(&shown), "{shown}");
}
