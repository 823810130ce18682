//! What leaves for the display and what its answers mean.

use std::time::Duration;

use glasshouse_scene::{BufferId, Content, Damage, ElementKind, Pixels, PoolId, SurfaceId};

use super::{Arrived, Awaited, DesktopEnd, InFlight, Outgoing, Phase, Sent, Violation};
use crate::message::*;

impl<F: Clone> DesktopEnd<F> {
    /// What can be sent now. Call until it is empty, after every change and every answer.
    pub fn outgoing(&mut self, now: Duration) -> Vec<Outgoing<F>> {
        let mut out = Vec::new();
        if !self.is_live() {
            // Memory that clients gave back must not wait for somebody to look.
            self.pools.retain(|id, pool| !pool.retired || self.holds.holds_pool(*id));
            return out;
        }
        out.extend(self.debug.drain(..).map(|order| Outgoing { message: ToDisplay::Debug(order), fds: Vec::new() }));
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
            ToDesktop::Latched { seq, unreadable, took_ns, damage } => {
                self.latched(seq)?;
                Arrived::Latched { seq, unreadable, took_ns, damage }
            }
            ToDesktop::Presented { output, seq, time_ns, refresh_ns, msc, kind } => {
                Arrived::Presented { output, seq, time_ns, refresh_ns, msc, kind }
            }
            ToDesktop::Captured { id, frame } => {
                let asked = self.awaited.remove(&Awaited::Capture(id)).unwrap_or_default();
                let Some(capture) = self.captures.remove(&id) else { return Ok(Arrived::Nothing) }; // Cancelled.
                let fd = fds.pop();
                if fd.is_none() && !matches!(capture.request.target, CaptureTarget::Shm { .. }) {
                    return Err(Violation::NoMemory);
                }
                let output = match capture.request.source {
                    CaptureSource::Output(output) => Some(output),
                    CaptureSource::Scene(_) => None,
                };
                Arrived::Captured { id, frame, fd, output, asked }
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
}
