//! Random histories of a desktop and its displays, with a death or a stop at every message.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use euclid::{Point2D, Rect, Size2D};
use glasshouse_scene::{Element, ElementId, ElementKind, Scene, ShmFormat, Transform};
use proptest::prelude::*;

use super::*;
use crate::{display::Replica, supervisor::Supervisor};

/// A descriptor whose copies are counted, so that a leak shows.
type Fd = Rc<u64>;

const SURFACES: u64 = 4;
const BUFFERS: u64 = 3;

#[derive(Debug, Clone)]
enum Op {
    /// The client of this surface attaches one of its buffers and commits.
    Commit {
        surface: u64,
        buffer: u64,
    },
    Unmap {
        surface: u64,
    },
    Destroy {
        surface: u64,
    },
    /// Every surface's pool is replaced by a new one: the buffers change, the old pool is destroyed.
    NewPool {
        surface: u64,
    },
    GrowPool {
        surface: u64,
    },
    Scene {
        mask: u8,
    },
    Submit,
    RequestFrame,
    Capture {
        retries: u32,
    },
    Retain {
        surface: u64,
    },
    Withhold {
        surface: u64,
    },
    /// The display handles one message.
    DisplayReads,
    /// The desktop handles one answer.
    DesktopReads,
    Start,
    /// `kill -9`: everything that was sent and not read is lost.
    Kill,
    /// SIGSTOP or a hang, found by the time limit: the same for this end.
    Hang,
}

fn op() -> impl Strategy<Value = Op> {
    let surface = 0..SURFACES;
    prop_oneof![
        6 => (surface.clone(), 0..BUFFERS).prop_map(|(surface, buffer)| Op::Commit { surface, buffer }),
        1 => surface.clone().prop_map(|surface| Op::Unmap { surface }),
        1 => surface.clone().prop_map(|surface| Op::Destroy { surface }),
        1 => surface.clone().prop_map(|surface| Op::NewPool { surface }),
        1 => surface.clone().prop_map(|surface| Op::GrowPool { surface }),
        2 => any::<u8>().prop_map(|mask| Op::Scene { mask }),
        3 => Just(Op::Submit),
        1 => Just(Op::RequestFrame),
        1 => (0..2u32).prop_map(|retries| Op::Capture { retries }),
        1 => surface.clone().prop_map(|surface| Op::Retain { surface }),
        1 => surface.prop_map(|surface| Op::Withhold { surface }),
        8 => Just(Op::DisplayReads),
        8 => Just(Op::DesktopReads),
        2 => Just(Op::Start),
        1 => Just(Op::Kill),
        1 => Just(Op::Hang),
    ]
}

/// One client surface and its memory.
#[derive(Debug, Clone)]
struct Client {
    surface: SurfaceId,
    pool: PoolId,
    /// Buffer numbers in the pool, and whether the server holds each.
    busy: BTreeMap<BufferId, bool>,
}

struct Process {
    replica: Replica<Fd>,
    inbox: VecDeque<Outgoing<Fd>>,
    outbox: VecDeque<(ToDesktop, Vec<Fd>)>,
}

struct World {
    end: DesktopEnd<Fd>,
    clients: Vec<Client>,
    process: Option<Process>,
    supervisor: Supervisor,
    pool_fds: BTreeMap<PoolId, Fd>,
    next: u64,
    now: Duration,
    /// Releases that are still owed: every buffer that was ever attached, once per time it became busy.
    captures: BTreeSet<CaptureId>,
}

const OUTPUT: OutputId = OutputId(1);

impl World {
    fn new() -> Self {
        let mut world = Self {
            end: DesktopEnd::new(Limits::default()),
            clients: Vec::new(),
            process: None,
            supervisor: Supervisor::default(),
            pool_fds: BTreeMap::new(),
            next: 0,
            now: Duration::ZERO,
            captures: BTreeSet::new(),
        };
        for _ in 0..SURFACES {
            let client = world.new_client();
            world.clients.push(client);
        }
        world
    }

    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn new_client(&mut self) -> Client {
        let surface = SurfaceId(self.id());
        let (pool, busy) = self.new_pool();
        Client { surface, pool, busy }
    }

    fn new_pool(&mut self) -> (PoolId, BTreeMap<BufferId, bool>) {
        let pool = PoolId(self.id());
        let fd = Rc::new(pool.0);
        self.pool_fds.insert(pool, fd.clone());
        self.end.add_pool(pool, fd, 4096);
        let busy = (0..BUFFERS).map(|_| (BufferId(self.id()), false)).collect();
        (pool, busy)
    }

