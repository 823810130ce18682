//! `glassctl watch` and `glassctl wait-for`.

use std::{path::Path, time::Duration};

use anyhow::{anyhow, bail};
use glasshouse_core::command::WindowRef;
use glasshouse_protocols::{
    Awaited, Error, Event, Events, Filter, Payload, Window, WindowMatch, Windows1Proxy,
    state::{LayerChange, OutputChange, WindowChange, WorkspaceChange},
};
use serde_json::{Value, json};
use zbus::Connection;

use crate::{
    args, commands, json,
    print::{clean, number, or_dash, print},
    probe::{Listener, listener},
    show,
};

async fn filter(connection: &Connection, filter: args::Filter) -> anyhow::Result<Filter> {
    let window = match &filter.window {
        Some(window) => Some(commands::resolve(connection, window).await?),
        None => None,
    };
    Ok(Filter { window, app_id: filter.app_id, since: filter.since, ..Filter::default() })
}

pub(crate) async fn watch(
    connection: &Connection,
    socket: &Path,
    wanted: args::Filter,
    kinds: Vec<String>,
    metrics_hz: Option<f64>,
    json: bool,
) -> anyhow::Result<()> {
    let kinds = (!kinds.is_empty()).then_some(kinds);
    let filter = Filter { kinds, metrics_hz, ..filter(connection, wanted).await? };
    let mut events = Events::subscribe(connection, filter).await?;
    let mut last = None;
    while let Some(event) = events.next().await? {
        last = Some(event.sequence);
        print(&line(&event, json)?)?;
    }
    if listener(socket) == Listener::There {
        let since = last.map_or_else(String::new, |last| format!("; --since {last} goes on from there"));
        bail!("the desktop has cut us off, because events were not read fast enough{since}");
    }
    Ok(())
}

pub(crate) async fn wait_for_event(
    connection: &Connection,
    kind: String,
    wanted: args::Filter,
    timeout: Duration,
    json: bool,
) -> anyhow::Result<()> {
    let filter = Filter { kinds: Some(vec![kind.clone()]), ..filter(connection, wanted).await? };
    let mut events = Events::subscribe(connection, filter).await?;
    match tokio::time::timeout(timeout, events.next()).await {
        Ok(Ok(Some(event))) => Ok(print(&line(&event, json)?)?),
        Ok(Ok(None)) => bail!("the desktop has ended before there was any {kind}"),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => bail!("there was no {kind} within {} s; --timeout waits longer", number(timeout.as_secs_f64())),
    }
}

/// What a window must have to be the one that is waited for.
pub(crate) struct Wanted {
    pub(crate) window: Option<WindowRef>,
    pub(crate) properties: WindowMatch,
    pub(crate) state: Awaited,
    pub(crate) timeout: Duration,
}

