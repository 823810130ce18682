//! Text that the desktop draws: set once into memory of our own, and from then on shown as a client's surface is.
//!
//! So neither executor knows of fonts, and both show the same pixels. Letters come from strangers, and through a library that may look for
//! them in every font of the machine: they are set on a thread of their own, which is started by the first text. A frame waits for it a moment,
//! once; what comes later is drawn when it comes.

mod setter;
#[cfg(test)]
mod tests;

use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use euclid::Rect;
use glasshouse_link::Replica;
use glasshouse_link::display::{OWN_IDS, Pool};
use glasshouse_scene::{
    BufferId, Content, Damage, ElementKind, PhysicalSize, Pixels, PoolId, Scene, ShmFormat, SurfaceId, Text, Transform,
};

use crate::interop::SharedMemory;
use setter::Setter;

/// More texts than this at once are not shown: each has a descriptor of its own.
const MOST: usize = 512;

/// Larger ones are not either, nor larger letters.
const MOST_PIXELS: i32 = 1 << 19;
const MOST_SIZE: f32 = 512.0;

/// How long a frame waits for texts. Setting one takes less than a millisecond, loading the fonts some tens of them.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long a picture waits, once for each text: whoever takes it wants to read. Far less than what a display may be silent for.
const PATIENCE_OF_PICTURES: Duration = Duration::from_millis(500);

/// Called on the thread whenever a text is set.
pub type Wake = Box<dyn Fn() + Send>;

/// What is set, and what is being set.
pub(crate) struct Texts {
    wake: Option<Wake>,
    thread: Option<(Sender<Job>, Receiver<Done>)>,
    lines: Vec<Line>,
    /// How many there ever were.
    count: u64,
    patience: Duration,
}

#[derive(Debug)]
struct Line {
    number: u64,
    text: Text,
    size: PhysicalSize,
    state: State,
    /// A picture has waited in vain.
    given_up: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Set(SurfaceId),
    /// It is not drawn.
    Failed,
}

#[derive(Debug)]
struct Job {
    number: u64,
    text: Text,
    size: PhysicalSize,
}

#[derive(Debug)]
struct Done {
    number: u64,
    /// The pixels. `None`: they could not be made.
    memory: Option<OwnedFd>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Texts").field("lines", &self.lines).finish_non_exhaustive()
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self { wake: None, thread: None, lines: Vec::new(), count: 0, patience: PATIENCE }
    }
}

impl Texts {
    /// Says whom to wake when a text is there that nobody waited for. Before the first text.
    pub(crate) fn wake_with(&mut self, wake: Wake) {
        self.wake = Some(wake);
    }

    /// Whether no view shows any, or waits for one.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Puts a surface in the place of every text that is set, or is within [`PATIENCE`]. The others stay, and are not drawn.
    pub(crate) fn place(&mut self, scene: &mut Scene, replica: &mut Replica<OwnedFd>) {
        self.receive(replica);
        // Who is behind already is not waited for.
        let keeps_up = !self.is_waiting();
        for element in &scene.elements {
            if let ElementKind::Text(text) = &element.kind {
                self.order(text, element.area.size);
            }
        }
        if keeps_up {
            self.wait(self.patience, replica);
        }
        for element in &mut scene.elements {
            if let ElementKind::Text(text) = &element.kind
                && let Some(Line { state: State::Set(surface), .. }) = self.line(text, element.area.size)
            {
                element.kind = ElementKind::Surface(*surface);
            }
        }
    }

    /// Waits for what is being set, longer than [`Self::place`], but once: while the thread is busy with what somebody has waited for in vain,
    /// nobody waits again.
    pub(crate) fn catch_up(&mut self, replica: &mut Replica<OwnedFd>) {
        if !self.lines.iter().any(|line| line.given_up && line.state == State::Waiting) {
            self.wait(PATIENCE_OF_PICTURES, replica);
        }
        self.lines.iter_mut().filter(|line| line.state == State::Waiting).for_each(|line| line.given_up = true);
    }