    fn run(&mut self, op: &Op) {
        self.now += Duration::from_millis(1);
        match op {
            Op::Commit { surface, buffer } => self.commit(*surface as usize, *buffer as usize),
            Op::Unmap { surface } => {
                let surface = self.clients[*surface as usize].surface;
                self.end.set_content(surface, None);
            }
            Op::Destroy { surface } => {
                let index = *surface as usize;
                let old = self.clients[index].clone();
                self.end.forget(old.surface);
                self.supervisor.forget(old.surface);
                self.end.retire_pool(old.pool);
                self.settle_releases();
                self.clients[index] = self.new_client();
            }
            Op::NewPool { surface } => {
                let index = *surface as usize;
                self.end.retire_pool(self.clients[index].pool);
                // Buffers of the old pool are destroyed by the client; what is shown stays shown.
                let (pool, busy) = self.new_pool();
                self.settle_releases();
                self.clients[index].pool = pool;
                self.clients[index].busy = busy;
            }
            Op::GrowPool { surface } => self.end.resize_pool(self.clients[*surface as usize].pool, 8192),
            Op::Scene { mask } => {
                let scene = self.scene(*mask);
                let state = OutputState { transform: Transform::Normal, scale: 1.0, refresh_mhz: 60_000, scene };
                self.end.set_output(OUTPUT, (*mask != 0).then_some(state));
            }
            Op::Submit => self.end.submit(),
            Op::RequestFrame => self.end.request_frame(OUTPUT, Pace::Full),
            Op::Capture { retries } => {
                let request = CaptureRequest {
                    source: CaptureSource::Output(OUTPUT),
                    crop: None,
                    size: Size2D::new(1, 1),
                    transform: Transform::Normal,
                    cursor: false,
                    target: CaptureTarget::Memfd,
                };
                let id = self.end.capture(request, None, *retries);
                self.captures.insert(id);
            }
            Op::Retain { surface } => self.end.retain(self.clients[*surface as usize].surface),
            Op::Withhold { surface } => self.end.withhold(self.clients[*surface as usize].surface),
            Op::DisplayReads => self.display_reads(),
            Op::DesktopReads => self.desktop_reads(),
            Op::Start => self.start(),
            Op::Kill | Op::Hang => self.kill(),
        }
        self.pump();
        self.assert_invariants();
    }

    fn commit(&mut self, index: usize, buffer: usize) {
        let client = &mut self.clients[index];
        let (id, busy) = client.busy.iter_mut().nth(buffer).unwrap();
        if *busy {
            return; // A client that behaves does not attach a busy buffer again with new contents.
        }
        *busy = true;
        let content = Content {
            buffer: *id,
            pixels: Pixels::Shm { pool: client.pool, offset: 0, stride: 16, format: ShmFormat::Xrgb8888 },
            size: Size2D::new(4, 4),
            transform: Transform::Normal,
            source: Rect::from_size(Size2D::new(4.0, 4.0)),
            surface_size: Size2D::new(4.0, 4.0),
            opaque: Vec::new(),
            damage: Damage::from_rects([Rect::new(Point2D::new(0, 0), Size2D::new(1, 1))], Size2D::new(4, 4)),
        };
        self.end.set_content(client.surface, Some(content));
    }

    fn scene(&self, mask: u8) -> Scene {
        let shown = self.clients.iter().enumerate().filter(|(index, _)| mask & (1 << index) != 0);
        let element = |surface| Element::new(ElementId::Surface(surface), Rect::zero(), ElementKind::Surface(surface));
        Scene {
            size: Size2D::new(i32::from(mask), 4),
            elements: shown.map(|(_, client)| element(client.surface)).collect(),
            ..Scene::default()
        }
    }

    /// What the desktop has to say goes into the socket.
    fn pump(&mut self) {
        loop {
            let out = self.end.outgoing(self.now);
            let Some(process) = &mut self.process else {
                assert!(out.is_empty(), "messages without a display");
                break;
            };
            if out.is_empty() {
                break;
            }
            process.inbox.extend(out);
        }
        self.settle_releases();
    }

    fn settle_releases(&mut self) {
        for buffer in self.end.take_released() {
            for client in &mut self.clients {
                if let Some(busy) = client.busy.get_mut(&buffer) {
                    assert!(*busy, "{buffer:?} was released twice");
                    *busy = false;
                }
            }
        }
    }

    fn start(&mut self) {
        if self.process.is_some() || !self.supervisor.may_start(self.now) {
            return;
        }
        self.end.started(self.now);
        let ready = ToDesktop::Ready { build_id: BUILD_ID.into(), executor: Executor::Cpu, reason: String::new() };
        self.process = Some(Process { replica: Replica::default(), inbox: VecDeque::new(), outbox: [(ready, Vec::new())].into() });
    }

    fn kill(&mut self) {
        if self.process.take().is_some() {
            self.supervisor.died(None, None, self.now);
            for id in self.end.died() {
                assert!(self.captures.remove(&id));
            }
        }
    }

