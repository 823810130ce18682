//! What people who come from sway and i3 expect of a tree.

use super::{
    super::{ContainerLayout, Layout, Options, Place, Split, TilingKind},
    bench::{Bench, assert_sound, id},
};
use crate::Direction::{Down, Left, Right, Up};

fn bench() -> Bench {
    Bench::new(TilingKind::Tree, 12, 4)
}

/// Windows 1, and 2 above 3; 3 has the focus.
fn nested() -> Bench {
    let mut t = bench();
    t.open([1, 2]);
    assert!(t.tree().split(id(2), Split::Vertical));
    t.open([3]);
    t.shows(&["111111222222", "111111222222", "111111333333", "111111333333"]);
    t
}

#[test]
fn windows_lie_side_by_side_until_one_is_split() {
    let mut t = bench();
    t.open([1, 2, 3]);
    t.shows(&["111122223333"; 4]);
    t.focus(2);
    assert!(t.tree().split(id(2), Split::Toggle));
    t.open([4]);
    t.shows(&["111122223333", "111122223333", "111144443333", "111144443333"]);
}

#[test]
fn the_first_split_follows_the_longer_side_of_the_area() {
    let mut t = Bench::new(TilingKind::Tree, 4, 6);
    t.open([1, 2]);
    t.shows(&["1111", "1111", "1111", "2222", "2222", "2222"]);
}

#[test]
fn automatic_splits_halve_the_window_with_the_focus() {
    let mut options = Options::default();
    options.tree.automatic = true;
    let mut t = Bench::with(TilingKind::Tree, 12, 8, options);
    t.open([1, 2, 3, 4]);
    t.shows(&[
        "111111222222",
        "111111222222",
        "111111222222",
        "111111222222",
        "111111333444",
        "111111333444",
        "111111333444",
        "111111333444",
    ]);
    t.close(4, 3);
    t.close(3, 2);
    t.shows(&["111111222222"; 8]);
}

#[test]
fn a_split_of_a_lonely_window_changes_the_axis_of_its_container() {
    let mut t = bench();
    t.open([1]);
    assert!(t.tree().split(id(1), Split::Vertical));
    assert!(!t.tree().split(id(1), Split::Vertical));
    t.open([2]);
    t.shows(&["111111111111", "111111111111", "222222222222", "222222222222"]);
}

#[test]
fn a_window_moves_out_of_its_container_beside_it() {
    let mut t = nested();
    assert!(t.shift(3, Right));
    t.shows(&["111122223333"; 4]);
    assert!(!t.shift(3, Right));
}

#[test]
fn a_window_moves_out_to_the_left_between_its_container_and_the_next_window() {
    let mut t = nested();
    assert!(t.shift(3, Left));
    t.shows(&["111133332222"; 4]);
    assert_eq!(t.order(), [1, 3, 2]);
}

#[test]
fn a_window_moves_into_a_container_beside_its_active_window() {
    let mut t = nested();
    t.focus(1);
    assert!(t.shift(1, Right));
    assert_eq!(t.order(), [2, 1, 3]);
    t.gap = 0.0;
    t.smallest(1, 0.0, 20.0);
    t.shows(&["222222222222", "111111111111", "111111111111", "333333333333"]);
}

#[test]
fn a_window_moves_into_a_container_along_the_way_at_its_near_end() {
    let mut t = bench();
    t.open([1, 2]);
    assert!(t.tree().split(id(2), Split::Horizontal));
    t.open([3]);
    assert_eq!(t.order(), [1, 2, 3]);
    assert!(t.shift(1, Right));
    t.shows(&["111122223333"; 4]);
    // They are in one container now, so the next step takes it past one window.
    assert!(t.shift(1, Right));
    assert_eq!(t.order(), [2, 1, 3]);
}

#[test]
fn a_window_that_moves_across_everything_gets_a_side_of_its_own() {
    let mut t = bench();
    t.open([1, 2, 3]);
    assert!(t.shift(3, Down));
    t.shows(&["111111222222", "111111222222", "333333333333", "333333333333"]);
    assert!(!t.shift(3, Down));
    assert!(t.shift(3, Up));
    assert_eq!(t.order(), [1, 2, 3], "into the row beside the window that last had the focus");
    assert!(t.shift(1, Up));
    t.shows(&["111111111111", "111111111111", "222222333333", "222222333333"]);
}

#[test]
fn a_lonely_window_moves_nowhere() {
    let mut t = bench();
    t.open([1]);
    for direction in [Left, Right, Up, Down] {
        assert!(!t.shift(1, direction));
    }
}

#[test]
fn a_window_that_moves_out_leaves_a_split_by_hand_first() {
    let mut t = bench();
    t.open([1, 2]);
    t.tree().split(id(2), Split::Vertical);
    assert_eq!(t.tree().layout(id(2)), Some(ContainerLayout::SplitV));
    assert!(t.shift(2, Up));
    assert_eq!(t.tree().layout(id(2)), Some(ContainerLayout::SplitH));
}

