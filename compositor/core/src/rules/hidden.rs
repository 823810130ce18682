//! What is hidden from pictures, and what else edges ask about rules.

use std::collections::BTreeSet;

use super::InhibitIdle;
use crate::{
    command::Refusal,
    desktop::Desktop,
    ids::{SurfaceId, WindowId},
    surfaces::MAX_DEPTH,
    window::{Slot, Window},
};

impl Desktop {
    /// Whether a surface belongs to a window or layer surface that is hidden from pictures, as itself, subsurface or popup.
    pub(crate) fn is_hidden(&self, surface: SurfaceId) -> bool {
        let root = self.popup_root(self.surfaces.root(surface).0);
        match self.windows.of_surface(root) {
            Some(window) => self.hider_of(window).is_some(),
            None => self.layers.get(root).is_some_and(|layer| layer.ruled.lasting.hide_from_capture == Some(true)),
        }
    }

    /// The window by whose rules this one is hidden: itself, or one that it is a dialog of.
    fn hider_of<'a>(&'a self, window: &'a Window) -> Option<&'a Window> {
        let mut next = Some(window);
        // Clients can make rings of parents.
        for _ in 0..MAX_DEPTH {
            let window = next?;
            if window.ruled.lasting.hide_from_capture == Some(true) {
                return Some(window);
            }
            next = window.parent.and_then(|parent| self.windows.get(parent));
        }
        None
    }

    /// Counts up whenever something more is hidden from pictures: what was drawn before and comes later may show it.
    pub fn hide_epoch(&self) -> u64 {
        self.told.hide_epoch
    }

    pub(crate) fn note_hidden(&mut self) {
        let windows = self.windows.iter().map(|window| window.surface);
        let layers = self.layers.list.iter().map(|layer| layer.surface);
        let hidden: BTreeSet<SurfaceId> = match self.hides_anything() {
            true => windows.chain(layers).filter(|surface| self.is_hidden(*surface)).collect(),
            false => BTreeSet::new(),
        };
        if !hidden.is_subset(&self.told.hidden) {
            self.told.hide_epoch += 1;
        }
        self.told.hidden = hidden;
    }

    /// Whether any window or layer surface is hidden from pictures.
    pub(crate) fn hides_anything(&self) -> bool {
        self.windows.iter().any(|window| window.ruled.lasting.hide_from_capture == Some(true))
            || self.layers.list.iter().any(|layer| layer.ruled.lasting.hide_from_capture == Some(true))
    }

    /// Whether somebody may take a picture of this window alone.
    ///
    /// # Errors
    ///
    /// [`Refusal::HiddenFromCapture`] with the rule that hides it.
    pub fn may_capture(&self, window: WindowId) -> Result<(), Refusal> {
        let Some(hidden) = self.windows.get(window).and_then(|window| self.hider_of(window)) else { return Ok(()) };
        let rule = self.rule_behind(hidden, |lasting| lasting.hide_from_capture.is_some()).unwrap_or_else(|| "a rule".to_owned());
        Err(Refusal::HiddenFromCapture { window, rule })
    }

    /// Whether rules keep the session from being idle, because of what is to be seen now.
    pub fn keeps_awake(&self) -> bool {
        let keeps = |window: &Window| match window.ruled.lasting.inhibit_idle {
            None | Some(InhibitIdle::Never) => false,
            Some(InhibitIdle::Visible) => true,
            Some(InhibitIdle::Focused) => self.focused_window() == Some(window.id),
            Some(InhibitIdle::Fullscreen) => matches!(window.slot, Slot::Fullscreen(_)),
        };
        !self.lock.on && self.windows.iter().any(|window| self.seen(window) && keeps(window))
    }

    /// Whether the program of a surface may have all keys, which it asks for.
    pub fn may_inhibit_shortcuts(&self, surface: SurfaceId) -> bool {
        let root = self.popup_root(self.surfaces.root(surface).0);
        self.windows.of_surface(root).is_none_or(|window| window.ruled.lasting.inhibit_shortcuts != Some(false))
    }

    /// How often a window was judged so far: what rules cost.
    pub fn windows_judged(&self) -> u64 {
        self.judging.judged
    }
}
