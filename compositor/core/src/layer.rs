//! Layer surfaces: panels, docks, wallpapers and launchers, arranged around the work area.

use euclid::Rect;
use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize, OutputId, SurfaceId};

use crate::{
    desktop::Desktop,
    event::{Edges, KeyboardInterest, Layer, LayerState},
    grid::{Grid, tame_i32},
    rules::LayerRuled,
};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LayerSurface {
    pub(crate) surface: SurfaceId,
    pub(crate) namespace: String,
    /// `None`: there was no output yet.
    pub(crate) output: Option<OutputId>,
    /// `None`: no commit yet, or none since it was unmapped.
    pub(crate) state: Option<LayerState>,
    pub(crate) mapped: bool,
    /// Where it was arranged, in the space of all outputs.
    pub(crate) area: LogicalRect,
    /// The size that its client knows.
    pub(crate) sent: Option<LogicalSize>,
    /// Where somebody put it, whatever its anchors say.
    pub(crate) pinned: Option<LogicalPoint>,
    /// What rules say about it.
    pub(crate) ruled: LayerRuled,
}

impl LayerSurface {
    pub(crate) fn layer(&self) -> Layer {
        self.state.as_ref().map_or(Layer::Background, |state| state.layer)
    }

    /// Takes the keyboard from everything else. Below windows that would be a trap, and the protocol leaves the choice to us there.
    pub(crate) fn takes_keyboard(&self) -> bool {
        self.may_have_keyboard()
            && self.mapped
            && self.layer() >= Layer::Top
            && self.state.as_ref().is_some_and(|state| state.keyboard == KeyboardInterest::Exclusive)
    }

    /// May have the keyboard when somebody clicks it.
    pub(crate) fn wants_keyboard(&self) -> bool {
        self.may_have_keyboard() && self.mapped && self.state.as_ref().is_some_and(|state| state.keyboard != KeyboardInterest::None)
    }

    fn may_have_keyboard(&self) -> bool {
        self.ruled.lasting.keyboard != Some(false)
    }
}

/// A layer surface, as others see it.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerInfo {
    pub surface: SurfaceId,
    /// What its client calls it, such as `panel`. Not unique.
    pub namespace: String,
    /// `None`: there is no output.
    pub output: Option<OutputId>,
    pub layer: Layer,
    /// In the space of all outputs.
    pub area: LogicalRect,
    /// As [`LayerState::exclusive_zone`].
    pub exclusive_zone: i32,
    pub keyboard: KeyboardInterest,
    /// It has the keyboard.
    pub focused: bool,
}

impl Desktop {
    /// All layer surfaces with content: by layer, the lowest first, and in one layer in the order of their creation.
    pub fn layers(&self) -> Vec<LayerInfo> {
        let info = |layer: &LayerSurface| LayerInfo {
            surface: layer.surface,
            namespace: layer.namespace.clone(),
            output: layer.output,
            layer: layer.layer(),
            area: layer.area,
            exclusive_zone: layer.state.as_ref().map_or(0, |state| state.exclusive_zone),
            keyboard: layer.state.as_ref().map_or(KeyboardInterest::None, |state| state.keyboard),
            focused: self.told.focus == Some(layer.surface),
        };
        let mut infos: Vec<_> = self.layers.list.iter().filter(|layer| layer.mapped).map(info).collect();
        infos.sort_by_key(|info| info.layer);
        infos
    }
}

/// All layer surfaces, the oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    pub(crate) list: Vec<LayerSurface>,
}

impl Layers {
    pub(crate) fn get(&self, surface: SurfaceId) -> Option<&LayerSurface> {
        self.list.iter().find(|layer| layer.surface == surface)
    }

    pub(crate) fn get_mut(&mut self, surface: SurfaceId) -> Option<&mut LayerSurface> {
        self.list.iter_mut().find(|layer| layer.surface == surface)
    }

    /// The mapped surfaces of a layer, bottom to top.
    pub(crate) fn on(&self, layer: Layer) -> impl Iterator<Item = &LayerSurface> {
        let shown = |surface: &&LayerSurface| surface.mapped && surface.output.is_some() && surface.layer() == layer;
        let mut surfaces: Vec<&LayerSurface> = self.list.iter().filter(shown).collect();
        surfaces.sort_by_key(|surface| surface.ruled.lasting.order.unwrap_or_default());
        surfaces.into_iter()
    }

    /// Arranges the surfaces of one output and answers with the area that remains for windows.
    ///
    /// Those that keep room for themselves come first, from the top layer to the bottom one, so that a panel pushes a dock and not
    /// the other way round; the others then find their place in what is left.
    pub(crate) fn arrange(&mut self, output: OutputId, area: LogicalRect, grid: Grid) -> LogicalRect {
        let mut free = area;
        for keeps_room in [true, false] {
            for layer in [Layer::Overlay, Layer::Top, Layer::Bottom, Layer::Background] {
                for surface in self.list.iter_mut().filter(|surface| surface.output == Some(output)) {
                    let Some(state) = &surface.state else { continue };
                    if state.layer != layer || (state.exclusive_zone > 0) != keeps_room {
                        continue;
                    }
                    surface.area = place(state, if state.exclusive_zone == -1 { area } else { free }, grid);
                    if let Some(at) = surface.pinned {
                        surface.area.origin = grid.snap(at);
                    }
                    if keeps_room && surface.mapped {
                        free = without(free, state, grid);
                    }
                }
            }
        }
        // Panels that leave nothing have to share with the windows: a window must be somewhere.
        if free.is_empty() { area } else { free }
    }
}

