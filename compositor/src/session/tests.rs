//! Files under everything that disks and people do to them.

use std::{fs, io::Write, os::unix::fs::PermissionsExt, path::Path};

use glasshouse_core::{
    AspectRatio, LayoutKind, Memory, Modes, OutputMode, Ranks, RememberedOutput, RememberedWindow, RememberedWorkspace, WindowId,
    outside::{Fallback, LayoutName},
    tiles::{Outline, Terms},
};
use glasshouse_scene::{LogicalPoint, LogicalSize, Transform};
use tempfile::TempDir;

use super::{
    Arrangement, file,
    journal::{Found, Journal, JournalError},
    record::{self, MemoryRecord, RecordError, SessionRecord},
    snapshots::{SnapshotError, Snapshots},
};
use glasshouse_config::Restore;

fn memory(title: &str) -> Memory {
    let spiral = LayoutName::new("spiral").unwrap();
    let mode = OutputMode {
        name: "HEADLESS-1".into(),
        width: 1280,
        height: 720,
        scale: 1.5,
        refresh_mhz: 60_000,
        transform: Transform::Flipped90,
    };
    let window = RememberedWindow {
        app_id: "foot".into(),
        title: title.into(),
        pid: Some(7),
        modes: Modes {
            floating: Some(true),
            maximized: true,
            sticky: true,
            aspect: AspectRatio::new(16, 9),
            scratchpad: Some(3),
            ..Modes::default()
        },
        marks: ["mail".to_owned()].into(),
        at: Some(LogicalPoint::new(1.0 / 3.0, -20.25)),
        size: Some(LogicalSize::new(640.0, 480.0)),
        workspace: Some(0),
        ranks: Ranks { tile: 3, stack: 2, focus: 1 },
        ..RememberedWindow::default()
    };
    Memory {
        outputs: vec![
            RememberedOutput {
                mode: mode.clone(),
                placed: Some(LogicalPoint::new(10.0, 20.0)),
                enabled: false,
                powered: false,
                mirror: Some("HEADLESS-2".to_owned()),
            },
            RememberedOutput { mode, placed: None, enabled: true, powered: true, mirror: None },
        ],
        workspaces: vec![RememberedWorkspace {
            name: Some("web".into()),
            output: Some("HEADLESS-1".into()),
            active: true,
            layout: Some(LayoutKind::Outside(spiral)),
            tiles: Some(Outline::Outside {
                name: spiral,
                windows: vec![(WindowId(0), Some(LogicalSize::new(300.0, 0.0)))],
                parameters: "wide".into(),
            }),
            terms: Some(Terms { fallback: Fallback::Grid, resizes: true }),
            ..RememberedWorkspace::default()
        }],
        focused_output: Some("HEADLESS-1".into()),
        windows: vec![window, RememberedWindow::default()],
    }
}

fn open(state: &Path) -> Journal {
    Journal::open(state, "wayland-9", Path::new("/run/wayland-9")).unwrap()
}

fn titles(found: &Found) -> Option<String> {
    found.memory.as_ref().map(|memory| memory.windows[0].title.clone())
}

#[test]
fn what_is_written_is_read() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.load(Restore::Always).memory, None);
    journal.save(&memory("one"), false, 0).unwrap();
    let found = journal.load(Restore::AfterCrash);
    assert_eq!(found.memory, Some(memory("one")));
    assert_eq!(found.complaints, Vec::<String>::new());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&journal.path()), 0o600);
    assert_eq!(mode(journal.path().parent().unwrap()), 0o700);
}

#[test]
fn who_ended_by_itself_is_not_restored_unless_that_is_wanted() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    journal.save(&memory("one"), true, 0).unwrap();
    assert_eq!(journal.load(Restore::AfterCrash).memory, None);
    assert!(journal.load(Restore::Always).memory.is_some());
    journal.save(&memory("one"), false, 0).unwrap();
    assert!(journal.load(Restore::AfterCrash).memory.is_some());
    assert_eq!(journal.load(Restore::Never).memory, None);
}

#[test]
fn a_memory_that_keeps_ending_the_desktop_is_not_restored_again() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    journal.save(&memory("one"), false, 0).unwrap();
    let mut starts = 0;
    for start in 1..=3 {
        let found = journal.load(Restore::AfterCrash);
        assert!(found.memory.is_some(), "start {start}");
        starts = found.starts;
        journal.save(&memory("one"), false, starts).unwrap();
    }
    assert_eq!(starts, 3);
    let found = journal.load(Restore::AfterCrash);
    assert_eq!(found.memory, None);
    assert!(found.complaints[0].contains("3 times"), "{:?}", found.complaints);
}

