//! The focus follows the pointer, and the pointer the focus.

use glasshouse_scene::LogicalPoint;

use crate::{
    command::Refusal,
    desktop::Desktop,
    effect::Effects,
    ids::{OutputId, Timestamp, WindowId},
    stacking::Under,
    window::{Slot, Window},
};

/// Who has the focus, before a command.
pub(crate) type Focused = (Option<WindowId>, Option<OutputId>);

impl Desktop {
    /// The pointer was moved: a window that it came into gets the focus, if that is wanted.
    pub(crate) fn hover(&mut self) {
        if !self.settings.focus_follows_pointer || self.lock.on || self.pointer.held > 0 {
            return;
        }
        let over = self.under(self.pointer.at).and_then(|under| under.window);
        let before = std::mem::replace(&mut self.pointer.hovered, over);
        if let Some(over) = over.filter(|over| before != Some(*over) && self.next_focus() != Some(*over)) {
            self.give_focus(over, false);
        }
    }

    /// Something else came to lie below a pointer that did not move: it waits until the pointer leaves it and comes back.
    pub(crate) fn rest(&mut self, under: Option<Under>) {
        self.pointer.hovered = under.and_then(|under| under.window);
    }

    pub(crate) fn focused(&self) -> Focused {
        (self.focused_window(), self.workspaces.focused)
    }

    /// Draws the conclusions from commands. If they gave the focus to something else, the pointer goes along, unless it is there already or
    /// somebody holds it.
    pub(crate) fn settle_commands(&mut self, before: Focused, now: Timestamp, effects: &mut Effects) {
        self.pointer.led_from = Some(before);
        self.settle(now, effects);
        self.pointer.led_from = None;
    }

    /// To be called when the focus and the targets of windows are known.
    pub(crate) fn lead_pointer(&mut self) {
        let Some(before) = self.pointer.led_from else { return };
        let after = self.focused();
        let held = self.lock.on || self.pointer.held > 0 || self.pointer.grab.is_some() || !self.pointer.fingers.is_empty();
        if !self.settings.pointer_follows_focus || held || after == before {
            return;
        }
        let window = after.0.and_then(|id| self.windows.get(id));
        let area = match window {
            Some(window) => window.target.rect().or_else(|| self.drawn(window).map(|drawn| drawn.area)),
            None => after.1.and_then(|id| self.outputs.get(id)).map(|output| output.area()),
        };
        let Some(area) = area.filter(|area| !area.contains(self.pointer.at)) else { return };
        let to: LogicalPoint = self.outputs.clamp(area.center());
        self.pointer.at = to;
        self.workspaces.pointed = None;
    }

    /// From what floats to the tile that had the focus last, and back.
    ///
    /// # Errors
    /// [`Refusal::NothingToChange`]: there is none of the other kind.
    pub(crate) fn focus_floating_or_tiled(&mut self) -> Result<(), Refusal> {
        let workspace = self.workspaces.focused().map(|workspace| workspace.id);
        let floats = self.next_focus().and_then(|id| self.windows.get(id)).is_some_and(|window| self.floats(window));
        let here = |window: &&Window| window.shown() && window.home.workspace == workspace;
        let other = |window: &&Window| self.floats(window) != floats && !matches!(window.slot, Slot::Fullscreen(_));
        let recent = self.windows.history.iter().rev().filter_map(|id| self.windows.get(*id));
        let id = recent.filter(here).find(other).map(|window| window.id);
        self.focus_window(id.ok_or(Refusal::NothingToChange("there is no window of the other kind here"))?);
        Ok(())
    }
}
