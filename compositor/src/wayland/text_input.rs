//! `zwp_text_input_v3`: text fields of clients, so that an input method, or the desktop itself, writes into them.
//!
//! smithay's drops everything while no input method is bound; here the desktop is one.

use std::collections::BTreeMap;

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{Logical, geometry::MAX_EXTENT};
use smithay::reexports::{
    wayland_protocols::wp::text_input::zv3::server::{
        zwp_text_input_manager_v3::{self, ZwpTextInputManagerV3},
        zwp_text_input_v3::{self, ChangeCause, ContentHint, ContentPurpose, ZwpTextInputV3},
    },
    wayland_server::{
        Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum, backend::ClientId, protocol::wl_surface::WlSurface,
    },
};

use super::{input_method::Written, quota::over};
use crate::State;

/// The longest text in one message, as both protocols say.
pub const MAX_STRING: usize = 4_000;
/// Text inputs of one client. Toolkits have one per seat.
const MAX_TEXT_INPUTS: usize = 64;

/// All text inputs. Only those of the client with the keyboard hear anything.
#[derive(Debug, Default)]
pub struct TextInputs {
    all: BTreeMap<u64, TextInput>,
    /// What has the keyboard, as text inputs were told.
    focus: Option<WlSurface>,
    /// The one that is enabled: at most one of the seat.
    enabled: Option<u64>,
}

#[derive(Debug)]
struct TextInput {
    resource: ZwpTextInputV3,
    client: ClientId,
    /// Commits so far, which `done` repeats.
    commits: u32,
    /// It was told of the focus. Otherwise what it commits is void.
    entered: bool,
    pending: Changes,
    field: Field,
}

/// What is known of the text field that is edited.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    /// `None`: the client does not say what stands around the cursor.
    pub surrounding: Option<Surrounding>,
    /// `None`: the input method caused the last change.
    pub cause: Option<ChangeCause>,
    pub content: Option<(ContentHint, ContentPurpose)>,
    /// Where the cursor is, in the surface's coordinates. `None`: the client does not say.
    pub cursor: Option<Rect<i32, Logical>>,
}

/// The text around the cursor. Both offsets are in bytes, within it and between characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surrounding {
    pub text: String,
    pub cursor: u32,
    pub anchor: u32,
}

impl Surrounding {
    /// `None` for what no input method could use.
    fn new(text: String, cursor: i32, anchor: i32) -> Option<Self> {
        let offset = |offset: i32| {
            let offset = usize::try_from(offset).ok()?;
            text.is_char_boundary(offset).then(|| u32::try_from(offset).ok()).flatten()
        };
        let (cursor, anchor) = (offset(cursor)?, offset(anchor)?);
        (text.len() <= MAX_STRING).then_some(Self { text, cursor, anchor })
    }
}

/// Requests since the last commit.
#[derive(Debug, Default)]
struct Changes {
    enable: Option<bool>,
    surrounding: Option<Surrounding>,
    cause: Option<ChangeCause>,
    content: Option<(ContentHint, ContentPurpose)>,
    cursor: Option<Rect<i32, Logical>>,
}

impl Field {
    fn apply(&mut self, changes: Changes) {
        self.cause = changes.cause; // Goes back to its initial value with every commit.
        self.surrounding = changes.surrounding.or(self.surrounding.take());
        self.content = changes.content.or(self.content);
        self.cursor = changes.cursor.or(self.cursor);
    }

    fn is_terminal(&self) -> bool {
        self.content.is_some_and(|(_, purpose)| purpose == ContentPurpose::Terminal)
    }
}

/// Our name for a text input.
#[derive(Debug)]
pub struct TextInputId(u64);

impl GlobalDispatch<ZwpTextInputManagerV3, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, resource: New<ZwpTextInputManagerV3>, (): &(), init: &mut DataInit<'_, State>) {
        init.init(resource, ());
    }
}