/// Where a layer surface lies in `bounds`.
fn place(state: &LayerState, bounds: LogicalRect, grid: Grid) -> LogicalRect {
    let [top, right, bottom, left] = state.margin.map(|margin| f64::from(tame_i32(margin)));
    let anchor = state.anchor;
    let (x, width) = span((bounds.min_x(), bounds.width()), (anchor.left, anchor.right), (left, right), state.size.width);
    let (y, height) = span((bounds.min_y(), bounds.height()), (anchor.top, anchor.bottom), (top, bottom), state.size.height);
    // Clients are told whole numbers.
    let size = LogicalSize::new(width.round().max(1.0), height.round().max(1.0));
    Rect::new(grid.snap(LogicalPoint::new(x, y)), size)
}

/// Start and length along one axis. A `wish` of 0 stretches between the margins.
fn span((start, extent): (f64, f64), anchored: (bool, bool), margin: (f64, f64), wish: i32) -> (f64, f64) {
    if wish <= 0 {
        return (start + margin.0, extent - margin.0 - margin.1);
    }
    let length = f64::from(tame_i32(wish));
    let at = match anchored {
        (true, false) => start + margin.0,
        (false, true) => start + extent - margin.1 - length,
        (true, true) => start + margin.0 + (extent - margin.0 - margin.1 - length) / 2.0,
        (false, false) => start + (extent - length) / 2.0,
    };
    (at, length)
}

/// The edge that an exclusive zone belongs to, as the protocol says: one edge alone, or one edge and both of its neighbours.
fn exclusive_edge(anchor: Edges) -> Option<Edges> {
    let only = Edges::default();
    match (anchor.left, anchor.right, anchor.top, anchor.bottom) {
        (false, false, true, false) | (true, true, true, false) => Some(Edges { top: true, ..only }),
        (false, false, false, true) | (true, true, false, true) => Some(Edges { bottom: true, ..only }),
        (true, false, false, false) | (true, false, true, true) => Some(Edges { left: true, ..only }),
        (false, true, false, false) | (false, true, true, true) => Some(Edges { right: true, ..only }),
        _ => None,
    }
}

/// `free` without the exclusive zone of a surface. What remains is never negative.
fn without(free: LogicalRect, state: &LayerState, grid: Grid) -> LogicalRect {
    let Some(edge) = exclusive_edge(state.anchor) else { return free };
    let [top, right, bottom, left] = state.margin.map(|margin| f64::from(tame_i32(margin)));
    let zone = f64::from(tame_i32(state.exclusive_zone));
    let cut = |margin: f64, extent: f64| (zone + margin).clamp(0.0, extent.max(0.0));
    let (mut min, mut max) = (free.min(), free.max());
    if edge.top {
        min.y += cut(top, free.height());
    } else if edge.bottom {
        max.y -= cut(bottom, free.height());
    } else if edge.left {
        min.x += cut(left, free.width());
    } else {
        max.x -= cut(right, free.width());
    }
    let (min, max) = (grid.snap(min), grid.snap(max));
    Rect::new(min, LogicalSize::new((max.x - min.x).max(0.0), (max.y - min.y).max(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use euclid::Size2D;

    const AREA: LogicalRect = LogicalRect::new(LogicalPoint::new(100.0, 0.0), LogicalSize::new(800.0, 600.0));

    fn arrange(states: &[LayerState]) -> (Vec<LogicalRect>, LogicalRect) {
        let mut layers = Layers::default();
        for (n, state) in states.iter().enumerate() {
            layers.list.push(LayerSurface {
                surface: SurfaceId(n as u64),
                namespace: String::new(),
                output: Some(OutputId(1)),
                state: Some(state.clone()),
                mapped: true,
                area: LogicalRect::zero(),
                sent: None,
                pinned: None,
                ruled: LayerRuled::default(),
            });
        }
        let free = layers.arrange(OutputId(1), AREA, Grid::default());
        (layers.list.iter().map(|layer| layer.area).collect(), free)
    }

    fn rect(x: f64, y: f64, w: f64, h: f64) -> LogicalRect {
        LogicalRect::new(LogicalPoint::new(x, y), LogicalSize::new(w, h))
    }

    fn panel(height: i32) -> LayerState {
        LayerState {
            layer: Layer::Top,
            anchor: Edges { left: true, right: true, top: true, bottom: false },
            size: Size2D::new(0, height),
            exclusive_zone: height,
            ..LayerState::default()
        }
    }

    #[test]
    fn a_panel_stretches_and_keeps_its_room() {
        let (areas, free) = arrange(&[panel(30)]);
        assert_eq!(areas, [rect(100.0, 0.0, 800.0, 30.0)]);
        assert_eq!(free, rect(100.0, 30.0, 800.0, 570.0));
    }

    #[test]
    fn zone_zero_moves_out_of_the_way_and_minus_one_does_not() {
        let corner = LayerState { exclusive_zone: 0, size: Size2D::new(50, 20), margin: [5, 0, 0, 0], ..panel(0) };
        let wallpaper = LayerState { layer: Layer::Background, anchor: Edges { bottom: true, ..panel(0).anchor }, ..panel(0) };
        let (areas, _) = arrange(&[corner, LayerState { exclusive_zone: -1, ..wallpaper }, panel(30)]);
        assert_eq!(areas.first(), Some(&rect(475.0, 35.0, 50.0, 20.0)));
        assert_eq!(areas.get(1), Some(&AREA));
    }

    #[test]
    fn a_panel_that_keeps_everything_for_itself_has_to_share() {
        let (_, free) = arrange(&[panel(i32::MAX), panel(i32::MAX)]);
        assert_eq!(free, AREA);
    }
}
