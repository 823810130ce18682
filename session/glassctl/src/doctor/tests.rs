use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, net::UnixListener},
    path::Path,
};

use super::{surroundings::System, *};

/// A machine with nothing on it, and a session with a sound runtime directory.
fn bare(dir: &Path) -> System {
    let run = dir.join("run");
    fs::create_dir_all(&run).unwrap();
    fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let environment = [("XDG_RUNTIME_DIR".to_owned(), text(&run)), ("HOME".to_owned(), text(&dir.join("home")))];
    System { root: dir.join("root"), environment: environment.into(), user: rustix::process::geteuid().as_raw() }
}

fn put(system: &System, path: &str) {
    let path = system.root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "").unwrap();
}

#[track_caller]
fn found(system: &System, check: &str, level: Level, words: &str) {
    let findings = surroundings::look(system);
    let finding = findings.iter().find(|finding| finding.check == check).unwrap();
    assert_eq!(finding.level, level, "{finding:?}");
    assert!(finding.sentence.contains(words), "{finding:?}");
}

#[test]
fn a_bare_machine_lacks_fonts_and_keyboards_and_can_do_without_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let system = bare(dir.path());
    found(&system, "runtime-dir", Level::Good, "yours alone");
    found(&system, "sockets", Level::Good, "");
    found(&system, "fonts", Level::Bad, "install fonts-dejavu-core");
    found(&system, "keyboard", Level::Bad, "install xkb-data");
    for optional in ["vulkan", "cursors", "session-bus", "portals", "pipewire"] {
        found(&system, optional, Level::Note, "there is no");
    }
}

#[test]
fn what_is_there_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut system = bare(dir.path());
    for path in [
        "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "usr/share/X11/xkb/rules/evdev",
        "usr/share/icons/Adwaita/cursors/left_ptr",
        "usr/share/dbus-1/services/org.freedesktop.portal.Desktop.service",
        "usr/share/xdg-desktop-portal/portals/gtk.portal",
        "dev/dri/renderD128",
        "usr/lib/x86_64-linux-gnu/libvulkan.so.1",
        "usr/share/vulkan/icd.d/radeon_icd.x86_64.json",
    ] {
        put(&system, path);
    }
    let pipewire = dir.path().join("run/pipewire-0");
    let _pipewire = UnixListener::bind(&pipewire).unwrap();
    let bus = dir.path().join("bus");
    let listener = UnixListener::bind(&bus).unwrap();
    system.environment.insert("DBUS_SESSION_BUS_ADDRESS".to_owned(), format!("unix:path={},guid=1", bus.display()));
    for check in ["fonts", "keyboard", "cursors", "session-bus", "portals", "pipewire", "vulkan"] {
        found(&system, check, Level::Good, "");
    }

    drop(listener);
    found(&system, "session-bus", Level::Bad, "nobody listens");
    system.environment.insert("XCURSOR_THEME".to_owned(), "Bibata".to_owned());
    found(&system, "cursors", Level::Bad, "no cursor theme \"Bibata\"");
}

#[test]
fn a_gpu_without_a_driver_of_its_own_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let system = bare(dir.path());
    put(&system, "dev/dri/renderD128");
    found(&system, "vulkan", Level::Bad, "install libvulkan1");
    put(&system, "usr/lib/libvulkan.so.1");
    put(&system, "usr/share/vulkan/icd.d/lvp_icd.x86_64.json");
    found(&system, "vulkan", Level::Bad, "no Vulkan driver");
}

#[test]
fn a_runtime_directory_must_be_ones_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut system = bare(dir.path());
    let run = dir.path().join("run");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    found(&system, "runtime-dir", Level::Bad, "mode 0755");
    system.user += 1;
    found(&system, "runtime-dir", Level::Bad, "belongs to user");
    fs::remove_dir(&run).unwrap();
    found(&system, "runtime-dir", Level::Bad, "create it with mode 0700");
    fs::write(&run, "").unwrap();
    found(&system, "runtime-dir", Level::Bad, "no directory");
    system.environment.remove("XDG_RUNTIME_DIR");
    found(&system, "runtime-dir", Level::Bad, "XDG_RUNTIME_DIR is not set");
}

#[test]
fn a_socket_that_was_left_behind_is_found_and_removed_and_one_in_use_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let system = bare(dir.path());
    let (used, left) = (dir.path().join("run/wayland-1"), dir.path().join("run/glasshouse-wayland-2"));
    let _used = UnixListener::bind(&used).unwrap();
    drop(UnixListener::bind(&left).unwrap());
    fs::write(dir.path().join("run/wayland-2.lock"), "").unwrap();
    found(&system, "sockets", Level::Bad, "glasshouse-wayland-2; `glassctl doctor --fix` removes");
    let removed = sockets::remove_leftovers(system.runtime_dir());
    assert_eq!(removed, [Finding::good("removed", left.to_str().unwrap())]);
    assert!(used.exists() && !left.exists());
    found(&system, "sockets", Level::Good, "");
}

#[test]
fn a_report_counts_what_is_wrong() {
    let good = [Finding::good("wayland", "programs connect to wayland-1")];
    let around = [Finding::bad("fonts", "there are none"), Finding::note("pipewire", "it does not\x1b run")];
    assert_eq!(
        report(&good, &around, false),
        "\
Desktop
  ✓ wayland   programs connect to wayland-1
Surroundings
  ✗ fonts     there are none
  • pipewire  it does not\u{fffd} run
1 wrong, 1 noted.
"
    );
    assert!(report(&good, &[], true).contains("\x1b[32m✓\x1b[0m"));
    assert!(report(&good, &[], false).ends_with("Everything is well.\n"));
}
