//! The Wayland edge: protocol requests become events of the core, effects of the core become protocol events.

pub mod activation;
pub mod client;
pub mod compositor;
mod drags;
mod ext_foreign_toplevel_list_v1;
mod ext_transient_seat_v1;
pub mod ext_workspace_v1;
mod gamma_control;
pub mod idle_notify;
mod inhibit;
pub mod input_method;
mod keymap_text;
pub mod layer_shell;
pub mod output;
pub mod output_management;
pub mod output_power;
mod pointer_constraints;
pub mod quota;
mod responsive;
pub mod screencopy;
pub mod security_context_v1;
pub mod selection;
pub mod session_lock;
pub mod shm;
pub mod surface;
pub mod tearing_control_v1;
pub mod text_input;
pub mod toplevels;
pub mod virtual_keyboard;
pub mod virtual_pointer;
mod wlr_foreign_toplevel_management_v1;
pub mod xdg_foreign_v2;
mod xdg_guards;
pub mod xdg_shell;
mod xdg_system_bell_v1;
pub mod xdg_toplevel_drag_v1;
pub mod xdg_toplevel_icon_v1;
mod xdg_toplevel_tag_v1;

use std::collections::{BTreeMap, HashMap};

use glasshouse_core::{OutputId, Timestamp, WindowId};
use glasshouse_scene::BufferId;
use smithay::{
    desktop::PopupManager,
    reexports::{
        wayland_protocols::{
            ext::{
                foreign_toplevel_list::v1::server::ext_foreign_toplevel_list_v1::ExtForeignToplevelListV1,
                idle_notify::v1::server::ext_idle_notifier_v1::ExtIdleNotifierV1,
                session_lock::v1::server::ext_session_lock_manager_v1::ExtSessionLockManagerV1,
                transient_seat::v1::server::ext_transient_seat_manager_v1::ExtTransientSeatManagerV1,
                workspace::v1::server::ext_workspace_manager_v1::ExtWorkspaceManagerV1,
            },
            wp::{
                security_context::v1::server::wp_security_context_manager_v1::WpSecurityContextManagerV1,
                tearing_control::v1::server::wp_tearing_control_manager_v1::WpTearingControlManagerV1,
                text_input::zv3::server::zwp_text_input_manager_v3::ZwpTextInputManagerV3,
            },
            xdg::{
                foreign::zv2::server::{zxdg_exporter_v2::ZxdgExporterV2, zxdg_importer_v2::ZxdgImporterV2},
                toplevel_drag::v1::server::xdg_toplevel_drag_manager_v1::XdgToplevelDragManagerV1,
                toplevel_icon::v1::server::xdg_toplevel_icon_manager_v1::XdgToplevelIconManagerV1,
                toplevel_tag::v1::server::xdg_toplevel_tag_manager_v1::XdgToplevelTagManagerV1,
            },
        },
        wayland_protocols_misc::{
            zwp_input_method_v2::server::zwp_input_method_manager_v2::ZwpInputMethodManagerV2,
            zwp_virtual_keyboard_v1::server::zwp_virtual_keyboard_manager_v1::ZwpVirtualKeyboardManagerV1,
        },
        wayland_protocols_wlr::{
            foreign_toplevel::v1::server::zwlr_foreign_toplevel_manager_v1::ZwlrForeignToplevelManagerV1,
            gamma_control::v1::server::zwlr_gamma_control_manager_v1::ZwlrGammaControlManagerV1,
            output_management::v1::server::zwlr_output_manager_v1::ZwlrOutputManagerV1,
            output_power_management::v1::server::zwlr_output_power_manager_v1::ZwlrOutputPowerManagerV1,
            screencopy::v1::server::zwlr_screencopy_manager_v1::ZwlrScreencopyManagerV1,
            virtual_pointer::v1::server::zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1,
        },
        wayland_server::{
            DisplayHandle,
            backend::{ClientId, ObjectId},
            protocol::{wl_buffer::WlBuffer, wl_shm::WlShm, wl_surface::WlSurface},
        },
    },
    wayland::{
        buffer::BufferHandler,
        compositor::CompositorState,
        content_type::ContentTypeState,
        cursor_shape::CursorShapeManagerState,
        fractional_scale::{FractionalScaleHandler, FractionalScaleManagerState},
        idle_inhibit::IdleInhibitManagerState,
        keyboard_shortcuts_inhibit::KeyboardShortcutsInhibitState,
        output::OutputManagerState,
        pointer_constraints::PointerConstraintsState,
        pointer_gestures::PointerGesturesState,
        presentation::PresentationState,
        relative_pointer::RelativePointerManagerState,
        selection::{
            data_device::DataDeviceState, ext_data_control::DataControlState as ExtDataControlState,
            primary_selection::PrimarySelectionState, wlr_data_control::DataControlState as WlrDataControlState,
        },
        shell::{
            wlr_layer::WlrLayerShellState,
            xdg::{
                ToplevelSurface, XdgShellState,
                decoration::XdgDecorationState,
                dialog::{XdgDialogHandler, XdgDialogState},
            },
        },
        single_pixel_buffer::SinglePixelBufferState,
        tablet_manager::TabletSeatHandler,
        viewporter::ViewporterState,
        xdg_activation::XdgActivationState,
        xdg_system_bell::XdgSystemBellState,
    },
};

