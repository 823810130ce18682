//! What people expect of masters and stacks, grids, and one window at a time.

use glasshouse_scene::LogicalSize;

use super::{
    super::{Layout, NewWindow, Options, Place, Side, TilingKind},
    bench::{Bench, id},
};
use crate::Direction::{Down, Left, Right, Up};

fn master_stack() -> Bench {
    Bench::new(TilingKind::MasterStack, 12, 4)
}

#[test]
fn one_master_has_half_of_the_area_and_the_stack_shares_the_rest() {
    let mut t = master_stack();
    t.open([1]);
    t.shows(&["111111111111"; 4]);
    t.open([2, 3]);
    t.shows(&["111111222222", "111111222222", "111111333333", "111111333333"]);
}

#[test]
fn more_masters_share_their_part() {
    let mut t = master_stack();
    t.open([1, 2, 3, 4]);
    t.master_stack().set_masters(2);
    t.shows(&["111111333333", "111111333333", "222222444444", "222222444444"]);
    t.master_stack().set_masters(9);
    t.shows(&["111111111111", "222222222222", "333333333333", "444444444444"]);
    t.master_stack().set_masters(0);
    t.shows(&["111111111111", "222222222222", "333333333333", "444444444444"]);
}

#[test]
fn masters_are_at_any_side() {
    let mut t = master_stack();
    t.open([1, 2, 3]);
    t.master_stack().set_side(Side::Right);
    t.shows(&["222222111111", "222222111111", "333333111111", "333333111111"]);
    t.master_stack().set_side(Side::Top);
    t.shows(&["111111111111", "111111111111", "222222333333", "222222333333"]);
    t.master_stack().set_side(Side::Bottom);
    t.shows(&["222222333333", "222222333333", "111111111111", "111111111111"]);
    assert!(t.resize(1, Up, 10.0));
    t.shows(&["222222333333", "111111111111", "111111111111", "111111111111"]);
}

#[test]
fn promoting_moves_the_others_back_and_the_first_changes_places_with_the_second() {
    let mut t = master_stack();
    t.open([1, 2, 3]);
    assert!(t.master_stack().promote(id(3)));
    assert_eq!(t.order(), [3, 1, 2]);
    assert!(t.master_stack().promote(id(3)));
    assert_eq!(t.order(), [1, 3, 2]);
    assert!(t.master_stack().is_master(id(1)));
    assert!(!t.master_stack().promote(id(7)));
}

#[test]
fn new_windows_become_masters_if_that_is_configured() {
    for (new_window, order) in [(NewWindow::Beside, [1, 3, 2]), (NewWindow::First, [3, 2, 1]), (NewWindow::Last, [1, 2, 3])] {
        let mut options = Options::default();
        options.master_stack.new_window = new_window;
        let mut t = Bench::with(TilingKind::MasterStack, 12, 4, options);
        t.open([1, 2]);
        t.focus(1);
        t.open([3]);
        assert_eq!(t.order(), order, "{new_window:?}");
    }
}

#[test]
fn windows_take_the_size_of_the_place_that_they_move_to() {
    let mut t = master_stack();
    t.open([1, 2, 3]);
    assert!(t.resize(1, Right, 20.0));
    assert!(t.resize(2, Down, 10.0));
    t.shows(&["111111112222", "111111112222", "111111112222", "111111113333"]);
    assert!(t.shift(3, Up));
    t.shows(&["111111113333", "111111113333", "111111113333", "111111112222"]);
    assert!(t.shift(3, Left));
    t.shows(&["333333331111", "333333331111", "333333331111", "333333332222"]);
    assert!(!t.shift(3, Left));
    t.master_stack().reset_sizes();
    t.shows(&["333333331111", "333333331111", "333333332222", "333333332222"]);
    assert_eq!(t.neighbour(3, Right), Some(1));
    assert_eq!(t.neighbour(2, Up), Some(1));
    assert_eq!(t.neighbour(2, Down), None);
}

#[test]
fn smallest_sizes_push_the_edge_between_master_and_stack() {
    let mut t = master_stack();
    t.smallest(2, 90.0, 30.0);
    t.open([1, 2, 3]);
    t.shows(&["111222222222", "111222222222", "111222222222", "111333333333"]);
    t.smallest(1, 90.0, 0.0);
    t.shows(&["111111222222", "111111222222", "111111222222", "111111333333"]);
}

#[test]
fn a_largest_size_leaves_room_to_the_others() {
    let mut t = master_stack();
    t.constraints.entry(id(2)).or_default().max = LogicalSize::new(0.0, 10.0);
    t.open([1, 2, 3]);
    t.shows(&["111111222222", "111111333333", "111111333333", "111111333333"]);
    t.constraints.entry(id(3)).or_default().max = LogicalSize::new(0.0, 10.0);
    t.shows(&["111111222222", "111111222222", "111111333333", "111111333333"]);
}

