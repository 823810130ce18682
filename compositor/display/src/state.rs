//! The display as a state machine: messages go in, replies come out, and no socket or timer is known here.

mod capture;
mod debug;
mod retain;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Instant;

use glasshouse_link::{
    BUILD_ID, DebugOrder, Executor as Kind, ExecutorChoice, PresentedKind, Replica, Seq, ToDesktop, ToDisplay, Transaction,
};
use glasshouse_scene::{Color, Content, OutputId, Pixels, SurfaceId};
use tracing::{info, warn};

use crate::clock::Clock;
use crate::cursor::Cursors;
use crate::encoder::{Done, Encoder};
use crate::executor::{Executor, TargetId, choose};
use crate::memory::{Breadcrumb, readable};
use crate::plan::Image;
use crate::text::{Texts, Wake};
use crate::view::View;

/// A message with its descriptors.
pub type Reply = (ToDesktop, Vec<Arc<OwnedFd>>);

/// The display cannot go on; the desktop will start another one.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    #[error("the desktop is build {desktop}, but this is {BUILD_ID}")]
    OtherBuild { desktop: String },
    #[error("{0} came before the hello")]
    NoHello(&'static str),
}

/// Everything that the process is.
pub struct Display {
    replica: Replica<OwnedFd>,
    /// `None` before the hello.
    executor: Option<Box<dyn Executor>>,
    outputs: BTreeMap<OutputId, Output>,
    /// Views that captures brought along, the newest first.
    scenes: Vec<View>,
    cursors: Cursors,
    texts: Texts,
    encoder: Encoder,
    breadcrumb: Breadcrumb,
    /// Surfaces that show their placeholder, because their memory is not what the client said.
    unreadable: BTreeSet<SurfaceId>,
    /// Those of them that the desktop does not know yet.
    untold: BTreeSet<SurfaceId>,
    poison: Option<SurfaceId>,
    debug_orders: bool,
    next_target: u64,
    next_serial: u64,
    replies: Vec<Reply>,
}

struct Output {
    view: View,
    clock: Clock,
}

impl Display {
    /// `done` is called on another thread when a PNG is ready: bring what it gets to [`Self::encoded`].
    pub fn new(debug_orders: bool, done: Done) -> Self {
        Self {
            replica: Replica::default(),
            executor: None,
            outputs: BTreeMap::new(),
            scenes: Vec::new(),
            cursors: Cursors::built_in(),
            texts: Texts::default(),
            encoder: Encoder::new(done),
            breadcrumb: Breadcrumb::default(),
            unreadable: BTreeSet::new(),
            untold: BTreeSet::new(),
            poison: None,
            debug_orders,
            next_target: 0,
            next_serial: 0,
            replies: Vec::new(),
        }
    }

    /// What is to be sent, in order.
    pub fn take_replies(&mut self) -> Vec<Reply> {
        std::mem::take(&mut self.replies)
    }

    /// Handles one message. `now_ns` is `CLOCK_MONOTONIC`.
    pub fn handle(&mut self, message: ToDisplay, mut fds: Vec<OwnedFd>, now_ns: u64) -> Result<(), Fatal> {
        if self.executor.is_none() && !matches!(message, ToDisplay::Hello { .. }) {
            return Err(Fatal::NoHello("a message"));
        }
        match message {
            ToDisplay::Hello { build_id, executor, cursor_theme, cursor_size } => {
                if build_id != BUILD_ID {
                    return Err(Fatal::OtherBuild { desktop: build_id });
                }
                self.breadcrumb = Breadcrumb::new(fds.pop());
                self.cursors = Cursors::new(&cursor_theme, cursor_size);
                self.hello(executor);
            }
            ToDisplay::AddPools { pools } => {
                self.replica.add_pools(pools, fds);
                self.reply(ToDesktop::PoolsAdded);
            }
            ToDisplay::ResizePool(size) => {
                self.replica.resize_pool(size);
                self.try_again(|content| matches!(content.pixels, Pixels::Shm { pool, .. } if pool == size.pool));
            }
            ToDisplay::RemovePools { pools } => self.replica.remove_pools(&pools),
            ToDisplay::Submit(transaction) => self.submit(transaction, now_ns),
            ToDisplay::RequestFrame { output, pace } => {
                if let Some(output) = self.outputs.get_mut(&output) {
                    output.clock.request(now_ns, pace);
                }
            }
            ToDisplay::Capture { id, request, .. } => self.capture(id, request, fds.pop(), now_ns),
            ToDisplay::Retain { surface, copy } => self.retain(surface, copy),
            ToDisplay::Ping { id } => self.reply(ToDesktop::Pong { id }),
            ToDisplay::Debug(order) => self.debug(order),
        }
        Ok(())
    }