    fn display_reads(&mut self) {
        let Some(process) = &mut self.process else { return };
        let Some(Outgoing { message, fds }) = process.inbox.pop_front() else { return };
        let replica = &mut process.replica;
        match message {
            ToDisplay::AddPools { pools } => {
                assert_eq!(pools.len(), fds.len());
                replica.add_pools(pools, fds);
                process.outbox.push_back((ToDesktop::PoolsAdded, Vec::new()));
            }
            ToDisplay::ResizePool(size) => {
                assert!(replica.pools.contains_key(&size.pool));
                replica.resize_pool(size);
            }
            ToDisplay::RemovePools { pools } => {
                assert!(pools.iter().all(|pool| replica.pools.contains_key(pool)));
                replica.remove_pools(&pools);
            }
            ToDisplay::Submit(transaction) => {
                let seq = transaction.seq;
                assert!(seq > replica.seq);
                replica.apply(transaction);
                process.outbox.push_back((ToDesktop::Latched { seq, unreadable: Vec::new(), took_ns: 0, damage: Vec::new() }, Vec::new()));
            }
            ToDisplay::RequestFrame { output, .. } => {
                process.outbox.push_back((ToDesktop::BeginFrame { output, present_at_ns: 0, refresh_ns: 0 }, Vec::new()));
            }
            ToDisplay::Capture { id, .. } => {
                let frame = Frame {
                    seq: replica.seq,
                    size: Size2D::new(1, 1),
                    stride: 4,
                    bytes: 4,
                    unchanged: false,
                    damage: Vec::new(),
                    time_ns: 0,
                    lock_epoch: 0,
                    cost: Cost::default(),
                };
                process.outbox.push_back((ToDesktop::Captured { id, frame }, vec![Rc::new(0)]));
            }
            ToDisplay::Retain { surface, copy } => {
                let answer = match replica.contents.get(&surface) {
                    Some(content) => {
                        let pixels = Pixels::Shm { pool: copy, offset: 0, stride: 16, format: ShmFormat::Xrgb8888 };
                        (ToDesktop::Retained { surface, content: Content { pixels, ..content.clone() }, bytes: 64 }, vec![Rc::new(copy.0)])
                    }
                    None => (ToDesktop::NotRetained { surface, copy }, Vec::new()),
                };
                process.outbox.push_back(answer);
            }
            other => panic!("the desktop does not say this here: {other:?}"),
        }
    }

    fn desktop_reads(&mut self) {
        let Some(process) = &mut self.process else { return };
        let Some((message, fds)) = process.outbox.pop_front() else { return };
        match self.end.arrived(message, fds).unwrap() {
            Arrived::Captured { id, .. } | Arrived::CaptureFailed { id, .. } => assert!(self.captures.remove(&id), "answered twice"),
            Arrived::Latched { .. } => self.supervisor.drew(),
            _ => {}
        }
    }

    fn assert_invariants(&self) {
        // What the display can read, now or after any message under way, is held, and its memory is there.
        let Some(process) = &self.process else { return };
        for content in process.replica.contents.values() {
            let Pixels::Shm { pool, .. } = content.pixels else { continue };
            assert!(process.replica.pools.contains_key(&pool), "the display shows {content:?} without its pool");
            assert!(self.end.holds_buffer(content.buffer), "{:?} was released while the display shows it", content.buffer);
        }
        let submits = process.inbox.iter().filter(|out| matches!(out.message, ToDisplay::Submit(_))).count();
        assert!(submits <= 1, "two transactions under way");
        let batches = process.inbox.iter().filter(|out| matches!(out.message, ToDisplay::AddPools { .. })).count();
        assert!(batches <= 1, "two batches of descriptors under way");
        assert!(process.inbox.iter().all(|out| out.fds.len() <= MAX_FDS));
    }

    /// Lets everything arrive, with a display that lives.
    fn converge(&mut self) {
        self.now += Duration::from_secs(60);
        self.start();
        self.end.submit();
        for _ in 0..10_000 {
            self.pump();
            let Some(process) = &self.process else { panic!("no display was started") };
            if process.inbox.is_empty() && process.outbox.is_empty() {
                break;
            }
            self.display_reads();
            self.desktop_reads();
            self.assert_invariants();
        }
        let process = self.process.as_ref().unwrap();
        let (contents, outputs, pools) = self.end.state();
        let plain = |content: &Content| (content.pixels, content.size, content.surface_size);
        let expected: BTreeMap<_, _> = contents
            .iter()
            .filter(|(surface, _)| !self.end.withheld.contains(surface))
            .map(|(surface, content)| (*surface, plain(content)))
            .collect();
        let shown: BTreeMap<_, _> = process.replica.contents.iter().map(|(surface, content)| (*surface, plain(content))).collect();
        assert_eq!(shown, expected, "contents do not converge");
        assert_eq!(process.replica.outputs.len(), outputs.len());
        for (id, state) in &process.replica.outputs {
            assert_eq!(state.scene.size, outputs[id].scene.size, "scenes do not converge");
            for (element, wanted) in state.scene.elements.iter().zip(&outputs[id].scene.elements) {
                let ElementKind::Surface(surface) = wanted.kind else { panic!() };
                // A destroyed surface that a stale scene still names draws nothing either way.
                let alive = self.clients.iter().any(|client| client.surface == surface);
                assert!(!alive || (element.kind == ElementKind::Placeholder) == self.end.withheld.contains(&surface));
            }
        }
        assert_eq!(process.replica.pools.len(), pools, "the display keeps pools that the desktop has not");
        assert!(self.captures.is_empty(), "captures are unanswered: {:?}", self.captures);
        assert_eq!(self.end.hung_at(), None, "something is awaited for ever");
    }

