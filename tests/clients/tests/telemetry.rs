//! What a real desktop tells of itself: over D-Bus, to Prometheus.

use std::{
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
};

use glasshouse_clients::{Desktop, PATIENCE};
use glasshouse_protocols::{Dict, Error, Events, Filter, Input1Proxy, Payload, Telemetry1Proxy, telemetry::Metrics};
use prometheus_parse::{Scrape, Value};

type Result = anyhow::Result<()>;

/// A terminal whose contents change all the time.
const BUSY: &[&str] = &["foot", "--app-id", "busy", "sh", "-c", "while :; do echo $((i=i+1)); sleep 0.01; done"];

async fn next(events: &mut Events) -> anyhow::Result<Payload> {
    let event = tokio::time::timeout(PATIENCE, events.next()).await??;
    Ok(event.ok_or_else(|| anyhow::anyhow!("the desktop has ended"))?.payload)
}

#[tokio::test]
async fn figures_reach_a_subscriber_while_something_is_drawn() -> Result {
    let desktop = Desktop::start(&[])?;
    let window = desktop.launch(BUSY)?;
    desktop.picture(&[])?; // Somebody looks: a display runs from now on.
    let filter = Filter { kinds: Some(vec!["performance_metrics".to_owned()]), metrics_hz: Some(10.0), ..Filter::default() };
    let mut events = Events::subscribe(&desktop.connect().await?, filter).await?;
    let mut told: Vec<Metrics> = Vec::new();
    let frames = |metrics: &Metrics| metrics.outputs.first().map(|output| output.frames);
    let commits = |metrics: &Metrics| metrics.clients.iter().find(|client| client.name == "busy").map(|client| client.commits);
    // Everything has been told once it has changed in every respect.
    while told.len() < 3
        || told.first().zip(told.last()).is_none_or(|(first, last)| frames(first) >= frames(last) || commits(first) >= commits(last))
    {
        let Payload::PerformanceMetrics(figures) = next(&mut events).await? else { panic!("nothing else was asked for") };
        told.push(Metrics::from_dict(&figures)?);
        assert!(told.len() < 1_000, "{:?}", told.last());
    }
    assert!(told.windows(2).all(|pair| pair[0].time_ns < pair[1].time_ns), "they come in order");
    let Some(last) = told.last() else { panic!("figures were told") };
    assert_eq!((last.desktop.pid, last.desktop.display_pid), (desktop.pid(), desktop.display_pid()?));
    assert!(last.desktop.pss_bytes > Some(0) && last.desktop.display_pss_bytes > Some(0), "{:?}", last.desktop);
    assert!(last.clients.iter().any(|client| client.name == "busy" && client.windows == 1), "{:?}", last.clients);
    desktop.ctl(&["close", &window])?;
    Ok(())
}

#[tokio::test]
async fn an_input_is_traced_over_d_bus_to_the_picture_that_shows_it() -> Result {
    let desktop = Desktop::start(&[])?;
    desktop.launch(&["foot", "--app-id", "quiet", "cat"])?;
    desktop.picture(&[])?;
    let connection = desktop.connect().await?;
    let (telemetry, input) = (Telemetry1Proxy::new(&connection).await?, Input1Proxy::new(&connection).await?);
    let metrics = telemetry.metrics().await?;
    assert_eq!((metrics.desktop.pid, metrics.outputs.len()), (desktop.pid(), 1));
    let unknown = telemetry.trace(u64::MAX).await;
    assert!(matches!(&unknown, Err(Error::BadArgument(why)) if why.contains("there is no trace")), "{unknown:?}");
    input.type_text("x").await?;
    let traces = telemetry.traces(1).await?;
    let [typed] = traces.as_slice() else { panic!("one was asked for: {traces:?}") };
    assert_eq!(typed.kind, "text");
    let pid = desktop.windows()?.iter().find_map(|window| window.get("pid").and_then(serde_json::Value::as_i64));
    assert_eq!(typed.pid.map(i64::from), pid);
    // The terminal echoes it, sooner or later; a picture that is taken then shows it.
    let shown = async {
        loop {
            desktop.picture(&[])?;
            let trace = telemetry.trace(typed.id).await?;
            if trace.captured_ns.is_some() {
                return anyhow::Ok(trace);
            }
        }
    };
    let trace = tokio::time::timeout(PATIENCE, shown).await??;
    let stages = [Some(trace.entered_ns), trace.delivered_ns, trace.committed_ns, trace.composed_ns, trace.captured_ns];
    assert!(stages.iter().all(Option::is_some) && stages.is_sorted(), "{trace:?}");
    Ok(())
}

#[tokio::test]
async fn a_command_is_told_with_its_trace_to_everybody() -> Result {
    let desktop = Desktop::start(&[])?;
    let connection = desktop.connect().await?;
    let telemetry = Telemetry1Proxy::new(&connection).await?;
    let mut events = Events::subscribe(&connection, Filter::default()).await?;
    desktop.ctl(&["do", "rename-workspace", "web"])?;
    let (mut run, mut renamed) = (None, None);
    while run.is_none() || renamed.is_none() {
        let event = tokio::time::timeout(PATIENCE, events.next()).await??.ok_or_else(|| anyhow::anyhow!("the desktop has ended"))?;
        match event.payload {
            Payload::CommandRun(ref told) if told.command.starts_with("rename-workspace") => run = Some(event.trace),
            Payload::WorkspaceChanged(_) => renamed = Some(event.trace),
            _ => {}
        }
    }
    assert_eq!(run, renamed);
    assert_eq!(telemetry.trace(run.unwrap_or_default()).await?.kind, "command");
    Ok(())
}

#[tokio::test]
async fn what_an_agent_reports_is_told_to_everybody() -> Result {
    let desktop = Desktop::start(&[])?;
    let (agent, listener) = (desktop.connect().await?, desktop.connect().await?);
    let mut events =
        Events::subscribe(&listener, Filter { kinds: Some(vec!["agent_task_completed".to_owned()]), ..Filter::default() }).await?;
    Telemetry1Proxy::new(&agent).await?.report_task("book a table", "done", Dict::new()).await?;
    let Payload::AgentTaskCompleted(task) = next(&mut events).await? else { panic!("nothing else was asked for") };
    assert_eq!((task.task.as_str(), task.outcome.as_str()), ("book a table", "done"));
    assert_eq!(task.pid, i32::try_from(std::process::id()).ok());
    Ok(())
}

#[test]
fn prometheus_reads_what_a_socket_of_metrics_answers() -> Result {
    let folder = Desktop::new_folder()?;
    let socket = folder.path().join("metrics");
    let address = socket.to_str().ok_or_else(|| anyhow::anyhow!("a path in UTF-8"))?.to_owned();
    let desktop = Desktop::start_in(folder, &["--metrics-socket", &address], &[])?;
    desktop.launch(BUSY)?;
    let mut stream = UnixStream::connect(&socket)?;
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { panic!("a head and a body: {answer}") };
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let scrape = Scrape::parse(body.lines().map(|line| Ok(line.to_owned())))?;
    let value = |name: &str, label: (&str, &str)| {
        let found = scrape.samples.iter().find(|sample| sample.metric == name && sample.labels.get(label.0) == Some(label.1));
        match found.map(|sample| &sample.value) {
            Some(Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value)) => *value,
            other => panic!("{name} {label:?}: {other:?}\n{body}"),
        }
    };
    assert!(value("glasshouse_client_commits_total", ("name", "busy")) > 0.0);
    assert!(value("glasshouse_process_proportional_memory_bytes", ("process", "desktop")) > 1e6);
    Ok(())
}
