use std::sync::{Arc, Mutex, PoisonError};

use calloop::channel::Sender;
use glasshouse_core::{
    Caller, WindowId,
    outside::{Fallback, LayoutName, MAX_OFFERS_EACH, MAX_OWED, Offer, ProviderId},
    tiles::Placement,
};
use glasshouse_protocols::{
    Dict,
    layouts::{ArrangeRequest, LayoutInfo, LayoutOptions, LayoutPlacement, LayoutQuestion, LayoutWindow},
};
use glasshouse_scene::{LogicalPoint, LogicalRect, LogicalSize};
use tokio::sync::{mpsc, watch};
use tracing::error;
use zbus::{
    Connection, interface,
    names::{OwnedUniqueName, UniqueName},
    object_server::{ResponseDispatchListener, ResponseDispatchNotifier, SignalEmitter},
};

use super::{BusError, Reply, Request, driver::DESKTOP, peer::Peer};

/// Questions that may wait for the bus thread: as many as the core lets a program owe.
const MAX_QUESTIONS: usize = MAX_OWED * MAX_OFFERS_EACH;

/// More windows than any workspace has; longer answers are not even looked at.
const MAX_PLACEMENTS: usize = 10_000;

/// Calls of `org.glasshouse.Layouts1`. `provider` is the connection.
#[derive(Debug)]
pub enum LayoutsRequest {
    /// `questions` is where the main loop puts what this connection is asked.
    Register {
        provider: ProviderId,
        offer: Offer,
        questions: mpsc::Sender<ArrangeRequest>,
        reply: Reply<()>,
    },
    Unregister {
        provider: ProviderId,
        name: LayoutName,
        reply: Reply<()>,
    },
    Refresh {
        provider: ProviderId,
        name: LayoutName,
        reply: Reply<()>,
    },
    Arrange {
        provider: ProviderId,
        serial: u64,
        placements: Vec<Placement>,
        reply: Reply<()>,
    },
    List {
        reply: Reply<Vec<LayoutInfo>>,
    },
    /// The connection is over.
    Gone {
        provider: ProviderId,
    },
}

/// `org.glasshouse.Layouts1`.
pub(super) struct Layouts1 {
    peer: Peer,
    /// Of a connection that has registered something.
    questions: Mutex<Option<mpsc::Sender<ArrangeRequest>>>,
}

impl Layouts1 {
    pub(super) fn new(peer: Peer) -> Self {
        Self { peer, questions: Mutex::default() }
    }

    async fn ask<T>(&self, connection: &Connection, request: impl FnOnce(ProviderId, Reply<T>) -> LayoutsRequest) -> Result<T, BusError> {
        let provider = ProviderId(self.peer.number());
        self.peer.ask(connection, |caller, reply| Request::Layouts { caller, request: request(provider, reply) }).await
    }

    /// Where questions go, and for the first time the queue that they come out of, with who tells the end.
    fn line(&self) -> (mpsc::Sender<ArrangeRequest>, Option<(mpsc::Receiver<ArrangeRequest>, Gone)>) {
        let mut questions = self.questions.lock().unwrap_or_else(PoisonError::into_inner);
        match &*questions {
            Some(line) => (line.clone(), None),
            None => {
                let (line, queue) = mpsc::channel(MAX_QUESTIONS);
                *questions = Some(line.clone());
                let (caller, sender) = self.peer.line();
                (line, Some((queue, Gone { provider: ProviderId(self.peer.number()), caller, sender })))
            }
        }
    }
}

#[interface(name = "org.glasshouse.Layouts1", spawn = false)]
impl Layouts1 {
    /// Offers a layout as long as the caller's connection lives: the command set-layout takes its name from now on. A name has 1 to 32
    /// letters, digits, dots, dashes and underscores, and is unlike those of the desktop's own layouts. Registering again
    /// replaces the options.
    ///
    /// Options, all of which may be absent: fallback (s: what arranges the windows while the caller does not: master-stack, grid or
    /// monocle), follows_focus (b: ask again when another window gets the focus; only then may windows be hidden), resizes (b: the
    /// layout heeds sizes that somebody asks for).
    ///
    /// The questions come as the signal ArrangeRequested, the first perhaps right after the answer: listen for it before.
    async fn register(
        &self,
        #[zbus(connection)] connection: &Connection,
        name: &str,
        options: Dict,
    ) -> Result<ResponseDispatchNotifier<()>, BusError> {
        let LayoutOptions { fallback, follows_focus, resizes } = LayoutOptions::from_dict(options)?;
        let fallback: Option<Fallback> = fallback.map(|word| word.parse().map_err(BusError::BadArgument)).transpose()?;
        let offer = Offer {
            name: named(name)?,
            fallback: fallback.unwrap_or_default(),
            follows_focus: follows_focus.unwrap_or_default(),
            resizes: resizes.unwrap_or_default(),
        };
        let (questions, queue) = self.line();
        let result = self.ask(connection, |provider, reply| LayoutsRequest::Register { provider, offer, questions, reply }).await;
        let (answer, answered) = ResponseDispatchNotifier::new(());
        if let Some((queue, gone)) = queue {
            // Also after a refusal: the next call finds the line there.
            let first = result.is_ok().then_some(answered);
            tokio::spawn(deliver(connection.clone(), self.peer.destination(), self.peer.over(), first, queue, gone));
        }
        result.map(|()| answer)
    }

