//! Containers and windows, and how they are found and cut out.

use super::{
    super::{Axis, ContainerOutline, NodeOutline, span, tabs::Strip},
    MAX_DEPTH,
};
use crate::WindowId;

/// How a container shows its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ContainerLayout {
    /// Side by side.
    #[default]
    SplitH,
    /// One above the other.
    SplitV,
    /// One at a time, below a row of titles.
    Tabbed,
    /// One at a time, below a title for each.
    Stacked,
}

impl ContainerLayout {
    pub(super) fn split(axis: Axis) -> Self {
        match axis {
            Axis::Horizontal => Self::SplitH,
            Axis::Vertical => Self::SplitV,
        }
    }

    /// Along which axis a window moves from one child to the next. Tabs lie side by side, stacked titles one above the other.
    pub(super) fn axis(self) -> Axis {
        match self {
            Self::SplitH | Self::Tabbed => Axis::Horizontal,
            Self::SplitV | Self::Stacked => Axis::Vertical,
        }
    }

    /// The strip of titles, if one child is seen at a time.
    pub(super) fn strip(self) -> Option<Strip> {
        match self {
            Self::SplitH | Self::SplitV => None,
            Self::Tabbed => Some(Strip::Tabbed),
            Self::Stacked => Some(Strip::Stacked),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// How much of a split it gets, in relation to its siblings.
    pub(super) weight: f64,
    pub(super) content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Window(WindowId),
    Container(Container),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Container {
    pub(super) layout: ContainerLayout,
    /// Never empty, except in the root.
    pub(super) children: Vec<Node>,
    /// The child that last had the focus.
    pub(super) active: usize,
    /// Somebody asked for it, so it stays when it has one child only. Others go away then.
    pub(super) kept: bool,
}

/// The index of a child in the root, of its child in there, and so on. The root's own path is empty.
pub(super) type Path = Vec<usize>;

impl Node {
    pub(super) fn window(window: WindowId) -> Self {
        Self { weight: 1.0, content: Content::Window(window) }
    }

    pub(super) fn container(&self) -> Option<&Container> {
        match &self.content {
            Content::Window(_) => None,
            Content::Container(container) => Some(container),
        }
    }

    pub(super) fn container_mut(&mut self) -> Option<&mut Container> {
        match &mut self.content {
            Content::Window(_) => None,
            Content::Container(container) => Some(container),
        }
    }

    /// The window that last had the focus in there. `None` in an empty container, of which there is none but the root.
    pub(super) fn active_window(&self) -> Option<WindowId> {
        match &self.content {
            Content::Window(window) => Some(*window),
            Content::Container(container) => container.children.get(container.active)?.active_window(),
        }
    }

    /// Calls `f` with each window in there, in order.
    pub(super) fn each_window(&self, f: &mut impl FnMut(WindowId)) {
        match &self.content {
            Content::Window(window) => f(*window),
            Content::Container(container) => container.children.iter().for_each(|child| child.each_window(f)),
        }
    }

    pub(super) fn count(&self) -> usize {
        let mut count = 0;
        self.each_window(&mut |_| count += 1);
        count
    }

    /// How many containers are in each other here.
    pub(super) fn depth(&self) -> usize {
        self.container().map_or(0, |container| 1 + container.depth())
    }
}

impl Container {
    pub(super) fn outline(&self) -> ContainerOutline {
        let node = |node: &Node| match &node.content {
            Content::Window(window) => NodeOutline::Window(*window),
            Content::Container(container) => NodeOutline::Container(container.outline()),
        };
        let children = self.children.iter().map(|child| (node(child), child.weight)).collect();
        ContainerOutline { layout: self.layout, children, kept: self.kept }
    }

    /// `depth`: how many containers are around its children. What lies deeper than a layout may be comes up into this one.
    pub(super) fn from_outline(outline: &ContainerOutline, depth: usize) -> Self {
        let mut children = Vec::new();
        for (child, weight) in &outline.children {
            let weight = span::mean(std::iter::once(*weight));
            match child {
                NodeOutline::Window(window) => children.push(Node { weight, ..Node::window(*window) }),
                NodeOutline::Container(container) => {
                    let container = Self::from_outline(container, depth + 1);
                    if depth < MAX_DEPTH {
                        children.push(Node { weight, content: Content::Container(container) });
                    } else {
                        children.extend(container.children);
                    }
                }
            }
        }
        Self { layout: outline.layout, children, active: 0, kept: outline.kept }
    }

    pub(super) fn depth(&self) -> usize {
        self.children.iter().map(Node::depth).max().unwrap_or(0)
    }

    pub(super) fn path_to(&self, window: WindowId) -> Option<Path> {
        let mut path = Path::new();
        self.find(window, &mut path).then_some(path)
    }

    fn find(&self, window: WindowId, path: &mut Path) -> bool {
        self.children.iter().enumerate().any(|(index, child)| {
            path.push(index);
            let found = match &child.content {
                Content::Window(other) => *other == window,
                Content::Container(container) => container.find(window, path),
            };
            if !found {
                path.pop();
            }
            found
        })
    }

    /// The container at `path`; `None` if there is a window, or nothing.
    pub(super) fn container(&self, path: &[usize]) -> Option<&Container> {
        match path.split_first() {
            None => Some(self),
            Some((index, rest)) => self.children.get(*index)?.container()?.container(rest),
        }
    }

    pub(super) fn container_mut(&mut self, path: &[usize]) -> Option<&mut Container> {
        match path.split_first() {
            None => Some(self),
            Some((index, rest)) => self.children.get_mut(*index)?.container_mut()?.container_mut(rest),
        }
    }

    pub(super) fn node(&self, path: &[usize]) -> Option<&Node> {
        let (index, parent) = path.split_last()?;
        self.container(parent)?.children.get(*index)
    }

    pub(super) fn node_mut(&mut self, path: &[usize]) -> Option<&mut Node> {
        let (index, parent) = path.split_last()?;
        self.container_mut(parent)?.children.get_mut(*index)
    }

    /// Puts `node` in at `index`, with the weight of an average child.
    pub(super) fn insert(&mut self, index: usize, mut node: Node) {
        let index = index.min(self.children.len());
        node.weight = span::mean(self.children.iter().map(|child| child.weight));
        self.children.insert(index, node);
        if index <= self.active && self.children.len() > 1 {
            self.active += 1;
        }
    }

    /// Takes out a child. What this leaves is in need of [`tidy`](Self::tidy).
    pub(super) fn take(&mut self, index: usize) -> Option<Node> {
        if index >= self.children.len() {
            return None;
        }
        let node = self.children.remove(index);
        if index < self.active {
            self.active -= 1;
        }
        self.active = self.active.min(self.children.len().saturating_sub(1));
        Some(node)
    }

    /// Removes empty containers, and puts the only child of a container that is not kept in its place.
    pub(super) fn tidy(&mut self) {
        for index in (0..self.children.len()).rev() {
            let Some(child) = self.children.get_mut(index) else { continue };
            let Some(container) = child.container_mut() else { continue };
            container.tidy();
            match container.children.len() {
                0 => drop(self.take(index)),
                1 if !container.kept => {
                    if let Some(only) = container.children.pop() {
                        child.content = only.content;
                    }
                }
                _ => {}
            }
        }
    }

    /// Puts the children of a split in the place of it if it lies along the same axis as the one around it, and the only child of a container
    /// in the place of that, whoever asked for it.
    pub(super) fn flatten(&mut self) {
        let (layout, mut active) = (self.layout, self.active);
        let mut children = Vec::with_capacity(self.children.len());
        for (index, mut child) in std::mem::take(&mut self.children).into_iter().enumerate() {
            if index == self.active {
                active = children.len();
            }
            let weight = child.weight;
            let Some(container) = child.container_mut() else {
                children.push(child);
                continue;
            };
            container.flatten();
            let same_split = container.layout == layout && layout.strip().is_none();
            match container.children.len() {
                0 => {}
                1 => {
                    if let Some(only) = container.children.pop() {
                        children.push(Node { weight, ..only });
                    }
                }
                _ if same_split => {
                    if index == self.active {
                        active += container.active;
                    }
                    let sum: f64 = container.children.iter().map(|child| child.weight).sum();
                    let inner = std::mem::take(&mut container.children);
                    children.extend(inner.into_iter().map(|child| Node { weight: child.weight * weight / sum, ..child }));
                }
                _ => children.push(child),
            }
        }
        self.active = active.min(children.len().saturating_sub(1));
        self.children = children;
    }
}
