//! Windows and containers on their way through the tree.

use super::{
    super::{Axis, DropTarget, Input, Layout as _, along, span, step},
    Content, MAX_DEPTH, Node, Tree,
    node::{Container, ContainerLayout, Path},
    place::{self, Measured},
    wrap,
};
use crate::{Direction, WindowId};

impl Tree {
    /// At a side it comes to lie beside the target, in a container of both where theirs lies across; in the middle it becomes a tab beside it.
    pub(in crate::layout::tiles) fn drop_window(&mut self, window: WindowId, target: DropTarget) {
        self.remove(window);
        let Some(path) = self.root.path_to(target.window) else { return };
        let Some((index, parent_path)) = path.split_last() else { return };
        let deep = path.len() >= MAX_DEPTH;
        let Some(parent) = self.root.container_mut(parent_path) else { return };
        let tabbed = parent.layout.strip().is_some();
        let (layout, second) = match target.side.axis() {
            Some((axis, second)) => (ContainerLayout::split(axis), second),
            None => (ContainerLayout::Tabbed, true),
        };
        if parent.children.len() == 1 && !tabbed && layout.strip().is_none() {
            parent.layout = layout;
        }
        let fits = if layout.strip().is_some() { tabbed } else { parent.layout == layout };
        if fits || deep {
            parent.insert(if second { index + 1 } else { *index }, Node::window(window));
        } else if let Some(child) = parent.children.get_mut(*index) {
            wrap(child, layout, false);
            if let Some(container) = child.container_mut() {
                container.insert(usize::from(second), Node::window(window));
            }
        }
        self.tidy();
        self.selected = None;
    }

    /// Moves the node at `path` one step; see [`Tree`] for the rules.
    pub(super) fn move_node(&mut self, path: &[usize], direction: Direction) -> bool {
        let (axis, forward) = along(direction);
        let Some((index, parent_path)) = path.split_last() else { return false };
        let Some(parent) = self.root.container(parent_path) else { return false };
        if parent.children.len() == 1 && !parent_path.is_empty() {
            // Alone in a container that was made for it: it comes out of it first.
            return self.unwrap(parent_path);
        }
        if parent.layout.axis() == axis
            && let Some(next) = step(*index, forward, parent.children.len())
        {
            return self.move_to_sibling(parent_path, *index, next, direction);
        }
        // The nearest container around its own that lies along the axis: it goes there, beside the one that it comes from.
        for depth in (0..parent_path.len()).rev() {
            let (Some(around), Some(index)) = (parent_path.get(..depth), parent_path.get(depth)) else { continue };
            if self.root.container(around).is_some_and(|container| container.layout.axis() == axis) {
                let (around, index) = (around.to_vec(), *index);
                return self.take(path).is_some_and(|node| {
                    let index = if forward { index + 1 } else { index };
                    self.put(&around, index, node)
                });
            }
        }
        self.root.layout.axis() != axis && self.move_beside_all(path, axis, forward)
    }

    /// Past a window, or into a container: at its near end if it lies along the direction, beside its active child otherwise.
    fn move_to_sibling(&mut self, parent_path: &[usize], index: usize, next: usize, direction: Direction) -> bool {
        let (axis, forward) = along(direction);
        let Some(parent) = self.root.container_mut(parent_path) else { return false };
        let depth = |index: usize| parent.children.get(index).map_or(0, Node::depth);
        // What would lie too deep goes past a container as past a window.
        if depth(next) == 0 || parent_path.len() + depth(next) + depth(index) >= MAX_DEPTH {
            parent.children.swap(index, next);
            parent.active = match parent.active {
                active if active == index => next,
                active if active == next => index,
                active => active,
            };
            return true;
        }
        let Some(node) = parent.take(index) else { return false };
        let mut path: Path = parent_path.to_vec();
        path.push(if next > index { next - 1 } else { next });
        while let Some(container) = self.root.container(&path) {
            if container.layout.axis() == axis {
                let end = if forward { 0 } else { container.children.len() };
                return self.put(&path, end, node);
            }
            path.push(container.active);
        }
        // The active child is a window: beside it, before it on the way forward.
        let Some(active) = path.pop() else { return false };
        self.put(&path, if forward { active } else { active + 1 }, node)
    }

    /// Everything else becomes one container, and the node lies beside it. `false` if there is nothing else.
    fn move_beside_all(&mut self, path: &[usize], axis: Axis, forward: bool) -> bool {
        let alone = path.len() == 1 && self.root.children.len() == 1;
        if alone || self.root.depth() + 1 >= MAX_DEPTH {
            return false;
        }
        let Some(node) = self.take(path) else { return false };
        let others = Node { weight: 1.0, content: Content::Container(std::mem::take(&mut self.root)) };
        self.root = Container { layout: ContainerLayout::split(axis), children: vec![others], active: 0, kept: false };
        self.put(&[], if forward { 1 } else { 0 }, node)
    }

    fn take(&mut self, path: &[usize]) -> Option<Node> {
        let (index, parent) = path.split_last()?;
        self.root.container_mut(parent)?.take(*index)
    }

    /// Puts `node` into the container at `path`, and tidies up behind it.
    fn put(&mut self, path: &[usize], index: usize, node: Node) -> bool {
        let Some(container) = self.root.container_mut(path) else { return false };
        container.insert(index, node);
        container.active = index;
        self.tidy();
        true
    }

    /// Puts the only child of the container at `path` in the place of it.
    fn unwrap(&mut self, path: &[usize]) -> bool {
        let Some(node) = self.root.node_mut(path) else { return false };
        let Some(only) = node.container_mut().and_then(|container| container.children.pop()) else { return false };
        node.content = only.content;
        true
    }

    /// Moves the edge of the node at `path` in direction `edge`: it is the one of the nearest split around it that has a child on the other
    /// side of it.
    pub(super) fn resize_node(&mut self, path: &[usize], edge: Direction, outwards: f64, input: &Input<'_>) -> bool {
        let (axis, forward) = along(edge);
        let by = if forward { outwards } else { -outwards };
        for depth in (0..path.len()).rev() {
            let (Some(around), Some(index)) = (path.get(..depth), path.get(depth)) else { continue };
            let Some(container) = self.root.container(around) else { return false };
            let Some(next) = step(*index, forward, container.children.len()) else { continue };
            if container.layout.strip().is_some() || container.layout.axis() != axis {
                continue;
            }
            let measured = Measured::container(&self.root, input);
            let Some(measured) = measured.at(around) else { return false };
            let Some(rect) = place::locate(&self.root, around, input) else { return false };
            let spans = place::spans(container, measured, rect, input);
            let parts = place::parts(container, measured);
            let Some(weights) = span::shift(&spans, &parts, (*index).min(next), by) else { return false };
            let Some(container) = self.root.container_mut(around) else { return false };
            for (child, weight) in container.children.iter_mut().zip(weights) {
                child.weight = weight;
            }
            return true;
        }
        false
    }
}