#[test]
fn a_size_is_given_by_whichever_edge_can_move() {
    let mut t = master_stack();
    t.open([1, 2, 3]);
    assert!(t.act(|tiling, input| tiling.resize_to(id(3), Some(80.0), Some(30.0), input)));
    t.shows(&["111122222222", "111133333333", "111133333333", "111133333333"]);
    assert!(!t.act(|tiling, input| tiling.resize_to(id(3), Some(80.0), None, input)));
    assert!(!t.act(|tiling, input| tiling.resize_to(id(9), Some(80.0), None, input)));
}

#[test]
fn a_grid_is_as_near_to_a_square_as_it_can_be() {
    let mut t = Bench::new(TilingKind::Grid, 12, 4);
    t.open([1, 2]);
    t.shows(&["111111222222"; 4]);
    t.open([3]);
    t.shows(&["111111222222", "111111222222", "333333333333", "333333333333"]);
    t.open([4, 5]);
    t.shows(&["111122223333", "111122223333", "444444555555", "444444555555"]);
    t.open([6]);
    t.shows(&["111122223333", "111122223333", "444455556666", "444455556666"]);
    assert_eq!(t.neighbour(2, Down), Some(5));
    assert!(t.shift(2, Down));
    t.shows(&["111155553333", "111155553333", "444422226666", "444422226666"]);
    assert!(!t.shift(2, Down));
    assert!(!t.resize(2, Up, 10.0));
}

#[test]
fn a_grid_on_an_output_that_is_turned_is_filled_by_columns() {
    let mut t = Bench::new(TilingKind::Grid, 4, 6);
    t.open([1, 2, 3, 4, 5]);
    t.shows(&["1144", "1144", "2244", "2255", "3355", "3355"]);
}

#[test]
fn full_rows_of_a_grid_have_the_same_cuts() {
    let mut t = Bench::new(TilingKind::Grid, 12, 4);
    t.smallest(1, 90.0, 0.0);
    t.open([1, 2, 3, 4]);
    t.shows(&["111111111222", "111111111222", "333333333444", "333333333444"]);
}

#[test]
fn a_monocle_shows_the_focus_and_then_the_last_one_that_had_it() {
    let mut t = Bench::new(TilingKind::Monocle, 4, 1);
    t.open([1, 2, 3]);
    t.shows(&["3333"]);
    t.focus(2);
    t.shows(&["2222"]);
    t.focused = None;
    t.shows(&["2222"]);
    t.tiling.remove(id(2));
    t.shows(&["3333"]);
    t.tiling.remove(id(3));
    t.shows(&["1111"]);
    t.open([4, 5]);
    t.focus(5);
    t.tiling.remove(id(5));
    t.shows(&["4444"]);
}

#[test]
fn directions_lead_through_the_order_of_a_monocle() {
    let mut t = Bench::new(TilingKind::Monocle, 4, 1);
    t.open([1, 2, 3]);
    assert_eq!(t.neighbour(2, Right), Some(3));
    assert_eq!(t.neighbour(2, Up), Some(1));
    assert_eq!(t.neighbour(3, Down), None);
    assert!(t.shift(3, Left));
    assert_eq!(t.order(), [1, 3, 2]);
    assert!(!t.shift(2, Right));
    assert!(!t.resize(2, Right, 10.0));
}

#[test]
fn switching_keeps_the_order_and_shows_the_focus() {
    let mut t = Bench::new(TilingKind::MasterStack, 12, 4);
    t.open([1, 2, 3]);
    t.focus(2);
    for kind in [TilingKind::Columns, TilingKind::Monocle, TilingKind::Grid, TilingKind::Tree, TilingKind::MasterStack] {
        t.tiling = t.act(|tiling, input| tiling.switched(kind, input));
        assert_eq!((t.tiling.kind(), t.order()), (kind, vec![1, 2, 3]));
        assert!(t.picture().contains('2'), "{kind:?}");
    }
}

#[test]
fn places_that_name_an_unknown_window_are_the_ends() {
    for kind in TilingKind::ALL {
        let mut t = Bench::new(kind, 12, 4);
        t.open([1, 2]);
        t.act(|tiling, input| tiling.insert(id(3), Place::After(id(9)), input));
        t.act(|tiling, input| tiling.insert(id(4), Place::Before(id(9)), input));
        t.act(|tiling, input| tiling.insert(id(1), Place::Last, input));
        assert_eq!(t.order(), [4, 1, 2, 3], "{kind:?}");
        assert!(!t.shift(9, Left) && !t.resize(9, Left, 10.0) && t.neighbour(9, Left).is_none() && !t.tiling.remove(id(9)));
    }
}