#[test]
fn a_desktop_of_the_same_name_elsewhere_is_another_session() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    journal.save(&memory("one"), false, 0).unwrap();
    assert!(matches!(Journal::open(folder.path(), "wayland-9", Path::new("/other/wayland-9")), Err(JournalError::Taken(_))));
    drop(journal);
    let other = Journal::open(folder.path(), "wayland-9", Path::new("/other/wayland-9")).unwrap();
    assert_eq!(other.load(Restore::Always).memory, None);
}

#[test]
fn the_name_of_a_display_may_be_a_path() {
    let folder = TempDir::new().unwrap();
    for name in ["/tmp/x/wayland-0", "..", ""] {
        let journal = Journal::open(folder.path(), name, Path::new("/x")).unwrap();
        assert_eq!(journal.path().parent().unwrap().parent(), Some(folder.path()), "{name:?}");
    }
}

/// What somebody finds who starts after the machine has stopped right now.
fn after_a_stop(state: &Path) -> Option<String> {
    let image = TempDir::new().unwrap();
    let folder = image.path().join("wayland-9");
    fs::create_dir(&folder).unwrap();
    for entry in fs::read_dir(state.join("wayland-9")).unwrap().flatten() {
        fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let journal = open(image.path());
    let found = journal.load(Restore::AfterCrash);
    assert_eq!(found.complaints, Vec::<String>::new());
    // Nothing half-written is left lying about.
    let left = fs::read_dir(&folder).unwrap().flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).count();
    assert_eq!(left, 0);
    titles(&found)
}

#[test]
fn a_stop_at_any_byte_leaves_the_old_or_the_new() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    journal.save(&memory("oldest"), false, 0).unwrap();
    journal.save(&memory("old"), false, 0).unwrap();
    let next = SessionRecord { socket: "/run/wayland-9".into(), ended: false, starts: 0, memory: MemoryRecord::from(&memory("new")) };
    let text = record::encode(&next).unwrap();
    let path = journal.path();
    let new = file::prepare(&path, |file| {
        for byte in &text {
            assert_eq!(after_a_stop(folder.path()).as_deref(), Some("old"));
            file.write_all(std::slice::from_ref(byte))?;
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(after_a_stop(folder.path()).as_deref(), Some("old"));
    file::keep(&path).unwrap();
    assert_eq!(after_a_stop(folder.path()).as_deref(), Some("old"));
    file::publish(new, &path).unwrap();
    assert_eq!(after_a_stop(folder.path()).as_deref(), Some("new"));
}

#[test]
fn a_file_that_is_torn_or_edited_is_kept_aside_and_the_one_before_is_used() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let path = journal.path();
    journal.save(&memory("old"), false, 0).unwrap();
    journal.save(&memory("new"), false, 0).unwrap();
    let good = fs::read(&path).unwrap();
    let edited = String::from_utf8(good.clone()).unwrap().replace("\"new\"", "\"mew\"").into_bytes();
    // What lies at the end besides the line's end belongs to the JSON.
    let torn = (0..good.len() - 1).step_by(7).map(|length| good[..length].to_vec());
    for (n, bad) in torn.chain([edited, b"\xff\xfe".to_vec(), b"[]".to_vec()]).enumerate() {
        fs::write(&path, &bad).unwrap();
        let found = journal.load(Restore::AfterCrash);
        assert_eq!(titles(&found).as_deref(), Some("old"), "{n}");
        assert_eq!(found.complaints.len(), 1, "{n}");
        let aside = path.with_file_name(format!("session.json.corrupt-{}", (n + 1).min(9)));
        assert_eq!(fs::read(&aside).unwrap(), bad);
        assert!(found.complaints[0].contains(aside.to_str().unwrap()), "{:?}", found.complaints);
        assert!(!path.exists());
    }
    // Both generations are bad: the session starts all the same.
    fs::write(&path, b"x").unwrap();
    fs::write(file::previous(&path), b"y").unwrap();
    let found = journal.load(Restore::AfterCrash);
    assert_eq!((found.memory, found.complaints.len()), (None, 2));
}

#[test]
fn a_file_says_what_is_wrong_with_it() {
    let text = record::encode(&MemoryRecord::from(&memory("one"))).unwrap();
    let text = String::from_utf8(text).unwrap();
    let says = |text: &str| record::decode::<MemoryRecord>(text.as_bytes()).unwrap_err();
    assert!(matches!(says(&text.replace("\"version\":1", "\"version\":2")), RecordError::Version(2)));
    assert!(matches!(says(&text.replace("foot", "root")), RecordError::Checksum { .. }));
    assert!(matches!(says("{}"), RecordError::Syntax(_)));
}

#[test]
fn a_pipe_a_link_and_a_folder_in_place_of_the_file_stop_nobody() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let path = journal.path();
    let pipe = || rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    let link = || std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    let dir = || fs::create_dir(&path).unwrap();
    for make in [&pipe as &dyn Fn(), &link, &dir] {
        make();
        let found = journal.load(Restore::Always);
        assert_eq!((found.memory, found.complaints.len()), (None, 1));
        assert!(!path.exists() && !path.is_symlink());
    }
}