    /// Takes everything away; nothing may be left.
    fn finish(&mut self) {
        for index in 0..self.clients.len() {
            let client = self.clients[index].clone();
            self.end.forget(client.surface);
            self.end.retire_pool(client.pool);
        }
        self.end.set_output(OUTPUT, None);
        self.converge();
        for client in &self.clients {
            assert!(client.busy.values().all(|busy| !busy), "buffers were never released: {client:?}");
        }
        let process = self.process.as_ref().unwrap();
        assert!(process.replica.contents.is_empty() && process.replica.pools.is_empty() && process.replica.outputs.is_empty());
        for (pool, fd) in &self.pool_fds {
            assert_eq!(Rc::strong_count(fd), 1, "a descriptor of {pool:?} leaks");
        }
    }
}

fn cases() -> u32 {
    if std::env::var_os("SLOW_TESTS").is_some() { 200_000 } else { 3_000 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_dies_and_when_buffers_come_back_once_and_scenes_converge(history in prop::collection::vec(op(), 1..120)) {
        let mut world = World::new();
        history.iter().for_each(|op| world.run(op));
        world.converge();
        world.finish();
    }
}

#[test]
fn a_death_at_every_single_message_of_a_resize_loses_nothing() {
    let script = [Op::Scene { mask: 3 }, Op::Commit { surface: 0, buffer: 0 }, Op::Commit { surface: 1, buffer: 0 }, Op::Submit];
    for deaths_after in 0..12 {
        let mut world = World::new();
        world.run(&Op::Start);
        script.iter().for_each(|op| world.run(op));
        for step in 0..12 {
            world.run(&Op::DisplayReads);
            world.run(&Op::DesktopReads);
            if step == deaths_after {
                world.run(&Op::Kill);
                world.run(&Op::Commit { surface: 0, buffer: 1 });
                world.run(&Op::Start);
            }
        }
        world.converge();
        world.finish();
    }
}

#[test]
fn a_silent_display_is_found_out_by_its_oldest_unanswered_message() {
    let mut world = World::new();
    world.run(&Op::Start);
    assert_eq!(world.end.hung_at(), Some(Duration::from_millis(1) + Limits::default().ready));
    world.run(&Op::DesktopReads);
    world.run(&Op::Scene { mask: 1 });
    world.run(&Op::Submit);
    let sent = world.now;
    world.run(&Op::Commit { surface: 0, buffer: 0 });
    world.run(&Op::Submit);
    // The pool was announced before the transaction.
    assert!(world.end.hung_at().unwrap() <= sent + Limits::default().answer);
}

#[test]
fn a_double_buffered_client_never_waits_for_a_release() {
    let mut world = World::new();
    world.run(&Op::Start);
    world.run(&Op::DesktopReads);
    world.run(&Op::Scene { mask: 1 });
    for frame in 0..50 {
        let buffer = frame % 2;
        assert!(!world.clients[0].busy.values().nth(buffer as usize).unwrap(), "frame {frame}: both buffers are busy");
        world.run(&Op::Commit { surface: 0, buffer });
        world.run(&Op::Submit);
        // The frame callback comes with the answer to this.
        for _ in 0..4 {
            world.run(&Op::DisplayReads);
            world.run(&Op::DesktopReads);
        }
    }
}

#[test]
fn a_client_with_one_buffer_gets_it_back() {
    let mut world = World::new();
    world.run(&Op::Start);
    world.run(&Op::DesktopReads);
    world.run(&Op::Scene { mask: 1 });
    world.run(&Op::Commit { surface: 0, buffer: 0 });
    world.converge();
    assert!(world.clients[0].busy.values().next().unwrap());
    world.run(&Op::Retain { surface: 0 });
    world.converge();
    assert!(!world.clients[0].busy.values().next().unwrap());
    world.run(&Op::Kill);
    world.converge();
    world.finish();
}
