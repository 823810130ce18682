//! The desktop's end of the link.
//!
//! It synchronises state and not messages: one transaction is under way, everything newer waits merged in one place. So a display
//! that does not answer costs no memory, and one that dies costs nothing: the next gets the newest state.

mod messages;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use glasshouse_scene::{BufferId, Content, Damage, OutputId, Pixels, PoolId, SurfaceId, occlusion::Contents};

use crate::{holds::Holds, message::*};

/// A message to the display and the descriptors that go with it.
#[derive(Debug)]
pub struct Outgoing<F> {
    pub message: ToDisplay,
    pub fds: Vec<F>,
}

/// What the display's messages meant for the desktop.
#[derive(Debug)]
pub enum Arrived<F> {
    Ready {
        executor: Executor,
        reason: String,
    },
    ExecutorChanged {
        executor: Executor,
        reason: String,
    },
    /// Frame callbacks and releases of this and earlier transactions are due.
    Latched {
        seq: Seq,
        unreadable: Vec<SurfaceId>,
        took_ns: u64,
        damage: Vec<(OutputId, u64)>,
    },
    BeginFrame {
        output: OutputId,
        present_at_ns: u64,
        refresh_ns: u64,
    },
    Presented {
        output: OutputId,
        seq: Seq,
        time_ns: u64,
        refresh_ns: u64,
        msc: u64,
        kind: PresentedKind,
    },
    Captured {
        id: CaptureId,
        frame: Frame,
        fd: Option<F>,
        /// `None`: it was of a scene.
        output: Option<OutputId>,
        /// When it was asked for, of this display.
        asked: Duration,
    },
    CaptureFailed {
        id: CaptureId,
        reason: CaptureFailure,
    },
    /// Nothing for the desktop to do.
    Nothing,
}

/// The display said something that it may not say. It is killed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Violation {
    #[error("the display is of another build: {0}")]
    OtherBuild(String),
    #[error("the display answered transaction {0:?}, which is not under way")]
    NotUnderWay(Seq),
    #[error("the display sent a picture without its memory")]
    NoMemory,
}

/// How long each answer may take before the display counts as hung.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until `Ready`: a GPU driver compiles its shaders.
    pub ready: Duration,
    /// Everything else.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { ready: Duration::from_secs(15), answer: Duration::from_secs(2) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Awaited {
    Ready,
    Pools,
    Latched,
    Frame(OutputId),
    Capture(CaptureId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No process, or it is dead.
    Absent,
    /// `Hello` went out.
    Starting,
    Live(Executor),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    No,
    /// Sent with this size. What is sent later arrives later, so it may be named at once.
    Yes(u64),
}

#[derive(Debug)]
struct PoolEntry<F> {
    fd: F,
    bytes: u64,
    sent: Sent,
    /// The client has destroyed it; it goes when no content names it.
    retired: bool,
}

#[derive(Debug)]
struct WaitingCapture<F> {
    request: CaptureRequest,
    fd: Option<F>,
    sent: bool,
    retries: u32,
}

/// See the module. `F` is a descriptor that can be sent more than once.
#[derive(Debug)]
pub struct DesktopEnd<F> {
    phase: Phase,
    limits: Limits,
    pools: BTreeMap<PoolId, PoolEntry<F>>,
    /// What every surface shows now. Its damage is what has changed since the last transaction that was sent.
    contents: Contents,
    outputs: BTreeMap<OutputId, OutputState>,
    dirty_contents: BTreeSet<SurfaceId>,
    dirty_outputs: BTreeSet<OutputId>,
    /// What the living display has latched.
    shown: Contents,
    in_flight: Option<InFlight>,
    holds: Holds,
    submit_wanted: bool,
    frames: BTreeMap<OutputId, (Pace, bool)>,
    captures: BTreeMap<CaptureId, WaitingCapture<F>>,
    debug: Vec<DebugOrder>,
    /// Told to every display: a poisonous surface stays so.
    poison: Option<SurfaceId>,
    awaited: BTreeMap<Awaited, Duration>,
    withheld: BTreeSet<SurfaceId>,
    lock_epoch: u64,
    seq: Seq,
    next_capture: u64,
    next_own: u64,
    retaining: BTreeMap<SurfaceId, (BufferId, PoolId, bool)>,
}

#[derive(Debug)]
struct InFlight {
    seq: Seq,
    contents: Vec<(SurfaceId, Option<Content>)>,
}

/// Ids that this end invents lie above those of the desktop, and below [`crate::display::OWN_IDS`].
pub const OWN_IDS: u64 = 1 << 63;

