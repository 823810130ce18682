//! A workspace to try a layout on, and how to draw it.

use std::collections::BTreeMap;

use euclid::rect;
use glasshouse_scene::{LogicalRect, LogicalSize};

use super::super::{Arrangement, Columns, Constraints, Input, Layout, MasterStack, Options, Place, Tiling, TilingKind, Tree};
use crate::{Direction, WindowId};

/// Windows are small numbers here.
pub(super) fn id(window: u64) -> WindowId {
    WindowId(window)
}

#[derive(Debug, Clone)]
pub(super) struct Bench {
    pub(super) tiling: Tiling,
    pub(super) area: LogicalRect,
    pub(super) gap: f64,
    pub(super) title: f64,
    pub(super) options: Options,
    pub(super) constraints: BTreeMap<WindowId, Constraints>,
    pub(super) focused: Option<WindowId>,
}

/// One character of a picture.
const CELL: f64 = 10.0;

impl Bench {
    /// An area of so many characters, without gaps; titles are one character high.
    pub(super) fn new(kind: TilingKind, columns: u32, rows: u32) -> Self {
        Self::with(kind, columns, rows, Options::default())
    }

    pub(super) fn with(kind: TilingKind, columns: u32, rows: u32, options: Options) -> Self {
        Self {
            tiling: Tiling::new(kind, &options),
            area: rect(0.0, 0.0, f64::from(columns) * CELL, f64::from(rows) * CELL),
            gap: 0.0,
            title: CELL,
            options,
            constraints: BTreeMap::new(),
            focused: None,
        }
    }