    /// Takes an offer back. Workspaces that have the layout keep its name and get its fallback.
    async fn unregister(&self, #[zbus(connection)] connection: &Connection, name: &str) -> Result<(), BusError> {
        let name = named(name)?;
        self.ask(connection, |provider, reply| LayoutsRequest::Unregister { provider, name, reply }).await
    }

    /// Answers the question with this serial. Every window of the question is placed exactly once: window, x, y, width, height (logical
    /// pixels in the space of all outputs), and whether it is shown. What is shown lies in the area and nowhere overlaps, after rounding to
    /// pixels; nothing is smaller than a pixel. A layout that follows the focus may hide windows, but not the one that has it.
    ///
    /// An answer that comes after the deadline still counts, unless the question is over, because it was answered or one about other windows
    /// or another area has replaced it: then it is refused as Stale. A wrong answer, and one to what this connection was never asked, is
    /// refused as BadArgument; after a wrong one the fallback stands, and the question can be answered again.
    async fn arrange(
        &self,
        #[zbus(connection)] connection: &Connection,
        serial: u64,
        placements: Vec<LayoutPlacement>,
    ) -> Result<(), BusError> {
        if placements.len() > MAX_PLACEMENTS {
            return Err(BusError::BadArgument(format!("{} windows are placed; {MAX_PLACEMENTS} is the most", placements.len())));
        }
        let placements = placements.into_iter().map(placement).collect();
        self.ask(connection, |provider, reply| LayoutsRequest::Arrange { provider, serial, placements, reply }).await
    }

    /// Has the desktop forget all answers about a layout of the caller's and ask again.
    async fn refresh(&self, #[zbus(connection)] connection: &Connection, name: &str) -> Result<(), BusError> {
        let name = named(name)?;
        self.ask(connection, |provider, reply| LayoutsRequest::Refresh { provider, name, reply }).await
    }

    /// All layouts that programs offer, by name: name (s), pid (i), fallback (s), follows_focus, resizes (b), answers (b: it answers in
    /// time; if not, windows do not wait for it), workspaces (at, those that have it).
    #[zbus(out_args("layouts"))]
    async fn list(&self, #[zbus(connection)] connection: &Connection) -> Result<Vec<LayoutInfo>, BusError> {
        self.ask(connection, |_, reply| LayoutsRequest::List { reply }).await
    }

    /// Where do these windows go? Only sent to the program that offers the layout, which answers with Arrange.
    ///
    /// The question: layout (s), workspace (t), workspace_name (s), output (s), scale (d), x, y, width, height (d: the area for the
    /// windows, in logical pixels in the space of all outputs), gap (d), focus (t), parameters (s: what somebody said with the command
    /// set-layout-parameters), deadline_ms (u). The windows, in their order, which commands change: id (t), app_id (s), title (s), new (b: it is
    /// about to be shown for the first time), min_width, min_height, max_width, max_height (d), aspect (s), wanted_width,
    /// wanted_height (d: what somebody asked for), x, y, width, height (d: where it is now). What is unknown is absent.
    #[zbus(signal)]
    async fn arrange_requested(
        emitter: &SignalEmitter<'_>,
        serial: u64,
        question: LayoutQuestion,
        windows: Vec<LayoutWindow>,
    ) -> zbus::Result<()>;
}

fn named(name: &str) -> Result<LayoutName, BusError> {
    LayoutName::new(name).map_err(|error| BusError::BadArgument(error.to_string()))
}

fn placement(LayoutPlacement { window, x, y, width, height, shown }: LayoutPlacement) -> Placement {
    let rect = LogicalRect::new(LogicalPoint::new(x, y), LogicalSize::new(width, height));
    Placement { window: WindowId(window), rect, visible: shown }
}

/// Says that a connection is over when it is dropped, so that no end of a call or a task can leave an offer behind.
struct Gone {
    provider: ProviderId,
    caller: Caller,
    sender: Arc<Sender<Request>>,
}

impl Drop for Gone {
    fn drop(&mut self) {
        let request = LayoutsRequest::Gone { provider: self.provider };
        // An error: the main loop has ended.
        let _ = self.sender.send(Request::Layouts { caller: self.caller.clone(), request });
    }
}

/// Sends a program its questions until its connection ends.
async fn deliver(
    connection: Connection,
    destination: Option<OwnedUniqueName>,
    mut over: watch::Receiver<bool>,
    first: Option<ResponseDispatchListener>,
    mut questions: mpsc::Receiver<ArrangeRequest>,
    gone: Gone,
) {
    let ended = async {
        tokio::select! {
            () = connection.closed() => {}
            // An error: the peer is gone.
            _ = over.wait_for(|over| *over) => {}
        }
    };
    let work = async {
        if let Some(first) = first {
            first.await;
        }
        while let Some(asked) = questions.recv().await {
            let sender = destination.is_none().then(|| UniqueName::from_static_str(DESKTOP).ok()).flatten();
            match asked.signal(sender.as_ref(), destination.as_deref()) {
                // A program that does not read stops this here; the main loop goes on without it.
                Ok(signal) if connection.send(&signal).await.is_err() => break,
                Ok(_) => {}
                Err(error) => error!(%error, "a question about a layout cannot be encoded"),
            }
        }
    };
    tokio::select! {
        () = ended => {}
        () = work => {}
    }
    // From here on what it still wants to register is refused.
    drop((questions, gone));
}