#[test]
fn a_disk_that_is_full_or_read_only_says_so_and_keeps_what_was_there() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    journal.save(&memory("old"), false, 0).unwrap();
    let mut full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let error = file::prepare(&journal.path(), |_| full.write_all(b"x")).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert_eq!(titles(&journal.load(Restore::AfterCrash)).as_deref(), Some("old"));
    // Root writes into read-only folders, but nobody into one that is not there any more.
    fs::remove_dir_all(folder.path()).unwrap();
    assert_eq!(journal.save(&memory("new"), false, 0).unwrap_err().kind(), std::io::ErrorKind::NotFound);
    let file = TempDir::new().unwrap();
    let state = file.path().join("state");
    fs::write(&state, b"a file").unwrap();
    assert!(matches!(Journal::open(&state, "wayland-9", Path::new("/x")), Err(JournalError::Folder { .. })));
}

#[test]
fn snapshots_are_made_listed_read_and_removed() {
    let folder = TempDir::new().unwrap();
    // Arrangements have a folder of their own.
    let kept = Snapshots::of_arrangements(Some(folder.path()));
    let keep = |kept: &Snapshots| kept.keep(&"work".parse().unwrap(), Arrangement::default()).unwrap();
    keep(&kept);
    assert_eq!((kept.list_kept().unwrap().len(), kept.read_kept(&"work".parse().unwrap()).unwrap()), (1, Arrangement::default()));
    fs::write(folder.path().join("layouts/torn.json"), b"{\n  \"version\": 1,").unwrap();
    let torn = kept.read_kept(&"torn".parse().unwrap()).unwrap_err().to_string();
    assert!(torn.contains("the arrangement torn cannot be used") && torn.contains("at line 2 column 15"), "{torn}");
    assert_eq!(kept.list_kept().unwrap().len(), 1);
    let missing = kept.read_kept(&"wrok".parse().unwrap()).unwrap_err().to_string();
    assert_eq!(missing, "there is no arrangement wrok; there is work, torn");
    let snapshots = Snapshots::new(Some(folder.path()));
    assert_eq!(snapshots.list().unwrap(), []);
    let [work, home] = ["work", "home"].map(|name| name.parse().unwrap());
    snapshots.create(&work, &memory("one")).unwrap();
    snapshots.create(&home, &memory("two")).unwrap();
    snapshots.create(&work, &memory("three")).unwrap();
    let listed: Vec<_> = snapshots.list().unwrap().into_iter().map(|info| (info.name, info.windows)).collect();
    assert_eq!(listed, [("home".to_owned(), 2), ("work".to_owned(), 2)]);
    assert!(snapshots.list().unwrap()[0].created_unix_ms > 1_700_000_000_000);
    assert_eq!(snapshots.read(&work).unwrap(), memory("three"));
    let error = snapshots.read(&"wrok".parse().unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "there is no snapshot wrok; there is work, home");
    snapshots.delete(&work).unwrap();
    assert!(matches!(snapshots.delete(&work), Err(SnapshotError::Missing { .. })));
    // One that cannot be read spoils no list.
    fs::write(folder.path().join("snapshots/bad.json"), b"x").unwrap();
    assert_eq!(snapshots.list().unwrap().len(), 1);
    assert!(matches!(snapshots.read(&"bad".parse().unwrap()), Err(SnapshotError::Record { .. })));
    assert!(matches!(Snapshots::new(None).list(), Err(SnapshotError::NoPlace)));
}

#[test]
fn the_state_folder_follows_the_specification() {
    let folder = |state: Option<&str>, home: Option<&str>| {
        super::state_folder(|name| if name == "HOME" { home } else { state }.map(Into::into)).map(|path| path.display().to_string())
    };
    assert_eq!(folder(Some("/s"), Some("/h")).as_deref(), Some("/s/glasshouse"));
    assert_eq!(folder(Some("relative"), Some("/h")).as_deref(), Some("/h/.local/state/glasshouse"));
    assert_eq!(folder(None, None), None);
}
