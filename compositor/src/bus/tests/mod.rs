//! Real clients on a socket pair, and a thread in place of the main loop.

mod bad_input;
mod calls;
mod events;
mod layouts;
mod lifetime;
mod session;
mod xml;

use std::{os::unix::net::UnixStream, sync::Arc, thread};

use calloop::channel::channel;
use glasshouse_protocols::layouts::{ArrangeRequest, LayoutQuestion, LayoutWindow};
use glasshouse_protocols::{Check, Desktop1Proxy, Error, Filter, Layer, Snapshot, Window};
use tokio::sync::watch;
use zbus::{Connection, Guid, MessageStream, connection::Builder};

use super::{
    Captured, CommandsRequest, ConfigRequest, DesktopRequest, Facts, KeyboardState, LayoutsRequest, Outlet, OutputsRequest, Request,
    Subscribed, SubscribedFrom, TelemetryRequest, WindowsRequest,
    hub::{self, Hub},
    peer::Shared,
    saved::SessionRequest,
    serve,
};

/// What is served, and by whom it is answered.
struct Bench {
    shared: Shared,
    /// Where the main loop gives events.
    outlet: Outlet,
    /// Dropped at the end: all connections end.
    stop: watch::Sender<()>,
}

impl Bench {
    /// `answer` runs on a thread of its own, as the main loop does.
    fn new(mut answer: impl FnMut(Request) + Send + 'static) -> Self {
        let (sender, requests) = channel();
        thread::spawn(move || {
            while let Ok(request) = requests.recv() {
                answer(request);
            }
        });
        let (outlet, inlet) = hub::outlet(sample_facts());
        let hub = Hub::new(inlet.interest);
        let shared = Shared { sender: Arc::new(sender), hub: hub.clone(), facts: inlet.facts };
        tokio::spawn(async move { hub.run(inlet.events).await });
        Self { shared, outlet, stop: watch::Sender::new(()) }
    }

    /// The client's end of a served socket pair, before any handshake.
    fn socket(&self) -> UnixStream {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let guid = Guid::generate().into();
        tokio::spawn(serve::connection(ours, self.shared.clone(), guid, self.stop.subscribe()));
        theirs
    }

    /// A client that has subscribed, and reads nothing any more.
    async fn connect_without_reading(&self) -> Stalled {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let kept = theirs.try_clone().unwrap();
        let guid = Guid::generate().into();
        tokio::spawn(serve::connection(ours, self.shared.clone(), guid, self.stop.subscribe()));
        let connection = Builder::unix_stream(theirs).p2p().max_queued(1.try_into().unwrap()).build().await.unwrap();
        // Nobody polls this stream, so that the reader behind it stops when it is full.
        let messages = MessageStream::from(&connection);
        Desktop1Proxy::new(&connection).await.unwrap().subscribe(Filter::default()).await.unwrap();
        Stalled { socket: kept, _messages: messages, _connection: connection }
    }

    async fn connect(&self) -> Connection {
        Builder::unix_stream(self.socket()).p2p().build().await.unwrap()
    }
}

/// A client that reads nothing.
struct Stalled {
    socket: UnixStream,
    _messages: MessageStream,
    _connection: Connection,
}

impl Stalled {
    /// Whether the other end is closed.
    fn is_over(&self) -> bool {
        let mut fds = [rustix::event::PollFd::new(&self.socket, rustix::event::PollFlags::empty())];
        let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        rustix::event::poll(&mut fds, Some(&now)).unwrap();
        fds[0].revents().contains(rustix::event::PollFlags::HUP)
    }
}

