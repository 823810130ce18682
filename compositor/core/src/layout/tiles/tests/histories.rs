//! Random histories of every layout.

use euclid::rect;
use glasshouse_scene::LogicalSize;
use proptest::{collection::vec, prelude::*, test_runner::Config};

use super::{
    super::{
        Centring, ColumnTarget, ColumnsOptions, Constraints, ContainerLayout, Layout, MasterStackOptions, NewWindow, Options, Place,
        Sharing, Side, Split, Tiling, TilingKind, TreeOptions, Width,
    },
    bench::{Bench, assert_sound, id},
};
use crate::Direction;

/// `SLOW_TESTS=1` looks fifty times as long.
pub(in crate::layout::tiles) fn cases() -> Config {
    let slow = std::env::var_os("SLOW_TESTS").is_some_and(|value| value == "1");
    Config { cases: if slow { 50_000 } else { 1000 }, max_shrink_iters: 20_000, failure_persistence: None, ..Config::default() }
}

#[derive(Debug, Clone)]
pub(super) enum Op {
    /// Opens this window at that place, beside that other window.
    Open(u64, u8, u64),
    Close(u64),
    Focus(u64),
    Move(u64, Direction),
    Swap(u64, u64),
    Resize(u64, Direction, f64),
    ResizeTo(u64, f64, f64),
    /// Something that only this layout can, and a number for it.
    Special(u64, u8, Direction, f64),
    /// Drops this window, whether it is there or not, at a point of the area or beside it, in parts of its size.
    Drop(u64, f64, f64),
    /// Smallest and largest sizes.
    Constrain(u64, [f64; 4]),
    Area(f64, f64),
    Gap(f64),
    Title(f64),
}

pub(super) fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Left), Just(Direction::Right), Just(Direction::Up), Just(Direction::Down)]
}

pub(super) fn n() -> impl Strategy<Value = u64> {
    1..9_u64
}

fn length() -> impl Strategy<Value = f64> {
    prop_oneof![6 => -300.0..300.0_f64, 1 => -1e5..1e5_f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)]
}

fn limit() -> impl Strategy<Value = f64> {
    prop_oneof![4 => Just(0.0), 4 => 1.0..500.0_f64, 1 => Just(1e9), 1 => Just(f64::NAN)]
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (n(), 0..4_u8, n()).prop_map(|(window, place, beside)| Op::Open(window, place, beside)),
        2 => n().prop_map(Op::Close),
        4 => n().prop_map(Op::Focus),
        4 => (n(), direction()).prop_map(|(window, direction)| Op::Move(window, direction)),
        1 => (n(), n()).prop_map(|(one, other)| Op::Swap(one, other)),
        3 => (n(), direction(), length()).prop_map(|(window, edge, by)| Op::Resize(window, edge, by)),
        1 => (n(), length(), length()).prop_map(|(window, width, height)| Op::ResizeTo(window, width, height)),
        6 => (n(), 0..12_u8, direction(), length()).prop_map(|(window, what, direction, by)| Op::Special(window, what, direction, by)),
        3 => (n(), -0.2..1.2_f64, -0.2..1.2_f64).prop_map(|(window, x, y)| Op::Drop(window, x, y)),
        1 => (n(), [limit(), limit(), limit(), limit()]).prop_map(|(window, limits)| Op::Constrain(window, limits)),
        1 => prop_oneof![(300.0..2000.0_f64, 200.0..1500.0_f64), Just((1.0, 1.0)), Just((40.0, 3000.0)), Just((0.0, 0.0))]
            .prop_map(|(width, height)| Op::Area(width, height)),
        1 => prop_oneof![0.0..30.0_f64, Just(1e4), Just(0.0)].prop_map(Op::Gap),
        1 => prop_oneof![0.0..30.0_f64, Just(1e4), Just(0.0)].prop_map(Op::Title),
    ]
}

fn width() -> impl Strategy<Value = Width> {
    prop_oneof![(0.1..1.2_f64).prop_map(Width::Fraction), (20.0..900.0_f64).prop_map(Width::Fixed)]
}