    /// When [`Self::tick`] has something to do next; `None`: never, without a message.
    pub fn deadline_ns(&self) -> Option<u64> {
        let frames = self.outputs.values().filter_map(|output| output.clock.due_ns());
        frames.chain(self.views().filter_map(capture::deadline_ns)).min()
    }

    /// Does what is due.
    pub fn tick(&mut self, now_ns: u64) {
        let mut due = Vec::new();
        for (output, state) in &mut self.outputs {
            if let Some(present_at_ns) = state.clock.take_due(now_ns) {
                due.push(ToDesktop::BeginFrame { output: *output, present_at_ns, refresh_ns: state.clock.refresh_ns });
            }
        }
        due.into_iter().for_each(|frame| self.reply(frame));
        self.tidy(now_ns);
    }

    fn reply(&mut self, message: ToDesktop) {
        self.replies.push((message, Vec::new()));
    }

    fn views(&self) -> impl Iterator<Item = &View> {
        self.outputs.values().map(|output| &output.view).chain(&self.scenes)
    }

    fn views_mut(&mut self) -> impl Iterator<Item = &mut View> {
        self.outputs.values_mut().map(|output| &mut output.view).chain(&mut self.scenes)
    }

    fn target(&mut self) -> TargetId {
        self.next_target += 1;
        TargetId(self.next_target)
    }

    fn hello(&mut self, choice: ExecutorChoice) {
        let (executor, reason) = choose(choice);
        let kind = executor.kind();
        info!(executor = kind.name(), %reason, "ready");
        self.executor = Some(executor);
        self.reply(ToDesktop::Ready { build_id: BUILD_ID.to_owned(), executor: kind, reason });
    }

    /// Makes a transaction what is shown. Nothing is painted; a headless output presents by knowing.
    fn submit(&mut self, transaction: Transaction, now_ns: u64) {
        let _submit = tracing::debug_span!("submit", seq = transaction.seq.0).entered();
        let began = Instant::now();
        let (seq, epoch) = (transaction.seq, self.replica.lock_epoch);
        let replaced = self.replica.apply(transaction);
        if self.replica.lock_epoch != epoch {
            // What was painted before a lock must not survive it, not even in memory that nobody should see.
            self.views_mut().for_each(View::forget_pictures);
            for view in std::mem::take(&mut self.scenes) {
                if let Some(executor) = &mut self.executor {
                    executor.forget(view.target);
                }
            }
        }
        for (output, _) in &replaced.outputs {
            self.output_changed(*output, now_ns);
        }
        for (surface, before) in &replaced.contents {
            self.content_changed(*surface, before.as_ref());
        }
        self.look_at_texts();
        let unreadable = std::mem::take(&mut self.untold).into_iter().collect();
        let damage = self.outputs.iter_mut().map(|(output, state)| (*output, state.view.take_damage()));
        let damage = damage.filter(|(_, pixels)| *pixels > 0).collect();
        self.reply(ToDesktop::Latched { seq, unreadable, took_ns: nanos_since(began), damage });
        // Also what only changed its contents is seen from now on.
        for output in self.outputs.keys().copied().collect::<Vec<_>>() {
            self.presented(output, seq, now_ns);
        }
    }

