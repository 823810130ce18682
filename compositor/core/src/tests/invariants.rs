//! What is true of every desktop at every moment.

use std::collections::BTreeSet;

use glasshouse_scene::{ElementId, ElementKind, LogicalPoint, LogicalRect, PhysicalPoint, PhysicalRect, Scene, SurfaceId};

use super::bench::Bench;
use crate::{
    Event, LayoutKind, OutputInfo, View,
    grid::Grid,
    layout::tiles::Layout as _,
    stacking::Item,
    window::{Phase, Slot, Window},
};

pub(super) fn assert_invariants(t: &Bench) {
    ids_are_unique(t);
    focus_is_where_it_can_be(t);
    workspaces_are_in_order(t);
    windows_are_on_outputs(t);
    sticky_windows_are_where_one_looks(t);
    marks_are_unique(t);
    tiles_keep_to_themselves(t);
    edges_are_on_the_grid(t);
    clients_are_asked_one_thing_at_a_time(t);
    nothing_is_left_to_say(t);
    waiting_ends(t);
    points_find_what_is_painted(t);
    mirrors_show_their_sources(t);
    super::rules::rules_are_followed(t);
}

fn ids_are_unique(t: &Bench) {
    for scene in t.scenes.values() {
        let ids: BTreeSet<ElementId> = scene.elements.iter().map(|element| element.id).collect();
        assert_eq!(ids.len(), scene.elements.len(), "{scene:?}");
    }
}

fn focus_is_where_it_can_be(t: &Bench) {
    let focus = t.desktop.focus();
    assert_eq!(focus, t.told_focus);
    let workspace = t.desktop.workspaces().into_iter().find(|workspace| workspace.focused).map(|workspace| workspace.id);
    assert_eq!(workspace.is_some(), !t.desktop.outputs().is_empty());
    // For a moment it may be behind others, until a program has said where it goes.
    let waits = workspace.is_some_and(|workspace| t.desktop.outside.holds(workspace));
    let can_be = |window: &&Window| if waits { t.desktop.on_screen(window) } else { t.desktop.seen(window) };
    let usable = t.desktop.windows.iter().filter(|window| can_be(window) && window.home.workspace == workspace);
    let usable: Vec<SurfaceId> = usable.map(|window| window.surface).collect();
    match focus {
        None => assert!(usable.is_empty(), "nobody has the focus"),
        Some(surface) => {
            assert!(
                usable.contains(&surface)
                    || t.desktop.follows_swipe()
                    || t.desktop.layers.get(surface).is_some_and(|layer| layer.wants_keyboard())
            );
        }
    }
}

fn workspaces_are_in_order(t: &Bench) {
    let workspaces = t.desktop.workspaces();
    let ids: BTreeSet<_> = workspaces.iter().map(|workspace| workspace.id).collect();
    assert_eq!(ids.len(), workspaces.len());
    let outputs = t.desktop.outputs();
    assert_eq!(workspaces.iter().filter(|workspace| workspace.focused).count(), outputs.len().min(1), "{workspaces:?}");
    for output in &outputs {
        let here: Vec<_> = workspaces.iter().filter(|workspace| workspace.output == Some(output.id)).collect();
        assert_eq!(here.iter().filter(|workspace| workspace.active).count(), 1, "{here:?}");
        let Some((last, others)) = here.split_last() else { panic!("{output:?} has no workspace") };
        assert!(last.windows.is_empty() && last.name.is_none(), "no room at the end: {here:?}");
        for other in others {
            assert!(!other.windows.is_empty() || other.name.is_some() || other.active, "nobody needs {other:?}");
        }
        assert!(here.iter().enumerate().all(|(index, workspace)| workspace.index as usize == index + 1));
    }
    for workspace in &workspaces {
        let known = workspace.output.is_none_or(|output| outputs.iter().any(|known| known.id == output));
        assert!(known && (workspace.output.is_some() || outputs.is_empty()), "{workspace:?}");
        assert!(workspace.output.is_some() || !workspace.active);
    }
    for info in t.desktop.windows() {
        let on: Vec<_> = workspaces.iter().filter(|workspace| workspace.windows.contains(&info.id)).collect();
        assert_eq!(on.len(), usize::from(info.mapped && info.workspace.is_some()), "{info:?}");
        assert!(on.iter().all(|workspace| Some(workspace.id) == info.workspace && workspace.output == info.output));
        let stowed = info.scratchpad && info.minimized;
        assert!(!info.mapped || info.workspace.is_some() || stowed || outputs.is_empty(), "{info:?}");
        assert!(!stowed || (info.workspace.is_none() && !info.visible), "{info:?}");
        let active = on.iter().any(|workspace| workspace.active);
        let behind = t.desktop.windows.get(info.id).is_some_and(|window| matches!(window.slot, Slot::Behind(_)));
        assert_eq!(info.visible, info.mapped && !info.minimized && active && !behind, "{info:?}");
    }
    let listed: usize = workspaces.iter().map(|workspace| workspace.windows.len()).sum();
    assert!(listed <= t.desktop.windows().len(), "a window twice");
    // What is not visible is nowhere.
    for window in t.desktop.windows.iter().filter(|window| !t.desktop.seen(window) && !t.desktop.is_carried(window.id)) {
        if t.desktop.slide().is_some_and(|slide| slide.to == window.home.workspace) {
            continue;
        }
        assert_eq!(t.desktop.origin(window.surface), None);
        if t.desktop.is_moving() {
            continue;
        }
        let painted = t.scenes.values().flat_map(|scene| &scene.elements);
        assert!(painted.clone().all(|element| element.kind != ElementKind::Surface(window.surface)));
    }
}

