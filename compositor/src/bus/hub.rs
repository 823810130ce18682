//! From the main loop to whoever subscribed.
//!
//! The main loop gives every event once and never waits ([`Outlet`]); the bus thread hands it to the subscribers' queues, which are bounded
//! in events and in bytes. Who does not read is cut off, and costs the others nothing.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use glasshouse_protocols::{Event, Filter, Payload};
use tokio::sync::{
    Notify,
    mpsc::{self, error::TrySendError},
    watch,
};
use tracing::{error, info, warn};
use zbus::{Message, names::UniqueName};

use super::driver::DESKTOP;

/// Events that may wait for the bus thread. It takes them in microseconds, so this many mean that it hangs.
const OUTLET: usize = 16_384;

/// What a subscriber may leave unread.
pub(super) const MAX_EVENTS: usize = 1_024;
pub(super) const MAX_BYTES: usize = 1 << 20;

/// An event on its way.
#[derive(Debug)]
pub struct Told {
    pub event: Event,
    /// Of the window that the event is about, for filters.
    pub app_id: Option<String>,
    /// Made once for all peer-to-peer connections. `None`: it cannot be encoded.
    signal: OnceLock<Option<Message>>,
}

impl Told {
    pub fn new(event: Event, app_id: Option<String>) -> Arc<Self> {
        Arc::new(Self { event, app_id, signal: OnceLock::new() })
    }

    /// The signal for one caller of a bus, or for any peer-to-peer connection.
    pub(super) fn signal(&self, destination: Option<&UniqueName<'_>>) -> Option<Message> {
        let encode = |sender: Option<&UniqueName<'_>>, destination| {
            let signal = self.event.signal(sender, destination);
            signal.inspect_err(|error| error!(%error, kind = self.event.payload.kind(), "an event cannot be encoded")).ok()
        };
        match destination {
            Some(_) => encode(None, destination),
            None => self.signal.get_or_init(|| encode(UniqueName::from_static_str(DESKTOP).ok().as_ref(), None)).clone(),
        }
    }

    fn bytes(&self) -> usize {
        self.signal(None).map_or(0, |signal| signal.data().len())
    }
}

/// What `Desktop1` says about the desktop as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    pub instance: String,
    pub wayland_display: String,
    /// Empty: no display runs.
    pub executor: String,
    pub executor_reason: String,
}

/// What anybody wants to hear; both threads look at it.
#[derive(Debug, Default)]
pub(super) struct Interest {
    subscribers: AtomicUsize,
    /// The bits of the highest wanted rate of figures; 0.0 if nobody wants any.
    metrics_hz: AtomicU64,
    /// An event was lost, because the bus thread hangs.
    overrun: AtomicBool,
}

/// The main loop's end.
#[derive(Debug, Clone)]
pub struct Outlet {
    events: mpsc::Sender<Arc<Told>>,
    facts: Arc<watch::Sender<Facts>>,
    interest: Arc<Interest>,
}

/// The bus thread's end.
#[derive(Debug)]
pub(super) struct Inlet {
    pub(super) events: mpsc::Receiver<Arc<Told>>,
    pub(super) facts: watch::Receiver<Facts>,
    pub(super) interest: Arc<Interest>,
}

pub(super) fn outlet(facts: Facts) -> (Outlet, Inlet) {
    let (events, receiver) = mpsc::channel(OUTLET);
    let (facts, known) = watch::channel(facts);
    let interest = Arc::new(Interest::default());
    let outlet = Outlet { events, facts: Arc::new(facts), interest: interest.clone() };
    (outlet, Inlet { events: receiver, facts: known, interest })
}

impl Outlet {
    /// Hands an event to the bus thread, if there is a subscriber. Never waits.
    pub fn tell(&self, told: &Arc<Told>) {
        if !self.has_subscribers() {
            return;
        }
        if let Err(TrySendError::Full(_)) = self.events.try_send(told.clone()) {
            self.interest.overrun.store(true, Ordering::Release);
        }
    }

    /// Whether there is anybody to tell.
    pub fn has_subscribers(&self) -> bool {
        self.interest.subscribers.load(Ordering::Acquire) > 0
    }

    /// How often somebody wants figures, in Hz. `None`: nobody does.
    pub fn metrics_hz(&self) -> Option<f64> {
        let hz = f64::from_bits(self.interest.metrics_hz.load(Ordering::Acquire));
        (hz > 0.0).then_some(hz)
    }

