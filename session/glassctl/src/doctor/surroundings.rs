//! What a desktop needs around it.

use std::{
    collections::HashMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use glasshouse_config::load::Paths;

use super::{Finding, shown, sockets};
use crate::{
    config,
    probe::{Listener, contains, listener},
};

/// The machine and the session that are examined.
#[derive(Debug)]
pub(super) struct System {
    /// `/`, but for tests.
    pub(super) root: PathBuf,
    pub(super) environment: HashMap<String, String>,
    pub(super) user: u32,
}

impl System {
    pub(super) fn of_process() -> Self {
        let environment = config::environment().into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Self { root: PathBuf::from("/"), environment, user: rustix::process::geteuid().as_raw() }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }

    pub(super) fn runtime_dir(&self) -> Option<&Path> {
        self.variable("XDG_RUNTIME_DIR").map(Path::new)
    }

    /// An absolute path of the machine.
    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Below `/usr/local/share`, `/usr/share` and the user's own; the names are those of the base directory specification.
    fn data(&self, below: &str) -> Vec<PathBuf> {
        let home = self.variable("XDG_DATA_HOME").map(PathBuf::from);
        let home = home.or_else(|| self.variable("HOME").map(|home| Path::new(home).join(".local/share")));
        let dirs = self.variable("XDG_DATA_DIRS").unwrap_or("/usr/local/share:/usr/share");
        home.into_iter().chain(dirs.split(':').filter(|dir| !dir.is_empty()).map(|dir| self.at(dir))).map(|dir| dir.join(below)).collect()
    }
}

pub(super) fn look(system: &System) -> Vec<Finding> {
    vec![
        runtime_dir(system),
        sockets::check(system.runtime_dir()),
        configuration(system),
        vulkan(system),
        fonts(system),
        keyboard(system),
        cursors(system),
        session_bus(system),
        portals(system),
        pipewire(system),
    ]
}

fn runtime_dir(system: &System) -> Finding {
    const CHECK: &str = "runtime-dir";
    let Some(dir) = system.runtime_dir() else {
        return Finding::bad(
            CHECK,
            "XDG_RUNTIME_DIR is not set; log in through a session, or set it to a directory of yours with mode 0700",
        );
    };
    let metadata = match fs::metadata(dir) {
        Ok(metadata) => metadata,
        Err(error) => return Finding::bad(CHECK, format!("XDG_RUNTIME_DIR is {}: {error}; create it with mode 0700", shown(dir))),
    };
    let mode = metadata.mode() & 0o7777;
    let shown = shown(dir);
    if !metadata.is_dir() {
        Finding::bad(CHECK, format!("XDG_RUNTIME_DIR is {shown}, which is no directory; set it to one"))
    } else if metadata.uid() != system.user {
        Finding::bad(
            CHECK,
            format!("{shown} belongs to user {}, not to you ({}); set XDG_RUNTIME_DIR to one of yours", metadata.uid(), system.user),
        )
    } else if mode & 0o700 != 0o700 || mode & 0o077 != 0 {
        Finding::bad(CHECK, format!("{shown} has mode {mode:04o}, so others can get in or you cannot; run `chmod 0700 {shown}`"))
    } else {
        Finding::good(CHECK, format!("{shown} is yours alone"))
    }
}

fn configuration(system: &System) -> Finding {
    let paths = Paths::standard(|name| system.variable(name).map(PathBuf::from));
    match config::mistakes(&paths, system.environment.clone()) {
        Ok(()) => Finding::good("config", "no mistakes"),
        Err(problems) => {
            let first = problems.iter().next().map(ToString::to_string).unwrap_or_default();
            let more = problems.count().saturating_sub(1);
            let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
            Finding::bad("config", format!("{first}{more}; `glassctl config check` shows where"))
        }
    }
}

/// Without Vulkan the `cpu` executor draws, so this is only wrong where there is a GPU.
fn vulkan(system: &System) -> Finding {
    const CHECK: &str = "vulkan";
    let libraries = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib"].map(|dir| system.at(dir));
    let loader = libraries.iter().any(|dir| contains(dir, 1, &|name| name.starts_with("libvulkan.so.")));
    let named = system.variable("VK_DRIVER_FILES").or_else(|| system.variable("VK_ICD_FILENAMES"));
    let manifests = match named {
        Some(files) => files.split(':').filter(|file| Path::new(file).is_file()).map(str::to_owned).collect(),
        None => drivers(system),
    };
    let hardware = manifests.iter().filter(|name| !name.contains("lvp_icd")).count();
    let nodes = render_nodes(system);
    let closed = nodes.iter().find(|node| fs::File::options().read(true).write(true).open(node).is_err());
    match (&closed, nodes.is_empty(), loader, hardware > 0) {
        (Some(node), ..) => {
            Finding::bad(CHECK, format!("{} may not be opened; add yourself to the group `render` and log in again", shown(node)))
        }
        (None, false, false, _) => Finding::bad(CHECK, "there is a GPU but no libvulkan.so.1; install libvulkan1"),
        (None, false, true, false) => {
            Finding::bad(CHECK, "there is a GPU but no Vulkan driver for it; install mesa-vulkan-drivers or the vendor's")
        }
        (None, false, true, true) => Finding::good(CHECK, format!("the loader and {} drivers are there", manifests.len())),
        (None, true, ..) => Finding::note(CHECK, "there is no GPU here (no /dev/dri/renderD*), so the cpu draws"),
    }
}

fn drivers(system: &System) -> Vec<String> {
    let dirs = system.data("vulkan/icd.d").into_iter().chain([system.at("/etc/vulkan/icd.d")]);
    let files = dirs.filter_map(|dir| dir.read_dir().ok()).flat_map(|entries| entries.flatten());
    files.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| name.ends_with(".json")).collect()
}

