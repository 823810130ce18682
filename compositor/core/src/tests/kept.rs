//! Arrangements by name: what is here is put in its place, and the rest comes to it.

use super::{
    bench::{Bench, Do, Op},
    command,
};
use crate::{Caller, Event, Kept, Refusal, Scopes, WorkspaceRef, event::WindowChange, rules::Pattern};

impl Bench {
    /// Opens a window of an application whose client has said all that it has to say.
    fn open_as(&mut self, n: u8, app_id: &str, title: &'static str) {
        self.run([Op::Open(n, 300, 200)]);
        self.change(n, WindowChange::AppId(app_id.to_owned()));
        self.run([Op::Title(n, title), Op::ClientCommits(n)]);
        self.answer();
    }

    fn puts_up(&mut self, kept: &Kept) -> Vec<usize> {
        let (effects, missing) = self.desktop.restore_kept(&Caller::Person, "work", kept, self.now).unwrap();
        self.take(effects);
        self.answer();
        missing
    }

    fn places(&self) -> Vec<(String, [f64; 4])> {
        let mut places: Vec<_> = self.clients.keys().map(|n| (self.window(*n).app_id, self.area(*n))).collect();
        places.sort_by(|a, b| a.0.cmp(&b.0));
        places
    }
}

/// Three tiles in a tree, one of them below another.
fn arranged() -> Bench {
    let mut t = Bench::with_outputs(1);
    command(&mut t, "set-layout tree");
    t.open_as(1, "a", "one");
    t.open_as(2, "b", "two");
    command(&mut t, "split vertical");
    t.open_as(3, "c", "three");
    t
}

#[test]
fn what_is_missing_comes_to_its_place_in_whatever_order() {
    let t = arranged();
    let (kept, places) = (t.desktop.keep(None).unwrap(), t.places());
    assert_eq!(places[2].1, [500.0, 300.0, 500.0, 300.0]);
    for order in [[1, 2, 3], [3, 2, 1], [2, 3, 1]] {
        let mut t = arranged();
        t.run([Op::Close(2), Op::Close(3)]);
        command(&mut t, "set-layout columns");
        assert_eq!(t.puts_up(&kept), [1, 2]);
        assert_eq!(t.desktop.expected_of("work"), [1, 2]);
        for n in order {
            match n {
                1 => {}
                2 => t.open_as(4, "b", "two"),
                _ => t.open_as(5, "c", "three"),
            }
        }
        assert_eq!(t.desktop.expected_of("work"), []);
        assert_eq!(t.places(), places, "{order:?}");
        t.come_to_rest();
    }
}

#[test]
fn windows_are_recognised_by_title_and_tag_before_their_age_and_each_once() {
    let mut t = Bench::with_outputs(1);
    t.open_as(1, "foot", "mail");
    t.open_as(2, "foot", "news");
    t.open_as(3, "foot", "");
    t.change(3, WindowChange::Tag("log".into()));
    let kept = t.desktop.keep(None).unwrap();
    let mut other = Bench::with_outputs(1);
    other.open_as(1, "foot", "");
    other.change(1, WindowChange::Tag("log".into()));
    other.open_as(2, "foot", "news");
    other.open_as(3, "foot", "mail");
    assert_eq!(other.puts_up(&kept), []);
    assert_eq!([3, 2, 1].map(|n| other.area(n)), [1, 2, 3].map(|n| t.area(n)));
    // A pattern that somebody wrote is a condition.
    let mut strict = kept.clone();
    strict.memory.windows[0].title_pattern = Some(Pattern::new("^mail ").unwrap());
    assert_eq!(other.puts_up(&strict), [0]);
    other.run([Op::Title(3, "cab")]);
    strict.memory.windows[0].title_pattern = Some(Pattern::new("^ca").unwrap());
    assert_eq!(other.puts_up(&strict), []);
}

#[test]
fn undo_puts_back_what_was_there_and_time_ends_the_waiting() {
    let mut t = arranged();
    let kept = t.desktop.keep(None).unwrap();
    t.run([Op::Close(3)]);
    t.answer();
    command(&mut t, "set-layout master-stack");
    t.answer();
    let before = t.places();
    assert_eq!(t.puts_up(&kept), [2]);
    assert_ne!(t.places(), before);
    command(&mut t, "undo");
    t.answer();
    assert_eq!(t.places(), before);
    t.desktop.expect_no_more("work");
    assert_eq!(t.desktop.expected_of("work"), []);
    assert_eq!(t.desktop.absent_windows(), 0);
}

#[test]
fn a_second_arrangement_leaves_the_first_one_to_wait() {
    let mut t = arranged();
    let kept = t.desktop.keep(None).unwrap();
    t.run([Op::Close(2), Op::Close(3)]);
    t.answer();
    assert_eq!(t.puts_up(&kept), [1, 2]);
    let (effects, missing) = t.desktop.restore_kept(&Caller::Person, "play", &kept, t.now).unwrap();
    t.take(effects);
    assert_eq!((missing, t.desktop.expected_of("work")), (vec![1, 2], vec![1, 2]));
    // The same one once more begins anew.
    assert_eq!(t.puts_up(&kept), [1, 2]);
    assert_eq!(t.desktop.absent_windows(), 4);
}

#[test]
fn an_arrangement_of_one_workspace_goes_to_the_one_of_its_name_or_to_where_one_is() {
    let mut t = arranged();
    t.run([Op::Command(Do::Workspace(WorkspaceRef::Next))]);
    t.open_as(4, "d", "four");
    let first = t.desktop.workspaces()[0].id;
    let kept = t.desktop.keep(Some(first)).unwrap();
    assert_eq!(kept.memory.windows.len(), 3);
    let places = t.places();
    // Its windows come to where one is, and another one stays there, behind them.
    assert_eq!(t.puts_up(&kept), []);
    let workspaces = t.desktop.workspaces();
    assert_eq!(workspaces[0].windows.len(), 4, "{workspaces:?}");
    assert!(workspaces[0].focused);
    command(&mut t, "undo");
    t.answer();
    assert_eq!(t.places(), places);
    command(&mut t, "rename-workspace work --workspace 1");
    let kept = t.desktop.keep(Some(first)).unwrap();
    t.run([Op::Close(1), Op::Command(Do::Workspace(WorkspaceRef::Next))]);
    assert_eq!(t.puts_up(&kept), [0]);
    assert_eq!(t.desktop.workspaces()[0].name.as_deref(), Some("work"));
    assert!(t.desktop.workspaces()[0].focused);
    t.open_as(5, "a", "one");
    assert_eq!(t.places(), places);
}

#[test]
fn who_may_not_or_not_now_is_told_and_nothing_happens() {
    let mut t = arranged();
    let kept = t.desktop.keep(None).unwrap();
    let arranger = Caller::Program { pid: None, scopes: Scopes::ARRANGE };
    let refused = t.desktop.restore_kept(&arranger, "work", &kept, t.now).map(drop);
    assert_eq!(refused, Err(Refusal::NotPermitted { scope: "launch" }));
    t.observe(Event::Locked(true));
    assert_eq!(t.desktop.restore_kept(&Caller::Person, "work", &kept, t.now).map(drop), Err(Refusal::Locked));
    let empty = Bench::with_outputs(1);
    assert!(matches!(empty.desktop.keep(None), Err(Refusal::NothingToChange(_))));
    let workspace = empty.desktop.workspaces()[0].id;
    assert!(matches!(empty.desktop.keep(Some(workspace)), Err(Refusal::NothingToChange(_))));
}
