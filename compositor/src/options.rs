//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};
use glasshouse_link::ExecutorChoice;
use glasshouse_scene::Transform;

/// A Wayland desktop that people and agents share.
#[derive(Debug, Clone, Parser)]
#[command(name = "glasshouse", version, about)]
pub struct Options {
    /// Run without a screen: outputs are memory that captures look at.
    #[arg(long)]
    pub headless: bool,

    /// An output of this size, in pixels, with an optional scale and the way it is mounted: 1920x1080, 3840x2160@2 or 1080x1920@1,90.
    /// May be given several times.
    #[arg(long, value_name = "WxH[@SCALE][,TRANSFORM]", value_parser = parse_size, default_value = "1920x1080")]
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

    /// What draws.
    #[arg(long, value_enum, default_value_t, env = "GLASSHOUSE_EXECUTOR")]
    pub executor: ExecutorArgument,

    /// How windows are placed.
    #[arg(long, value_enum, default_value_t)]
    pub layout: LayoutArgument,

    /// End the display process when nobody has looked for this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub display_idle_seconds: u64,

    /// Most memory that the display process may use, in MiB.
    #[arg(long, value_name = "MIB")]
    pub display_memory_mib: Option<u64>,

    /// Obey orders to misbehave that come over D-Bus, for tests.
    #[arg(long)]
    pub debug_orders: bool,

    /// Serve no D-Bus.
    #[arg(long)]
    pub no_bus: bool,

    /// Where to serve D-Bus. By default $XDG_RUNTIME_DIR/glasshouse-<the Wayland socket's name>.
    #[arg(long, value_name = "PATH")]
    pub bus_socket: Option<PathBuf>,

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

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum ExecutorArgument {
    /// The GPU if there is one with a working driver, else the CPU.
    #[default]
    Auto,
    Cpu,
    /// Also a software driver.
    Gpu,
}

impl From<ExecutorArgument> for ExecutorChoice {
    fn from(argument: ExecutorArgument) -> Self {
        match argument {
            ExecutorArgument::Auto => Self::Auto,
            ExecutorArgument::Cpu => Self::Cpu,
            ExecutorArgument::Gpu => Self::Gpu,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum LayoutArgument {
    /// One master on the left, the others stacked on the right.
    #[default]
    Tiling,
    /// Windows keep their own size and cascade.
    Floating,
}

impl Options {
    pub fn display_idle(&self) -> Duration {
        Duration::from_secs(self.display_idle_seconds)
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
