//! Where containers and windows of a tree lie.

use glasshouse_scene::LogicalRect;

use super::{
    super::{Arrangement, Axis, Input, Limits, Placement, Tab, span, span::Span, tabs},
    node::{Container, Content, Node, Path},
};

/// What sizes a node can have: of a window what the window says, of a container what its children leave.
pub(super) struct Measured {
    pub(super) limits: Limits,
    children: Vec<Measured>,
}

impl Measured {
    fn node(node: &Node, input: &Input<'_>) -> Self {
        match &node.content {
            Content::Window(window) => Self { limits: input.limits(*window), children: Vec::new() },
            Content::Container(container) => Self::container(container, input),
        }
    }

    /// In one pass from the windows upwards.
    pub(super) fn container(container: &Container, input: &Input<'_>) -> Self {
        let children: Vec<Self> = container.children.iter().map(|child| Self::node(child, input)).collect();
        let mut limits = children.iter().map(|child| child.limits).fold(Limits::NONE, Limits::over);
        match container.layout.strip() {
            Some(strip) => {
                let titles = tabs::height(strip, input.title(), children.len());
                // Titles take half of the height at most.
                limits.least.height *= if titles > 0.0 { 2.0 } else { 1.0 };
                limits.min.height += titles;
                limits.max.height += titles;
            }
            None => {
                let gaps = input.gap() * children.len().saturating_sub(1) as f64;
                let sum = |length: fn(&Limits) -> f64| children.iter().map(|child| length(&child.limits)).sum::<f64>();
                match container.layout.axis() {
                    Axis::Horizontal => {
                        limits.least.width = sum(|limits| limits.least.width);
                        limits.min.width = sum(|limits| limits.min.width) + gaps;
                        limits.max.width = sum(|limits| limits.max.width) + gaps;
                    }
                    Axis::Vertical => {
                        limits.least.height = sum(|limits| limits.least.height);
                        limits.min.height = sum(|limits| limits.min.height) + gaps;
                        limits.max.height = sum(|limits| limits.max.height) + gaps;
                    }
                }
            }
        }
        Self { limits, children }
    }

    fn child(&self, index: usize) -> Option<&Self> {
        self.children.get(index)
    }

    pub(super) fn at(&self, path: &[usize]) -> Option<&Self> {
        path.iter().try_fold(self, |measured, index| measured.child(*index))
    }
}

/// The children of a split container as parts of its length.
pub(super) fn parts(container: &Container, measured: &Measured) -> Vec<span::Part> {
    let axis = container.layout.axis();
    let limits = measured.children.iter().map(|child| child.limits);
    container.children.iter().zip(limits).map(|(child, limits)| limits.part(child.weight, axis)).collect()
}

/// The children of a split container, along its axis.
pub(super) fn spans(container: &Container, measured: &Measured, rect: LogicalRect, input: &Input<'_>) -> Vec<Span> {
    span::cut(container.layout.axis().of(rect), input.gap(), &parts(container, measured))
}

/// Where the children of a container in `rect` lie, and the titles, if it has any.
fn children(container: &Container, measured: &Measured, rect: LogicalRect, input: &Input<'_>) -> (Vec<LogicalRect>, Vec<LogicalRect>) {
    if let Some(strip) = container.layout.strip() {
        let (titles, content) = tabs::titles(rect, strip, input.title(), container.children.len());
        return (vec![content; container.children.len()], titles);
    }
    let axis = container.layout.axis();
    let across = axis.across().of(rect);
    let rects = spans(container, measured, rect, input).into_iter().map(|along| axis.rect(along, across)).collect();
    (rects, Vec::new())
}

/// Where the node at `path` lies.
pub(super) fn locate(root: &Container, path: &[usize], input: &Input<'_>) -> Option<LogicalRect> {
    let measured = Measured::container(root, input);
    let (mut rect, mut container, mut measured) = (input.rect(), root, &measured);
    for (depth, index) in path.iter().enumerate() {
        rect = *children(container, measured, rect, input).0.get(*index)?;
        if depth + 1 < path.len() {
            container = container.children.get(*index)?.container()?;
            measured = measured.child(*index)?;
        }
    }
    Some(rect)
}

/// Adds what is in `container` to `arrangement`. `focused` is the path from here to the window with the focus, if it is in here.
pub(super) fn place(
    container: &Container,
    measured: &Measured,
    rect: LogicalRect,
    visible: bool,
    focused: Option<&[usize]>,
    input: &Input<'_>,
    arrangement: &mut Arrangement,
) {
    let (rects, titles) = children(container, measured, rect, input);
    let to_focus = focused.and_then(<[usize]>::split_first);
    let shown = to_focus.map_or(container.active, |(index, _)| *index);
    let one_at_a_time = container.layout.strip().is_some();
    if visible {
        for (index, (child, rect)) in container.children.iter().zip(titles).enumerate().filter(|(_, (_, rect))| !rect.is_empty()) {
            let inside = to_focus.filter(|(first, _)| **first == index).and(input.focused);
            let Some(window) = inside.or_else(|| child.active_window()) else { continue };
            arrangement.tabs.push(Tab { rect, window, windows: child.count(), active: index == shown });
        }
    }
    for (index, ((child, measured), rect)) in container.children.iter().zip(&measured.children).zip(rects).enumerate() {
        let visible = visible && (!one_at_a_time || index == shown);
        match &child.content {
            Content::Window(window) => arrangement.tiles.push(Placement { window: *window, rect, visible }),
            Content::Container(container) => {
                let focused = to_focus.filter(|(first, _)| **first == index).map(|(_, rest)| rest);
                place(container, measured, rect, visible, focused, input, arrangement);
            }
        }
    }
}

/// The path to the window with the focus, if it is in the tree.
pub(super) fn focus_path(root: &Container, input: &Input<'_>) -> Option<Path> {
    root.path_to(input.focused?)
}
