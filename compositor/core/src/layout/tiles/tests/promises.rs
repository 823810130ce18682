//! What each layout promises about what an operation leaves as it was.

use proptest::{collection::vec, prelude::*};

use super::{
    super::{Arrangement, Layout, Placement, Tiling, TilingKind},
    bench::{assert_sound, id},
    histories::{Op, bench, cases, direction, kind, n, op, options, place, run},
};
use crate::{Direction, WindowId};

/// The windows of the histories are below this.
const NEW: u64 = 20;

fn tile(arrangement: &Arrangement, window: WindowId) -> Placement {
    *arrangement.tiles.iter().find(|tile| tile.window == window).unwrap()
}

/// The same places up to errors of rounding.
fn assert_alike(one: &Arrangement, other: &Arrangement, why: &str) {
    assert_eq!(one.tiles.len(), other.tiles.len(), "{why}");
    for (one, other) in one.tiles.iter().zip(&other.tiles) {
        assert_eq!((one.window, one.visible), (other.window, other.visible), "{why}");
        let (a, b) = (one.rect.to_box2d(), other.rect.to_box2d());
        assert!((a.min - b.min).length() < 1e-4 && (a.max - b.max).length() < 1e-4, "{why}: {one:?} {other:?}");
    }
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Left => Direction::Right,
        Direction::Right => Direction::Left,
        Direction::Up => Direction::Down,
        Direction::Down => Direction::Up,
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn taking_out_what_was_just_put_in_changes_nothing(
        kind in kind(), options in options(), ops in vec(op(), 1..20), at in 0..4_u8, beside in n(),
    ) {
        let mut bench = bench(kind, options);
        ops.iter().for_each(|op| run(&mut bench, op));
        let before = bench.arrange();
        bench.act(|tiling, input| tiling.insert(id(NEW), place(at, beside), input));
        assert_sound(&mut bench);
        prop_assert!(bench.tiling.remove(id(NEW)));
        prop_assert_eq!(bench.arrange(), before);
    }

    #[test]
    fn closing_a_window_that_had_the_focus_for_a_moment_leads_back_to_the_same_picture(
        kind in kind(), options in options(), ops in vec(op(), 1..20), focus in n(),
    ) {
        let mut bench = bench(kind, options);
        ops.iter().for_each(|op| run(&mut bench, op));
        if !bench.tiling.contains(id(focus)) {
            return Ok(());
        }
        bench.focus(focus);
        let before = bench.arrange();
        bench.open([NEW]);
        bench.close(NEW, focus);
        prop_assert_eq!(bench.arrange(), before);
    }

    #[test]
    fn opening_a_window_in_columns_never_resizes_another(
        options in options(), ops in vec(op(), 1..20), at in 0..4_u8, beside in n(),
    ) {
        let mut bench = bench(TilingKind::Columns, options);
        ops.iter().for_each(|op| run(&mut bench, op));
        let before = bench.arrange();
        bench.act(|tiling, input| tiling.insert(id(NEW), place(at, beside), input));
        bench.focus(NEW);
        let after = bench.arrange();
        for old in &before.tiles {
            prop_assert_eq!(old.rect.size, tile(&after, old.window).rect.size);
        }
    }

    #[test]
    fn the_column_with_the_focus_stands_still_when_columns_come_and_go_elsewhere(
        options in options(), ops in vec(op(), 1..20), at in 0..4_u8, beside in n(), close in n(),
    ) {
        let mut bench = bench(TilingKind::Columns, options);
        ops.iter().for_each(|op| run(&mut bench, op));
        bench.settle();
        let Some(focused) = bench.focused.filter(|window| bench.tiling.contains(*window)) else { return Ok(()) };
        let before = tile(&bench.arrange(), focused).rect;
        bench.act(|tiling, input| tiling.insert(id(NEW), place(at, beside), input));
        let single = bench.tiling.windows().len() <= 2 && bench.options.columns.centre_single;
        if !single {
            prop_assert_eq!(tile(&bench.arrange(), focused).rect, before);
        }
        let Tiling::Columns(columns) = &bench.tiling else { unreachable!() };
        // A window that leaves the same column makes room in there.
        let alone = columns.columns().iter().any(|column| column.contains(&focused) && !column.contains(&id(close)));
        if alone && bench.tiling.remove(id(close)) && !single {
            prop_assert_eq!(tile(&bench.arrange(), focused).rect, before);
        }
    }

    #[test]
    fn moving_there_and_back_changes_nothing_where_it_is_promised(
        kind in kind(), options in options(), ops in vec(op(), 1..20), window in n(), direction in direction(),
    ) {
        let mut bench = bench(kind, options);
        ops.iter().for_each(|op| run(&mut bench, op));
        let order = bench.order();
        if !order.contains(&window) {
            return Ok(());
        }
        bench.focus(window);
        let (before, tiling) = (bench.arrange(), bench.tiling.clone());
        let neighbour = bench.neighbour(window, direction);
        let promised = match &mut bench.tiling {
            Tiling::Columns(columns) => {
                let alone = columns.columns().iter().any(|column| *column == [id(window)]);
                alone || matches!(direction, Direction::Up | Direction::Down)
            }
            Tiling::MasterStack(layout) => neighbour.is_some_and(|other| layout.is_master(id(other)) == layout.is_master(id(window))),
            // Along its lines.
            Tiling::Grid(_) => {
                let area = bench.area;
                matches!(direction, Direction::Left | Direction::Right) == (area.width().max(1.0) >= area.height().max(1.0))
            }
            Tiling::Monocle(_) => true,
            Tiling::Tree(tree) => tree.is_beside_window(id(window), direction),
            // The order changes there and back, and what that means is for somebody else to say.
            Tiling::Outside(_) => false,
        };
        if !bench.shift(window, direction) {
            prop_assert_eq!(bench.tiling, tiling);
        } else if promised {
            prop_assert!(bench.shift(window, opposite(direction)));
            prop_assert_eq!(bench.order(), order);
            if kind != TilingKind::Columns {
                assert_alike(&bench.arrange(), &before, "there and back");
            } else {
                // The view may have had to follow.
                for (old, new) in before.tiles.iter().zip(bench.arrange().tiles) {
                    prop_assert_eq!((old.window, old.rect.size, old.rect.min_y()), (new.window, new.rect.size, new.rect.min_y()));
                }
            }
        }
    }

    #[test]
    fn exchanging_two_windows_twice_changes_nothing(
        kind in kind(), options in options(), ops in vec(op(), 1..20), one in n(), other in n(),
    ) {
        let mut bench = bench(kind, options);
        ops.iter().for_each(|op| run(&mut bench, op));
        let before = bench.tiling.clone();
        if bench.tiling.swap(id(one), id(other)) {
            prop_assert!(bench.tiling.swap(id(one), id(other)));
        }
        prop_assert_eq!(bench.tiling, before);
    }

    #[test]
    fn switching_layouts_keeps_every_window_its_place_in_the_order_and_the_focus(
        kind in kind(), other in kind(), options in options(), ops in vec(op(), 1..20),
    ) {
        let mut bench = bench(kind, options);
        ops.iter().for_each(|op| run(&mut bench, op));
        let order = bench.order();
        bench.tiling = bench.act(|tiling, input| tiling.switched(other, input));
        prop_assert_eq!(bench.tiling.kind(), other);
        prop_assert_eq!(bench.order(), order);
        assert_sound(&mut bench);
    }

    #[test]
    fn an_edge_that_moves_lets_the_opposite_edge_stand(
        kind in kind(), options in options(), ops in vec(op(), 1..20), window in n(), edge in direction(), by in -200.0..200.0_f64,
    ) {
        let mut bench = bench(kind, options);
        ops.iter().for_each(|op| run(&mut bench, op));
        if !bench.tiling.contains(id(window)) {
            return Ok(());
        }
        bench.focus(window);
        let before = tile(&bench.arrange(), id(window)).rect;
        if !bench.act(|tiling, input| tiling.resize(id(window), edge, by, input)) {
            return Ok(());
        }
        let after = tile(&bench.arrange(), id(window)).rect;
        let (moved, stood) = match edge {
            Direction::Left => (before.min_x() - after.min_x(), after.max_x() - before.max_x()),
            Direction::Right => (after.max_x() - before.max_x(), after.min_x() - before.min_x()),
            Direction::Up => (before.min_y() - after.min_y(), after.max_y() - before.max_y()),
            Direction::Down => (after.max_y() - before.max_y(), after.min_y() - before.min_y()),
        };
        // The view of columns may have to follow.
        let sideways = matches!(edge, Direction::Left | Direction::Right);
        if kind == TilingKind::Columns && sideways {
            let grown = after.width() - before.width();
            prop_assert!(grown != 0.0 && grown.abs() <= by.abs() + 1e-4 && grown.signum() == by.signum(), "{} {}", grown, by);
        } else if kind != TilingKind::Tree {
            prop_assert!(stood.abs() < 1e-4, "{:?} {:?}", before, after);
            prop_assert!(moved.abs() <= by.abs() + 1e-4 && moved * by > 0.0, "{} {}", moved, by);
        } else {
            // In a tree the other containers in the same one grow with it.
            prop_assert!(moved.abs() <= by.abs() + 1e-4 && moved * by >= -1e-4, "{} {}", moved, by);
        }
    }

    #[test]
    fn every_window_is_asked_for_its_sizes_a_few_times_only(kind in kind(), count in 1..300_u64, options in options()) {
        let mut bench = bench(kind, options);
        bench.act(|tiling, input| (0..count).for_each(|window| tiling.insert(id(window), super::super::Place::Last, input)));
        let asked = std::cell::Cell::new(0_u64);
        bench.act(|tiling, input| {
            let counting = |window| {
                asked.set(asked.get() + 1);
                (input.windows)(window)
            };
            tiling.arrange(&super::super::Input { windows: &counting, ..*input })
        });
        prop_assert!(asked.get() <= 3 * count, "{} times for {} windows", asked.get(), count);
    }
}

#[test]
fn edges_that_touch_are_equal_bit_for_bit() {
    for kind in TilingKind::ALL {
        let mut bench = bench(kind, super::super::Options::default());
        bench.gap = 0.0;
        bench.area.size.width = 1000.0 / 3.0;
        run(&mut bench, &Op::Open(1, 3, 1));
        (2..8).for_each(|window| run(&mut bench, &Op::Open(window, 0, window - 1)));
        let arrangement = bench.arrange();
        let mut touching = 0;
        for one in &arrangement.tiles {
            for other in &arrangement.tiles {
                for (edge, near) in [(one.rect.max_x(), other.rect.min_x()), (one.rect.max_y(), other.rect.min_y())] {
                    if (edge - near).abs() < 1e-3 {
                        assert_eq!(edge, near, "{kind:?}");
                        touching += 1;
                    }
                }
            }
        }
        assert!(touching > 0 || kind == TilingKind::Monocle);
    }
}
