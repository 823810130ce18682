use std::time::Duration;

use glasshouse_protocols::{Awaited, Error, WindowMatch, event::FocusChange};
use tokio::sync::oneshot;

use super::*;

fn window(id: u64, title: &str) -> Window {
    Window { id, title: title.into(), app_id: "foot".into(), mapped: true, ..Window::default() }
}

/// Events alone, with what the main loop would do with them.
#[derive(Default)]
struct Bench {
    events: Events,
    now: Timestamp,
}

impl Bench {
    fn say(&mut self, payload: Payload) {
        self.events.publish(payload, 0, self.now);
    }

    /// A window is so now; `None`: it is gone.
    fn set(&mut self, id: u64, window: Option<Window>) {
        if let Some(payload) = self.events.replica.window_event(id, window) {
            self.say(payload);
        }
    }

    fn focus(&mut self, window: Option<u64>) {
        if let Some(payload) = self.events.replica.focus_event(window) {
            self.say(payload);
        }
    }

    fn wait(&mut self, wanted: WindowMatch, awaited: Awaited) -> oneshot::Receiver<Result<Window, Error>> {
        let (reply, answer) = oneshot::channel();
        let waiter = Waiter { wanted, awaited, timeout: Duration::from_secs(5), reply };
        self.events.waiters.add(waiter, &self.events.replica, self.now);
        self.turn();
        answer
    }

    fn turn(&mut self) {
        self.events.waiters.answer(&self.events.replica, self.now);
    }
}

/// The title of the window that was waited for, if the wait is over.
fn title(answer: &mut oneshot::Receiver<Result<Window, Error>>) -> Option<String> {
    answer.try_recv().ok().map(|result| result.unwrap().title)
}

#[test]
fn a_thousand_events_are_kept_and_older_ones_are_said_to_be_gone() {
    let mut t = Bench::default();
    for focus in 0..RING as u64 + 5 {
        t.say(Payload::FocusChanged(FocusChange { window: Some(focus), previous: None }));
        t.say(Payload::PerformanceMetrics(Dict::new()));
    }
    let newest = t.events.replica.sequence();
    assert_eq!(newest, 2 * (RING as u64 + 5));
    let replay = |since| match t.events.subscribed(Some(since)) {
        Ok(Subscribed { from: SubscribedFrom::Replay(replay), newest: upto }) => {
            assert_eq!(upto, newest);
            Ok(replay.len())
        }
        Ok(Subscribed { from: SubscribedFrom::Snapshot(_), .. }) => panic!("a snapshot"),
        Err(error) => Err(error),
    };
    assert_eq!(replay(newest).unwrap(), 0);
    assert_eq!(replay(newest - 2).unwrap(), 1);
    // The ten oldest sequences belonged to five events and five figures.
    assert_eq!(replay(9).unwrap(), RING);
    assert!(matches!(replay(8), Err(Error::ReplayGone(sentence)) if sentence.contains("after event 9")));
    assert!(matches!(replay(newest + 1), Err(Error::ReplayGone(sentence)) if sentence.contains("started anew")));
    assert!(matches!(t.events.subscribed(None), Ok(Subscribed { from: SubscribedFrom::Snapshot(_), .. })));
}

#[test]
fn a_filter_by_application_finds_its_windows_until_they_are_gone() {
    let mut t = Bench::default();
    t.set(1, Some(window(1, "a")));
    t.focus(Some(1));
    t.set(1, None);
    let app_ids: Vec<_> = t.events.ring.iter().map(|told| told.app_id.as_deref()).collect();
    assert_eq!(app_ids, [Some("foot"); 3]);
}

#[test]
fn what_is_so_already_is_answered_at_once_and_what_is_not_when_it_comes() {
    let mut t = Bench::default();
    t.set(1, Some(window(1, "Inbox")));
    let inbox = || WindowMatch { title: Some("Inbox".into()), ..WindowMatch::default() };
    assert_eq!(title(&mut t.wait(inbox(), Awaited::Mapped)).unwrap(), "Inbox");

    let (mut created, mut focused) = (t.wait(inbox(), Awaited::Created), t.wait(inbox(), Awaited::Focused));
    assert_eq!((title(&mut created), title(&mut focused)), (None, None));
    t.focus(Some(1));
    t.turn();
    assert_eq!(title(&mut focused).unwrap(), "Inbox");
    // It matches only later.
    t.set(2, Some(window(2, "Loading")));
    t.turn();
    assert_eq!(title(&mut created), None);
    t.set(2, Some(window(2, "Inbox 2")));
    t.turn();
    assert_eq!(title(&mut created).unwrap(), "Inbox 2");
}

#[test]
fn closed_means_all_that_matched_and_answers_with_the_last() {
    let mut t = Bench::default();
    t.set(1, Some(window(1, "one")));
    t.set(2, Some(window(2, "two")));
    let mut closed = t.wait(WindowMatch::default(), Awaited::Closed);
    t.set(1, None);
    t.set(3, Some(window(3, "three")));
    t.turn();
    assert_eq!(title(&mut closed), None);
    t.set(2, Some(window(2, "two, renamed")));
    t.turn();
    t.set(2, None);
    t.turn();
    assert_eq!(title(&mut closed).unwrap(), "two, renamed");
    let unknown = t.wait(WindowMatch { id: Some(9), ..WindowMatch::default() }, Awaited::Closed).try_recv().unwrap().unwrap_err();
    assert!(matches!(unknown, Error::NoWindow(sentence) if sentence == "there is no window 9; there are 3 (foot)"));
}

#[test]
fn a_title_that_changes_is_noticed_also_when_it_matches_no_more() {
    let mut t = Bench::default();
    t.set(1, Some(window(1, "Loading")));
    let loading = WindowMatch { title: Some("Loading".into()), ..WindowMatch::default() };
    let mut renamed = t.wait(loading, Awaited::Title);
    t.set(1, Some(Window { x: 5.0, ..window(1, "Loading") }));
    t.turn();
    assert_eq!(title(&mut renamed), None);
    t.set(1, Some(window(1, "Done")));
    t.turn();
    assert_eq!(title(&mut renamed).unwrap(), "Done");
}

#[test]
fn who_waits_too_long_hears_what_there_is() {
    let mut t = Bench::default();
    t.set(1, Some(window(1, "one")));
    let wanted = WindowMatch { app_id: Some("gimp".into()), ..WindowMatch::default() };
    let mut answer = t.wait(wanted, Awaited::Mapped);
    let gone = t.wait(WindowMatch::default(), Awaited::Minimized);
    drop(gone);
    assert_eq!(t.events.deadline(), Some(Timestamp(Duration::from_secs(5))));
    t.now = Timestamp(Duration::from_secs(5));
    t.turn();
    let error = answer.try_recv().unwrap().unwrap_err();
    assert!(matches!(&error, Error::TimedOut(sentence) if sentence.contains("no window matches; there are 1 (foot)")), "{error}");
    assert_eq!(t.events.deadline(), None);
}