    /// Calls `f` with the layout and its input.
    pub(super) fn act<T>(&mut self, f: impl FnOnce(&mut Tiling, &Input<'_>) -> T) -> T {
        let constraints = |window: WindowId| self.constraints.get(&window).copied().unwrap_or_default();
        let input = Input {
            area: self.area,
            gap: self.gap,
            title: self.title,
            options: &self.options,
            windows: &constraints,
            shortest: 1.0,
            focused: self.focused,
            held: false,
        };
        f(&mut self.tiling, &input)
    }

    pub(super) fn arrange(&mut self) -> Arrangement {
        self.act(|tiling, input| tiling.arrange(input))
    }

    /// Opens windows one after the other, each beside the one with the focus, which it then takes.
    pub(super) fn open(&mut self, windows: impl IntoIterator<Item = u64>) {
        for window in windows {
            let place = self.focused.map_or(Place::Last, Place::After);
            self.act(|tiling, input| tiling.insert(id(window), place, input));
            self.focus(window);
        }
    }

    pub(super) fn focus(&mut self, window: u64) {
        self.focused = Some(id(window));
        self.settle();
    }

    pub(super) fn settle(&mut self) {
        self.act(|tiling, input| tiling.settle(input));
    }

    /// Closes a window and gives the focus to another one.
    pub(super) fn close(&mut self, window: u64, next: u64) {
        assert!(self.tiling.remove(id(window)));
        self.focus(next);
    }

    pub(super) fn shift(&mut self, window: u64, direction: Direction) -> bool {
        let moved = self.act(|tiling, input| tiling.move_window(id(window), direction, input));
        self.settle();
        moved
    }

    pub(super) fn resize(&mut self, window: u64, edge: Direction, outwards: f64) -> bool {
        let resized = self.act(|tiling, input| tiling.resize(id(window), edge, outwards, input));
        self.settle();
        resized
    }

    pub(super) fn neighbour(&mut self, window: u64, direction: Direction) -> Option<u64> {
        self.act(|tiling, input| tiling.neighbour(id(window), direction, &tiling.arrange(input))).map(|window| window.0)
    }

    pub(super) fn smallest(&mut self, window: u64, width: f64, height: f64) {
        self.constraints.entry(id(window)).or_default().min = LogicalSize::new(width, height);
    }

    pub(super) fn tree(&mut self) -> &mut Tree {
        match &mut self.tiling {
            Tiling::Tree(tree) => tree,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn master_stack(&mut self) -> &mut MasterStack {
        match &mut self.tiling {
            Tiling::MasterStack(layout) => layout,
            other => panic!("{other:?}"),
        }
    }

    /// Does something that only columns can, and lets the view follow.
    pub(super) fn columns<T>(&mut self, f: impl FnOnce(&mut Columns, &Input<'_>) -> T) -> T {
        let answer = self.act(|tiling, input| match tiling {
            Tiling::Columns(columns) => f(columns, input),
            other => panic!("{other:?}"),
        });
        self.settle();
        answer
    }

    /// What is seen: for each cell the window in its middle, and for titles the letter of the window (`a` is 1), large if active.
    pub(super) fn picture(&mut self) -> String {
        let arrangement = self.arrange();
        let (columns, rows) = ((self.area.width() / CELL) as usize, (self.area.height() / CELL) as usize);
        let mut lines = Vec::new();
        for row in 0..rows {
            let mut line = String::new();
            for column in 0..columns {
                let at = self.area.origin + euclid::vec2((column as f64 + 0.5) * CELL, (row as f64 + 0.5) * CELL);
                let tab = arrangement.tabs.iter().find(|tab| tab.rect.contains(at)).map(|tab| {
                    let letter = char::from(b'a' + (tab.window.0 - 1) as u8);
                    if tab.active { letter.to_ascii_uppercase() } else { letter }
                });
                let tile = arrangement.tiles.iter().find(|tile| tile.visible && tile.rect.contains(at));
                let tile = tile.map(|tile| char::from_digit(tile.window.0 as u32, 36).unwrap_or('?'));
                line.push(tab.or(tile).unwrap_or('.'));
            }
            lines.push(line);
        }
        lines.join("\n")
    }

    /// Checks the picture against lines of it.
    #[track_caller]
    pub(super) fn shows(&mut self, lines: &[&str]) {
        let picture = self.picture();
        assert_eq!(picture, lines.join("\n"), "\nis\n{picture}\nshould be\n{}\n", lines.join("\n"));
    }

    pub(super) fn order(&self) -> Vec<u64> {
        self.tiling.windows().into_iter().map(|window| window.0).collect()
    }
}

/// What holds for every arrangement.
#[track_caller]
pub(super) fn assert_sound(bench: &mut Bench) {
    let arrangement = bench.arrange();
    assert_eq!(arrangement, bench.arrange(), "not deterministic");
    let order = bench.tiling.windows();
    let mut unique = order.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), order.len(), "a window is there twice");
    let outline = bench.tiling.outline();
    assert_eq!(outline.windows(), order, "the outline has other windows");
    assert_eq!(outline.build(&bench.options).outline(), outline, "an outline leads to another layout");
    assert_eq!(arrangement.tiles.iter().map(|tile| tile.window).collect::<Vec<_>>(), order, "not every window has one tile, in order");
    assert_eq!(order.is_empty(), bench.tiling.is_empty());

    let mut area = bench.area;
    area.size = LogicalSize::new(area.width().max(1.0), area.height().max(1.0)) + LogicalSize::new(1e-6, 1e-6);
    let scrolls = bench.tiling.kind() == TilingKind::Columns;
    let mut shown: Vec<LogicalRect> = Vec::new();
    for tile in &arrangement.tiles {
        let rect = tile.rect;
        assert!(rect.width() > 0.0 && rect.height() > 0.0, "{tile:?} is empty");
        assert!(area.min_y() <= rect.min_y() && rect.max_y() <= area.max_y(), "{tile:?} leaves {area:?}");
        assert!(scrolls || (area.min_x() <= rect.min_x() && rect.max_x() <= area.max_x()), "{tile:?} leaves {area:?}");
        if scrolls && tile.visible {
            assert!(rect.min_x() < area.max_x() && area.min_x() < rect.max_x(), "{tile:?} cannot be seen");
        }
        if tile.visible {
            shown.push(rect);
        }
    }
    for tab in &arrangement.tabs {
        assert!(tab.rect.width() > 0.0 && tab.rect.height() > 0.0 && tab.windows > 0, "{tab:?}");
        assert!(scrolls || area.contains_rect(&tab.rect), "{tab:?} leaves {area:?}");
        assert!(bench.tiling.contains(tab.window));
        shown.push(tab.rect);
    }
    for (index, rect) in shown.iter().enumerate() {
        for other in &shown[index + 1..] {
            assert!(!rect.intersects(other), "{rect:?} overlaps {other:?} in {arrangement:?}");
        }
    }
    if let Some(focused) = bench.focused.filter(|window| bench.tiling.contains(*window)) {
        assert!(arrangement.tiles.iter().any(|tile| tile.window == focused && tile.visible), "the focus {focused} is not seen");
    }
    assert!(order.is_empty() || scrolls || arrangement.tiles.iter().any(|tile| tile.visible), "nothing is seen");

    if let Tiling::Tree(tree) = &bench.tiling {
        assert!(tree.depth() <= super::super::tree::MAX_DEPTH);
    }

    let mut settled = bench.clone();
    settled.settle();
    assert_eq!(settled.arrange(), arrangement, "settling moved something");
    let once = settled.tiling.clone();
    settled.settle();
    assert_eq!(settled.tiling, once, "settling twice is not settling once");
}