impl<F: Clone> DesktopEnd<F> {
    pub fn new(limits: Limits) -> Self {
        Self {
            phase: Phase::Absent,
            limits,
            pools: BTreeMap::new(),
            contents: Contents::new(),
            outputs: BTreeMap::new(),
            dirty_contents: BTreeSet::new(),
            dirty_outputs: BTreeSet::new(),
            shown: Contents::new(),
            in_flight: None,
            holds: Holds::default(),
            submit_wanted: false,
            frames: BTreeMap::new(),
            captures: BTreeMap::new(),
            debug: Vec::new(),
            poison: None,
            awaited: BTreeMap::new(),
            withheld: BTreeSet::new(),
            lock_epoch: 0,
            seq: Seq(0),
            next_capture: 0,
            next_own: OWN_IDS,
            retaining: BTreeMap::new(),
        }
    }

    // What the desktop shows.

    pub fn add_pool(&mut self, pool: PoolId, fd: F, bytes: u64) {
        self.pools.insert(pool, PoolEntry { fd, bytes, sent: Sent::No, retired: false });
    }

    pub fn resize_pool(&mut self, pool: PoolId, bytes: u64) {
        if let Some(entry) = self.pools.get_mut(&pool) {
            entry.bytes = bytes;
        }
    }

    /// The client has no more use for it. It goes when nothing shown lies in it.
    pub fn retire_pool(&mut self, pool: PoolId) {
        if let Some(entry) = self.pools.get_mut(&pool) {
            entry.retired = true;
        }
    }

    /// Sets what the surface shows. Damage is merged with what the display has not been told.
    pub fn set_content(&mut self, surface: SurfaceId, content: Option<Content>) {
        let before = self.contents.remove(&surface);
        if before.is_none() && content.is_none() {
            return;
        }
        self.dirty_contents.insert(surface);
        if let Some(mut content) = content {
            self.holds.hold(&content);
            match &before {
                Some(before) if before.same_mapping(&content) => content.damage.merge(&before.damage),
                _ => content.damage = Damage::Full,
            }
            self.contents.insert(surface, content);
        }
        if let Some(before) = before {
            self.holds.release(&before);
        }
    }

    pub fn content(&self, surface: SurfaceId) -> Option<&Content> {
        self.contents.get(&surface)
    }

    /// Sets what the output is and shows. `None`: it is gone.
    pub fn set_output(&mut self, output: OutputId, state: Option<OutputState>) {
        match state {
            Some(state) => {
                if self.outputs.get(&output) == Some(&state) {
                    return;
                }
                self.lock_epoch = self.lock_epoch.max(state.scene.lock_epoch);
                self.outputs.insert(output, state);
            }
            None => {
                if self.outputs.remove(&output).is_none() {
                    return;
                }
                self.frames.remove(&output);
                self.awaited.remove(&Awaited::Frame(output));
            }
        }
        self.dirty_outputs.insert(output);
    }

    /// Never shows this surface's memory to a display again.
    pub fn withhold(&mut self, surface: SurfaceId) {
        if self.withheld.insert(surface) {
            self.dirty_contents.insert(surface);
            self.dirty_outputs.extend(self.outputs.keys().copied());
        }
    }

    /// The surface is gone.
    pub fn forget(&mut self, surface: SurfaceId) {
        self.set_content(surface, None);
        self.withheld.remove(&surface);
        self.retaining.remove(&surface);
    }

    /// The transaction that is under way.
    pub fn in_flight(&self) -> Option<Seq> {
        self.in_flight.as_ref().map(|in_flight| in_flight.seq)
    }

    /// Whether something waits for [`Self::submit`].
    pub fn is_dirty(&self) -> bool {
        !self.dirty_contents.is_empty() || !self.dirty_outputs.is_empty()
    }

    /// Sends what is new as soon as the display can take it.
    pub fn submit(&mut self) {
        self.submit_wanted = true;
    }

    /// Asks for a `BeginFrame`. Without effect while one is asked for, unless it comes sooner now.
    pub fn request_frame(&mut self, output: OutputId, pace: Pace) {
        if !self.outputs.contains_key(&output) {
            return;
        }
        match self.frames.get(&output) {
            Some((Pace::Full, _)) => {}
            Some((Pace::Slow, _)) if pace == Pace::Slow => {}
            _ => {
                self.frames.insert(output, (pace, false));
            }
        }
    }

    /// Asks for a picture of everything that was set until now.
    pub fn capture(&mut self, request: CaptureRequest, fd: Option<F>, retries: u32) -> CaptureId {
        self.next_capture += 1;
        let id = CaptureId(self.next_capture);
        self.captures.insert(id, WaitingCapture { request, fd, sent: false, retries });
        self.submit_wanted = true;
        id
    }

