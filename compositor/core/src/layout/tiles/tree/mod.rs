//! Containers in containers, as in i3 and sway.

mod moves;
mod node;
mod place;

use super::{Arrangement, Axis, ContainerOutline, Input, Layout, Place, along, step};
use crate::{Direction, WindowId};
pub use node::ContainerLayout;
use node::{Container, Content, Node, Path};

/// More containers are never in each other; a split beyond it is none. It keeps every walk through the tree short.
pub(super) const MAX_DEPTH: usize = 64;

/// How a window is split off its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// The next window goes to its right.
    Horizontal,
    /// The next window goes below it.
    Vertical,
    /// Across the axis along which it lies beside its siblings now.
    Toggle,
}

/// The manual tiling layout.
///
/// ```text
/// +-----+-----------+    Containers show their children side by side, one above the other, or one at a time with titles.
/// |     |     2     |    The tree here is: side by side 1 and a container, which shows one above the other 2 and 3.
/// |  1  +-----------+
/// |     |     3     |    A new window is put after the one with the focus in its container. `split` makes a container of one window, so
/// +-----+-----------+    that the next goes there; or it splits by itself along the longer side, if that is configured.
/// ```
///
/// Moving a window takes it past a window beside it, or into a container beside it. Where its container has no more in that direction it
/// goes out, to the side of the next container around that lies along the direction. If there is none, all others become a container
/// beside it. Tabs count as lying side by side, stacked titles as lying one above the other.
///
/// What is done to a window is done to a container around it, if [`focus_parent`](Self::focus_parent) has selected that.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    root: Container,
    /// The window with the focus, and how many levels above it the selected container is; `None` if it is the window itself.
    selected: Option<(WindowId, usize)>,
}

impl Tree {
    pub(super) fn outline(&self) -> ContainerOutline {
        self.root.outline()
    }

    pub(super) fn from_outline(root: &ContainerOutline) -> Self {
        let mut tree = Self { root: Container::from_outline(root, 1), selected: None };
        tree.tidy();
        tree
    }

    /// The path to what is selected if `window` has the focus: to itself, or to a container around it.
    fn selection(&self, window: WindowId) -> Option<Path> {
        let mut path = self.root.path_to(window)?;
        let levels = self.selected.filter(|(selected, _)| *selected == window).map_or(0, |(_, levels)| levels);
        path.truncate(path.len().saturating_sub(levels).max(1));
        Some(path)
    }

    /// The windows on which an operation on `window` works: itself, or those of the selected container around it.
    pub fn selected(&self, window: WindowId) -> Vec<WindowId> {
        let mut windows = Vec::new();
        if let Some(node) = self.selection(window).and_then(|path| self.root.node(&path)) {
            node.each_window(&mut |window| windows.push(window));
        }
        windows
    }

    /// Selects the container around what is selected now. `false` if that is the outermost.
    pub fn focus_parent(&mut self, window: WindowId) -> bool {
        let (Some(path), Some(leaf)) = (self.selection(window), self.root.path_to(window)) else { return false };
        if path.len() > 1 {
            self.selected = Some((window, leaf.len() - path.len() + 1));
        }
        path.len() > 1
    }

    /// Selects less: the container within the selected one in which `window` is, or at last the window itself. `false` if it is selected.
    pub fn focus_child(&mut self, window: WindowId) -> bool {
        let (Some(path), Some(leaf)) = (self.selection(window), self.root.path_to(window)) else { return false };
        let levels = leaf.len() - path.len();
        self.selected = levels.checked_sub(1).filter(|levels| *levels > 0).map(|levels| (window, levels));
        levels > 0
    }

    /// Makes a container of what is selected, so that the next window shares its place. Where it is alone in its container already, that one
    /// changes its layout instead. `false` if nothing changes, or too many containers would be in each other.
    pub fn split(&mut self, window: WindowId, split: Split) -> bool {
        let Some(path) = self.selection(window) else { return false };
        let Some((index, parent_path)) = path.split_last() else { return false };
        let too_deep = self.root.node(&path).is_some_and(|node| path.len() + node.depth() >= MAX_DEPTH);
        let Some(parent) = self.root.container_mut(parent_path) else { return false };
        let axis = match split {
            Split::Horizontal => Axis::Horizontal,
            Split::Vertical => Axis::Vertical,
            Split::Toggle => parent.layout.axis().across(),
        };
        let layout = ContainerLayout::split(axis);
        if parent.children.len() == 1 && parent.layout.strip().is_none() {
            let before = (parent.layout, parent.kept);
            (parent.layout, parent.kept) = (layout, true);
            return before != (layout, true);
        }
        let Some(child) = parent.children.get_mut(*index).filter(|_| !too_deep) else { return false };
        wrap(child, layout, true);
        true
    }

