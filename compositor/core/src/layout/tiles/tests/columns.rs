//! What people who come from niri expect of columns.

use glasshouse_scene::LogicalSize;

use super::{
    super::{Centring, ColumnTarget, Layout, Options, Place, Sharing, Tiling, TilingKind, Width},
    bench::{Bench, id},
};
use crate::Direction::{Down, Left, Right, Up};

/// An output of 12 by 4 characters, on which a column is half as wide.
fn bench() -> Bench {
    Bench::new(TilingKind::Columns, 12, 4)
}

fn centring(centring: Centring) -> Bench {
    let mut options = Options::default();
    options.columns.centring = centring;
    Bench::with(TilingKind::Columns, 12, 4, options)
}

/// The columns of a bench, for example `1 | 2,3`.
fn sketch(bench: &mut Bench) -> String {
    let columns = bench.columns(|columns, _| columns.columns());
    let names = |column: Vec<crate::WindowId>| column.iter().map(|window| window.to_string()).collect::<Vec<_>>().join(",");
    columns.into_iter().map(names).collect::<Vec<_>>().join(" | ")
}

#[test]
fn the_strip_grows_to_the_right_and_the_view_follows() {
    let mut t = bench();
    t.open([1]);
    t.shows(&["111111......"; 4]);
    t.open([2]);
    t.shows(&["111111222222"; 4]);
    t.open([3]);
    t.shows(&["222222333333"; 4]);
    t.focus(2);
    t.shows(&["222222333333"; 4]);
    t.focus(1);
    t.shows(&["111111222222"; 4]);
}

#[test]
fn a_window_opens_to_the_right_of_the_one_with_the_focus() {
    let mut t = bench();
    t.open([1, 2]);
    t.focus(1);
    t.open([3]);
    assert_eq!(sketch(&mut t), "1 | 3 | 2");
    t.act(|tiling, input| tiling.insert(id(4), Place::Before(id(3)), input));
    t.act(|tiling, input| tiling.insert(id(5), Place::First, input));
    assert_eq!(sketch(&mut t), "5 | 1 | 4 | 3 | 2");
}

#[test]
fn half_columns_with_a_gap_between_them_fill_the_area() {
    let mut t = bench();
    t.gap = 10.0;
    t.open([1, 2]);
    assert_eq!(t.arrange().rect(id(1)), Some(euclid::rect(0.0, 0.0, 55.0, 40.0)));
    assert_eq!(t.arrange().rect(id(2)), Some(euclid::rect(65.0, 0.0, 55.0, 40.0)));
}

#[test]
fn closing_a_dialog_brings_the_view_back_to_where_it_was() {
    let mut t = bench();
    t.open([1, 2, 3]);
    t.focus(2);
    t.open([4]);
    t.shows(&["222222444444"; 4]);
    t.focus(3);
    t.focus(2);
    t.shows(&["222222444444"; 4]);
    t.open([5]);
    t.columns(|columns, input| columns.set_width(id(5), Width::Fraction(1.0), input));
    t.shows(&["555555555555"; 4]);
    t.close(5, 2);
    t.shows(&["222222444444"; 4]);
}

#[test]
fn closing_the_last_column_leaves_no_emptiness_that_others_could_fill() {
    let mut t = bench();
    t.open([1, 2, 3]);
    t.focus(2);
    t.focus(3);
    t.close(3, 2);
    t.shows(&["111111222222"; 4]);
    t.focus(1);
    t.focus(2);
    t.close(2, 1);
    t.shows(&["111111......"; 4]);
}

#[test]
fn windows_are_consumed_into_a_column_and_expelled_from_it() {
    let mut t = bench();
    t.open([1, 2, 3]);
    t.focus(1);
    assert!(t.columns(|columns, input| columns.consume(id(1), input)));
    assert_eq!(sketch(&mut t), "1,2 | 3");
    t.shows(&["111111333333", "111111333333", "222222333333", "222222333333"]);
    assert!(t.columns(|columns, input| columns.consume(id(1), input)));
    assert_eq!(sketch(&mut t), "1,2,3");
    assert!(!t.columns(|columns, input| columns.consume(id(1), input)));
    assert!(t.columns(|columns, input| columns.expel(id(1), input)));
    assert_eq!(sketch(&mut t), "1,2 | 3");
    assert!(!t.columns(|columns, input| columns.expel(id(3), input)));
}

