//! The pointer: where it is, what it holds, and how it looks; and fingers.

use std::collections::BTreeMap;

use glasshouse_scene::{LogicalPoint, SurfaceId};

use crate::{
    along::Along,
    desktop::Desktop,
    effect::{Effect, Effects},
    event::{CursorWanted, Layer},
    grab::{Grab, Holder},
    grid::tame_point,
    hover::Focused,
    ids::WindowId,
    stacking::Under,
};

/// How the pointer looks over a client's surface.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Look {
    /// The client has not said, or there is no client.
    #[default]
    Default,
    Hidden,
    Wanted(CursorWanted),
}

/// More fingers are nobody's.
const MAX_FINGERS: usize = 32;

/// A finger that is down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Finger {
    pub(crate) at: LogicalPoint,
    /// What it went down on.
    pub(crate) window: Option<WindowId>,
}

/// The pointer and the fingers.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Pointer {
    pub(crate) at: LogicalPoint,
    /// Buttons.
    pub(crate) held: u32,
    pub(crate) grab: Option<Grab>,
    pub(crate) fingers: BTreeMap<i32, Finger>,
    pub(crate) look: Look,
    /// The window or layer surface that `look` is from.
    pub(crate) over: Option<SurfaceId>,
    pub(crate) drag_icon: Option<SurfaceId>,
    /// What a client's drag takes along.
    pub(crate) along: Option<Along>,
    /// Who had the focus before the command in hand.
    pub(crate) led_from: Option<Focused>,
    /// The window in which it was when it or the windows last moved.
    pub(crate) hovered: Option<WindowId>,
}

impl Desktop {
    pub(crate) fn pointer_moved(&mut self, to: LogicalPoint) {
        let at = self.outputs.clamp(tame_point(to));
        if at == self.pointer.at {
            return;
        }
        let output = |at| self.outputs.nearest(at).map(|output| output.id);
        if output(at) != output(self.pointer.at) {
            self.workspaces.pointed = output(at);
        }
        self.pointer.at = at;
        self.touch_pointer();
        if self.follows_pointer() {
            self.grab_moved(at);
        } else {
            self.hover();
        }
    }

    pub(crate) fn pointer_button(&mut self, pressed: bool, held: u32, effects: &mut Effects) {
        let before = std::mem::replace(&mut self.pointer.held, held);
        match self.pointer.grab.as_ref().map(|grab| grab.holder) {
            None | Some(Holder::Finger(_)) if pressed => self.pressed_at(self.pointer.at, effects),
            Some(Holder::Buttons | Holder::Bound) if pressed => self.toggle_in_hand(),
            Some(Holder::Buttons | Holder::Nothing) if held == 0 => self.end_grab(),
            _ => {}
        }
        if held == 0 && before != 0 {
            self.touch_pointer();
        }
    }

    /// The button with a binding that began a grab is down, and its release will be told.
    pub(crate) fn grab_held(&mut self) {
        if let Some(grab) = self.pointer.grab.as_mut().filter(|grab| grab.holder == Holder::Nothing) {
            grab.holder = Holder::Bound;
        }
    }

    pub(crate) fn grab_released(&mut self) {
        if self.pointer.grab.as_ref().is_some_and(|grab| grab.holder == Holder::Bound) {
            self.end_grab();
        }
    }

    /// A finger comes down. While another one drags a window, it is for nobody.
    pub(crate) fn finger_down(&mut self, id: i32, at: LogicalPoint, effects: &mut Effects) {
        if self.grabbing_finger().is_some() {
            return;
        }
        self.pressed_at(at, effects);
        let window = self.under(at).and_then(|under| under.window);
        if self.pointer.fingers.len() < MAX_FINGERS {
            self.pointer.fingers.insert(id, Finger { at: tame_point(at), window });
        }
    }

    pub(crate) fn finger_moved(&mut self, id: i32, at: LogicalPoint) {
        let at = self.outputs.clamp(tame_point(at));
        let Some(finger) = self.pointer.fingers.get_mut(&id) else { return };
        finger.at = at;
        if self.followed_finger() == Some(id) {
            self.grab_moved(at);
        }
    }

    pub(crate) fn finger_up(&mut self, id: i32) {
        self.pointer.fingers.remove(&id);
        if self.grabbing_finger() == Some(id) {
            self.end_grab();
        }
    }

    /// It was no touch after all: what a finger has dragged goes back.
    pub(crate) fn fingers_cancelled(&mut self, effects: &mut Effects) {
        self.pointer.fingers.clear();
        if self.grabbing_finger().is_some() {
            self.cancel_grab(effects);
        }
    }

    /// Gives focus to what somebody clicked or touched, and closes the menus of everything else.
    pub(crate) fn pressed_at(&mut self, at: LogicalPoint, effects: &mut Effects) {
        if self.lock.on {
            return self.pressed_while_locked(at);
        }
        let under = self.under(at);
        // Titles of tabs lie beside windows, above nothing but the background.
        let covered = under.as_ref().is_some_and(|under| under.window.is_some() || self.is_above_windows(under.surface));
        if let Some(behind) = self.tab_at(at).filter(|_| !covered) {
            self.dismiss_popups_except(None, effects);
            self.focus_window(behind);
            return;
        }
        let root = under.as_ref().map(|under| self.popup_root(self.surfaces.root(under.surface).0));
        self.dismiss_popups_except(root, effects);
        self.focus_layer(root.filter(|root| self.layers.get(*root).is_some_and(|layer| layer.wants_keyboard())));
        match under {
            Some(under) => {
                if let Some(window) = under.window {
                    self.give_focus(window, self.settings.click_raises);
                }
            }
            // Nothing but the background: whoever points at an output means it.
            None => {
                let output = self.outputs.at(at).map(|output| output.id);
                if let Some(id) = output.and_then(|output| self.workspaces.active_on(output)).map(|workspace| workspace.id) {
                    self.go_to_workspace(id);
                }
            }
        }
    }

    /// Whether a surface is a panel's, not the background's.
    fn is_above_windows(&self, surface: SurfaceId) -> bool {
        let root = self.popup_root(self.surfaces.root(surface).0);
        self.layers.get(root).is_none_or(|layer| layer.layer() >= Layer::Top) || root != self.surfaces.root(surface).0
    }

    pub(crate) fn dismiss_popups_except(&self, keep: Option<SurfaceId>, effects: &mut Effects) {
        let mut dismissed = Vec::new();
        for popup in self.popups.iter() {
            let root = self.popup_root(popup.parent);
            if Some(root) != keep && !dismissed.contains(&root) {
                dismissed.push(root);
                effects.push(Effect::DismissPopups { surface: root });
            }
        }
    }

    /// A new window or layer surface under the pointer has not said how the pointer should look. While a button is held, the pointer
    /// belongs to the client on which it was pressed.
    pub(crate) fn follow_look(&mut self, under: Option<Under>) {
        if self.pointer.held > 0 {
            return;
        }
        let over = under.map(|under| self.popup_root(self.surfaces.root(under.surface).0));
        if over != self.pointer.over {
            self.pointer.over = over;
            self.pointer.look = Look::Default;
        }
    }

    /// Keeps the pointer on an output when outputs change.
    pub(crate) fn clamp_pointer(&mut self) {
        self.pointer.at = self.outputs.clamp(self.pointer.at);
        if let Some(grab) = &mut self.pointer.grab {
            grab.at = self.outputs.clamp(grab.at);
        }
    }
}
