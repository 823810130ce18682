//! The core's values as the wire's, written by hand so that each can change without the other.

use glasshouse_core::{
    LayerInfo, OutputInfo, Refusal, WindowInfo, WorkspaceInfo,
    event::{KeyboardInterest, Layer as LayerName},
};
use glasshouse_protocols::{Layer, Output, Window, Workspace};

use super::BusError;

/// A window for the wire. `output` is the name of the output that the window is on.
pub fn window(info: &WindowInfo, output: Option<&str>) -> Window {
    Window {
        id: info.id.0,
        title: info.title.clone(),
        app_id: info.app_id.clone(),
        pid: info.pid,
        parent: info.parent.map(|parent| parent.0),
        x: info.area.origin.x,
        y: info.area.origin.y,
        width: info.area.size.width,
        height: info.area.size.height,
        output: output.map(str::to_owned),
        workspace: info.workspace.map(|workspace| workspace.0),
        mapped: info.mapped,
        focused: info.focused,
        floating: info.floating,
        fullscreen: info.fullscreen,
        maximized: info.maximized,
        minimized: info.minimized,
        sticky: info.sticky,
        above: info.above,
        windowed_fullscreen: info.windowed_fullscreen,
        scratchpad: info.scratchpad,
        marks: info.marks.clone(),
        aspect: info.aspect.map(|aspect| aspect.to_string()),
        unresponsive: info.unresponsive,
        tag: (!info.tag.is_empty()).then(|| info.tag.clone()),
        icon: info.icon.as_deref().map(str::to_owned),
    }
}

/// A workspace for the wire. `output` is the name of its output.
pub fn workspace(info: &WorkspaceInfo, output: Option<String>) -> Workspace {
    Workspace {
        id: info.id.0,
        index: info.index,
        active: info.active,
        focused: info.focused,
        urgent: info.urgent,
        layout: info.layout.to_string(),
        name: info.name.clone(),
        output,
    }
}

/// An output for the wire.
pub fn output(info: &OutputInfo) -> Output {
    let mode = &info.mode;
    Output {
        id: info.id.0,
        name: mode.name.clone(),
        width: mode.width,
        height: mode.height,
        scale: mode.scale,
        refresh_mhz: mode.refresh_mhz,
        transform: mode.transform.to_wire(),
        x: info.position.x,
        y: info.position.y,
        logical_width: info.size.width,
        logical_height: info.size.height,
        enabled: info.enabled,
        powered: info.powered,
        mirror: info.mirror.clone(),
    }
}

/// A layer surface for the wire. `output` is the name of its output, `pid` the process of its client.
pub fn layer(info: &LayerInfo, output: Option<String>, pid: Option<i32>) -> Layer {
    let layer = match info.layer {
        LayerName::Background => "background",
        LayerName::Bottom => "bottom",
        LayerName::Top => "top",
        LayerName::Overlay => "overlay",
    };
    let keyboard = match info.keyboard {
        KeyboardInterest::None => "none",
        KeyboardInterest::OnDemand => "on-demand",
        KeyboardInterest::Exclusive => "exclusive",
    };
    Layer {
        id: info.surface.0,
        namespace: info.namespace.clone(),
        layer: layer.to_owned(),
        x: info.area.origin.x,
        y: info.area.origin.y,
        width: info.area.size.width,
        height: info.area.size.height,
        exclusive_zone: info.exclusive_zone,
        keyboard: keyboard.to_owned(),
        focused: info.focused,
        output,
        pid,
    }
}

/// A refusal under its name on the wire.
pub fn refusal(refusal: &Refusal) -> BusError {
    refusal_as(refusal, refusal.to_string())
}

/// A refusal under its name, with another sentence.
pub(super) fn refusal_as(refusal: &Refusal, sentence: String) -> BusError {
    match refusal {
        Refusal::NoWindow { .. } => BusError::NoWindow(sentence),
        Refusal::NoOutput { .. } => BusError::NoOutput(sentence),
        Refusal::NoWorkspace { .. } | Refusal::WorkspaceNameTaken(_) | Refusal::BadName { .. } | Refusal::TooManyWorkspaces { .. } => {
            BusError::BadArgument(sentence)
        }
        Refusal::NoLayout { .. } | Refusal::BadParameters { .. } => BusError::BadArgument(sentence),
        Refusal::HiddenFromCapture { .. } => BusError::HiddenFromCapture(sentence),
        Refusal::NotPermitted { .. } => BusError::NotPermitted(sentence),
        Refusal::BadOutput(_) | Refusal::BadMirror { .. } | Refusal::NameTaken(_) | Refusal::BadGeometry => BusError::BadArgument(sentence),
        _ => BusError::Refused(sentence),
    }
}