impl Dispatch<ZwpTextInputManagerV3, ()> for State {
    fn request(
        state: &mut State,
        client: &Client,
        manager: &ZwpTextInputManagerV3,
        request: zwp_text_input_manager_v3::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let zwp_text_input_manager_v3::Request::GetTextInput { id, .. } = request else { return }; // `destroy` is a destructor.
        let number = state.next_id();
        let resource = init.init(id, TextInputId(number));
        let inputs = &mut state.clients.text_inputs;
        if inputs.all.values().filter(|input| input.client == client.id()).count() >= MAX_TEXT_INPUTS {
            over(manager, MAX_TEXT_INPUTS as u32, "text inputs");
            return;
        }
        // The client may have had the keyboard before it asks.
        let focus = inputs.focus.as_ref().filter(|focus| focus.is_alive() && focus.id().same_client_as(&resource.id()));
        if let Some(focus) = focus {
            resource.enter(focus);
        }
        let entered = focus.is_some();
        let input = TextInput { resource, client: client.id(), commits: 0, entered, pending: Changes::default(), field: Field::default() };
        inputs.all.insert(number, input);
    }
}

impl Dispatch<ZwpTextInputV3, TextInputId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        _: &ZwpTextInputV3,
        request: zwp_text_input_v3::Request,
        TextInputId(id): &TextInputId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use zwp_text_input_v3::Request;
        let Some(input) = state.clients.text_inputs.all.get_mut(id) else { return };
        let pending = &mut input.pending;
        match request {
            // Both forget what was set before them.
            Request::Enable => *pending = Changes { enable: Some(true), ..Changes::default() },
            Request::Disable => *pending = Changes { enable: Some(false), ..Changes::default() },
            Request::SetSurroundingText { text, cursor, anchor } => match Surrounding::new(text, cursor, anchor) {
                Some(surrounding) => pending.surrounding = Some(surrounding),
                None => tracing::debug!(cursor, anchor, "surrounding text that does not fit its offsets"),
            },
            Request::SetTextChangeCause { cause } => {
                pending.cause = Some(match cause {
                    WEnum::Value(cause) => cause,
                    WEnum::Unknown(_) => ChangeCause::Other,
                });
            }
            Request::SetContentType { hint, purpose } => {
                // A newer client may know more than we do; what we do not know means nothing special.
                let hint = match hint {
                    WEnum::Value(hint) => hint,
                    WEnum::Unknown(bits) => ContentHint::from_bits_truncate(bits),
                };
                let purpose = match purpose {
                    WEnum::Value(purpose) => purpose,
                    WEnum::Unknown(_) => ContentPurpose::Normal,
                };
                pending.content = Some((hint, purpose));
            }
            Request::SetCursorRectangle { x, y, width, height } => {
                let clamp = |value: i32| value.clamp(-MAX_EXTENT, MAX_EXTENT);
                let size = Size2D::new(clamp(width).max(0), clamp(height).max(0));
                pending.cursor = Some(Rect::new(Point2D::new(clamp(x), clamp(y)), size));
            }
            Request::Commit => state.text_input_committed(*id),
            _ => {} // `destroy` is a destructor.
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &ZwpTextInputV3, TextInputId(id): &TextInputId) {
        let inputs = &mut state.clients.text_inputs;
        inputs.all.remove(id);
        if inputs.enabled == Some(*id) {
            inputs.enabled = None;
            state.input_method_deactivate();
        }
    }
}

impl TextInputs {
    /// The enabled text field and the surface it is in.
    pub fn field(&self) -> Option<(&Field, &WlSurface)> {
        let input = self.all.get(&self.enabled?)?;
        Some((&input.field, self.focus.as_ref()?))
    }

    /// Writes into the enabled text field. Answers whether there is one.
    pub fn write(&self, written: &Written) -> bool {
        let Some(input) = self.enabled.and_then(|id| self.all.get(&id)) else { return false };
        if let Some((text, begin, end)) = &written.preedit {
            input.resource.preedit_string(Some(text.clone()), *begin, *end);
        }
        if let Some(text) = &written.commit {
            input.resource.commit_string(Some(text.clone()));
        }
        if written.delete != (0, 0) {
            input.resource.delete_surrounding_text(written.delete.0, written.delete.1);
        }
        input.resource.done(input.commits);
        true
    }
}

