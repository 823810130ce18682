//! `zwp_input_method_v2`: one program composes text for whatever text field is enabled.

use std::collections::{BTreeMap, BTreeSet};

use euclid::{Point2D, Rect, Size2D};
use glasshouse_core::{Event, SurfaceId};
use glasshouse_scene::Logical;
use smithay::{
    backend::input::KeyState,
    reexports::{
        wayland_protocols::wp::text_input::zv3::server::zwp_text_input_v3::{ChangeCause, ContentHint, ContentPurpose},
        wayland_protocols_misc::zwp_input_method_v2::server::{
            zwp_input_method_keyboard_grab_v2::{self, ZwpInputMethodKeyboardGrabV2},
            zwp_input_method_manager_v2::{self, ZwpInputMethodManagerV2},
            zwp_input_method_v2::{self, ZwpInputMethodV2},
            zwp_input_popup_surface_v2::{self, ZwpInputPopupSurfaceV2},
        },
        wayland_server::{
            Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource,
            backend::ClientId,
            protocol::{wl_keyboard, wl_surface::WlSurface},
        },
    },
    utils::Serial,
    wayland::{
        compositor::{give_role, with_states},
        shell::xdg::SurfaceCachedState,
    },
};

use super::{
    client::is_trusted,
    quota::over,
    surface::{Role, id_of},
    text_input::MAX_STRING,
};
use crate::{State, keymap::keymap_file};

/// Popups of the input method. Real ones have one or two.
const MAX_POPUPS: usize = 16;
/// The role's name, as other compositors have it too.
const POPUP_ROLE: &str = "zwp_input_popup_surface_v2";
/// `zwp_input_method_v2.error.role` of later versions of the protocol.
const ERROR_ROLE: u32 = 0;

/// The input method that is bound, if any.
#[derive(Debug, Default)]
pub struct InputMethod {
    bound: Option<Bound>,
    grab: Option<ZwpInputMethodKeyboardGrabV2>,
    /// Keys whose press the grab got: it gets their release too.
    grabbed: BTreeSet<u32>,
    popups: BTreeMap<u64, Popup>,
}

#[derive(Debug)]
struct Bound {
    id: u64,
    resource: ZwpInputMethodV2,
    active: bool,
    /// `done` events so far. A commit that has not seen them all is void.
    dones: u32,
    pending: Written,
}

/// What is written into a text field at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The text that is being composed, and where the cursor is in it: bytes, both -1 where it is hidden.
    pub preedit: Option<(String, i32, i32)>,
    pub commit: Option<String>,
    /// Bytes to delete before and after the cursor.
    pub delete: (u32, u32),
}

#[derive(Debug)]
struct Popup {
    resource: ZwpInputPopupSurfaceV2,
    wl: WlSurface,
    surface: SurfaceId,
    /// Where it was put last. `None`: it is not shown.
    placed: Option<Placed>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Placed {
    parent: SurfaceId,
    at: Point2D<i32, Logical>,
    geometry: Rect<i32, Logical>,
    /// The text's place in the popup's own coordinates.
    text: Rect<i32, Logical>,
}

/// Our name for an input method and for each of its popups. 0: it was refused.
#[derive(Debug)]
pub struct MethodId(u64);

impl GlobalDispatch<ZwpInputMethodManagerV2, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, resource: New<ZwpInputMethodManagerV2>, (): &(), init: &mut DataInit<'_, State>) {
        init.init(resource, ());
    }

    fn can_view(client: Client, (): &()) -> bool {
        is_trusted(&client)
    }
}

impl Dispatch<ZwpInputMethodManagerV2, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        _: &ZwpInputMethodManagerV2,
        request: zwp_input_method_manager_v2::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let zwp_input_method_manager_v2::Request::GetInputMethod { input_method, .. } = request else { return };
        if state.clients.input_method.bound.is_some() {
            init.init(input_method, MethodId(0)).unavailable();
            return;
        }
        let id = state.next_id();
        let resource = init.init(input_method, MethodId(id));
        state.clients.input_method.bound = Some(Bound { id, resource, active: false, dones: 0, pending: Written::default() });
        if state.clients.text_inputs.field().is_some() {
            state.input_method_activate();
        }
    }
}