    fn output_changed(&mut self, id: OutputId, now_ns: u64) {
        let Some(state) = self.replica.outputs.get(&id) else {
            if let (Some(output), Some(executor)) = (self.outputs.remove(&id), &mut self.executor) {
                executor.forget(output.view.target);
            }
            return;
        };
        let (mut scene, refresh_mhz) = (state.scene.clone(), state.refresh_mhz);
        self.texts.place(&mut scene, &mut self.replica);
        match self.outputs.get_mut(&id) {
            Some(output) => {
                if output.view.scene.size != scene.size
                    && let Some(executor) = &mut self.executor
                {
                    executor.forget(output.view.target);
                }
                output.view.set_scene(scene);
                output.clock.set_refresh(refresh_mhz);
            }
            None => {
                let view = View::new(self.target(), scene, Color::BLACK);
                self.outputs.insert(id, Output { view, clock: Clock::new(now_ns, refresh_mhz) });
            }
        }
    }

    /// Says whom to wake for [`Self::look_at_texts`]. Before the first message.
    pub fn wake_for_texts_with(&mut self, wake: Wake) {
        self.texts.wake_with(wake);
    }

    /// Gives back the memory of texts that no view shows any more, and shows those that were set meanwhile.
    pub fn look_at_texts(&mut self) {
        if self.texts.is_empty() {
            return;
        }
        let Self { texts, replica, outputs, scenes, executor, .. } = self;
        let views = outputs.values().map(|output| &output.view).chain(&*scenes);
        for (surface, content) in texts.forget(views.map(|view| &view.scene), replica) {
            if let Some(executor) = executor {
                executor.content_changed(surface, Some(&content), None);
            }
        }
        for view in outputs.values_mut().map(|output| &mut output.view).chain(scenes) {
            if view.waits_for_texts() {
                let mut scene = view.scene.clone();
                texts.place(&mut scene, replica);
                if scene != view.scene {
                    view.set_scene(scene);
                }
            }
        }
    }

    fn content_changed(&mut self, surface: SurfaceId, before: Option<&Content>) {
        let was_unreadable = self.unreadable.remove(&surface);
        self.untold.remove(&surface);
        let now = self.replica.contents.get(&surface).cloned();
        if now.as_ref().is_some_and(|content| !self.is_there(surface, content)) {
            self.unreadable.insert(surface);
            self.untold.insert(surface);
        }
        if let Some(executor) = &mut self.executor {
            executor.content_changed(surface, before, now.as_ref());
        }
        let placeholder = was_unreadable || self.unreadable.contains(&surface);
        let before = before.filter(|_| !placeholder);
        self.views_mut().for_each(|view| view.content_changed(surface, before, now.as_ref()));
    }

    /// Whether the pool is as large as the content needs, by what the kernel says now.
    fn is_there(&self, surface: SurfaceId, content: &Content) -> bool {
        let Pixels::Shm { pool, offset, stride, format } = content.pixels else { return true };
        let image = Image { surface, buffer: content.buffer, pool, offset, stride, format, size: content.size };
        self.replica.pools.get(&pool).is_some_and(|pool| readable(std::os::fd::AsFd::as_fd(&pool.fd), image.end()))
    }

    /// Shows surfaces again whose memory may be there now.
    fn try_again(&mut self, affected: impl Fn(&Content) -> bool) {
        let contents = &self.replica.contents;
        let again: Vec<SurfaceId> =
            self.unreadable.iter().copied().filter(|surface| contents.get(surface).is_some_and(&affected)).collect();
        for surface in again {
            self.unreadable.remove(&surface);
            self.views_mut().for_each(|view| view.surface_damaged(surface));
        }
    }

    fn presented(&mut self, output: OutputId, seq: Seq, now_ns: u64) {
        let Some(state) = self.outputs.get(&output) else { return };
        let (refresh_ns, msc) = (state.clock.refresh_ns, state.clock.count(now_ns));
        self.reply(ToDesktop::Presented { output, seq, time_ns: now_ns, refresh_ns, msc, kind: PresentedKind::default() });
    }

    /// Goes on with the CPU after the device was lost.
    fn fall_back(&mut self, why: &str) {
        warn!(why, "changing to the cpu executor");
        let reason = format!("the gpu executor failed: {why}");
        self.executor = Some(Box::new(crate::executor::Cpu::default()));
        self.views_mut().for_each(View::forget_pictures);
        self.reply(ToDesktop::ExecutorChanged { executor: Kind::Cpu, reason });
    }
}

/// For telemetry only: what is shown depends on no clock but the one that is passed in.
fn nanos_since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
