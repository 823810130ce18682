//! Windows, layer surfaces, workspaces and outputs, for people and as JSON.

use std::io;

use glasshouse_protocols::{CaptureInfo, Layer, Output, Window, Workspace};
use serde_json::{Value, json};

use crate::print::{number, or_dash, print, print_json, table};

pub(crate) fn windows(windows: &[Window], json: bool) -> io::Result<()> {
    if json {
        return print_json(&windows.iter().map(window_json).collect());
    }
    if windows.is_empty() {
        return print("no windows; `glassctl launch -- PROGRAM` opens one\n");
    }
    let rows = windows.iter().map(|window| {
        [
            window.id.to_string(),
            window.app_id.clone(),
            or_dash(window.pid),
            place(window.x, window.y, window.width, window.height),
            or_dash(window.output.as_ref()),
            or_dash(window.workspace),
            states(window),
            window.title.clone(),
        ]
    });
    print(&table(["ID", "APP", "PID", "PLACE", "OUTPUT", "WORKSPACE", "STATE", "TITLE"], rows))
}

pub(crate) fn workspaces(workspaces: &[Workspace], json: bool) -> io::Result<()> {
    if json {
        return print_json(&workspaces.iter().map(workspace_json).collect());
    }
    if workspaces.is_empty() {
        return print("no workspaces\n");
    }
    let rows = workspaces.iter().map(|workspace| {
        let states = [(workspace.focused, "focused"), (workspace.active, "shown"), (workspace.urgent, "urgent")];
        [
            workspace.id.to_string(),
            workspace.index.to_string(),
            or_dash(workspace.name.as_ref()),
            or_dash(workspace.output.as_ref()),
            workspace.layout.clone(),
            listed(&states),
        ]
    });
    print(&table(["ID", "INDEX", "NAME", "OUTPUT", "LAYOUT", "STATE"], rows))
}

pub(crate) fn outputs(outputs: &[Output], json: bool) -> io::Result<()> {
    if json {
        return print_json(&outputs.iter().map(output_json).collect());
    }
    if outputs.is_empty() {
        return print("no outputs; `glassctl do add-output 1280x720` makes one\n");
    }
    let rows = outputs.iter().map(|output| {
        [
            output.name.clone(),
            format!("{}x{}", output.width, output.height),
            number(f64::from(output.refresh_mhz) / 1_000.0) + " Hz",
            number(output.scale),
            place(output.x, output.y, output.logical_width, output.logical_height),
            output_state(output),
        ]
    });
    print(&table(["NAME", "PIXELS", "REFRESH", "SCALE", "PLACE", "STATE"], rows))
}

fn output_state(output: &Output) -> String {
    if !output.enabled {
        return "not used".to_owned();
    }
    let mirror = output.mirror.as_ref().map(|source| format!("mirror of {source}"));
    let states: Vec<String> = mirror.into_iter().chain((!output.powered).then(|| "dark".to_owned())).collect();
    if states.is_empty() { "on".to_owned() } else { states.join(", ") }
}

pub(crate) fn layers(layers: &[Layer], json: bool) -> io::Result<()> {
    if json {
        return print_json(&layers.iter().map(layer_json).collect());
    }
    if layers.is_empty() {
        return print("no layer surfaces; panels, docks, wallpapers and launchers are some\n");
    }
    let rows = layers.iter().map(|layer| {
        let keyboard = if layer.focused { format!("{} (has it)", layer.keyboard) } else { layer.keyboard.clone() };
        [
            layer.id.to_string(),
            layer.namespace.clone(),
            or_dash(layer.pid),
            layer.layer.clone(),
            place(layer.x, layer.y, layer.width, layer.height),
            or_dash(layer.output.as_ref()),
            layer.exclusive_zone.to_string(),
            keyboard,
        ]
    });
    print(&table(["ID", "NAMESPACE", "PID", "LAYER", "PLACE", "OUTPUT", "ZONE", "KEYBOARD"], rows))
}

/// A window that was waited for: its id, or everything.
pub(crate) fn found(window: &Window, json: bool) -> io::Result<()> {
    if json { print_json(&window_json(window)) } else { print(&format!("{}\n", window.id)) }
}