#[test]
fn tabs_and_stacked_titles_show_one_child() {
    let mut t = nested();
    assert!(t.tree().set_layout(id(3), ContainerLayout::Tabbed));
    t.shows(&["111111bbbCCC", "111111333333", "111111333333", "111111333333"]);
    assert!(t.tree().set_layout(id(3), ContainerLayout::Stacked));
    t.shows(&["111111bbbbbb", "111111CCCCCC", "111111333333", "111111333333"]);
    t.focus(1);
    t.shows(&["111111bbbbbb", "111111CCCCCC", "111111333333", "111111333333"]);
    assert_eq!(t.neighbour(1, Right), Some(3));
    assert_eq!(t.neighbour(3, Up), Some(2));
    assert!(t.shift(3, Up));
    assert_eq!(t.order(), [1, 3, 2]);
}

#[test]
fn a_tab_of_a_container_has_the_title_of_its_last_focus_and_counts_its_windows() {
    let mut t = nested();
    assert!(t.tree().set_layout(id(1), ContainerLayout::Tabbed));
    t.shows(&["aaaaaaCCCCCC", "222222222222", "333333333333", "333333333333"]);
    let tab = t.arrange().tabs[1];
    assert_eq!((tab.window, tab.windows, tab.active), (id(3), 2, true));
    t.focus(2);
    assert_eq!(t.arrange().tabs[1].window, id(2));
    t.focus(1);
    t.shows(&["AAAAAAbbbbbb", "111111111111", "111111111111", "111111111111"]);
    assert_eq!(t.neighbour(1, Right), Some(2));
    let hidden = t.arrange().rect(id(3)).unwrap();
    assert_eq!(hidden, euclid::rect(0.0, 25.0, 120.0, 15.0), "what is hidden has its size all the same");
}

#[test]
fn the_focus_is_shown_even_before_the_layout_has_settled() {
    let mut t = nested();
    t.tree().set_layout(id(1), ContainerLayout::Tabbed);
    t.focused = Some(id(1));
    t.shows(&["AAAAAAcccccc", "111111111111", "111111111111", "111111111111"]);
    t.focused = None;
    t.shows(&["aaaaaaCCCCCC", "222222222222", "333333333333", "333333333333"]);
}

#[test]
fn focus_goes_to_the_near_end_along_the_way_and_to_the_last_focus_across_it() {
    let mut t = nested();
    t.focus(2);
    assert_eq!(t.neighbour(1, Right), Some(2));
    t.focus(3);
    assert_eq!(t.neighbour(1, Right), Some(3));
    assert_eq!(t.neighbour(3, Left), Some(1));
    assert_eq!(t.neighbour(3, Right), None);
    t.focus(1);
    t.shift(1, Up);
    t.shows(&["111111111111", "111111111111", "222222222222", "333333333333"]);
    assert_eq!(t.neighbour(1, Down), Some(2), "near end, though 3 had the focus last");
}

#[test]
fn resizing_moves_the_edge_of_the_nearest_split_that_has_one_there() {
    let mut t = nested();
    assert!(t.resize(3, Left, 20.0));
    t.shows(&["111122222222", "111122222222", "111133333333", "111133333333"]);
    assert!(t.resize(3, Up, 10.0));
    t.shows(&["111122222222", "111133333333", "111133333333", "111133333333"]);
    assert!(!t.resize(3, Down, 10.0));
    assert!(!t.resize(3, Right, 10.0));
    assert!(t.tree().reset_sizes(id(3)));
    t.shows(&["111122222222", "111122222222", "111133333333", "111133333333"]);
}

#[test]
fn a_newcomer_gets_a_fair_share_and_the_others_keep_their_proportions() {
    let mut t = bench();
    t.open([1, 2]);
    t.resize(2, Left, 20.0);
    t.shows(&["111122222222"; 4]);
    t.focus(1);
    t.open([3]);
    let width = |t: &mut Bench, window| t.arrange().rect(id(window)).unwrap().width();
    let widths = [1, 3, 2].map(|window| width(&mut t, window).round());
    assert_eq!(widths, [27.0, 40.0, 53.0]);
    t.close(3, 1);
    t.shows(&["111122222222"; 4]);
}

#[test]
fn a_selected_container_moves_as_one_and_windows_open_beside_it() {
    let mut t = nested();
    assert!(t.tree().focus_parent(id(3)));
    assert!(!t.tree().focus_parent(id(3)));
    assert_eq!(t.tree().selected(id(3)), [id(2), id(3)]);
    assert!(t.shift(3, Left));
    t.shows(&["222222111111", "222222111111", "333333111111", "333333111111"]);
    t.act(|tiling, input| tiling.insert(id(4), Place::After(id(3)), input));
    t.shows(&["222244441111", "222244441111", "333344441111", "333344441111"]);
    assert!(t.tree().focus_child(id(3)));
    assert!(!t.tree().focus_child(id(3)));
    assert_eq!(t.tree().selected(id(3)), [id(3)]);
}

