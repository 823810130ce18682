//! Popups: menus and tooltips that hang on a window, a layer surface or another popup.

use euclid::{Point2D, Rect};
use glasshouse_scene::{Logical, SurfaceId};

use crate::{
    grid::tame_i32,
    surfaces::{MAX_DEPTH, tame_rect},
};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Popup {
    pub(crate) surface: SurfaceId,
    pub(crate) parent: SurfaceId,
    /// Its visible part in its surface's coordinates.
    pub(crate) geometry: Rect<i32, Logical>,
    /// The place of its geometry, relative to its parent's geometry.
    pub(crate) at: Point2D<i32, Logical>,
}

/// All popups, the oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Popups {
    list: Vec<Popup>,
}

impl Popups {
    pub(crate) fn get(&self, surface: SurfaceId) -> Option<&Popup> {
        self.list.iter().find(|popup| popup.surface == surface)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Popup> {
        self.list.iter()
    }

    /// Answers whether anything changed.
    pub(crate) fn place(&mut self, popup: Popup) -> bool {
        let at = Point2D::new(tame_i32(popup.at.x), tame_i32(popup.at.y));
        let popup = Popup { geometry: tame_rect(popup.geometry), at, ..popup };
        match self.list.iter_mut().find(|known| known.surface == popup.surface) {
            Some(known) if *known == popup => false,
            Some(known) => {
                *known = popup;
                true
            }
            None => {
                self.list.push(popup);
                true
            }
        }
    }

    pub(crate) fn remove(&mut self, surface: SurfaceId) -> bool {
        let before = self.list.len();
        self.list.retain(|popup| popup.surface != surface);
        self.list.len() != before
    }

    pub(crate) fn has(&self, parent: SurfaceId) -> bool {
        self.list.iter().any(|popup| popup.parent == parent)
    }

    /// The popups of a window or layer surface and their popups, each after its parent.
    pub(crate) fn above(&self, root: SurfaceId) -> Vec<Popup> {
        let mut found = Vec::new();
        if self.list.is_empty() {
            return found;
        }
        let mut rest = vec![(root, 0)];
        while let Some((parent, depth)) = rest.pop() {
            if depth > MAX_DEPTH {
                continue;
            }
            if let Some(popup) = self.get(parent).filter(|popup| parent != root && !found.contains(*popup)) {
                found.push(*popup);
            } else if parent != root {
                continue; // A ring of parents.
            }
            let children = self.list.iter().rev().filter(|popup| popup.parent == parent && popup.surface != root);
            rest.extend(children.map(|popup| (popup.surface, depth + 1)));
        }
        found
    }
}