use crate::{State, telemetry::Connections};

/// Stands in for the data of a client that has none, which none has.
static NO_CLIENT: std::sync::LazyLock<client::ClientState> = std::sync::LazyLock::new(client::ClientState::default);

/// Everything that clients have made, and our names for it.
pub struct Clients {
    pub dh: DisplayHandle,
    /// Everybody who is connected.
    pub connections: Connections,
    /// Those who had to go.
    pub cut_offs: client::CutOffs,
    pub globals: Globals,
    pub surfaces: surface::Surfaces,
    pub windows: BTreeMap<WindowId, ToplevelSurface>,
    pub configures: BTreeMap<WindowId, xdg_shell::Configures>,
    pub outputs: BTreeMap<OutputId, output::KnownOutput>,
    /// Buffers that clients wait for.
    pub buffers: BTreeMap<BufferId, WlBuffer>,
    pub text_inputs: text_input::TextInputs,
    pub input_method: input_method::InputMethod,
    pub virtual_keyboards: virtual_keyboard::VirtualKeyboards,
    pub virtual_pointers: virtual_pointer::VirtualPointers,
    /// Who was asked whether it answers.
    pub pings: responsive::Pings,
    /// What tools know of windows.
    pub toplevels: toplevels::Toplevels,
    /// And of workspaces.
    pub workspaces: ext_workspace_v1::Workspaces,
    /// Sockets of sandboxes that still listen.
    pub sandboxes: security_context_v1::Listeners,
    /// Windows whose dialogs other clients may have.
    pub foreign: xdg_foreign_v2::Foreign,
    pub drags: drags::Drags,
    pub icons: xdg_toplevel_icon_v1::Icons,
    pub toplevel_drags: xdg_toplevel_drag_v1::ToplevelDrags,
    /// When somebody rang last.
    pub rang: Option<Timestamp>,
    pub popups: PopupManager,
    pub popup_parents: xdg_guards::PopupParents,
    /// Requests on each region so far.
    pub region_requests: HashMap<ObjectId, u32>,
    /// Regions and positioners that each client has.
    pub small_objects: HashMap<ClientId, u32>,
    /// Whether a surface may show something before it has acknowledged a size. Only for WLCS 1.5.0, whose own windows never do.
    pub forgives_early_buffers: bool,
}

/// The globals that keep state.
pub struct Globals {
    pub compositor: CompositorState,
    pub xdg_shell: XdgShellState,
    pub layer_shell: WlrLayerShellState,
    pub data_device: DataDeviceState,
    pub primary_selection: PrimarySelectionState,
    pub wlr_data_control: WlrDataControlState,
    pub ext_data_control: ExtDataControlState,
    pub activation: XdgActivationState,
    pub shortcuts_inhibit: KeyboardShortcutsInhibitState,
}