    /// Takes those out that are in none of these scenes. Answers which were set, and what they showed.
    pub(crate) fn forget<'a>(
        &mut self,
        scenes: impl Iterator<Item = &'a Scene> + Clone,
        replica: &mut Replica<OwnedFd>,
    ) -> Vec<(SurfaceId, Content)> {
        let shows = |kind: &ElementKind, size, line: &Line| match kind {
            ElementKind::Surface(surface) => line.state == State::Set(*surface),
            ElementKind::Text(text) => line.size == size && line.text == *text,
            _ => false,
        };
        let is_shown =
            |line: &Line| scenes.clone().flat_map(|scene| &scene.elements).any(|element| shows(&element.kind, element.area.size, line));
        let gone = self.lines.extract_if(.., |line| !is_shown(line));
        let set = gone.filter_map(|line| if let State::Set(surface) = line.state { Some(surface) } else { None });
        set.filter_map(|surface| {
            replica.pools.remove(&PoolId(surface.0));
            Some((surface, replica.contents.remove(&surface)?))
        })
        .collect()
    }

    fn line(&self, text: &Text, size: PhysicalSize) -> Option<&Line> {
        self.lines.iter().find(|line| line.size == size && line.text == *text)
    }

    fn is_waiting(&self) -> bool {
        self.lines.iter().any(|line| line.state == State::Waiting)
    }

    /// Has a text set, unless that has been done.
    fn order(&mut self, text: &Text, size: PhysicalSize) {
        let fits = size.width > 0 && size.height > 0 && size.width.checked_mul(size.height).is_some_and(|pixels| pixels <= MOST_PIXELS);
        if !fits || !(1.0..=MOST_SIZE).contains(&text.size) || self.lines.len() >= MOST || self.line(text, size).is_some() {
            return;
        }
        self.count += 1;
        let number = self.count;
        let job = Job { number, text: text.clone(), size };
        let sent = self.thread().is_some_and(|(jobs, _)| jobs.send(job).is_ok());
        let state = if sent { State::Waiting } else { State::Failed };
        self.lines.push(Line { number, text: text.clone(), size, state, given_up: false });
    }

    fn thread(&mut self) -> Option<&(Sender<Job>, Receiver<Done>)> {
        if self.thread.is_none() {
            let (jobs, waiting) = channel();
            let (done, outcomes) = channel();
            let wake = self.wake.take();
            let work = move || serve(&waiting, &done, wake.as_ref());
            match std::thread::Builder::new().name("text".to_owned()).spawn(work) {
                Ok(_) => self.thread = Some((jobs, outcomes)),
                Err(error) => tracing::warn!(%error, "there is no thread for titles, so they cannot be read"),
            }
        }
        self.thread.as_ref()
    }

    /// Takes what is done.
    fn receive(&mut self, replica: &mut Replica<OwnedFd>) {
        while let Some(done) = self.thread.as_ref().and_then(|(_, outcomes)| outcomes.try_recv().ok()) {
            self.keep(done, replica);
        }
    }

    fn wait(&mut self, patience: Duration, replica: &mut Replica<OwnedFd>) {
        let until = Instant::now() + patience;
        while self.is_waiting() {
            let left = until.saturating_duration_since(Instant::now());
            let Some(done) = self.thread.as_ref().and_then(|(_, outcomes)| outcomes.recv_timeout(left).ok()) else { return };
            self.keep(done, replica);
        }
    }

    fn keep(&mut self, Done { number, memory }: Done, replica: &mut Replica<OwnedFd>) {
        // Nobody wants it any more.
        let Some(line) = self.lines.iter_mut().find(|line| line.number == number) else { return };
        let Some(fd) = memory else {
            line.state = State::Failed;
            return;
        };
        let id = OWN_IDS + number;
        replica.pools.insert(PoolId(id), Pool { fd, bytes: u64::from(line.size.area().unsigned_abs()) * 4 });
        replica.contents.insert(SurfaceId(id), content(id, line.size));
        line.state = State::Set(SurfaceId(id));
    }
}

/// The thread: sets one text after the other until nobody wants any.
fn serve(jobs: &Receiver<Job>, done: &Sender<Done>, wake: Option<&Wake>) {
    let mut setter = Setter::new();
    while let Ok(Job { number, text, size }) = jobs.recv() {
        let memory = setter.pixels(&text, size);
        if done.send(Done { number, memory }).is_err() {
            return;
        }
        if let Some(wake) = wake {
            wake();
        }
    }
}

/// Pixels one to one, side by side, from the beginning of a pool.
fn content(id: u64, size: PhysicalSize) -> Content {
    let stride = size.width.unsigned_abs() * 4;
    Content {
        buffer: BufferId(id),
        pixels: Pixels::Shm { pool: PoolId(id), offset: 0, stride, format: ShmFormat::Argb8888 },
        size: size.cast_unit(),
        transform: Transform::Normal,
        source: Rect::from_size(size.to_f64().cast_unit()),
        surface_size: size.to_f64().cast_unit(),
        opaque: Vec::new(),
        damage: Damage::Full,
    }
}