    /// The layout of the container in which the selected node of `window` is.
    pub fn layout(&self, window: WindowId) -> Option<ContainerLayout> {
        let path = self.selection(window)?;
        Some(self.root.container(path.split_last()?.1)?.layout)
    }

    /// Changes the layout of the container in which the selected node of `window` is. `false` if it has it already.
    pub fn set_layout(&mut self, window: WindowId, layout: ContainerLayout) -> bool {
        let Some(path) = self.selection(window) else { return false };
        let Some(container) = path.split_last().and_then(|(_, parent)| self.root.container_mut(parent)) else { return false };
        container.kept = true;
        std::mem::replace(&mut container.layout, layout) != layout
    }

    /// Removes containers that have a single child or the layout of the one around them. Sizes stay, up to the gaps. `false` if there is
    /// none.
    pub fn flatten(&mut self) -> bool {
        let before = self.root.clone();
        self.root.flatten();
        self.tidy();
        self.selected = None;
        self.root != before
    }

    /// Makes all children of the container in which the selected node of `window` is equal again.
    pub fn reset_sizes(&mut self, window: WindowId) -> bool {
        let Some(path) = self.selection(window) else { return false };
        let Some(container) = path.split_last().and_then(|(_, parent)| self.root.container_mut(parent)) else { return false };
        container.children.iter_mut().for_each(|child| child.weight = 1.0);
        true
    }

    /// How many containers are in each other.
    #[cfg(test)]
    pub(super) fn depth(&self) -> usize {
        1 + self.root.depth()
    }

    /// Whether the next thing in that direction is another window in the same container.
    #[cfg(test)]
    pub(super) fn is_beside_window(&self, window: WindowId, direction: Direction) -> bool {
        let (axis, forward) = along(direction);
        let path = self.selection(window).unwrap();
        let (index, parent) = path.split_last().unwrap();
        let parent = self.root.container(parent).unwrap();
        let next = step(*index, forward, parent.children.len()).filter(|_| parent.layout.axis() == axis);
        next.is_some_and(|next| parent.children[next].container().is_none() && parent.children[*index].container().is_none())
    }

    fn tidy(&mut self) {
        self.root.tidy();
        // A root that only holds one container, which nobody asked for, is that container.
        if !self.root.kept
            && let [Node { content: Content::Container(only), .. }] = self.root.children.as_mut_slice()
            && !only.kept
        {
            self.root = std::mem::take(only);
        }
    }

    /// Puts `window` after or before the node at `path`.
    fn insert_beside(&mut self, path: &[usize], after: bool, window: WindowId, input: &Input<'_>) {
        let Some((index, parent_path)) = path.split_last() else { return };
        let alone = self.root.container(parent_path).is_some_and(|parent| parent.children.len() == 1);
        let one_at_a_time = self.root.container(parent_path).is_some_and(|parent| parent.layout.strip().is_some());
        let deep = self.root.node(path).map_or(0, Node::depth) + path.len() >= MAX_DEPTH;
        if input.options.tree.automatic && !alone && !one_at_a_time && !deep {
            let axis = place::locate(&self.root, path, input).map_or(Axis::Horizontal, Axis::longer);
            if let Some(node) = self.root.node_mut(path) {
                wrap(node, ContainerLayout::split(axis), false);
                if let Some(container) = node.container_mut() {
                    container.insert(usize::from(after), Node::window(window));
                }
            }
            return;
        }
        if let Some(parent) = self.root.container_mut(parent_path) {
            parent.insert(if after { index + 1 } else { *index }, Node::window(window));
        }
    }
}

/// Puts a container around `node`, in the place of it.
fn wrap(node: &mut Node, layout: ContainerLayout, kept: bool) {
    let content = std::mem::replace(&mut node.content, Content::Container(Container::default()));
    let children = vec![Node { weight: 1.0, content }];
    node.content = Content::Container(Container { layout, children, active: 0, kept });
}