fn render_nodes(system: &System) -> Vec<PathBuf> {
    let entries = system.at("/dev/dri").read_dir().into_iter().flatten().flatten();
    let mut nodes: Vec<_> =
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("renderD")).map(|entry| entry.path()).collect();
    nodes.sort_unstable();
    nodes
}

fn fonts(system: &System) -> Finding {
    const ENDINGS: &[&str] = &[".ttf", ".otf", ".ttc", ".otc", ".woff2", ".pfb", ".pcf.gz"];
    let legacy = system.variable("HOME").map(|home| Path::new(home).join(".fonts"));
    let dirs = system.data("fonts").into_iter().chain(legacy);
    // As deep as Debian nests them (truetype/noto/unhinged), and one more.
    let is_font = |name: &str| ENDINGS.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending));
    if dirs.into_iter().any(|dir| contains(&dir, 4, &is_font)) {
        Finding::good("fonts", "there are some")
    } else {
        Finding::bad("fonts", "there are none, so programs show no text; install fonts-dejavu-core, or fonts-noto for all scripts")
    }
}

fn keyboard(system: &System) -> Finding {
    let root = system.variable("XKB_CONFIG_ROOT").map(PathBuf::from);
    let dirs =
        root.map_or_else(|| ["/usr/share/X11/xkb", "/usr/share/xkeyboard-config-2"].map(|dir| system.at(dir)).to_vec(), |root| vec![root]);
    match dirs.iter().find(|dir| dir.join("rules/evdev").is_file()) {
        Some(dir) => Finding::good("keyboard", format!("layouts are in {}", shown(dir))),
        None => Finding::bad("keyboard", "there are no keyboard layouts, so no key can be typed; install xkb-data"),
    }
}

fn cursors(system: &System) -> Finding {
    let home = system.variable("HOME").map(|home| Path::new(home).join(".icons"));
    let dirs: Vec<_> = system.data("icons").into_iter().chain(home).collect();
    let has =
        |theme: &str| dirs.iter().any(|dir| dir.join(theme).join("cursors").is_dir() || dir.join(theme).join("index.theme").is_file());
    match system.variable("XCURSOR_THEME") {
        Some(theme) if !has(theme) => {
            Finding::bad("cursors", format!("there is no cursor theme {theme:?}; install it or change XCURSOR_THEME"))
        }
        _ if dirs.iter().any(|dir| contains(dir, 2, &|name| name == "left_ptr")) => Finding::good("cursors", "there are themes"),
        _ => {
            Finding::note("cursors", "there is no cursor theme, so all pointers are arrows; install adwaita-icon-theme or dmz-cursor-theme")
        }
    }
}

fn session_bus(system: &System) -> Finding {
    const CHECK: &str = "session-bus";
    let Some(address) = system.variable("DBUS_SESSION_BUS_ADDRESS") else {
        let there = system.runtime_dir().is_some_and(|dir| listener(&dir.join("bus")) == Listener::There);
        return if there {
            Finding::note(CHECK, "there is one, but DBUS_SESSION_BUS_ADDRESS is not set; set it to unix:path=$XDG_RUNTIME_DIR/bus")
        } else {
            Finding::note(CHECK, "there is none; `glassctl` needs none, portals and activation do: start with dbus-run-session")
        };
    };
    // Other transports are not looked at.
    let path = address.split(';').find_map(|address| address.strip_prefix("unix:path=")).and_then(|rest| rest.split(',').next());
    match path.map(|path| (path, listener(Path::new(path)))) {
        Some((path, Listener::Gone)) => Finding::bad(CHECK, format!("nobody listens on {path}; start the desktop with dbus-run-session")),
        Some((path, Listener::Unknown)) => Finding::bad(CHECK, format!("{path} cannot be reached; correct DBUS_SESSION_BUS_ADDRESS")),
        Some((_, Listener::There)) | None => Finding::good(CHECK, address),
    }
}

fn portals(system: &System) -> Finding {
    let has = |below: &str, ending: &str| {
        let dirs = system.data(below);
        dirs.iter().any(|dir| contains(dir, 0, &|name| name.ends_with(ending)))
    };
    let front = system.data("dbus-1/services").iter().any(|dir| dir.join("org.freedesktop.portal.Desktop.service").is_file());
    match (front, has("xdg-desktop-portal/portals", ".portal")) {
        (true, true) => Finding::good("portals", "xdg-desktop-portal and a back end are there"),
        (true, false) => Finding::note("portals", "xdg-desktop-portal has no back end; install xdg-desktop-portal-gtk for its dialogs"),
        (false, _) => {
            Finding::note("portals", "there is no xdg-desktop-portal; sandboxed programs need it and xdg-desktop-portal-gtk to open files")
        }
    }
}

fn pipewire(system: &System) -> Finding {
    let name = system.variable("PIPEWIRE_REMOTE").unwrap_or("pipewire-0");
    let socket = system.runtime_dir().map(|dir| dir.join(name));
    match socket.map(|socket| listener(&socket)) {
        Some(Listener::There) => Finding::good("pipewire", "it runs"),
        _ => Finding::note(
            "pipewire",
            "there is no PipeWire running; programs need it to share the screen and for sound: install pipewire and start it",
        ),
    }
}