#[test]
fn one_command_consumes_a_lonely_window_and_expels_another() {
    let mut t = bench();
    t.open([1, 2, 3]);
    assert!(t.columns(|columns, input| columns.consume_or_expel(id(2), Left, input)));
    assert_eq!(sketch(&mut t), "1,2 | 3");
    assert!(t.columns(|columns, input| columns.consume_or_expel(id(1), Left, input)));
    assert_eq!(sketch(&mut t), "1 | 2 | 3");
    assert!(t.columns(|columns, input| columns.consume_or_expel(id(2), Right, input)));
    assert_eq!(sketch(&mut t), "1 | 3,2");
    assert!(!t.columns(|columns, input| columns.consume_or_expel(id(1), Left, input)));
    assert!(!t.columns(|columns, input| columns.consume_or_expel(id(1), Up, input)));
}

#[test]
fn a_lonely_window_moves_with_its_column_and_another_leaves_its_column() {
    let mut t = bench();
    t.open([1, 2, 3]);
    assert!(t.shift(3, Left));
    assert_eq!(sketch(&mut t), "1 | 3 | 2");
    t.columns(|columns, input| columns.consume(id(1), input));
    assert!(t.shift(3, Up));
    assert_eq!(sketch(&mut t), "3,1 | 2");
    assert!(!t.shift(3, Up));
    assert!(t.shift(3, Right));
    assert_eq!(sketch(&mut t), "1 | 3 | 2");
    assert!(t.shift(3, Right));
    assert!(!t.shift(3, Right));
    assert_eq!(sketch(&mut t), "1 | 2 | 3");
}

#[test]
fn columns_move_and_are_reached_at_once_to_both_ends() {
    let mut t = bench();
    t.open([1, 2, 3, 4]);
    assert!(t.columns(|columns, input| columns.move_column(id(4), ColumnTarget::First, input)));
    assert_eq!(sketch(&mut t), "4 | 1 | 2 | 3");
    t.shows(&["444444111111"; 4]);
    assert!(t.columns(|columns, input| columns.move_column(id(1), ColumnTarget::Last, input)));
    assert_eq!(sketch(&mut t), "4 | 2 | 3 | 1");
    assert!(!t.columns(|columns, input| columns.move_column(id(1), ColumnTarget::Right, input)));
    assert_eq!(t.columns(|columns, _| columns.window_in(id(2), ColumnTarget::Last)), Some(id(1)));
    assert_eq!(t.columns(|columns, _| columns.window_in(id(4), ColumnTarget::First)), None);
}

#[test]
fn focus_comes_back_to_the_window_of_a_column_that_last_had_it() {
    let mut t = bench();
    t.open([1, 2, 3]);
    t.columns(|columns, input| columns.consume(id(1), input));
    t.focus(2);
    t.focus(3);
    assert_eq!(t.neighbour(3, Left), Some(2));
    t.focus(1);
    assert_eq!(t.neighbour(3, Left), Some(1));
    assert_eq!(t.neighbour(1, Down), Some(2));
    assert_eq!(t.neighbour(2, Down), None);
    assert_eq!(t.neighbour(1, Left), None);
}

#[test]
fn widths_cycle_through_presets_from_wherever_they_are() {
    let mut t = bench();
    t.open([1]);
    let mut widths = Vec::new();
    for wider in [true, true, true, false, false] {
        t.columns(|columns, input| columns.cycle_width(id(1), wider, input));
        widths.push(t.arrange().rect(id(1)).unwrap().width().round());
    }
    assert_eq!(widths, [80.0, 40.0, 60.0, 40.0, 80.0]);
    t.columns(|columns, input| columns.set_width(id(1), Width::Fixed(50.0), input));
    t.columns(|columns, input| columns.cycle_width(id(1), true, input));
    assert_eq!(t.arrange().rect(id(1)).unwrap().width(), 60.0);
    t.columns(|columns, input| columns.set_width(id(1), Width::Fixed(50.0), input));
    t.columns(|columns, input| columns.cycle_width(id(1), false, input));
    assert_eq!(t.arrange().rect(id(1)).unwrap().width().round(), 40.0);
}