impl Layout for Tree {
    fn insert(&mut self, window: WindowId, place: Place, input: &Input<'_>) {
        if self.contains(window) {
            return;
        }
        if self.root.children.is_empty() && !self.root.kept {
            self.root.layout = ContainerLayout::split(Axis::longer(input.rect()));
        }
        let (beside, after) = match place {
            Place::After(other) => (self.selection(other), true),
            Place::Before(other) => (self.selection(other), false),
            Place::First => (None, false),
            Place::Last => (None, true),
        };
        match beside {
            Some(path) => self.insert_beside(&path, after, window, input),
            None => self.root.insert(if after { self.root.children.len() } else { 0 }, Node::window(window)),
        }
    }

    fn remove(&mut self, window: WindowId) -> bool {
        let Some(path) = self.root.path_to(window) else { return false };
        let levels = |tree: &Self| Some(tree.root.path_to(tree.selected?.0)?.len());
        let before = levels(self);
        if let Some((index, parent)) = path.split_last()
            && let Some(parent) = self.root.container_mut(parent)
        {
            parent.take(*index);
        }
        self.tidy();
        // A container around the window with the focus may have gone; then that window itself is selected.
        self.selected = self.selected.filter(|_| levels(self) == before);
        true
    }

    fn settle(&mut self, input: &Input<'_>) {
        let Some(path) = place::focus_path(&self.root, input) else { return };
        for depth in 0..path.len() {
            if let (Some(around), Some(index)) = (path.get(..depth), path.get(depth))
                && let Some(container) = self.root.container_mut(around)
            {
                container.active = *index;
            }
        }
        self.selected = self.selected.filter(|(selected, levels)| Some(*selected) == input.focused && *levels < path.len());
    }

    fn arrange(&self, input: &Input<'_>) -> Arrangement {
        let measured = place::Measured::container(&self.root, input);
        let mut arrangement = Arrangement::default();
        let focused = place::focus_path(&self.root, input);
        place::place(&self.root, &measured, input.rect(), true, focused.as_deref(), input, &mut arrangement);
        arrangement
    }

    /// Through the structure: to the next child of the nearest container around that lies along the direction. In there, to its near end as
    /// far as it lies along the direction, else to what last had the focus.
    fn neighbour(&self, window: WindowId, direction: Direction, _arrangement: &Arrangement) -> Option<WindowId> {
        let (axis, forward) = along(direction);
        let path = self.selection(window)?;
        for depth in (0..path.len()).rev() {
            let container = self.root.container(path.get(..depth)?)?;
            let Some(next) = step(*path.get(depth)?, forward, container.children.len()) else { continue };
            if container.layout.axis() != axis {
                continue;
            }
            let mut node = container.children.get(next)?;
            while let Some(container) = node.container() {
                let near = if forward { 0 } else { container.children.len().saturating_sub(1) };
                let one_at_a_time = container.layout.strip().is_some();
                let index = if container.layout.axis() == axis && !one_at_a_time { near } else { container.active };
                node = container.children.get(index)?;
            }
            return node.active_window();
        }
        None
    }

    /// There and back is nothing for windows beside each other in one container.
    fn move_window(&mut self, window: WindowId, direction: Direction, _input: &Input<'_>) -> bool {
        let Some(path) = self.selection(window) else { return false };
        self.move_node(&path, direction)
    }

    fn swap(&mut self, one: WindowId, other: WindowId) -> bool {
        let (Some(a), Some(b)) = (self.root.path_to(one), self.root.path_to(other)) else { return false };
        for (path, window) in [(a, other), (b, one)] {
            if let Some(node) = self.root.node_mut(&path) {
                node.content = Content::Window(window);
            }
        }
        one != other
    }

    /// Moves the edge of the nearest split around `window` that has something on the other side.
    fn resize(&mut self, window: WindowId, edge: Direction, outwards: f64, input: &Input<'_>) -> bool {
        let Some(path) = self.selection(window) else { return false };
        self.resize_node(&path, edge, outwards, input)
    }

    fn windows(&self) -> Vec<WindowId> {
        let mut windows = Vec::new();
        self.root.children.iter().for_each(|child| child.each_window(&mut |window| windows.push(window)));
        windows
    }

    fn contains(&self, window: WindowId) -> bool {
        self.root.path_to(window).is_some()
    }

    fn is_empty(&self) -> bool {
        self.root.children.is_empty()
    }
}