    /// Changes the properties; nobody hears of it if they are as before.
    pub fn set_facts(&self, facts: Facts) {
        self.facts.send_if_modified(|known| {
            let changed = *known != facts;
            *known = facts;
            changed
        });
    }
}

/// All subscribers.
#[derive(Debug)]
pub(super) struct Hub {
    subscribers: Mutex<BTreeMap<u64, Subscriber>>,
    interest: Arc<Interest>,
    last_caller: AtomicU64,
}

#[derive(Debug)]
struct Subscriber {
    filter: Filter,
    queue: mpsc::Sender<Arc<Told>>,
    waiting: Arc<AtomicUsize>,
    cut: Arc<Notify>,
    /// When it may hear of figures again.
    metrics_from_ns: u64,
}

/// A subscriber's queue.
#[derive(Debug)]
pub(super) struct Queue {
    queue: mpsc::Receiver<Arc<Told>>,
    /// Bytes in it.
    waiting: Arc<AtomicUsize>,
}

impl Queue {
    /// The next event, when there is one. `None`: the subscription is over.
    pub(super) async fn next(&mut self) -> Option<Arc<Told>> {
        let told = self.queue.recv().await?;
        self.waiting.fetch_sub(told.bytes(), Ordering::Relaxed);
        Some(told)
    }

    /// The next event, if there is one already.
    pub(super) fn ready(&mut self) -> Option<Arc<Told>> {
        let told = self.queue.try_recv().ok()?;
        self.waiting.fetch_sub(told.bytes(), Ordering::Relaxed);
        Some(told)
    }
}

impl Hub {
    pub(super) fn new(interest: Arc<Interest>) -> Arc<Self> {
        Arc::new(Self { subscribers: Mutex::default(), interest, last_caller: AtomicU64::new(0) })
    }

    /// A number for somebody who may subscribe.
    pub(super) fn caller(&self) -> u64 {
        self.last_caller.fetch_add(1, Ordering::Relaxed)
    }

    /// From now on events are kept for this caller; `cut` hears of it when it does not take them. Replaces its former subscription.
    pub(super) fn subscribe(&self, caller: u64, filter: Filter, cut: Arc<Notify>) -> Queue {
        let (sender, queue) = mpsc::channel(MAX_EVENTS);
        let waiting = Arc::new(AtomicUsize::new(0));
        let subscriber = Subscriber { filter, queue: sender, waiting: waiting.clone(), cut, metrics_from_ns: 0 };
        let mut subscribers = self.lock();
        subscribers.insert(caller, subscriber);
        self.take_note(&subscribers);
        Queue { queue, waiting }
    }

    /// Whether there was a subscription.
    pub(super) fn unsubscribe(&self, caller: u64) -> bool {
        let mut subscribers = self.lock();
        let was = subscribers.remove(&caller).is_some();
        self.take_note(&subscribers);
        was
    }

    /// Hands events on for as long as there is a main loop.
    pub(super) async fn run(&self, mut events: mpsc::Receiver<Arc<Told>>) {
        while let Some(told) = events.recv().await {
            self.publish(&told);
        }
    }

    fn publish(&self, told: &Arc<Told>) {
        let mut subscribers = self.lock();
        if self.interest.overrun.swap(false, Ordering::AcqRel) {
            error!("events were lost: all subscribers have to begin again");
            for subscriber in std::mem::take(&mut *subscribers).into_values() {
                subscriber.cut.notify_one();
            }
        }
        let before = subscribers.len();
        subscribers.retain(|caller, subscriber| {
            let kept = subscriber.offer(told);
            if !kept {
                info!(caller, "a subscriber does not read its events and is cut off");
                subscriber.cut.notify_one();
            }
            kept
        });
        if subscribers.len() != before {
            self.take_note(&subscribers);
        }
    }