#[test]
fn a_full_width_column_gets_its_own_width_back() {
    let mut t = bench();
    t.open([1, 2]);
    assert!(t.columns(|columns, _| columns.set_full_width(id(2), true)));
    t.shows(&["222222222222"; 4]);
    assert!(!t.columns(|columns, _| columns.set_full_width(id(2), true)));
    assert!(t.columns(|columns, _| columns.set_full_width(id(2), false)));
    assert_eq!(t.arrange().rect(id(2)).unwrap().width(), 60.0);
    assert_eq!(t.columns(|columns, _| columns.width(id(2))), Some((Width::Fraction(0.5), false)));
}

#[test]
fn a_tabbed_column_shows_one_window_below_its_titles() {
    let mut t = bench();
    t.open([1, 2, 3]);
    t.focus(1);
    t.columns(|columns, input| columns.consume(id(1), input));
    assert!(t.columns(|columns, _| columns.set_sharing(id(1), Sharing::Tabbed)));
    t.shows(&["AAAbbb333333", "111111333333", "111111333333", "111111333333"]);
    assert_eq!(t.neighbour(1, Down), Some(2));
    t.focus(2);
    t.shows(&["aaaBBB333333", "222222333333", "222222333333", "222222333333"]);
    t.focus(3);
    t.shows(&["aaaBBB333333", "222222333333", "222222333333", "222222333333"]);
    assert!(!t.resize(1, Down, 10.0));
    let tab = t.arrange().tabs[1];
    assert_eq!((tab.window, tab.windows, tab.active, tab.rect), (id(2), 1, true, euclid::rect(30.0, 0.0, 30.0, 10.0)));
}

#[test]
fn a_tab_stays_in_front_when_another_one_closes() {
    let mut t = bench();
    t.open([1, 2, 3, 4]);
    t.columns(|columns, input| columns.consume_or_expel(id(2), Left, input));
    t.columns(|columns, input| columns.consume_or_expel(id(3), Left, input));
    t.columns(|columns, _| columns.set_sharing(id(1), Sharing::Tabbed));
    t.focus(2);
    t.focus(4);
    t.tiling.remove(id(1));
    t.shows(&["BBBccc444444", "222222444444", "222222444444", "222222444444"]);
}

#[test]
fn the_view_goes_no_further_than_it_must_after_a_column_has_closed() {
    let mut t = centring(Centring::OnOverflow);
    t.open([1, 2, 3, 4]);
    t.focus(3);
    t.focus(4);
    t.close(4, 1);
    t.shows(&["111111222222"; 4]);
}

#[test]
fn always_centring_keeps_the_focus_in_the_middle() {
    let mut t = centring(Centring::Always);
    t.open([1]);
    t.shows(&["...111111..."; 4]);
    t.open([2, 3]);
    t.focus(2);
    t.shows(&["111222222333"; 4]);
}

#[test]
fn centring_on_overflow_shows_both_columns_if_they_fit() {
    let mut t = centring(Centring::OnOverflow);
    t.open([1, 2]);
    t.shows(&["111111222222"; 4]);
    t.columns(|columns, input| columns.set_width(id(2), Width::Fixed(80.0), input));
    t.shows(&["111122222222"; 4]);
    t.focus(1);
    t.shows(&["...111111222"; 4]);
}

#[test]
fn a_column_is_centred_once_and_stays_while_it_is_in_view() {
    let mut t = bench();
    t.open([1, 2]);
    t.columns(|columns, input| columns.centre_column(id(2), input));
    t.shows(&["111222222..."; 4]);
    t.focus(1);
    t.shows(&["111111222222"; 4]);
}

#[test]
fn a_single_column_can_stand_in_the_middle() {
    let mut options = Options::default();
    options.columns.centre_single = true;
    let mut t = Bench::with(TilingKind::Columns, 12, 1, options);
    t.open([1]);
    t.shows(&["...111111..."]);
    t.open([2]);
    t.shows(&["111111222222"]);
}

