//! Dropping a window onto a tile.

use super::{
    super::{Side, Split, TilingKind},
    bench::{Bench, id},
};

/// Drops a window at the middle of this cell. Answers whether that meant anything.
fn drop_at(t: &mut Bench, window: u64, column: u32, row: u32) -> bool {
    let at = t.area.origin + euclid::vec2(f64::from(column) * 10.0 + 5.0, f64::from(row) * 10.0 + 5.0);
    let Some(target) = t.act(|tiling, input| tiling.drop_target(id(window), at, input)) else { return false };
    assert!(t.act(|tiling, input| tiling.drop_window(id(window), target, input)));
    t.focus(window);
    true
}

#[test]
fn between_columns_a_window_gets_a_column_of_its_own() {
    let mut t = Bench::new(TilingKind::Columns, 12, 4);
    t.open([1, 2, 3]);
    t.focus(1);
    t.shows(&["111111222222"; 4]);
    assert!(drop_at(&mut t, 3, 5, 1));
    assert_eq!(t.order(), [1, 3, 2]);
    t.shows(&["111111333333"; 4]);
    assert!(drop_at(&mut t, 1, 11, 1));
    assert_eq!(t.order(), [3, 1, 2]);
}

#[test]
fn in_the_middle_of_a_column_a_window_comes_above_or_below() {
    let mut t = Bench::new(TilingKind::Columns, 12, 4);
    t.open([1, 2]);
    assert!(drop_at(&mut t, 2, 3, 0));
    t.shows(&["222222......", "222222......", "111111......", "111111......"]);
    assert!(drop_at(&mut t, 2, 3, 3));
    t.shows(&["111111......", "111111......", "222222......", "222222......"]);
    // Beside the last column there is room.
    assert!(drop_at(&mut t, 2, 10, 3));
    t.shows(&["111111222222"; 4]);
}

#[test]
fn in_a_column_of_tabs_a_window_becomes_one() {
    let mut t = Bench::new(TilingKind::Columns, 12, 4);
    t.open([1, 2]);
    t.columns(|columns, _| columns.set_sharing(id(1), super::super::Sharing::Tabbed));
    assert!(drop_at(&mut t, 2, 3, 2));
    t.shows(&["aaaBBB......", "222222......", "222222......", "222222......"]);
    t.open([3]);
    // On a title, too.
    assert!(drop_at(&mut t, 3, 1, 0));
    assert_eq!(t.order(), [1, 3, 2]);
}

#[test]
fn a_tree_splits_a_window_at_the_side_where_another_is_dropped() {
    let mut t = Bench::new(TilingKind::Tree, 12, 4);
    t.open([1, 2, 3]);
    assert!(drop_at(&mut t, 3, 1, 0));
    // Above the first one; what is left has the rest.
    t.shows(&["333333222222", "333333222222", "111111222222", "111111222222"]);
    assert!(drop_at(&mut t, 3, 11, 1));
    t.shows(&["111122223333"; 4]);
    assert!(drop_at(&mut t, 2, 0, 2));
    t.shows(&["222211113333"; 4]);
}

#[test]
fn in_the_middle_of_a_tile_a_tree_makes_tabs() {
    let mut t = Bench::new(TilingKind::Tree, 12, 4);
    t.open([1, 2, 3]);
    assert!(drop_at(&mut t, 3, 5, 2));
    t.shows(&["111111bbbCCC", "111111333333", "111111333333", "111111333333"]);
    assert!(drop_at(&mut t, 1, 9, 2));
    t.shows(&["bbbbccccAAAA", "111111111111", "111111111111", "111111111111"]);
    // Out of the tabs: it lies beside the others.
    assert!(drop_at(&mut t, 2, 0, 2));
    assert!(t.order().contains(&2));
}

#[test]
fn two_windows_alone_are_turned_and_not_nested() {
    let mut t = Bench::new(TilingKind::Tree, 12, 4);
    t.open([1, 2]);
    assert!(drop_at(&mut t, 2, 3, 3));
    t.shows(&["111111111111", "111111111111", "222222222222", "222222222222"]);
    assert_eq!(t.tree().depth(), 1);
}

#[test]
fn containers_that_lose_a_window_close_up() {
    let mut t = Bench::new(TilingKind::Tree, 12, 4);
    t.open([1, 2]);
    assert!(t.tree().split(id(2), Split::Vertical));
    t.open([3]);
    t.shows(&["111111222222", "111111222222", "111111333333", "111111333333"]);
    assert!(drop_at(&mut t, 1, 11, 0));
    assert_eq!(t.order(), [2, 1, 3]);
}

#[test]
fn among_masters_and_stack_windows_change_places_or_go_between() {
    let mut t = Bench::new(TilingKind::MasterStack, 12, 8);
    t.open([1, 2, 3]);
    assert!(drop_at(&mut t, 3, 2, 4));
    assert_eq!(t.order(), [3, 2, 1]);
    // Above the first of the stack.
    assert!(drop_at(&mut t, 1, 9, 0));
    assert_eq!(t.order(), [3, 1, 2]);
    t.master_stack().set_side(Side::Top);
    assert!(drop_at(&mut t, 3, 11, 6));
    assert_eq!(t.order(), [1, 2, 3]);
}

#[test]
fn in_a_grid_and_in_a_monocle_the_order_changes() {
    let mut t = Bench::new(TilingKind::Grid, 12, 4);
    t.open([1, 2, 3, 4]);
    t.shows(&["111111222222", "111111222222", "333333444444", "333333444444"]);
    assert!(drop_at(&mut t, 4, 3, 0));
    assert_eq!(t.order(), [4, 2, 3, 1]);
    assert!(drop_at(&mut t, 1, 0, 0));
    assert_eq!(t.order(), [1, 4, 2, 3]);
    let mut t = Bench::new(TilingKind::Monocle, 12, 4);
    t.open([1, 2]);
    assert!(drop_at(&mut t, 3, 1, 1));
    assert_eq!(t.order(), [1, 3, 2]);
    assert!(drop_at(&mut t, 4, 6, 1));
    assert_eq!(t.order(), [1, 4, 3, 2]);
}

#[test]
fn where_a_window_lies_already_it_cannot_be_dropped() {
    for kind in TilingKind::ALL {
        let mut t = Bench::new(kind, 12, 4);
        t.open([1]);
        assert!(!drop_at(&mut t, 1, 3, 2), "{kind}");
    }
    let mut t = Bench::new(TilingKind::Columns, 12, 4);
    t.open([1, 2]);
    // At the left of the second column it is already.
    assert!(!drop_at(&mut t, 1, 6, 2));
    assert_eq!(t.order(), [1, 2]);
}

#[test]
fn nothing_is_dropped_into_an_empty_layout() {
    for kind in TilingKind::ALL {
        assert!(!drop_at(&mut Bench::new(kind, 12, 4), 1, 3, 2), "{kind}");
    }
}

#[test]
fn the_place_is_shown_where_the_window_will_lie() {
    let mut t = Bench::new(TilingKind::Tree, 12, 4);
    t.open([1, 2, 3]);
    let at = euclid::point2(15.0, 5.0);
    let hint = t.act(|tiling, input| {
        let target = tiling.drop_target(id(3), at, input).unwrap();
        tiling.drop_hint(id(3), target, input)
    });
    assert!(drop_at(&mut t, 3, 1, 0));
    assert_eq!(hint, t.arrange().rect(id(3)));
}