pub(super) fn options() -> impl Strategy<Value = Options> {
    let centring = prop_oneof![Just(Centring::Never), Just(Centring::Always), Just(Centring::OnOverflow)];
    let new_window = prop_oneof![Just(NewWindow::Beside), Just(NewWindow::First), Just(NewWindow::Last)];
    let side = prop_oneof![Just(Side::Left), Just(Side::Right), Just(Side::Top), Just(Side::Bottom)];
    (centring, any::<bool>(), vec(width(), 0..4), width(), any::<bool>(), 0..4_usize, 0.0..1.0_f64, side, new_window).prop_map(
        |(centring, centre_single, presets, width, automatic, masters, fraction, side, new_window)| {
            let columns = ColumnsOptions { width, height_presets: presets.clone(), presets, centring, centre_single };
            let master_stack = MasterStackOptions { masters, fraction, side, new_window };
            Options { columns, tree: TreeOptions { automatic }, master_stack }
        },
    )
}

pub(super) fn kind() -> impl Strategy<Value = TilingKind> {
    // Without a program the fallback stands, and keeps the same promises.
    let outside = TilingKind::Outside(crate::outside::LayoutName::new("spiral").unwrap());
    proptest::sample::select(TilingKind::ALL.into_iter().chain([outside]).collect::<Vec<_>>())
}

pub(super) fn bench(kind: TilingKind, options: Options) -> Bench {
    let mut bench = Bench::with(kind, 120, 70, options);
    bench.area = rect(13.0 / 1.2, -7.3, 1201.0 / 1.2, 699.5);
    bench.gap = 8.0;
    bench.title = 22.0;
    bench
}

pub(super) fn place(place: u8, beside: u64) -> Place {
    match place {
        0 => Place::After(id(beside)),
        1 => Place::Before(id(beside)),
        2 => Place::First,
        _ => Place::Last,
    }
}

fn special(bench: &mut Bench, window: u64, what: u8, direction: Direction, by: f64) -> bool {
    let window = id(window);
    let forward = matches!(direction, Direction::Right | Direction::Down);
    let target = match direction {
        Direction::Left => ColumnTarget::Left,
        Direction::Right => ColumnTarget::Right,
        Direction::Up => ColumnTarget::First,
        Direction::Down => ColumnTarget::Last,
    };
    let container_layout = match direction {
        Direction::Left => ContainerLayout::SplitH,
        Direction::Right => ContainerLayout::SplitV,
        Direction::Up => ContainerLayout::Tabbed,
        Direction::Down => ContainerLayout::Stacked,
    };
    bench.act(|tiling, input| match (tiling, what) {
        (Tiling::Columns(columns), 0) => columns.move_column(window, target, input),
        (Tiling::Columns(columns), 1) => columns.consume(window, input),
        (Tiling::Columns(columns), 2) => columns.expel(window, input),
        (Tiling::Columns(columns), 3) => columns.consume_or_expel(window, direction, input),
        (Tiling::Columns(columns), 4) => columns.set_width(window, Width::Fraction(by / 200.0), input),
        (Tiling::Columns(columns), 5) => columns.set_width(window, Width::Fixed(by), input),
        (Tiling::Columns(columns), 6) => columns.cycle_width(window, forward, input),
        (Tiling::Columns(columns), 7) => columns.set_full_width(window, forward),
        (Tiling::Columns(columns), 8) => columns.set_sharing(window, if forward { Sharing::Tabbed } else { Sharing::Stacked }),
        (Tiling::Columns(columns), 9) => columns.centre_column(window, input),
        (Tiling::Columns(columns), 10) => columns.reset_heights(window),
        (Tiling::Columns(columns), _) => columns.scroll(by, input).is_some(),
        (Tiling::Tree(tree), 0) => tree.split(window, Split::Horizontal),
        (Tiling::Tree(tree), 1) => tree.split(window, Split::Vertical),
        (Tiling::Tree(tree), 2) => tree.split(window, Split::Toggle),
        (Tiling::Tree(tree), 3..=6) => tree.set_layout(window, container_layout),
        (Tiling::Tree(tree), 7..=8) => tree.focus_parent(window),
        (Tiling::Tree(tree), 9) => tree.focus_child(window),
        (Tiling::Tree(tree), 10) => tree.flatten(),
        (Tiling::Tree(tree), _) => tree.reset_sizes(window),
        (Tiling::MasterStack(layout), 0..=2) => layout.promote(window),
        (Tiling::MasterStack(layout), 3..=5) => {
            layout.set_masters(window.0 as usize % 4);
            true
        }
        (Tiling::MasterStack(layout), 6..=7) => {
            layout.set_fraction(by / 300.0);
            true
        }
        (Tiling::MasterStack(layout), 8..=10) => {
            layout.set_side(match direction {
                Direction::Left => Side::Left,
                Direction::Right => Side::Right,
                Direction::Up => Side::Top,
                Direction::Down => Side::Bottom,
            });
            true
        }
        (Tiling::MasterStack(layout), _) => {
            layout.reset_sizes();
            true
        }
        _ => false,
    })
}