fn windows_are_on_outputs(t: &Bench) {
    let outputs = t.desktop.outputs();
    for info in t.desktop.windows().into_iter().filter(|info| info.mapped) {
        let Some(first) = outputs.first() else {
            assert_eq!(info.output, None);
            continue;
        };
        let output = info.output.and_then(|output| t.desktop.output(output));
        let stowed = info.scratchpad && info.minimized;
        assert!(output.is_some() || stowed, "{info:?} is nowhere, there is {first:?}");
        let in_view = t.desktop.windows.get(info.id).is_some_and(|window| !matches!(window.slot, Slot::Behind(_)));
        if !info.minimized && in_view && !info.area.is_empty() {
            let seen = outputs.iter().any(|output| LogicalRect::new(output.position, output.size).intersects(&info.area));
            assert!(seen, "{info:?} cannot be seen on {outputs:?}");
        }
    }
}

fn sticky_windows_are_where_one_looks(t: &Bench) {
    for window in t.desktop.windows.iter().filter(|window| window.modes.sticky && window.phase == Phase::Mapped && !window.is_stowed()) {
        let Some(home) = t.desktop.workspace_of(window).filter(|home| home.output.is_some()) else { continue };
        assert!(home.active || home.lost.is_some(), "{window:?} is on {home:?}");
        assert!(t.desktop.floats(window), "{window:?} is a tile");
    }
}

fn marks_are_unique(t: &Bench) {
    let marks: Vec<String> = t.desktop.windows().into_iter().flat_map(|info| info.marks).collect();
    assert_eq!(marks.iter().collect::<BTreeSet<_>>().len(), marks.len(), "{marks:?}");
}

fn grid(output: &OutputInfo) -> Grid {
    Grid { origin: output.position, scale: output.mode.scale }
}