pub(crate) fn capture_json(info: &CaptureInfo) -> Value {
    json!({
        "format": info.format,
        "width": info.width,
        "height": info.height,
        "stride": info.stride,
        "bytes": info.bytes,
        "seq": info.seq,
        "time_ns": info.time_ns,
        "unchanged": info.unchanged,
        "damage": info.damage,
        "x": info.x,
        "y": info.y,
        "scale_x": info.scale_x,
        "scale_y": info.scale_y,
    })
}

/// Every key is always there, so that a script need not ask.
pub(crate) fn window_json(window: &Window) -> Value {
    json!({
        "id": window.id,
        "title": window.title,
        "app_id": window.app_id,
        "pid": window.pid,
        "parent": window.parent,
        "x": window.x,
        "y": window.y,
        "width": window.width,
        "height": window.height,
        "output": window.output,
        "workspace": window.workspace,
        "mapped": window.mapped,
        "focused": window.focused,
        "floating": window.floating,
        "fullscreen": window.fullscreen,
        "maximized": window.maximized,
        "minimized": window.minimized,
        "sticky": window.sticky,
        "above": window.above,
        "windowed_fullscreen": window.windowed_fullscreen,
        "scratchpad": window.scratchpad,
        "marks": window.marks,
        "aspect": window.aspect,
        "unresponsive": window.unresponsive,
        "tag": window.tag,
        "icon": window.icon,
    })
}

fn workspace_json(workspace: &Workspace) -> Value {
    json!({
        "id": workspace.id,
        "index": workspace.index,
        "name": workspace.name,
        "output": workspace.output,
        "layout": workspace.layout,
        "active": workspace.active,
        "focused": workspace.focused,
        "urgent": workspace.urgent,
    })
}

pub(crate) fn output_json(output: &Output) -> Value {
    json!({
        "id": output.id,
        "name": output.name,
        "width": output.width,
        "height": output.height,
        "scale": output.scale,
        "refresh_mhz": output.refresh_mhz,
        "transform": output.transform,
        "x": output.x,
        "y": output.y,
        "logical_width": output.logical_width,
        "logical_height": output.logical_height,
        "enabled": output.enabled,
        "powered": output.powered,
        "mirror": output.mirror,
    })
}

fn layer_json(layer: &Layer) -> Value {
    json!({
        "id": layer.id,
        "namespace": layer.namespace,
        "pid": layer.pid,
        "layer": layer.layer,
        "x": layer.x,
        "y": layer.y,
        "width": layer.width,
        "height": layer.height,
        "output": layer.output,
        "exclusive_zone": layer.exclusive_zone,
        "keyboard": layer.keyboard,
        "focused": layer.focused,
    })
}

/// In words, `-` for none.
pub(crate) fn states(window: &Window) -> String {
    listed(&[
        (window.focused, "focused"),
        (window.floating, "floating"),
        (window.fullscreen, "fullscreen"),
        (window.maximized, "maximized"),
        (window.minimized && !window.scratchpad, "minimized"),
        (window.sticky, "sticky"),
        (window.above, "above"),
        (window.windowed_fullscreen, "windowed fullscreen"),
        (window.scratchpad, if window.minimized { "hidden in the scratchpad" } else { "scratchpad" }),
        (window.unresponsive, "unresponsive"),
        (!window.mapped, "not shown yet"),
    ])
}

fn listed(states: &[(bool, &str)]) -> String {
    let states: Vec<_> = states.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
    if states.is_empty() { "-".to_owned() } else { states.join(",") }
}

/// `WxH at X,Y`.
pub(crate) fn place(x: f64, y: f64, width: f64, height: f64) -> String {
    format!("{}x{} at {},{}", number(width), number(height), number(x), number(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_size_and_a_corner() {
        assert_eq!(place(-1.5, 2.0, 640.0, 480.0), "640x480 at -1.5,2");
    }

    #[test]
    fn a_window_is_json_as_scripts_want_it() {
        let window = Window { id: 7, title: "naïve".to_owned(), focused: true, ..Window::default() };
        let json = window_json(&window);
        assert_eq!((json["id"].as_u64(), json["title"].as_str(), json["pid"].is_null()), (Some(7), Some("naïve"), true));
        assert_eq!(states(&window), "focused,not shown yet");
    }
}