impl Dispatch<ZwpInputMethodV2, MethodId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &ZwpInputMethodV2,
        request: zwp_input_method_v2::Request,
        MethodId(id): &MethodId,
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        use zwp_input_method_v2::Request;
        let method = &mut state.clients.input_method;
        let bound = method.bound.as_mut().filter(|bound| bound.id == *id);
        match (request, bound) {
            (Request::CommitString { text }, Some(bound)) => bound.pending.commit = Some(text).filter(|text| text.len() <= MAX_STRING),
            (Request::SetPreeditString { text, cursor_begin, cursor_end }, Some(bound)) => {
                bound.pending.preedit = preedit(text, cursor_begin, cursor_end);
            }
            (Request::DeleteSurroundingText { before_length, after_length }, Some(bound)) => {
                bound.pending.delete = (before_length, after_length);
            }
            (Request::Commit { serial }, Some(bound)) => {
                let written = std::mem::take(&mut bound.pending);
                // One that was inactive, or has not seen the latest state, would write into another place than it meant.
                if bound.active && serial == bound.dones {
                    state.clients.text_inputs.write(&written);
                }
            }
            (Request::GetInputPopupSurface { id, surface }, bound) => {
                let alive = bound.is_some();
                state.new_input_popup(resource, id, &surface, alive, init);
            }
            (Request::GrabKeyboard { keyboard }, bound) => {
                let wanted = bound.is_some() && method.grab.is_none();
                let grab = init.init(keyboard, ());
                if wanted {
                    state.grab_keyboard(grab);
                }
            }
            _ => {} // One that is unavailable, or `destroy`, which is a destructor.
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &ZwpInputMethodV2, MethodId(id): &MethodId) {
        let method = &mut state.clients.input_method;
        if method.bound.as_ref().is_none_or(|bound| bound.id != *id) {
            return;
        }
        method.bound = None;
        state.end_keyboard_grab();
        let popups: Vec<u64> = state.clients.input_method.popups.keys().copied().collect();
        for popup in popups {
            state.end_input_popup(popup);
        }
        // What it was composing goes with it.
        state.clients.text_inputs.write(&Written::default());
    }
}

/// The composed text with a cursor that lies in it, or hidden.
fn preedit(text: String, begin: i32, end: i32) -> Option<(String, i32, i32)> {
    if text.len() > MAX_STRING {
        return None;
    }
    let within = |offset: i32| usize::try_from(offset).is_ok_and(|offset| text.is_char_boundary(offset));
    let (begin, end) = if within(begin) && within(end) { (begin, end) } else { (-1, -1) };
    Some((text, begin, end))
}

impl InputMethod {
    pub fn has_grab(&self) -> bool {
        self.grab.is_some()
    }

    /// Whether these keys are what the input method makes of keys that it got.
    pub fn sends(&self, from: Option<&ClientId>) -> bool {
        let client = self.grab.as_ref().and_then(Resource::client);
        from.is_some() && from == client.map(|client| client.id()).as_ref()
    }

    /// Whether a key goes to the grab. What the input method types itself, by a virtual keyboard, does not come back to it.
    pub fn takes_key(&mut self, code: u32, pressed: bool, from: Option<&ClientId>) -> Option<ZwpInputMethodKeyboardGrabV2> {
        let grab = self.grab.as_ref()?;
        if self.sends(from) {
            return None;
        }
        // A key that went down elsewhere goes up there.
        let takes = if pressed {
            self.grabbed.insert(code);
            true
        } else {
            self.grabbed.remove(&code)
        };
        takes.then(|| grab.clone())
    }
}

impl State {
    /// A text field is enabled, perhaps once more.
    pub fn input_method_activate(&mut self) {
        if let Some(bound) = &mut self.clients.input_method.bound {
            bound.active = true;
            bound.pending = Written::default();
            bound.resource.activate();
            self.input_method_update();
        }
    }

    pub fn input_method_deactivate(&mut self) {
        let Some(bound) = self.clients.input_method.bound.as_mut().filter(|bound| bound.active) else { return };
        bound.active = false;
        bound.pending = Written::default();
        bound.resource.deactivate();
        bound.resource.done();
        bound.dones = bound.dones.wrapping_add(1);
        self.place_input_popups();
    }

    /// Tells the input method about the enabled text field.
    pub fn input_method_update(&mut self) {
        let Some((field, _)) = self.clients.text_inputs.field() else { return };
        let Some(bound) = self.clients.input_method.bound.as_mut().filter(|bound| bound.active) else { return };
        if let Some(surrounding) = &field.surrounding {
            bound.resource.surrounding_text(surrounding.text.clone(), surrounding.cursor, surrounding.anchor);
        }
        bound.resource.text_change_cause(field.cause.unwrap_or(ChangeCause::InputMethod));
        let (hint, purpose) = field.content.unwrap_or((ContentHint::empty(), ContentPurpose::Normal));
        bound.resource.content_type(hint, purpose);
        bound.resource.done();
        bound.dones = bound.dones.wrapping_add(1);
        self.place_input_popups();
    }