fn tiles_keep_to_themselves(t: &Bench) {
    for workspace in t.desktop.workspaces.iter() {
        let Some(output) = workspace.output.and_then(|output| t.desktop.output(output)) else { continue };
        let grid = grid(&output);
        let tiled: Vec<&Window> = workspace.tiling.windows().into_iter().filter_map(|id| t.desktop.windows.get(id)).collect();
        let wanted = t.desktop.windows.iter().filter(|window| window.home.workspace == Some(workspace.id) && window.is_tile());
        assert_eq!(wanted.count(), tiled.len(), "the layout of {workspace:?} has other windows");
        let kind = t.desktop.layout_of(workspace);
        if kind == LayoutKind::Floating {
            continue;
        }
        let fits = output.work_area.width() > 40.0 && output.work_area.height() > 40.0;
        // While clients have not answered, tiles are where they were, and a new one lies above them.
        let is_settled = tiled.iter().all(|window| !window.is_being_placed());
        if !fits || !is_settled {
            continue;
        }
        let in_view = |window: &&&Window| matches!(window.slot, Slot::Tile(_));
        let rects: Vec<LogicalRect> = tiled.iter().filter(in_view).filter_map(|window| window.slot.rect()).collect();
        // A strip of columns reaches beyond the output; there it goes on, and nobody sees it.
        let beyond = if kind == LayoutKind::Columns { 1e6 } else { 1e-6 };
        for (index, rect) in rects.iter().enumerate() {
            assert!(output.work_area.inflate(beyond, 1e-6).contains_rect(rect), "{rect:?} leaves {:?}", output.work_area);
            for other in rects.iter().skip(index + 1) {
                assert!(!grid.pixels(*rect).intersects(&grid.pixels(*other)), "{rect:?} overlaps {other:?}");
            }
        }
        for window in tiled.iter().filter(|window| window.slot.is_tile()) {
            let (Some(drawn), Some(rect)) = (t.desktop.drawn(window), window.slot.rect()) else { panic!("a tile is not drawn") };
            assert!(rect.inflate(1e-6, 1e-6).contains_rect(&drawn.area), "{drawn:?} leaves its tile {rect:?}");
        }
    }
}

fn edges_are_on_the_grid(t: &Bench) {
    for window in t.desktop.windows.iter().filter(|window| window.shown() && t.desktop.home_of(window).is_some()) {
        let Some(drawn) = t.desktop.drawn(window) else { continue };
        let grid = t.desktop.grid_of(window);
        for corner in [drawn.area.min(), drawn.area.max()] {
            let off = (grid.to_logical(grid.pixel(corner)) - corner).length();
            assert!(off < 1e-6, "{:?} is off the grid of {grid:?}", drawn.area);
        }
    }
}

fn clients_are_asked_one_thing_at_a_time(t: &Bench) {
    let timeout = t.desktop.settings().configure_timeout;
    for client in t.clients.values() {
        let fresh = client.pending.iter().filter(|(.., sent)| t.now < sent.after(timeout)).count();
        assert!(fresh <= 1, "{:?}", client.pending);
    }
}

/// Looking again without anything new finds nothing new. This is also what finds an event that changed something without saying so.
fn nothing_is_left_to_say(t: &Bench) {
    if !t.desktop.is_moving() && t.desktop.deadline().is_none_or(|deadline| deadline > t.now) {
        let mut again = t.desktop.clone();
        assert_eq!(again.observe(Event::Tick, t.now), []);
    }
}

/// Clients that never answer hold up nothing for long.
fn waiting_ends(t: &Bench) {
    let mut later = t.desktop.clone();
    let mut now = t.now;
    for _ in 0..20 {
        let Some(deadline) = later.deadline() else { return };
        now = now.max(deadline);
        later.observe(Event::Tick, now);
    }
    panic!("the deadline stays: {:?} at {now:?}", later.deadline());
}

/// Hit testing is compared with the obvious version: go through the painted scene from the top.
fn points_find_what_is_painted(t: &Bench) {
    // What is carried is seen below the pointer, and nobody can point at it; workspaces that are pulled are beside their places.
    // What moves is seen elsewhere than it is.
    if t.desktop.is_moving()
        || t.desktop.pointer.drag_icon.is_some()
        || t.desktop.carried().is_some()
        || t.desktop.goes_along()
        || t.desktop.slide().is_some()
    {
        return;
    }
    for output in t.desktop.outputs() {
        let Some(scene) = t.desktop.scene(View::Output(output.id), t.now) else { panic!("an output without a scene") };
        let grid = grid(&output);
        for n in 0..24 {
            // Spread over the output without a pattern.
            let pixel = PhysicalPoint::new(n * 389 % scene.size.width, n * 241 % scene.size.height);
            let point = centre(grid, pixel);
            let found = t.desktop.under(point);
            assert_eq!(found.map(|under| (under.surface, under.origin)), painted_at(t, &scene, grid, pixel), "at {point:?}");
            if let Some(under) = found {
                let exact = t.desktop.origin(under.surface).unwrap_or_default();
                assert!((exact - under.origin).abs().lower_than(euclid::Vector2D::splat(1.0 / grid.scale)).all(), "{exact:?} {under:?}");
            }
        }
    }
}