/// Does what `op` says, and checks what it must not change.
pub(super) fn run(bench: &mut Bench, op: &Op) {
    let mut expected = bench.tiling.windows();
    expected.sort();
    match *op {
        Op::Open(window, at, beside) => {
            bench.act(|tiling, input| tiling.insert(id(window), place(at, beside), input));
            if !expected.contains(&id(window)) {
                expected.push(id(window));
            }
        }
        Op::Close(window) => {
            let was_there = expected.contains(&id(window));
            assert_eq!(bench.tiling.remove(id(window)), was_there);
            expected.retain(|other| *other != id(window));
        }
        Op::Focus(window) => {
            bench.focused = Some(id(window));
            bench.settle();
        }
        Op::Move(window, direction) => {
            let before = bench.tiling.clone();
            if !bench.act(|tiling, input| tiling.move_window(id(window), direction, input)) {
                assert_eq!(bench.tiling, before, "it was not moved, but something was");
            }
        }
        Op::Swap(one, other) => {
            let can = one != other && expected.contains(&id(one)) && expected.contains(&id(other));
            assert_eq!(bench.tiling.swap(id(one), id(other)), can);
        }
        Op::Resize(window, edge, by) => {
            let before = bench.tiling.clone();
            if !bench.act(|tiling, input| tiling.resize(id(window), edge, by, input)) {
                assert_eq!(bench.tiling, before, "it was not resized, but something was");
            }
        }
        Op::ResizeTo(window, width, height) => {
            bench.act(|tiling, input| tiling.resize_to(id(window), Some(width), Some(height), input));
        }
        Op::Special(window, what, direction, by) => {
            special(bench, window, what, direction, by);
        }
        Op::Drop(window, x, y) => {
            let at = bench.area.origin + euclid::vec2(bench.area.width() * x, bench.area.height() * y);
            let target = bench.act(|tiling, input| tiling.drop_target(id(window), at, input));
            if let Some(target) = target {
                let area = bench.area;
                let hint =
                    bench.act(|tiling, input| tiling.drop_hint(id(window), target, input)).expect("what is not seen cannot be meant");
                assert!(!hint.is_empty() && area.inflate(1.5, 1.5).contains_rect(&hint), "{hint:?} is not in {area:?}");
                assert!(bench.act(|tiling, input| tiling.drop_window(id(window), target, input)));
                if !expected.contains(&id(window)) {
                    expected.push(id(window));
                }
            }
        }
        Op::Constrain(window, [a, b, c, d]) => {
            let constraints = Constraints { min: LogicalSize::new(a, b), max: LogicalSize::new(c, d) };
            bench.constraints.insert(id(window), constraints);
        }
        Op::Area(width, height) => bench.area.size = LogicalSize::new(width, height),
        Op::Gap(gap) => bench.gap = gap,
        Op::Title(title) => bench.title = title,
    }
    expected.sort();
    let mut windows = bench.tiling.windows();
    windows.sort();
    assert_eq!(windows, expected, "a window is lost or doubled by {op:?}");
    assert_sound(bench);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_history_of_columns_loses_a_window_or_lets_tiles_overlap(options in options(), ops in vec(op(), 1..30)) {
        let mut bench = bench(TilingKind::Columns, options);
        ops.iter().for_each(|op| run(&mut bench, op));
    }

    #[test]
    fn no_history_of_a_tree_loses_a_window_or_lets_tiles_overlap(options in options(), ops in vec(op(), 1..30)) {
        let mut bench = bench(TilingKind::Tree, options);
        ops.iter().for_each(|op| run(&mut bench, op));
    }

    #[test]
    fn no_history_of_master_and_stack_loses_a_window_or_lets_tiles_overlap(options in options(), ops in vec(op(), 1..30)) {
        let mut bench = bench(TilingKind::MasterStack, options);
        ops.iter().for_each(|op| run(&mut bench, op));
    }

    #[test]
    fn no_history_of_a_grid_loses_a_window_or_lets_tiles_overlap(options in options(), ops in vec(op(), 1..30)) {
        let mut bench = bench(TilingKind::Grid, options);
        ops.iter().for_each(|op| run(&mut bench, op));
    }

    #[test]
    fn no_history_of_a_monocle_loses_a_window(options in options(), ops in vec(op(), 1..30)) {
        let mut bench = bench(TilingKind::Monocle, options);
        ops.iter().for_each(|op| run(&mut bench, op));
    }
}
