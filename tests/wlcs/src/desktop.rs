//! A desktop on its own thread, and the requests that cross over to it.

use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
    os::{fd::RawFd, unix::net::UnixStream},
    rc::Rc,
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context, anyhow};
use calloop::channel;
use euclid::Vector2D;
use glasshouse::{Server, display, socket::insert_client, wayland::surface::id_of};
use glasshouse_core::{Caller, Command, Event, Settings, command::Mode};
use glasshouse_link::{ExecutorChoice, desktop::Limits};
use glasshouse_scene::{Logical, LogicalPoint, Transform};
use smithay::reexports::wayland_server::{Client, Resource, protocol::wl_surface::WlSurface};

/// The one output's pixels. WLCS places nothing further out than 1,000.
const OUTPUT: (u32, u32) = (1280, 1024);

/// What WLCS can have done.
#[derive(Debug)]
pub(crate) enum Request {
    /// Lets a client in, whose own end has this number.
    Connect {
        stream: UnixStream,
        client_end: RawFd,
    },
    /// Puts the window of this client's surface there.
    Place {
        client_end: RawFd,
        surface: u32,
        at: LogicalPoint,
    },
    PointerTo(LogicalPoint),
    PointerBy(Vector2D<f64, Logical>),
    Button {
        button: u32,
        pressed: bool,
    },
    TouchDown(LogicalPoint),
    TouchMove(LogicalPoint),
    TouchUp,
    Stop,
}

/// A request, and whom to tell when clients have been told what came of it.
struct Asked {
    request: Request,
    done: mpsc::SyncSender<()>,
}

/// Has the desktop do something. Every device of a test has its own.
#[derive(Clone)]
pub(crate) struct Handle(channel::Sender<Asked>);

impl Handle {
    /// Returns when it is done, or at once if there is no desktop any more.
    pub(crate) fn ask(&self, request: Request) {
        let (done, answer) = mpsc::sync_channel(1);
        if self.0.send(Asked { request, done }).is_err() || answer.recv().is_err() {
            tracing::debug!("the desktop has ended");
        }
    }
}

/// The desktop of one test.
pub(crate) struct Desktop {
    handle: Handle,
    /// What the thread takes with it when it starts.
    inbox: Option<channel::Channel<Asked>>,
    thread: Option<JoinHandle<()>>,
}

impl Desktop {
    pub(crate) fn new() -> Self {
        let (sender, inbox) = channel::channel();
        Self { handle: Handle(sender), inbox: Some(inbox), thread: None }
    }

    pub(crate) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    pub(crate) fn start(&mut self) {
        let Some(inbox) = self.inbox.take() else { return };
        let body = || {
            if let Err(error) = run(inbox) {
                tracing::error!("the desktop failed: {error:#}");
            }
        };
        match std::thread::Builder::new().name("desktop".into()).spawn(body) {
            Ok(thread) => self.thread = Some(thread),
            Err(error) => tracing::error!(%error, "the desktop has no thread"),
        }
    }

    /// Returns when everything of the desktop is gone.
    pub(crate) fn stop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.handle.ask(Request::Stop);
            if thread.join().is_err() {
                tracing::error!("the desktop panicked");
            }
        }
    }

    /// A new client's end of its connection.
    pub(crate) fn connect(&self) -> std::io::Result<UnixStream> {
        use std::os::fd::AsRawFd;
        let (ours, theirs) = UnixStream::pair()?;
        self.handle.ask(Request::Connect { stream: ours, client_end: theirs.as_raw_fd() });
        Ok(theirs)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A desktop of bare windows that float where they are put, with a clock that always runs and nobody who draws.
pub(crate) fn bare_desktop() -> anyhow::Result<Server> {
    let display = display::Settings {
        recipe: None,
        executor: ExecutorChoice::Cpu,
        idle_after: Duration::MAX,
        always_active: true,
        limits: Limits::default(),
    };
    // Most clients of WLCS never acknowledge anything: whoever waits for them does so for ever.
    let settings = Settings { configure_timeout: Duration::ZERO, ..Settings::plain() };
    let mut server = Server::new(settings, display)?;
    server.state.clients.forgives_early_buffers = true;
    let mode = Mode { width: OUTPUT.0, height: OUTPUT.1, refresh_mhz: None };
    let output = Command::AddOutput { mode, name: None, scale: 1.0, transform: Transform::Normal, position: None };
    server.state.apply(&Caller::Person, output)?;
    server.state.settle();
    Ok(server)
}

fn run(inbox: channel::Channel<Asked>) -> anyhow::Result<()> {
    let mut server = bare_desktop()?;
    let waiting = Rc::new(RefCell::new(VecDeque::new()));
    let heard = Rc::clone(&waiting);
    let hear = move |event: channel::Event<Asked>, _: &mut (), _: &mut glasshouse::State| {
        if let channel::Event::Msg(asked) = event {
            heard.borrow_mut().push_back(asked);
        }
    };
    server.handle().insert_source(inbox, hear).map_err(|error| anyhow!(error.error)).context("requests cannot be heard")?;
    let mut clients = HashMap::new();
    loop {
        // Also carries out what clients have asked for so far.
        server.turn(None)?;
        while let Some(asked) = { waiting.borrow_mut().pop_front() } {
            if matches!(asked.request, Request::Stop) {
                drop(server);
                return Ok(());
            }
            perform(&mut server, &mut clients, asked.request);
            // Clients are told before the one who asked.
            server.turn(Some(Duration::ZERO))?;
            let _ = asked.done.send(()); // Whoever does not wait does not need to know.
        }
    }
}

fn perform(server: &mut Server, clients: &mut HashMap<RawFd, Client>, request: Request) {
    /// WLCS has one finger.
    const FINGER: i32 = 0;
    let state = &mut server.state;
    match request {
        Request::Connect { stream, client_end } => {
            if let Some(client) = insert_client(&mut state.clients, stream) {
                clients.insert(client_end, client);
            }
        }
        Request::Place { client_end, surface, at } => {
            let found =
                clients.get(&client_end).and_then(|client| client.object_from_protocol_id::<WlSurface>(&state.clients.dh, surface).ok());
            let Some(surface) = found.filter(Resource::is_alive) else { return };
            let Some(window) = state.window_of(&surface) else {
                if let Some(surface) = id_of(&surface) {
                    state.observe(Event::LayerPinned { surface, at });
                    state.settle();
                }
                return;
            };
            let float = Command::SetFloating { window: window.into(), on: true.into() };
            let placed = state
                .apply(&Caller::Person, float)
                .and_then(|()| state.apply(&Caller::Person, Command::MoveWindow { window: window.into(), to: at }));
            if let Err(refusal) = placed {
                tracing::warn!(%refusal, "a window was not placed");
            }
            state.settle();
        }
        Request::PointerTo(to) => state.pointer_to(to),
        Request::PointerBy(by) => {
            let to = state.desktop.pointer() + by;
            state.pointer_to(to);
        }
        Request::Button { button, pressed } => state.pointer_button(button, pressed),
        Request::TouchDown(at) => state.touch_down(FINGER, at),
        Request::TouchMove(at) => state.touch_move(FINGER, at),
        Request::TouchUp => state.touch_up(FINGER),
        Request::Stop => {}
    }
}
