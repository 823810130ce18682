//! The command line.

use std::path::PathBuf;

use clap::Parser;
use glasshouse_config::{Layers, load::Paths};
use glasshouse_scene::Transform;

use crate::telemetry::endpoint::Address;

/// A Wayland desktop that people and agents share.
#[derive(Debug, Clone, Parser)]
#[command(name = "glasshouse", version, about)]
pub struct Options {
    /// Run without a screen: outputs are memory that captures look at.
    #[arg(long)]
    pub headless: bool,

    /// An output of this size, in pixels, with an optional scale and the way it is mounted: 1920x1080, 3840x2160@2 or 1080x1920@1,90.
    /// May be given several times. By default those that the configuration describes, or else one of 1920x1080.
    #[arg(long, value_name = "WxH[@SCALE][,TRANSFORM]", value_parser = parse_size)]
    pub size: Vec<Size>,

    /// The name of the Wayland socket in $XDG_RUNTIME_DIR. By default the first free of wayland-1, wayland-2, ...
    #[arg(long, value_name = "NAME", conflicts_with = "socket_fd")]
    pub socket: Option<String>,

    /// An already listening Wayland socket. Also taken from $LISTEN_FDS.
    #[arg(long, value_name = "FD")]
    pub socket_fd: Option<i32>,

    /// Where to write the socket's name and a newline once clients can connect.
    #[arg(long, value_name = "FD")]
    pub ready_fd: Option<i32>,

    /// The user's configuration, in place of $XDG_CONFIG_HOME/glasshouse/config.toml.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Read no configuration but the one that --config names.
    #[arg(long)]
    pub no_config: bool,

    /// Give an option of the configuration another value, such as --set layout.gap-px=8. May be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = parse_pair)]
    pub set: Vec<(String, String)>,

    /// What draws: auto, cpu or gpu. Short for --set display.executor=...
    #[arg(long, env = "GLASSHOUSE_EXECUTOR")]
    pub executor: Option<String>,

    /// How windows are placed, such as columns or floating. Short for --set layout.default=...
    #[arg(long)]
    pub layout: Option<String>,

    /// When windows and outputs find the places that they had before the desktop was started again: never, after-crash or always. Short for
    /// --set session.restore=...
    #[arg(long, value_name = "WHEN")]
    pub restore: Option<String>,

    /// End the display process when nobody has looked for this many seconds. Short for --set display.idle-seconds=...
    #[arg(long, value_name = "SECONDS")]
    pub display_idle_seconds: Option<u32>,

    /// Most memory that the display process may use, in MiB. Short for --set display.memory-mib=...
    #[arg(long, value_name = "MIB")]
    pub display_memory_mib: Option<u32>,

    /// Obey orders to misbehave that come over D-Bus, for tests.
    #[arg(long)]
    pub debug_orders: bool,

    /// Serve no D-Bus.
    #[arg(long)]
    pub no_bus: bool,

    /// Where to serve D-Bus. By default $XDG_RUNTIME_DIR/glasshouse-<the Wayland socket's name>.
    #[arg(long, value_name = "PATH")]
    pub bus_socket: Option<PathBuf>,

    /// The session bus to serve on, beside the socket. By default $DBUS_SESSION_BUS_ADDRESS.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "no_session_bus")]
    pub session_bus: Option<String>,

    /// Serve on no session bus.
    #[arg(long)]
    pub no_session_bus: bool,

    /// Where Prometheus can fetch figures (`GET /metrics`): the path of a socket that only you can use, or a port of this machine that
    /// every user of it can.
    #[arg(long, value_name = "PATH|127.0.0.1:PORT")]
    pub metrics_socket: Option<Address>,

    /// A program to start once the desktop is ready, with its arguments.
    #[arg(last = true, value_name = "PROGRAM")]
    pub program: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
    pub scale: f64,
    pub transform: Transform,
}

/// The transforms by the names that `wlr-randr` and sway give them, in the order of their numbers.
const TRANSFORMS: [&str; 8] = ["normal", "90", "180", "270", "flipped", "flipped-90", "flipped-180", "flipped-270"];

fn parse_size(text: &str) -> Result<Size, String> {
    let (size, transform) = text.split_once(',').unwrap_or((text, "normal"));
    let Some((_, transform)) = TRANSFORMS.iter().zip(Transform::ALL).find(|(name, _)| **name == transform) else {
        return Err(format!("{transform:?} is no transform; there are {}", TRANSFORMS.join(", ")));
    };
    let (size, scale) = size.split_once('@').unwrap_or((size, "1"));
    let parsed = size.split_once('x').and_then(|(width, height)| {
        Some(Size { width: width.parse().ok()?, height: height.parse().ok()?, scale: scale.parse().ok()?, transform })
    });
    parsed.ok_or_else(|| format!("{text:?} is no size; write it like 1920x1080, 3840x2160@2 or 1080x1920@1,90"))
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("{text:?} has no value; write KEY=VALUE"))?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

impl Options {
    /// Where the session bus is, if it is to be served on.
    pub fn session_bus_address(&self) -> Option<String> {
        let address = self.session_bus.clone().or_else(|| std::env::var("DBUS_SESSION_BUS_ADDRESS").ok());
        address.filter(|address| !address.is_empty())
    }

    /// Which files make the configuration.
    pub fn paths(&self) -> Paths {
        match (&self.config, self.no_config) {
            (Some(file), true) => Paths::only(file.clone()),
            (Some(file), false) => Paths::with_user_file(file.clone()),
            (None, true) => Paths::none(),
            (None, false) => Paths::standard(|name| std::env::var_os(name).map(PathBuf::from)),
        }
    }

    /// What the environment and the command line say about options.
    pub fn layers(&self) -> Layers {
        // A variable that is no text is none of ours.
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        self.flags(Layers::new().with_environment(variables))
    }

    /// What the command line says about options, on top of `layers`.
    pub fn flags(&self, mut layers: Layers) -> Layers {
        for (key, value) in &self.set {
            layers = layers.with_flag("--set", key, value);
        }
        let flags = [
            ("--executor", "display.executor", self.executor.clone()),
            ("--layout", "layout.default", self.layout.clone()),
            ("--restore", "session.restore", self.restore.clone()),
            ("--display-idle-seconds", "display.idle-seconds", self.display_idle_seconds.map(|seconds| seconds.to_string())),
            ("--display-memory-mib", "display.memory-mib", self.display_memory_mib.map(|mib| mib.to_string())),
            ("--metrics-socket", "telemetry.metrics-socket", self.metrics_socket.as_ref().map(ToString::to_string)),
            ("--no-bus", "bus.enabled", self.no_bus.then(|| "false".to_owned())),
            ("--no-session-bus", "bus.session", self.no_session_bus.then(|| "false".to_owned())),
        ];
        for (flag, key, value) in flags {
            if let Some(value) = value {
                layers = layers.with_flag(flag, key, &value);
            }
        }
        layers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_nonsense_is_explained() {
        let transform = Transform::Normal;
        assert_eq!(parse_size("800x600"), Ok(Size { width: 800, height: 600, scale: 1.0, transform }));
        assert_eq!(parse_size("3840x2160@1.5"), Ok(Size { width: 3840, height: 2160, scale: 1.5, transform }));
        let turned = Size { width: 1080, height: 1920, scale: 2.0, transform: Transform::Flipped270 };
        assert_eq!(parse_size("1080x1920@2,flipped-270"), Ok(turned));
        for wrong in ["", "800", "800x", "x", "-1x5", "800x600@", "800x600@two", "800x600,45", "800x600,"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