#[test]
fn a_selection_ends_when_the_focus_goes_elsewhere() {
    let mut t = nested();
    t.tree().focus_parent(id(3));
    t.focus(1);
    t.focus(3);
    assert_eq!(t.tree().selected(id(3)), [id(3)]);
}

#[test]
fn flattening_removes_containers_that_say_nothing() {
    let mut t = bench();
    t.open([1, 2]);
    t.tree().split(id(2), Split::Horizontal);
    t.open([3]);
    t.tree().split(id(3), Split::Vertical);
    let before = t.picture();
    assert!(t.tree().flatten());
    assert_eq!(t.picture(), before);
    assert!(!t.tree().flatten());
    assert!(!t.tree().focus_parent(id(3)), "all windows are in one container");
}

#[test]
fn a_split_by_hand_stays_when_its_second_window_closes() {
    let mut t = nested();
    t.close(3, 2);
    t.open([4]);
    t.shows(&["111111222222", "111111222222", "111111444444", "111111444444"]);
}

#[test]
fn an_automatic_split_leaves_tabs_alone() {
    let mut options = Options::default();
    options.tree.automatic = true;
    let mut t = Bench::with(TilingKind::Tree, 12, 2, options);
    t.open([1, 2]);
    t.tree().set_layout(id(2), ContainerLayout::Tabbed);
    t.open([3]);
    t.shows(&["aaaabbbbCCCC", "333333333333"]);
}

#[test]
fn tabs_have_no_edges_between_them() {
    let mut t = nested();
    t.tree().set_layout(id(3), ContainerLayout::Stacked);
    assert!(!t.resize(3, Up, 10.0));
    assert!(t.resize(3, Left, 20.0));
    t.shows(&["1111bbbbbbbb", "1111CCCCCCCC", "111133333333", "111133333333"]);
}

#[test]
fn titles_count_for_the_smallest_size_of_their_container() {
    let mut t = bench();
    t.open([1, 2]);
    t.shift(2, Down);
    t.tree().split(id(2), Split::Horizontal);
    t.open([3]);
    t.tree().set_layout(id(3), ContainerLayout::Tabbed);
    t.smallest(2, 0.0, 20.0);
    t.shows(&["111111111111", "bbbbbbCCCCCC", "333333333333", "333333333333"]);
}

#[test]
fn a_selection_shrinks_to_the_window_when_its_container_goes() {
    let mut options = Options::default();
    options.tree.automatic = true;
    let mut t = Bench::with(TilingKind::Tree, 12, 8, options);
    t.open([1, 2, 3, 4]);
    assert!(t.tree().focus_parent(id(4)));
    assert_eq!(t.tree().selected(id(4)), [id(3), id(4)]);
    t.tiling.remove(id(3));
    assert_eq!(t.tree().selected(id(4)), [id(4)]);
}

#[test]
fn a_container_split_by_hand_stays_one_when_it_is_all_there_is() {
    let mut t = nested();
    t.close(1, 3);
    assert!(t.tree().focus_parent(id(3)));
    t.act(|tiling, input| tiling.insert(id(4), Place::After(id(3)), input));
    t.shows(&["222222444444", "222222444444", "333333444444", "333333444444"]);
}

#[test]
fn flattening_remembers_the_last_focus() {
    let mut t = bench();
    t.open([1, 2]);
    t.tree().split(id(2), Split::Horizontal);
    t.open([3]);
    t.tree().flatten();
    t.tree().set_layout(id(1), ContainerLayout::Tabbed);
    t.focused = None;
    t.shows(&["aaaabbbbCCCC", "333333333333", "333333333333", "333333333333"]);
}

/// A tree with as many containers in each other as there may be, and window 1 beside them.
fn deepest() -> Bench {
    let mut t = Bench::new(TilingKind::Tree, 1000, 1000);
    t.open([1, 2]);
    for window in 2..65 {
        assert!(t.tree().split(id(window), Split::Toggle), "{window}");
        t.open([window + 1]);
    }
    assert_eq!(t.tree().depth(), 64);
    t
}

#[test]
fn splits_end_somewhere() {
    let mut t = deepest();
    assert!(!t.tree().split(id(65), Split::Toggle));
    t.options.tree.automatic = true;
    t.open([66]);
    assert_sound(&mut t);
}

#[test]
fn no_move_puts_containers_deeper_than_splits_can() {
    let mut t = deepest();
    assert!(!t.shift(1, Up), "all others would become a container in yet another one");
    assert_sound(&mut t);
    t.focus(1);
    assert!(t.tree().split(id(1), Split::Vertical));
    assert!(t.tree().focus_parent(id(1)));
    assert!(t.shift(1, Right), "a container with a window goes past what is too deep for it");
    assert_sound(&mut t);
    assert_eq!(t.order().last(), Some(&1));
}