/// `None`: there is none already, and its end was waited for. A script that closes a window and then waits may well be too late to see it.
pub(crate) async fn wait_for_window(connection: &Connection, wanted: Wanted) -> anyhow::Result<Option<Window>> {
    let Wanted { window, mut properties, state, timeout } = wanted;
    match window {
        // These may be of windows that come later.
        Some(WindowRef::AppId(app_id)) => same(&mut properties.app_id, app_id, "application")?,
        Some(WindowRef::Title(title)) => same(&mut properties.title, title, "title")?,
        Some(WindowRef::Pid(pid)) => same(&mut properties.pid, pid, "process")?,
        Some(window) => properties.id = Some(commands::resolve(connection, &window).await?),
        None => {}
    }
    let timeout_ms = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1);
    match Windows1Proxy::new(connection).await?.wait_for(properties, state.name(), timeout_ms).await {
        Ok(window) => Ok(Some(window)),
        Err(Error::NoWindow(_)) if state == Awaited::Closed => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn same<T: PartialEq>(option: &mut Option<T>, value: T, what: &str) -> anyhow::Result<()> {
    if option.as_ref().is_some_and(|other| *other != value) {
        return Err(anyhow!("the {what} is given twice, and differently; give it once"));
    }
    *option = Some(value);
    Ok(())
}

fn line(event: &Event, json: bool) -> anyhow::Result<String> {
    if json { Ok(format!("{}\n", event_json(event)?)) } else { Ok(format!("{}\n", sentence(event))) }
}

fn event_json(event: &Event) -> zbus::Result<Value> {
    let payload = json::dict(&event.dict()?);
    let Event { sequence, time_ns, trace, .. } = event;
    Ok(json!({ "sequence": sequence, "time_ns": time_ns, "trace": trace, "kind": event.payload.kind(), "payload": payload }))
}

/// `SEQUENCE SECONDS KIND WHAT`, in columns.
fn sentence(event: &Event) -> String {
    let seconds = Duration::from_nanos(event.time_ns).as_secs_f64();
    let trace = if event.trace == 0 { String::new() } else { format!("  (trace {})", event.trace) };
    let what = what(event);
    clean(&format!("{:>7} {seconds:>12.3}  {:<20}  {what}{trace}", event.sequence, event.payload.kind()))
}

fn what(event: &Event) -> String {
    match &event.payload {
        Payload::WindowCreated(window) => {
            let place = show::place(window.x, window.y, window.width, window.height);
            format!("{} {} {:?}, {place}, process {}", window.id, window.app_id, window.title, or_dash(window.pid))
        }
        Payload::WindowClosed(window) => format!("{} {} {:?}", window.id, window.app_id, window.title),
        Payload::WindowChanged(change) => format!("{} {}", change.id, window_change(change)),
        Payload::FocusChanged(change) => format!("{}, before {}", or_dash(change.window), or_dash(change.previous)),
        Payload::OutputAdded(output) => format!("{} {}x{} px at scale {}", output.name, output.width, output.height, number(output.scale)),
        Payload::OutputChanged(change) => format!("{} {}", change.id, output_change(change)),
        Payload::OutputRemoved(output) => output.name.clone(),
        Payload::WorkspaceAdded(workspace) => format!("{} {}", workspace.id, or_dash(workspace.name.as_ref())),
        Payload::WorkspaceChanged(change) => format!("{} {}", change.id, workspace_change(change)),
        Payload::WorkspaceRemoved(workspace) => workspace.id.to_string(),
        Payload::LayerCreated(layer) => {
            let place = show::place(layer.x, layer.y, layer.width, layer.height);
            format!("{} {} ({}), {place}, process {}", layer.id, layer.namespace, layer.layer, or_dash(layer.pid))
        }
        Payload::LayerChanged(change) => format!("{} {}", change.id, layer_change(change)),
        Payload::LayerClosed(layer) => format!("{} {}", layer.id, layer.namespace),
        Payload::ProcessSpawned(process) => format!("{} {}", process.pid, process.argv.join(" ")),
        Payload::ProcessTerminated(process) => match (process.code, process.signal) {
            (Some(code), _) => format!("{} {} with code {code}", process.pid, process.program),
            (None, Some(signal)) => format!("{} {} by signal {signal}", process.pid, process.program),
            (None, None) => format!("{} {}", process.pid, process.program),
        },
        Payload::SystemAlert(alert) => format!("{}: {} ({})", alert.severity, alert.sentence, alert.subject),
        Payload::AgentTaskCompleted(task) => format!("{}: {} (process {})", task.task, task.outcome, or_dash(task.pid)),
        Payload::ConfigChanged(change) => change.options.join(" "),
        Payload::CommandRun(run) => format!("{} (by a {}, process {})", run.command, run.caller, or_dash(run.pid)),
        Payload::ModeChanged(change) => change.mode.clone(),
        // Figures, and kinds that people seldom look at, as they came.
        _ => event.dict().map_or_else(|error| error.to_string(), |dict| json::dict(&dict).to_string()),
    }
}

/// `name value` for each property that is other now.
macro_rules! listed {
    ($change:ident, $($field:ident),*) => {{
        let mut words: Vec<String> = Vec::new();
        $(if let Some(value) = &$change.$field {
            words.push(format!(concat!(stringify!($field), " {:?}"), value));
        })*
        words.extend($change.removed.iter().flatten().map(|name| format!("no {name}")));
        words.join(", ")
    }};
}

fn layer_change(change: &LayerChange) -> String {
    listed!(change, namespace, layer, x, y, width, height, exclusive_zone, keyboard, focused, output, pid)
}

fn window_change(change: &WindowChange) -> String {
    listed!(
        change,
        title,
        app_id,
        x,
        y,
        width,
        height,
        mapped,
        floating,
        fullscreen,
        maximized,
        minimized,
        sticky,
        above,
        windowed_fullscreen,
        scratchpad,
        marks,
        aspect,
        unresponsive,
        pid,
        parent,
        output,
        workspace,
        tag,
        icon
    )
}

fn output_change(change: &OutputChange) -> String {
    listed!(change, name, width, height, scale, refresh_mhz, transform, x, y, logical_width, logical_height, enabled, powered, mirror)
}

fn workspace_change(change: &WorkspaceChange) -> String {
    listed!(change, index, active, focused, urgent, layout, name, output)
}

#[cfg(test)]
mod tests {
    use glasshouse_protocols::event::{FocusChange, ProcessTerminated};

    use super::*;

    fn event(payload: Payload) -> Event {
        Event { sequence: 12, time_ns: 1_500_000_000, trace: 0, payload }
    }

    #[test]
    fn an_event_is_a_line_for_people() {
        let change =
            WindowChange { id: 7, title: Some("a\nb".into()), x: Some(1.5), removed: Some(vec!["parent".into()]), ..Default::default() };
        let mut changed = event(Payload::WindowChanged(change));
        assert_eq!(sentence(&changed), "     12        1.500  window_changed        7 title \"a\\nb\", x 1.5, no parent");
        changed.trace = 3;
        assert!(sentence(&changed).ends_with("(trace 3)"));
        let focus = Payload::FocusChanged(FocusChange { window: Some(7), previous: None });
        assert_eq!(sentence(&event(focus)), "     12        1.500  focus_changed         7, before -");
        let killed = ProcessTerminated { pid: 4, program: "foot".into(), code: None, signal: Some(9) };
        assert!(sentence(&event(Payload::ProcessTerminated(killed))).ends_with("4 foot by signal 9"));
    }

    #[test]
    fn an_event_is_a_line_of_json_for_programs() {
        let focus = event(Payload::FocusChanged(FocusChange { window: Some(7), previous: None }));
        let written = line(&focus, true).unwrap();
        assert_eq!(written.lines().count(), 1);
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(
            read,
            json!({ "sequence": 12, "time_ns": 1_500_000_000, "trace": 0, "kind": "focus_changed", "payload": { "window": 7 } })
        );
    }

    #[test]
    fn a_property_that_is_given_twice_must_be_the_same() {
        let mut app_id = Some("foot".to_owned());
        same(&mut app_id, "foot".to_owned(), "application").unwrap();
        let sentence = same(&mut app_id, "gimp".to_owned(), "application").unwrap_err().to_string();
        assert!(sentence.contains("given twice"), "{sentence}");
    }
}