    fn grab_keyboard(&mut self, grab: ZwpInputMethodKeyboardGrabV2) {
        self.clients.input_method.grab = Some(grab);
        self.tell_grab_repeat();
        self.tell_grab_keymap();
    }

    /// How held keys repeat.
    pub fn tell_grab_repeat(&self) {
        let (rate, delay) = self.input.keymaps.repeat();
        if let Some(grab) = &self.clients.input_method.grab {
            grab.repeat_info(rate, delay);
        }
    }

    /// The grab has the seat's own keymap, also while a virtual keyboard has another one on.
    pub fn tell_grab_keymap(&mut self) {
        let Some(grab) = self.clients.input_method.grab.clone() else { return };
        let Some(keymap) = self.own_keymap() else { return };
        match keymap_file(&keymap) {
            Ok((file, size)) => grab.keymap(wl_keyboard::KeymapFormat::XkbV1, std::os::fd::AsFd::as_fd(&file), size),
            Err(error) => tracing::warn!(%error, "the input method gets no keymap"),
        }
        self.tell_grab_modifiers();
    }

    /// Which modifiers and which layout are on.
    pub fn tell_grab_modifiers(&self) {
        let Some(grab) = &self.clients.input_method.grab else { return };
        let mods = self.input.keyboard.modifier_state().serialized;
        let serial = u32::from(smithay::utils::SERIAL_COUNTER.next_serial());
        grab.modifiers(serial, mods.depressed, mods.latched, mods.locked, mods.layout_effective);
    }

    /// Sends a key to the grab.
    pub fn grabbed_key(&self, grab: &ZwpInputMethodKeyboardGrabV2, code: u32, key: KeyState, serial: Serial, mods_changed: bool) {
        let serial = u32::from(serial);
        grab.key(serial, self.millis(), code.saturating_sub(8), key.into());
        if mods_changed {
            let mods = self.input.keyboard.modifier_state().serialized;
            grab.modifiers(serial, mods.depressed, mods.latched, mods.locked, mods.layout_effective);
        }
    }

    fn end_keyboard_grab(&mut self) {
        self.clients.input_method.grab = None;
        // Their releases mean nothing to anybody else.
        self.clients.input_method.grabbed.clear();
    }

    fn new_input_popup(
        &mut self,
        method: &ZwpInputMethodV2,
        new: New<ZwpInputPopupSurfaceV2>,
        wl: &WlSurface,
        alive: bool,
        init: &mut DataInit<'_, State>,
    ) {
        if give_role(wl, POPUP_ROLE).is_err() {
            init.init(new, MethodId(0));
            method.post_error(ERROR_ROLE, "the surface has another role");
            return;
        }
        let id = self.next_id();
        let resource = init.init(new, MethodId(if alive { id } else { 0 }));
        let Some(surface) = id_of(wl).filter(|_| alive) else { return };
        if self.clients.input_method.popups.len() >= MAX_POPUPS {
            over(method, MAX_POPUPS as u32, "input popups");
            return;
        }
        if let Some(known) = self.clients.surfaces.all.get_mut(&surface) {
            known.role = Role::Attached;
        }
        self.clients.input_method.popups.insert(id, Popup { resource, wl: wl.clone(), surface, placed: None });
    }

    fn end_input_popup(&mut self, id: u64) {
        if let Some(popup) = self.clients.input_method.popups.remove(&id)
            && popup.placed.is_some()
        {
            self.observe(Event::PopupGone { surface: popup.surface });
        }
    }

    /// Puts popups below the text, or above where there is no room, and takes them away with the text field.
    pub fn place_input_popups(&mut self) {
        if self.clients.input_method.popups.is_empty() {
            return;
        }
        let parent = self.popup_parent();
        let mut events = Vec::new();
        for popup in self.clients.input_method.popups.values_mut() {
            let size = self.clients.surfaces.get(popup.surface).filter(|surface| surface.shows_something()).and_then(|known| known.size());
            let wanted = parent.as_ref().zip(size).map(|(parent, size)| {
                let geometry = with_states(&popup.wl, |states| states.cached_state.get::<SurfaceCachedState>().current().geometry);
                let geometry = geometry.map_or(Rect::from_size(size.round().to_i32()), super::xdg_shell::rect);
                let at = beside(parent.text, geometry.size, parent.bounds);
                let text = parent.text.translate(geometry.origin.to_vector() - at.to_vector());
                Placed { parent: parent.surface, at, geometry, text }
            });
            if wanted == popup.placed {
                continue;
            }
            match &wanted {
                Some(placed) => {
                    let text = placed.text;
                    popup.resource.text_input_rectangle(text.origin.x, text.origin.y, text.size.width, text.size.height);
                    let Placed { parent, at, geometry, .. } = *placed;
                    events.push(Event::PopupPlaced { surface: popup.surface, parent, geometry, at });
                }
                None => events.push(Event::PopupGone { surface: popup.surface }),
            }
            popup.placed = wanted;
        }
        for event in events {
            self.observe(event);
        }
    }