#[test]
fn a_column_that_is_wider_than_the_view_shows_its_left_edge() {
    let mut t = bench();
    t.open([1, 2]);
    t.columns(|columns, input| columns.set_width(id(2), Width::Fixed(200.0), input));
    assert_eq!(t.arrange().rect(id(2)).unwrap().min_x(), 0.0);
    t.focus(1);
    t.shows(&["111111222222"; 4]);
}

#[test]
fn the_width_of_a_column_obeys_its_windows_and_the_strip_grows() {
    let mut t = bench();
    t.smallest(2, 90.0, 0.0);
    t.constraints.entry(id(3)).or_default().max = LogicalSize::new(30.0, 0.0);
    t.open([1, 2, 3]);
    t.shows(&["222222222333"; 4]);
    assert!(t.resize(2, Right, 10.0));
    assert!(!t.resize(3, Right, 10.0));
    assert!(t.resize(2, Right, -50.0));
    assert_eq!(t.arrange().rect(id(2)).unwrap().width(), 90.0);
}

#[test]
fn dragging_the_left_edge_of_a_column_lets_its_right_edge_stand() {
    let mut t = bench();
    t.open([1, 2]);
    assert!(t.resize(2, Left, 20.0));
    t.shows(&["111122222222"; 4]);
    assert!(t.resize(2, Left, -30.0));
    t.shows(&[".11111122222"; 4]);
}

#[test]
fn heights_in_a_column_move_at_the_edge_between_two_windows() {
    let mut t = bench();
    t.open([1, 2, 3]);
    t.focus(1);
    t.columns(|columns, input| columns.consume(id(1), input));
    assert!(t.resize(1, Down, 10.0));
    t.shows(&["111111333333", "111111333333", "111111333333", "222222333333"]);
    assert!(!t.resize(1, Up, 10.0));
    assert!(t.columns(|columns, _| columns.reset_heights(id(2))));
    t.shows(&["111111333333", "111111333333", "222222333333", "222222333333"]);
}

#[test]
fn cycling_through_heights_goes_round_and_passes_over_what_does_not_fit() {
    let mut t = bench();
    t.open([1, 2]);
    assert!(!t.columns(|columns, input| columns.cycle_height(id(2), true, input)), "there is nothing to share");
    assert!(t.columns(|columns, input| columns.consume(id(1), input)));
    let cycle = |t: &mut Bench, taller: bool| {
        assert!(t.columns(|columns, input| columns.cycle_height(id(2), taller, input)));
        let [one, two] = [1, 2].map(|n| t.arrange().rect(id(n)).unwrap().height().round());
        assert_eq!(one + two, 40.0);
        two
    };
    assert_eq!([true, true, true].map(|taller| cycle(&mut t, taller)), [27.0, 13.0, 20.0]);
    assert_eq!([false, false, false].map(|taller| cycle(&mut t, taller)), [13.0, 27.0, 20.0]);
    // The first wants half of the height for itself.
    t.smallest(1, 0.0, 20.0);
    assert_eq!([true, true].map(|taller| cycle(&mut t, taller)), [13.0, 20.0]);
    assert!(t.columns(|columns, _| columns.set_sharing(id(2), Sharing::Tabbed)));
    assert!(!t.columns(|columns, input| columns.cycle_height(id(2), true, input)));
}

#[test]
fn the_view_scrolls_over_the_strip_and_says_who_gets_the_focus_there() {
    let mut t = bench();
    t.open([1, 2, 3, 4]);
    let scrolled = |t: &mut Bench, by: f64| {
        let window = t.act(|tiling, input| match tiling {
            Tiling::Columns(columns) => columns.scroll(by, input),
            _ => None,
        });
        t.focus(window.unwrap().0);
        window.unwrap().0
    };
    assert_eq!(scrolled(&mut t, -60.0), 3);
    t.shows(&["222222333333"; 4]);
    assert_eq!(scrolled(&mut t, -20.0), 2);
    t.shows(&["112222223333"; 4]);
    assert_eq!(scrolled(&mut t, -1000.0), 2);
    t.shows(&["111111222222"; 4]);
    assert_eq!(scrolled(&mut t, 1000.0), 3);
    t.shows(&["333333444444"; 4]);
}
