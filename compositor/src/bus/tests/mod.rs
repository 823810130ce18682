//! Real clients on a socket pair, and a thread in place of the main loop.

mod bad_input;
mod calls;
mod lifetime;
mod xml;

use std::{os::unix::net::UnixStream, sync::Arc, thread};

use calloop::channel::{Sender, channel};
use glasshouse_protocols::{Check, Error, Window};
use tokio::sync::watch;
use zbus::{Connection, Guid, connection::Builder};

use super::{Captured, CommandsRequest, Request, serve};

/// What is served, and by whom it is answered.
struct Bench {
    sender: Arc<Sender<Request>>,
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
        Self { sender: Arc::new(sender), stop: watch::Sender::new(()) }
    }

    /// The client's end of a served socket pair, before any handshake.
    fn socket(&self) -> UnixStream {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let guid = Guid::generate().into();
        tokio::spawn(serve::connection(ours, self.sender.clone(), guid, self.stop.subscribe()));
        theirs
    }

    async fn connect(&self) -> Connection {
        Builder::unix_stream(self.socket()).p2p().build().await.unwrap()
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
        Request::Launch { launch, reply, .. } => drop(reply.send(said(format!("{launch:?}")))),
        Request::Capture { picture, reply, .. } => drop(reply.send(said::<Captured>(format!("{picture:?}")))),
        Request::Input { action, reply, .. } => drop(reply.send(said(format!("{action:?}")))),
        Request::DisplayPid { reply, .. } => drop(reply.send(Ok(4711))),
        Request::DebugOrder { order, reply, .. } => drop(reply.send(said(format!("{order:?}")))),
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
