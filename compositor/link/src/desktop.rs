//! The desktop's end of the link.
//!
//! It synchronises state and not messages: one transaction is under way, everything newer waits merged in one place. So a display
//! that does not answer costs no memory, and one that dies costs nothing: the next gets the newest state.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use glasshouse_scene::{BufferId, Content, Damage, ElementKind, OutputId, Pixels, PoolId, SurfaceId, occlusion::Contents};

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

/// Ids that this end invents lie above those of the desktop.
const OWN_IDS: u64 = 1 << 63;

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
        self.debug.clear();
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

    // Messages.

    /// What can be sent now. Call until it is empty, after every change and every answer.
    pub fn outgoing(&mut self, now: Duration) -> Vec<Outgoing<F>> {
        let mut out = Vec::new();
        if !self.is_live() {
            return out;
        }
        self.send_pools(now, &mut out);
        if self.submit_wanted && self.in_flight.is_none() && self.is_dirty() && self.pools_are_sent() {
            let transaction = self.build();
            self.awaited.insert(Awaited::Latched, now);
            out.push(Outgoing { message: ToDisplay::Submit(transaction), fds: Vec::new() });
        }
        if !self.is_dirty() {
            self.submit_wanted = false;
            self.send_after_submit(now, &mut out);
        }
        for (output, (pace, sent)) in &mut self.frames {
            if !*sent {
                *sent = true;
                self.awaited.insert(Awaited::Frame(*output), now);
                out.push(Outgoing { message: ToDisplay::RequestFrame { output: *output, pace: *pace }, fds: Vec::new() });
            }
        }
        out.extend(self.debug.drain(..).map(|order| Outgoing { message: ToDisplay::Debug(order), fds: Vec::new() }));
        out
    }

    fn send_pools(&mut self, now: Duration, out: &mut Vec<Outgoing<F>>) {
        let gone: Vec<PoolId> =
            self.pools.iter().filter(|(id, pool)| pool.retired && !self.holds.holds_pool(**id)).map(|(id, _)| *id).collect();
        let known: Vec<PoolId> =
            gone.iter().copied().filter(|id| self.pools.remove(id).is_some_and(|pool| pool.sent != Sent::No)).collect();
        if !known.is_empty() {
            out.push(Outgoing { message: ToDisplay::RemovePools { pools: known }, fds: Vec::new() });
        }
        for (id, pool) in &mut self.pools {
            if let Sent::Yes(bytes) = pool.sent
                && bytes != pool.bytes
            {
                pool.sent = Sent::Yes(pool.bytes);
                let size = PoolSize { pool: *id, bytes: pool.bytes };
                out.push(Outgoing { message: ToDisplay::ResizePool(size), fds: Vec::new() });
            }
        }
        if self.awaited.contains_key(&Awaited::Pools) {
            return;
        }
        let (mut pools, mut fds) = (Vec::new(), Vec::new());
        for (id, pool) in self.pools.iter_mut().filter(|(_, pool)| pool.sent == Sent::No).take(MAX_FDS) {
            pool.sent = Sent::Yes(pool.bytes);
            pools.push(PoolSize { pool: *id, bytes: pool.bytes });
            fds.push(pool.fd.clone());
        }
        if !pools.is_empty() {
            self.awaited.insert(Awaited::Pools, now);
            out.push(Outgoing { message: ToDisplay::AddPools { pools }, fds });
        }
    }

    /// Whether the display has, or will have in time, every pool that the next transaction names.
    fn pools_are_sent(&self) -> bool {
        self.dirty_contents.iter().filter_map(|surface| self.contents.get(surface)).all(|content| match content.pixels {
            Pixels::Shm { pool, .. } => self.pools.get(&pool).is_none_or(|pool| pool.sent != Sent::No),
            Pixels::Solid(_) => true,
        })
    }

    /// Takes everything that is dirty into one transaction, which is then under way.
    fn build(&mut self) -> Transaction {
        self.seq.0 += 1;
        let mut transaction = Transaction { seq: self.seq, lock_epoch: self.lock_epoch, ..Transaction::default() };
        for surface in std::mem::take(&mut self.dirty_contents) {
            let content = match self.contents.get_mut(&surface) {
                Some(content) if !self.withheld.contains(&surface) => {
                    let sent = content.clone();
                    content.damage = Damage::None;
                    self.holds.hold(&sent);
                    Some(sent)
                }
                _ => None,
            };
            transaction.contents.push((surface, content));
        }
        for output in std::mem::take(&mut self.dirty_outputs) {
            let state = self.outputs.get(&output).cloned().map(|mut state| {
                for element in &mut state.scene.elements {
                    if let ElementKind::Surface(surface) = &element.kind
                        && self.withheld.contains(surface)
                    {
                        element.kind = ElementKind::Placeholder;
                    }
                }
                state
            });
            transaction.outputs.push((output, state));
        }
        self.in_flight = Some(InFlight { seq: self.seq, contents: transaction.contents.clone() });
        transaction
    }

    /// What must see everything that was set before it: the stream keeps the order.
    fn send_after_submit(&mut self, now: Duration, out: &mut Vec<Outgoing<F>>) {
        for (id, capture) in &mut self.captures {
            if !capture.sent {
                capture.sent = true;
                self.awaited.insert(Awaited::Capture(*id), now);
                let message = ToDisplay::Capture { id: *id, request: capture.request.clone() };
                out.push(Outgoing { message, fds: capture.fd.iter().cloned().collect() });
            }
        }
        for (surface, (_, copy, sent)) in &mut self.retaining {
            if !*sent {
                *sent = true;
                out.push(Outgoing { message: ToDisplay::Retain { surface: *surface, copy: *copy }, fds: Vec::new() });
            }
        }
    }

    /// Takes a message of the display.
    ///
    /// # Errors
    ///
    /// A [`Violation`] means that the display cannot be trusted to go on.
    pub fn arrived(&mut self, message: ToDesktop, mut fds: Vec<F>) -> Result<Arrived<F>, Violation> {
        Ok(match message {
            ToDesktop::Ready { build_id, executor, reason } => {
                if build_id != BUILD_ID {
                    return Err(Violation::OtherBuild(build_id));
                }
                self.awaited.remove(&Awaited::Ready);
                self.phase = Phase::Live(executor);
                Arrived::Ready { executor, reason }
            }
            ToDesktop::ExecutorChanged { executor, reason } => {
                self.phase = Phase::Live(executor);
                Arrived::ExecutorChanged { executor, reason }
            }
            ToDesktop::PoolsAdded => {
                self.awaited.remove(&Awaited::Pools);
                Arrived::Nothing
            }
            ToDesktop::BeginFrame { output, present_at_ns, refresh_ns } => {
                self.awaited.remove(&Awaited::Frame(output));
                self.frames.remove(&output);
                Arrived::BeginFrame { output, present_at_ns, refresh_ns }
            }
            ToDesktop::Latched { seq, unreadable } => {
                self.latched(seq)?;
                Arrived::Latched { seq, unreadable }
            }
            ToDesktop::Presented { output, seq, time_ns, refresh_ns, msc, kind } => {
                Arrived::Presented { output, seq, time_ns, refresh_ns, msc, kind }
            }
            ToDesktop::Captured { id, frame } => {
                self.awaited.remove(&Awaited::Capture(id));
                let Some(capture) = self.captures.remove(&id) else { return Ok(Arrived::Nothing) }; // Cancelled.
                let fd = fds.pop();
                if fd.is_none() && !matches!(capture.request.target, CaptureTarget::Shm { .. }) {
                    return Err(Violation::NoMemory);
                }
                Arrived::Captured { id, frame, fd }
            }
            ToDesktop::CaptureFailed { id, reason } => {
                self.awaited.remove(&Awaited::Capture(id));
                match self.captures.remove(&id) {
                    Some(_) => Arrived::CaptureFailed { id, reason },
                    None => Arrived::Nothing,
                }
            }
            ToDesktop::Retained { surface, content, bytes } => {
                let fd = fds.pop().ok_or(Violation::NoMemory)?;
                self.retained(surface, content, bytes, fd);
                Arrived::Nothing
            }
            ToDesktop::NotRetained { surface, copy } => {
                if self.retaining.get(&surface).is_some_and(|(_, pool, _)| *pool == copy) {
                    self.retaining.remove(&surface);
                }
                Arrived::Nothing
            }
            ToDesktop::Pong { .. } => Arrived::Nothing,
        })
    }

    fn latched(&mut self, seq: Seq) -> Result<(), Violation> {
        let Some(in_flight) = self.in_flight.take_if(|in_flight| in_flight.seq == seq) else { return Err(Violation::NotUnderWay(seq)) };
        self.awaited.remove(&Awaited::Latched);
        for (surface, content) in in_flight.contents {
            let before = match content {
                Some(content) => self.shown.insert(surface, content), // Its hold goes on as that of what is shown.
                None => self.shown.remove(&surface),
            };
            if let Some(before) = before {
                self.holds.release(&before);
            }
        }
        Ok(())
    }

    /// The display has copied what the surface showed: the copy takes the client's place, if the client has not moved on.
    fn retained(&mut self, surface: SurfaceId, copy: Content, bytes: u64, fd: F) {
        let Some((buffer, pool, _)) = self.retaining.get(&surface).copied() else { return };
        if !matches!(copy.pixels, Pixels::Shm { pool: named, .. } if named == pool) {
            return; // The answer to an earlier request.
        }
        self.retaining.remove(&surface);
        if !self.contents.get(&surface).is_some_and(|content| content.buffer == buffer && content.damage.is_none()) {
            return;
        }
        self.add_pool(pool, fd, bytes);
        self.next_own += 1;
        self.set_content(surface, Some(Content { buffer: BufferId(self.next_own), damage: Damage::None, ..copy }));
        // Nothing else ever names this pool: it goes with the content.
        self.retire_pool(pool);
        self.submit_wanted = true;
    }

    /// The client's buffers that nobody needs any more, each once. Tell the clients before their frame callbacks.
    pub fn take_released(&mut self) -> Vec<BufferId> {
        let mut released = self.holds.take_released();
        released.retain(|buffer| buffer.0 < OWN_IDS);
        released
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