/// A mirror shows an output that is none, has nothing of its own, and what is seen on it is what is seen on its source.
fn mirrors_show_their_sources(t: &Bench) {
    for mirror in t.desktop.all_outputs() {
        let Some(source) = mirror.shows else { continue };
        let Some(source) = t.desktop.output(source) else { panic!("{mirror:?} shows nothing") };
        assert!(mirror.enabled && mirror.mirror.as_ref() == Some(&source.mode.name), "{mirror:?}");
        assert!(t.desktop.output(mirror.id).is_none() && t.desktop.workspaces().iter().all(|on| on.output != Some(mirror.id)));
        let [Some(on_mirror), Some(on_source)] = [mirror.id, source.id].map(|id| t.desktop.scene(View::Output(id), t.now)) else {
            panic!("{mirror:?} and {source:?} have no scenes")
        };
        assert_eq!(
            on_mirror.size,
            mirror.mode.transform.apply_size(glasshouse_scene::PhysicalSize::new(mirror.mode.width as i32, mirror.mode.height as i32))
        );
        assert!(on_mirror.cursors.len() <= on_source.cursors.len());
        let surfaces = |scene: Scene| {
            let drawn = |element: &glasshouse_scene::Element| matches!(element.kind, ElementKind::Surface(_));
            let part = |element: glasshouse_scene::Element| {
                (element.id, element.clip.map_or(Some(element.area), |clip| clip.intersection(&element.area)))
            };
            scene.elements.into_iter().filter(drawn).map(part).collect::<Vec<_>>()
        };
        let (on_mirror, on_source) = (surfaces(on_mirror), surfaces(on_source));
        let is_dark = !mirror.powered || !source.powered;
        assert!(!is_dark || on_mirror.is_empty());
        let scale = t.desktop.screen(mirror.id).map_or(0.0, |seen| seen.mode.scale);
        if is_dark || t.desktop.is_moving() || source.size.width * scale < 300.0 {
            continue;
        }
        // What is thin may be less than half a pixel of the smaller one.
        let can_be_seen = |part: &Option<PhysicalRect>| {
            let pixels = |length: i32| f64::from(length) / source.mode.scale * scale;
            part.is_some_and(|part| pixels(part.width()).min(pixels(part.height())) >= 1.0)
        };
        let missing: Vec<_> =
            on_source.iter().filter(|(id, part)| can_be_seen(part) && on_mirror.iter().all(|(other, _)| other != id)).collect();
        assert!(missing.is_empty(), "{missing:?} is not on the mirror");
    }
}

fn centre(grid: Grid, pixel: PhysicalPoint) -> LogicalPoint {
    let half = euclid::Vector2D::splat(0.5 / grid.scale);
    grid.to_logical(pixel) + half
}

/// The surface that takes input there, and where its first pixel is.
fn painted_at(t: &Bench, scene: &Scene, grid: Grid, pixel: PhysicalPoint) -> Option<(SurfaceId, LogicalPoint)> {
    for element in scene.elements.iter().rev() {
        if !element.area.contains(pixel) || element.clip.is_some_and(|clip| !clip.contains(pixel)) {
            continue;
        }
        match element.kind {
            ElementKind::Surface(surface) => {
                let origin = grid.to_logical(element.area.origin);
                if t.desktop.surfaces.takes_input(surface, (centre(grid, pixel) - origin).to_point()) {
                    return Some((surface, origin));
                }
            }
            // The black around a fullscreen window.
            ElementKind::Fill(_) if matches!(element.id, ElementId::Decoration { .. }) => return None,
            _ => {}
        }
    }
    None
}

/// Not an invariant of every moment, but of every moment at which everybody has answered.
pub(super) fn assert_settled(t: &Bench) {
    assert_eq!(t.desktop.deadline(), None);
    for window in t.desktop.windows.iter().filter(|window| window.phase == Phase::Mapped && window.shown()) {
        assert_eq!(window.slot, window.target, "{window:?}");
        if window.slot == Slot::Floating && t.desktop.home_of(window).is_some() {
            assert!(window.float.at.is_some());
        }
    }
    let listed = t.desktop.bottom_to_top().iter().filter(|item| matches!(item, Item::Window(_))).count();
    let shown = t.desktop.windows.iter().filter(|window| t.desktop.seen(window)).count();
    assert_eq!(listed, shown);
}
