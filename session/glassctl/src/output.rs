//! What is printed, for people and as JSON.

use std::io::{self, Write};

use glasshouse_protocols::{CaptureInfo, Check, Output, Window};
use serde_json::{Value, json};

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
            window.pid.map_or_else(|| "-".to_owned(), |pid| pid.to_string()),
            place(window.x, window.y, window.width, window.height),
            window.output.clone().unwrap_or_else(|| "-".to_owned()),
            states(window),
            window.title.clone(),
        ]
    });
    print(&table(["ID", "APP", "PID", "PLACE", "OUTPUT", "STATE", "TITLE"], rows))
}

pub(crate) fn outputs(outputs: &[Output], json: bool) -> io::Result<()> {
    if json {
        return print_json(&outputs.iter().map(output_json).collect());
    }
    let rows = outputs.iter().map(|output| {
        [
            output.name.clone(),
            format!("{}x{}", output.width, output.height),
            number(f64::from(output.refresh_mhz) / 1_000.0) + " Hz",
            number(output.scale),
            place(output.x, output.y, output.logical_width, output.logical_height),
        ]
    });
    print(&table(["NAME", "PIXELS", "REFRESH", "SCALE", "PLACE"], rows))
}

pub(crate) fn checks(checks: &[Check], json: bool) -> io::Result<()> {
    if json {
        return print_json(
            &checks.iter().map(|Check { check, ok, sentence }| json!({ "check": check, "ok": ok, "sentence": sentence })).collect(),
        );
    }
    let rows = checks.iter().map(|check| [if check.ok { "ok" } else { "BAD" }.to_owned(), check.check.clone(), check.sentence.clone()]);
    print(&table(["", "CHECK", ""], rows))
}

pub(crate) fn launched(window: &Window, json: bool) -> io::Result<()> {
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

fn window_json(window: &Window) -> Value {
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
        "mapped": window.mapped,
        "focused": window.focused,
        "floating": window.floating,
        "fullscreen": window.fullscreen,
        "maximized": window.maximized,
        "minimized": window.minimized,
    })
}

fn output_json(output: &Output) -> Value {
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
    })
}

fn states(window: &Window) -> String {
    let states = [
        (window.focused, "focused"),
        (window.floating, "floating"),
        (window.fullscreen, "fullscreen"),
        (window.maximized, "maximized"),
        (window.minimized, "minimized"),
        (!window.mapped, "not shown yet"),
    ];
    let states: Vec<_> = states.into_iter().filter_map(|(is, name)| is.then_some(name)).collect();
    if states.is_empty() { "-".to_owned() } else { states.join(",") }
}

/// `WxH at X,Y`.
fn place(x: f64, y: f64, width: f64, height: f64) -> String {
    format!("{}x{} at {},{}", number(width), number(height), number(x), number(y))
}

/// At most two decimals, and none that are zero.
fn number(number: f64) -> String {
    format!("{number:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Columns are as wide as their widest cell; the last one is as long as it is.
fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut lines = vec![head.map(str::to_owned)];
    // A title may hold a line break or an escape sequence, which belongs on no terminal.
    lines.extend(rows.map(|row| row.map(|cell| cell.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect())));
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for line in &lines {
        let mut padding = 0;
        for (cell, width) in line.iter().zip(widths) {
            text.extend(std::iter::repeat_n(' ', padding));
            text.push_str(cell);
            padding = 2 + width - cell.chars().count();
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| io::Error::new(error.kind(), format!("could not write to standard output: {error}")))
}

fn print_json(value: &Value) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    print(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_holds_no_control_characters() {
        let rows =
            [["7".to_owned(), "foot".to_owned(), "a\x1b[2Jb\n".to_owned()], ["12".to_owned(), "org.gnome.美".to_owned(), String::new()]];
        assert_eq!(
            table(["ID", "APP", "TITLE"], rows.into_iter()),
            "ID  APP          TITLE\n7   foot         a\u{fffd}[2Jb\u{fffd}\n12  org.gnome.美\n",
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.0, 1.5, 100.0, 60.006, 33.333_333].map(number), ["0", "1.5", "100", "60.01", "33.33"]);
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