    pub fn cancel_capture(&mut self, id: CaptureId) {
        self.captures.remove(&id);
        self.awaited.remove(&Awaited::Capture(id));
    }

    /// Frees the buffer that the surface shows by letting the display copy it, for clients with only one.
    pub fn retain(&mut self, surface: SurfaceId) {
        let Some(content) = self.contents.get(&surface) else { return };
        if !matches!(content.pixels, Pixels::Shm { pool, .. } if pool.0 < OWN_IDS)
            || self.retaining.get(&surface).is_some_and(|(buffer, ..)| *buffer == content.buffer)
        {
            return;
        }
        self.next_own += 1;
        self.retaining.insert(surface, (content.buffer, PoolId(self.next_own), false));
        self.submit_wanted = true;
    }

    pub fn debug(&mut self, order: DebugOrder) {
        if let DebugOrder::PoisonSurface(surface) = order {
            self.poison = Some(surface);
        }
        self.debug.push(order);
    }

    // The life of displays.

    /// A display process exists; `hello` is the first that it hears.
    pub fn started(&mut self, now: Duration) {
        debug_assert!(self.phase == Phase::Absent, "two displays at once");
        self.phase = Phase::Starting;
        self.awaited.insert(Awaited::Ready, now);
    }

    pub fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live(_))
    }

    pub fn is_absent(&self) -> bool {
        self.phase == Phase::Absent
    }

    pub fn executor(&self) -> Option<Executor> {
        match self.phase {
            Phase::Live(executor) => Some(executor),
            _ => None,
        }
    }

    /// The display is dead: nothing is under way, nothing is held for it, and the next one is told everything.
    ///
    /// Returns the captures that cannot be tried again.
    pub fn died(&mut self) -> Vec<CaptureId> {
        self.phase = Phase::Absent;
        self.awaited.clear();
        self.debug = self.poison.map(DebugOrder::PoisonSurface).into_iter().collect();
        for content in std::mem::take(&mut self.shown).values() {
            self.holds.release(content);
        }
        if let Some(in_flight) = self.in_flight.take() {
            in_flight.contents.iter().filter_map(|(_, content)| content.as_ref()).for_each(|content| self.holds.release(content));
        }
        self.pools.values_mut().for_each(|pool| pool.sent = Sent::No);
        self.pools.retain(|id, pool| !pool.retired || self.holds.holds_pool(*id));
        self.contents.values_mut().for_each(|content| content.damage = Damage::Full);
        self.dirty_contents = self.contents.keys().copied().collect();
        self.dirty_outputs = self.outputs.keys().copied().collect();
        self.frames.clear();
        self.retaining.clear();
        let mut lost = Vec::new();
        self.captures.retain(|id, capture| {
            let again = !capture.sent || capture.retries > 0;
            if capture.sent {
                capture.retries = capture.retries.saturating_sub(1);
                capture.sent = false;
            }
            if !again {
                lost.push(*id);
            }
            again
        });
        self.submit_wanted = !self.captures.is_empty();
        lost
    }

    /// The outputs whose `BeginFrame` has not come.
    pub fn awaited_frames(&self) -> Vec<OutputId> {
        let frames = self.awaited.keys().filter_map(|awaited| match awaited {
            Awaited::Frame(output) => Some(*output),
            _ => None,
        });
        frames.collect()
    }

    /// Whether somebody waits for a picture.
    pub fn has_captures(&self) -> bool {
        !self.captures.is_empty()
    }

    /// When the display counts as hung, if it stays silent.
    pub fn hung_at(&self) -> Option<Duration> {
        let limit = |awaited: &Awaited| match awaited {
            Awaited::Ready => self.limits.ready,
            _ => self.limits.answer,
        };
        self.awaited.iter().map(|(awaited, since)| *since + limit(awaited)).min()
    }

    /// The client's buffers that nobody needs any more, each once. Tell the clients before their frame callbacks.
    pub fn take_released(&mut self) -> Vec<BufferId> {
        let mut released = self.holds.take_released();
        released.retain(|buffer| buffer.0 < OWN_IDS);
        released
    }

    /// How many pools and contents are kept, for tests of what clients leave behind.
    pub fn kept(&self) -> (usize, usize) {
        (self.pools.len(), self.contents.len())
    }

    #[cfg(test)]
    pub(crate) fn holds_buffer(&self, buffer: BufferId) -> bool {
        self.holds.holds_buffer(buffer)
    }

    #[cfg(test)]
    pub(crate) fn state(&self) -> (&Contents, &BTreeMap<OutputId, OutputState>, usize) {
        (&self.contents, &self.outputs, self.pools.len())
    }
}

#[cfg(test)]
#[path = "desktop_tests.rs"]
mod tests;