    /// What popups hang on now. `None`: no text field is enabled.
    fn popup_parent(&self) -> Option<PopupParent> {
        if !self.clients.input_method.bound.as_ref()?.active {
            return None;
        }
        let (field, wl) = self.clients.text_inputs.field()?;
        let surface = id_of(wl)?;
        let geometry = with_states(wl, |states| states.cached_state.get::<SurfaceCachedState>().current().geometry);
        let origin = geometry.map_or(Point2D::zero(), |geometry| Point2D::new(geometry.loc.x, geometry.loc.y));
        // A client that does not say where its cursor is gets the popup at its top left.
        let text = field.cursor.unwrap_or_default().translate(-origin.to_vector());
        let bounds = self.desktop.popup_bounds(surface).map(|bounds| bounds.round_in().to_i32());
        Some(PopupParent { surface, text, bounds })
    }
}

/// Where an input method's popups belong. Everything is relative to the parent's geometry.
struct PopupParent {
    surface: SurfaceId,
    text: Rect<i32, Logical>,
    bounds: Option<Rect<i32, Logical>>,
}

/// The top-left corner of something of this size below `text`; above it if only there is room. Never left of the bounds.
fn beside(text: Rect<i32, Logical>, size: Size2D<i32, Logical>, bounds: Option<Rect<i32, Logical>>) -> Point2D<i32, Logical> {
    let below = Point2D::new(text.min_x(), text.max_y());
    let Some(bounds) = bounds else { return below };
    let above = text.min_y().saturating_sub(size.height);
    let fits_below = below.y.saturating_add(size.height) <= bounds.max_y();
    let y = if !fits_below && above >= bounds.min_y() { above } else { below.y };
    let x = below.x.min(bounds.max_x().saturating_sub(size.width)).max(bounds.min_x());
    Point2D::new(x, y)
}

impl Dispatch<ZwpInputMethodKeyboardGrabV2, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ZwpInputMethodKeyboardGrabV2,
        _: zwp_input_method_keyboard_grab_v2::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        // `release` is a destructor.
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &ZwpInputMethodKeyboardGrabV2, (): &()) {
        if state.clients.input_method.grab.as_ref() == Some(resource) {
            state.end_keyboard_grab();
        }
    }
}

impl Dispatch<ZwpInputPopupSurfaceV2, MethodId> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ZwpInputPopupSurfaceV2,
        _: zwp_input_popup_surface_v2::Request,
        _: &MethodId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        // `destroy` is a destructor.
    }

    fn destroyed(state: &mut State, _: ClientId, _: &ZwpInputPopupSurfaceV2, MethodId(id): &MethodId) {
        state.end_input_popup(*id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_outside_of_the_composed_text_is_hidden() {
        assert_eq!(preedit("né".into(), 1, 3), Some(("né".into(), 1, 3)));
        for (begin, end) in [(2, 3), (0, 4), (-1, 1), (i32::MIN, i32::MAX)] {
            assert_eq!(preedit("né".into(), begin, end), Some(("né".into(), -1, -1)));
        }
        assert_eq!(preedit("a".repeat(MAX_STRING + 1), 0, 0), None);
    }

    #[test]
    fn popups_lie_below_the_text_or_above_it_and_inside() {
        let rect = |x, y, width, height| Rect::new(Point2D::new(x, y), Size2D::new(width, height));
        let bounds = Some(rect(-10, -10, 200, 100));
        let size = Size2D::new(50, 30);
        assert_eq!(beside(rect(5, 5, 2, 10), size, None), Point2D::new(5, 15));
        assert_eq!(beside(rect(5, 5, 2, 10), size, bounds), Point2D::new(5, 15));
        assert_eq!(beside(rect(180, 5, 2, 10), size, bounds), Point2D::new(140, 15));
        assert_eq!(beside(rect(5, 70, 2, 10), size, bounds), Point2D::new(5, 40));
        // No room anywhere: below, as if there were.
        assert_eq!(beside(rect(5, 0, 2, 80), size, bounds), Point2D::new(5, 80));
        assert_eq!(beside(rect(5, 5, 2, 10), Size2D::new(900, 10), bounds).x, -10);
    }
}