impl State {
    fn text_input_committed(&mut self, id: u64) {
        let inputs = &mut self.clients.text_inputs;
        let Some(input) = inputs.all.get_mut(&id) else { return };
        input.commits = input.commits.wrapping_add(1);
        let changes = std::mem::take(&mut input.pending);
        if !input.entered {
            return;
        }
        let enabled = inputs.enabled;
        match changes.enable {
            Some(true) if enabled.is_none_or(|enabled| enabled == id) => {
                input.field = Field::default();
                input.field.apply(changes);
                inputs.enabled = Some(id);
                self.input_method_activate();
            }
            Some(true) => tracing::debug!("a text input is enabled beside another one"),
            Some(false) => {
                input.field = Field::default();
                if enabled == Some(id) {
                    inputs.enabled = None;
                    self.input_method_deactivate();
                }
            }
            None if enabled == Some(id) => {
                input.field.apply(changes);
                self.input_method_update();
            }
            None => {}
        }
    }

    /// Text inputs follow the keyboard. Also called with a lock on the keyboard held, so nothing in here asks it anything.
    pub fn text_input_focus(&mut self, focus: Option<WlSurface>) {
        let inputs = &mut self.clients.text_inputs;
        if inputs.focus == focus {
            return;
        }
        let was_enabled = inputs.enabled.take().is_some();
        let before = std::mem::replace(&mut inputs.focus, focus);
        for input in inputs.all.values_mut() {
            if std::mem::take(&mut input.entered)
                && let Some(before) = before.as_ref().filter(|before| before.is_alive())
            {
                input.resource.leave(before);
            }
            if let Some(focus) = inputs.focus.as_ref().filter(|focus| focus.id().same_client_as(&input.resource.id())) {
                input.entered = true;
                input.field = Field::default();
                input.resource.enter(focus);
            }
        }
        if was_enabled {
            self.input_method_deactivate();
        }
    }

    /// The part of each turn that text takes: the focus may have changed without anybody being told, and popups may have a new size.
    pub fn text_turn(&mut self) {
        let focus = self.input.keyboard.current_focus().filter(Resource::is_alive);
        self.text_input_focus(focus);
        self.place_input_popups();
    }

    /// Hands text to the focused text field as an input method would. Answers whether it could.
    ///
    /// Not to terminals: foot drops what comes while a commit of its own is under way, and it makes one whenever its cursor moves.
    pub fn commit_text(&mut self, text: &str) -> bool {
        self.text_turn();
        if self.clients.input_method.has_grab() || self.clients.text_inputs.field().is_none_or(|(field, _)| field.is_terminal()) {
            return false;
        }
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(MAX_STRING));
            if !self.clients.text_inputs.write(&Written { commit: Some(piece.to_owned()), ..Written::default() }) {
                return false;
            }
            rest = after;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrounding_text_has_its_offsets_between_characters() {
        let new = |cursor, anchor| Surrounding::new("aé".into(), cursor, anchor);
        assert_eq!(new(1, 3), Some(Surrounding { text: "aé".into(), cursor: 1, anchor: 3 }));
        for (cursor, anchor) in [(2, 0), (0, 2), (4, 0), (-1, 0), (0, i32::MIN), (i32::MAX, 0)] {
            assert_eq!(new(cursor, anchor), None, "{cursor} {anchor}");
        }
        assert!(Surrounding::new("a".repeat(MAX_STRING), 0, 0).is_some());
        assert!(Surrounding::new("a".repeat(MAX_STRING + 1), 0, 0).is_none());
    }

    #[test]
    fn what_is_not_set_again_stays_except_for_the_cause() {
        let content = Some((ContentHint::Multiline, ContentPurpose::Terminal));
        let mut field = Field::default();
        field.apply(Changes { content, cause: Some(ChangeCause::Other), ..Changes::default() });
        assert!(field.is_terminal());
        let cursor = Some(Rect::new(Point2D::new(1, 2), Size2D::new(3, 4)));
        field.apply(Changes { cursor, ..Changes::default() });
        assert_eq!(field, Field { surrounding: None, cause: None, content, cursor });
    }
}