/// A main loop that says what it was asked, as an error, unless there is something to answer.
fn echo(request: Request) {
    fn said<T>(what: String) -> Result<T, Error> {
        Err(Error::Refused(what))
    }
    // A caller that is gone is no failure of the test.
    match request {
        Request::Windows { reply, .. } => drop(reply.send(Ok(vec![sample_window()]))),
        Request::Outputs { caller, reply } => drop(reply.send(said(format!("outputs for {caller:?}")))),
        Request::Doctor { reply, .. } => {
            drop(reply.send(Ok(vec![Check { check: "executor".into(), ok: true, sentence: "cpu, because there is no GPU".into() }])))
        }
        Request::Commands(CommandsRequest::Run { command, reply, .. }) => drop(reply.send(said(format!("{command:?}")))),
        Request::Commands(CommandsRequest::Transaction { commands, reply, .. }) => drop(reply.send(said(format!("{commands:?}")))),
        Request::Commands(CommandsRequest::DryRun { commands, reply, .. }) => drop(reply.send(said(format!("{commands:?}")))),
        Request::Commands(CommandsRequest::Undo { reply, .. }) => drop(reply.send(Ok("focus-window 7".into()))),
        Request::Commands(CommandsRequest::Redo { reply, .. }) => drop(reply.send(said("redo".into()))),
        Request::Config(request) => match request {
            ConfigRequest::Show { changed, reply, .. } => drop(reply.send(said(format!("show {changed}")))),
            ConfigRequest::Get { key, reply, .. } => drop(reply.send(said(format!("get {key}")))),
            ConfigRequest::Set { key, value, reply, .. } => drop(reply.send(said(format!("set {key} to {value}")))),
            ConfigRequest::Reset { key, reply, .. } => drop(reply.send(said(format!("reset {key}")))),
            ConfigRequest::Reload { reply, .. } => drop(reply.send(said("reload".into()))),
            ConfigRequest::Problems { reply, .. } => drop(reply.send(Ok("config.toml:1:1: no".into()))),
        },
        Request::OutputsChange(OutputsRequest::Create { command, reply, .. }) => drop(reply.send(said(format!("{command}")))),
        Request::Session { request, .. } => match request {
            SessionRequest::Create { name, reply } => drop(reply.send(said(format!("create {name}")))),
            SessionRequest::List { saved, reply } => drop(reply.send(said(format!("list {saved:?}")))),
            SessionRequest::Restore { name, reply } => drop(reply.send(said(format!("restore {name}")))),
            SessionRequest::Diff { name, reply } => drop(reply.send(said(format!("diff {name}")))),
            SessionRequest::Delete { saved, name, reply } => drop(reply.send(said(format!("delete {saved:?} {name}")))),
            SessionRequest::SaveLayout { name, workspace, reply } => drop(reply.send(said(format!("save {name} {workspace:?}")))),
            SessionRequest::RestoreLayout { name, patience, reply } => drop(reply.send(said(format!("put up {name} {patience:?}")))),
        },
        Request::Layouts { request, .. } => match request {
            LayoutsRequest::Register { offer, questions, reply, .. } => {
                drop(questions.try_send(sample_question()));
                drop(reply.send(if offer.name.as_str() == "fine" { Ok(()) } else { said(format!("{offer:?}")) }));
            }
            LayoutsRequest::Unregister { name, reply, .. } => drop(reply.send(said(format!("unregister {name}")))),
            LayoutsRequest::Refresh { name, reply, .. } => drop(reply.send(said(format!("refresh {name}")))),
            LayoutsRequest::Arrange { serial, placements, reply, .. } => drop(reply.send(said(format!("{serial} {placements:?}")))),
            LayoutsRequest::List { reply } => drop(reply.send(said("layouts".into()))),
            LayoutsRequest::Gone { .. } => {}
        },
        Request::Launch { launch, reply, .. } => drop(reply.send(said(format!("{launch:?}")))),
        Request::Capture { picture, reply, .. } => drop(reply.send(said::<Captured>(format!("{picture:?}")))),
        Request::Input { action, reply, .. } => drop(reply.send(said(format!("{action:?}")))),
        Request::Keyboard { reply, .. } => {
            let layouts = vec!["English (US)".into(), "German".into()];
            drop(reply.send(Ok(KeyboardState { mode: "resize".into(), layouts, layout: 2 })));
        }
        Request::Desktop { request: DesktopRequest::Snapshot { reply }, .. } => drop(reply.send(Ok((5, sample_snapshot())))),
        Request::Desktop { request: DesktopRequest::Layers { reply }, .. } => drop(reply.send(Ok(vec![sample_layer()]))),
        Request::Desktop { request: DesktopRequest::Subscribe { reply, .. }, .. } => {
            drop(reply.send(Ok(Subscribed { newest: 5, from: SubscribedFrom::Snapshot(sample_snapshot()) })));
        }
        Request::Window { request: WindowsRequest::Get { window, reply }, .. } => drop(reply.send(said(format!("window {window}")))),
        Request::Window { request: WindowsRequest::Rules { window, reply }, .. } => drop(reply.send(said(format!("rules {window}")))),
        Request::Window { request: WindowsRequest::Find { wanted, reply }, .. } => drop(reply.send(said(format!("{wanted:?}")))),
        Request::Window { request: WindowsRequest::WaitFor { wanted, awaited, timeout, reply }, .. } => {
            drop(reply.send(said(format!("{wanted:?} {awaited:?} {timeout:?}"))));
        }
        Request::Telemetry { request, .. } => match request {
            TelemetryRequest::Metrics { reply } => drop(reply.send(said("metrics".into()))),
            TelemetryRequest::Traces { last, reply } => drop(reply.send(said(format!("traces {last}")))),
            TelemetryRequest::Trace { id, reply } => drop(reply.send(said(format!("trace {id}")))),
            TelemetryRequest::ReportTask { task, outcome, reply, .. } => drop(reply.send(said(format!("task {task} {outcome}")))),
        },
        Request::DisplayPid { reply, .. } => drop(reply.send(Ok(4711))),
        Request::Window { request: WindowsRequest::Icon { window, size, reply }, .. } => {
            drop(reply.send(said::<crate::icon::IconPixels>(format!("icon {window} {size}"))));
        }
        Request::DebugOrder { order, reply, .. } => drop(reply.send(said(format!("{order:?}")))),
    }
}

fn sample_question() -> ArrangeRequest {
    ArrangeRequest { serial: 3, question: LayoutQuestion::default(), windows: vec![LayoutWindow { id: 7, ..LayoutWindow::default() }] }
}

fn sample_facts() -> Facts {
    Facts {
        instance: "one".to_owned(),
        wayland_display: "wayland-9".to_owned(),
        executor: String::new(),
        executor_reason: "nobody looks".to_owned(),
    }
}

fn sample_snapshot() -> Snapshot {
    Snapshot { instance: "one".to_owned(), windows: vec![sample_window()], focus: Some(7), ..Snapshot::default() }
}

fn sample_layer() -> Layer {
    Layer {
        id: 3,
        namespace: "panel".to_owned(),
        layer: "top".to_owned(),
        width: 800.0,
        height: 30.5,
        exclusive_zone: -1,
        keyboard: "on-demand".to_owned(),
        pid: Some(42),
        ..Layer::default()
    }
}

fn sample_window() -> Window {
    Window {
        id: 7,
        title: "naïve 美しい 🙂".to_owned(),
        app_id: "foot".to_owned(),
        pid: Some(42),
        parent: None,
        x: 1.5,
        y: 2.25,
        width: 640.0,
        height: 480.0,
        output: Some("HEADLESS-1".to_owned()),
        mapped: true,
        focused: true,
        ..Window::default()
    }
}