impl Clients {
    /// Offers everything that clients can bind.
    pub fn new(dh: &DisplayHandle) -> Self {
        let primary_selection = PrimarySelectionState::new::<State>(dh);
        let globals = Globals {
            compositor: CompositorState::new_v6::<State>(dh),
            xdg_shell: XdgShellState::new::<State>(dh),
            layer_shell: WlrLayerShellState::new_with_filter::<State, _>(dh, client::is_trusted),
            data_device: DataDeviceState::new::<State>(dh),
            wlr_data_control: WlrDataControlState::new::<State, _>(dh, Some(&primary_selection), client::is_trusted),
            ext_data_control: ExtDataControlState::new::<State, _>(dh, Some(&primary_selection), client::is_trusted),
            primary_selection,
            activation: XdgActivationState::new::<State>(dh),
            shortcuts_inhibit: KeyboardShortcutsInhibitState::new::<State>(dh),
        };
        dh.create_global::<State, WlShm, ()>(2, ());
        dh.create_global::<State, ZwlrScreencopyManagerV1, ()>(3, ());
        dh.create_global::<State, ExtForeignToplevelListV1, ()>(1, ());
        dh.create_global::<State, ZwlrForeignToplevelManagerV1, ()>(3, ());
        dh.create_global::<State, ExtSessionLockManagerV1, ()>(1, ());
        dh.create_global::<State, ExtIdleNotifierV1, ()>(2, ());
        dh.create_global::<State, ExtWorkspaceManagerV1, ()>(1, ());
        dh.create_global::<State, ExtTransientSeatManagerV1, ()>(1, ());
        dh.create_global::<State, WpSecurityContextManagerV1, ()>(1, ());
        dh.create_global::<State, ZxdgExporterV2, ()>(1, ());
        dh.create_global::<State, ZxdgImporterV2, ()>(1, ());
        dh.create_global::<State, WpTearingControlManagerV1, ()>(1, ());
        dh.create_global::<State, ZwlrOutputManagerV1, ()>(4, ());
        dh.create_global::<State, ZwlrOutputPowerManagerV1, ()>(1, ());
        dh.create_global::<State, ZwlrGammaControlManagerV1, ()>(1, ());
        dh.create_global::<State, ZwpTextInputManagerV3, ()>(1, ());
        dh.create_global::<State, ZwpInputMethodManagerV2, ()>(1, ());
        dh.create_global::<State, ZwpVirtualKeyboardManagerV1, ()>(1, ());
        dh.create_global::<State, ZwlrVirtualPointerManagerV1, ()>(2, ());
        dh.create_global::<State, XdgToplevelTagManagerV1, ()>(1, ());
        dh.create_global::<State, XdgToplevelIconManagerV1, ()>(1, ());
        dh.create_global::<State, XdgToplevelDragManagerV1, ()>(1, ());
        // These keep nothing that we would ask for.
        XdgDecorationState::new::<State>(dh);
        OutputManagerState::new_with_xdg_output::<State>(dh);
        ViewporterState::new::<State>(dh);
        FractionalScaleManagerState::new::<State>(dh);
        SinglePixelBufferState::new::<State>(dh);
        PresentationState::new::<State>(dh, CLOCK_MONOTONIC);
        CursorShapeManagerState::new::<State>(dh);
        RelativePointerManagerState::new::<State>(dh);
        PointerConstraintsState::new::<State>(dh);
        PointerGesturesState::new::<State>(dh);
        IdleInhibitManagerState::new::<State>(dh);
        ContentTypeState::new::<State>(dh);
        XdgDialogState::new::<State>(dh);
        XdgSystemBellState::new::<State>(dh);
        Self {
            dh: dh.clone(),
            connections: Connections::default(),
            cut_offs: client::CutOffs::default(),
            globals,
            surfaces: surface::Surfaces::default(),
            windows: BTreeMap::new(),
            configures: BTreeMap::new(),
            outputs: BTreeMap::new(),
            buffers: BTreeMap::new(),
            text_inputs: text_input::TextInputs::default(),
            input_method: input_method::InputMethod::default(),
            virtual_keyboards: virtual_keyboard::VirtualKeyboards::default(),
            virtual_pointers: virtual_pointer::VirtualPointers::new(),
            pings: responsive::Pings::default(),
            toplevels: toplevels::Toplevels::default(),
            workspaces: ext_workspace_v1::Workspaces::default(),
            sandboxes: security_context_v1::Listeners::default(),
            foreign: xdg_foreign_v2::Foreign::default(),
            drags: drags::Drags::default(),
            icons: xdg_toplevel_icon_v1::Icons::default(),
            toplevel_drags: xdg_toplevel_drag_v1::ToplevelDrags::default(),
            rang: None,
            popups: PopupManager::default(),
            popup_parents: xdg_guards::PopupParents::default(),
            region_requests: HashMap::new(),
            small_objects: HashMap::new(),
            forgives_early_buffers: false,
        }
    }
}

/// `CLOCK_MONOTONIC` as `wp_presentation.clock_id` numbers it.
const CLOCK_MONOTONIC: u32 = 1;

impl BufferHandler for State {
    fn buffer_destroyed(&mut self, buffer: &WlBuffer) {
        // Only single-pixel buffers come here; ours have their own `destroyed`.
        self.clients.buffers.retain(|_, known| known != buffer);
    }
}

impl FractionalScaleHandler for State {
    fn new_fractional_scale(&mut self, wl: WlSurface) {
        // A surface on no output yet draws for the sharpest one.
        let scale = self.desktop.outputs().iter().map(|output| output.mode.scale).fold(1.0, f64::max);
        smithay::wayland::compositor::with_states(&wl, |states| {
            smithay::wayland::fractional_scale::with_fractional_scale(states, |fractional| {
                if fractional.preferred_scale().is_none() {
                    fractional.set_preferred_scale(scale);
                }
            });
        });
    }
}

// A dialog floats above its parent because it has one; a modal one is no other dialog.
impl XdgDialogHandler for State {}

// The cursor-shape protocol also serves tablet tools; there are none yet.
impl TabletSeatHandler for State {}

smithay::delegate_content_type!(State);
smithay::delegate_xdg_dialog!(State);
smithay::delegate_viewporter!(State);
smithay::delegate_fractional_scale!(State);
smithay::delegate_single_pixel_buffer!(State);
smithay::delegate_presentation!(State);
smithay::delegate_cursor_shape!(State);
smithay::delegate_relative_pointer!(State);