    fn take_note(&self, subscribers: &BTreeMap<u64, Subscriber>) {
        let hz = subscribers.values().filter_map(|subscriber| subscriber.filter.metrics_hz()).fold(0.0, f64::max);
        self.interest.metrics_hz.store(hz.to_bits(), Ordering::Release);
        self.interest.subscribers.store(subscribers.len(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Subscriber>> {
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscriber {
    /// Whether it keeps up.
    fn offer(&mut self, told: &Arc<Told>) -> bool {
        if !self.filter.admits(&told.event, told.app_id.as_deref()) {
            return true;
        }
        if let Payload::PerformanceMetrics(_) = told.event.payload {
            if told.event.time_ns < self.metrics_from_ns {
                return true;
            }
            self.metrics_from_ns = told.event.time_ns.saturating_add(period_ns(self.filter.metrics_hz()));
        }
        let bytes = told.bytes();
        if self.waiting.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) > MAX_BYTES {
            return false;
        }
        match self.queue.try_send(told.clone()) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => false,
            Err(TrySendError::Closed(_)) => {
                warn!("a subscription ended without being taken back");
                false
            }
        }
    }
}

/// The time between two figures, a little short so that a timer that fires early is not skipped.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is above 0 and the quotient far below 2^64")]
fn period_ns(hz: Option<f64>) -> u64 {
    (0.95e9 / hz.unwrap_or(1.0).max(1e-6)) as u64
}

#[cfg(test)]
mod tests {
    use glasshouse_protocols::{Dict, Window};

    use super::*;

    fn told(sequence: u64, payload: Payload) -> Arc<Told> {
        Told::new(Event { sequence, time_ns: sequence * 10_000_000, trace: 0, payload }, None)
    }

    fn created(sequence: u64, title: String) -> Arc<Told> {
        told(sequence, Payload::WindowCreated(Window { id: sequence, title, ..Window::default() }))
    }

    #[tokio::test]
    async fn who_does_not_read_is_cut_off_and_the_others_hear_everything() {
        let (outlet, mut inlet) = outlet(Facts::default());
        let hub = Hub::new(inlet.interest);
        outlet.tell(&created(1, "before anybody listens".into()));
        assert!(inlet.events.is_empty());

        let (lazy, eager) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let mut lazy_queue = hub.subscribe(1, Filter::default(), lazy.clone());
        let mut eager_queue = hub.subscribe(2, Filter::default(), eager);
        for sequence in 1..=MAX_EVENTS as u64 + 1 {
            outlet.tell(&created(sequence, "x".into()));
            hub.publish(&inlet.events.recv().await.unwrap());
            assert_eq!(eager_queue.next().await.unwrap().event.sequence, sequence);
        }
        lazy.notified().await;
        // What it had is still there, and then it is over.
        for sequence in 1..=MAX_EVENTS as u64 {
            assert_eq!(lazy_queue.next().await.unwrap().event.sequence, sequence);
        }
        assert!(lazy_queue.next().await.is_none());
        assert!(!hub.unsubscribe(1));
        assert!(hub.unsubscribe(2));
    }

    #[tokio::test]
    async fn large_events_fill_a_queue_sooner() {
        let (_outlet, inlet) = outlet(Facts::default());
        let hub = Hub::new(inlet.interest);
        let cut = Arc::new(Notify::new());
        let mut queue = hub.subscribe(1, Filter::default(), cut.clone());
        let title = "x".repeat(100_000);
        for sequence in 1..=11 {
            hub.publish(&created(sequence, title.clone()));
        }
        cut.notified().await;
        let mut received = 0;
        while queue.next().await.is_some() {
            received += 1;
        }
        assert_eq!(received, 10);
    }

    #[tokio::test]
    async fn figures_come_as_often_as_each_wants_them() {
        let (outlet, inlet) = outlet(Facts::default());
        let hub = Hub::new(inlet.interest);
        assert_eq!(outlet.metrics_hz(), None);
        let kinds = Some(vec!["performance_metrics".to_owned()]);
        let filter = |hz| Filter { kinds: kinds.clone(), metrics_hz: Some(hz), ..Filter::default() };
        let mut often = hub.subscribe(1, filter(10.0), Arc::default());
        let mut seldom = hub.subscribe(2, filter(1.0), Arc::default());
        assert_eq!(outlet.metrics_hz(), Some(10.0));
        // A second, every 100 ms.
        for tick in 0..10 {
            hub.publish(&told(100 + tick * 10, Payload::PerformanceMetrics(Dict::new())));
        }
        hub.unsubscribe(1);
        assert_eq!(outlet.metrics_hz(), Some(1.0));
        hub.unsubscribe(2);
        assert_eq!(outlet.metrics_hz(), None);
        let mut counts = [0, 0];
        for (count, queue) in counts.iter_mut().zip([&mut often, &mut seldom]) {
            while queue.next().await.is_some() {
                *count += 1;
            }
        }
        assert_eq!(counts, [10, 1]);
    }
}
