use glasshouse_core::{Command, Direction, LayoutKind, WindowId};
use glasshouse_protocols::finite;
use glasshouse_scene::{LogicalPoint, LogicalSize};
use zbus::{Connection, interface};

use super::{BusError, Request, peer::Peer};

/// `org.glasshouse.Commands1`.
pub(super) struct Commands1(pub(super) Peer);

impl Commands1 {
    async fn run(&self, connection: &Connection, command: Command) -> Result<(), BusError> {
        self.0.ask(connection, |caller, reply| Request::Command { caller, command, reply }).await
    }
}

#[interface(name = "org.glasshouse.Commands1", spawn = false)]
impl Commands1 {
    /// Gives a window the keyboard and raises it.
    async fn focus(&self, #[zbus(connection)] connection: &Connection, window: u64) -> Result<(), BusError> {
        self.run(connection, Command::FocusWindow { window: WindowId(window) }).await
    }

    /// Moves keyboard focus to the nearest window: left, right, up or down.
    async fn focus_direction(&self, #[zbus(connection)] connection: &Connection, direction: &str) -> Result<(), BusError> {
        let direction = match direction {
            "left" => Direction::Left,
            "right" => Direction::Right,
            "up" => Direction::Up,
            "down" => Direction::Down,
            _ => return Err(BusError::BadArgument(format!("{direction:?} is no direction; there are left, right, up and down"))),
        };
        self.run(connection, Command::FocusDirection { direction }).await
    }

    /// Asks a window to close. It may refuse, for instance to show a save dialog.
    async fn close(&self, #[zbus(connection)] connection: &Connection, window: u64) -> Result<(), BusError> {
        self.run(connection, Command::CloseWindow { window: WindowId(window) }).await
    }

    /// Puts the top-left corner of a floating window here, in the logical space of all outputs.
    #[zbus(name = "Move")]
    async fn move_window(&self, #[zbus(connection)] connection: &Connection, window: u64, x: f64, y: f64) -> Result<(), BusError> {
        finite([("x", x), ("y", y)])?;
        self.run(connection, Command::MoveWindow { window: WindowId(window), to: LogicalPoint::new(x, y) }).await
    }

    /// Asks a floating window for this size, in logical pixels.
    async fn resize(&self, #[zbus(connection)] connection: &Connection, window: u64, width: f64, height: f64) -> Result<(), BusError> {
        finite([("width", width), ("height", height)])?;
        if width < 1.0 || height < 1.0 {
            return Err(BusError::BadArgument(format!("{width} x {height} is no size; both must be at least 1")));
        }
        self.run(connection, Command::ResizeWindow { window: WindowId(window), to: LogicalSize::new(width, height) }).await
    }

    /// Shows a window alone on its output, or no longer.
    async fn set_fullscreen(&self, #[zbus(connection)] connection: &Connection, window: u64, on: bool) -> Result<(), BusError> {
        self.run(connection, Command::SetFullscreen { window: WindowId(window), fullscreen: on, output: None }).await
    }

    /// Fills the work area with a window, or no longer.
    async fn set_maximized(&self, #[zbus(connection)] connection: &Connection, window: u64, on: bool) -> Result<(), BusError> {
        self.run(connection, Command::SetMaximized { window: WindowId(window), maximized: on }).await
    }

    /// Takes a window out of the tiling, or puts it back.
    async fn set_floating(&self, #[zbus(connection)] connection: &Connection, window: u64, on: bool) -> Result<(), BusError> {
        self.run(connection, Command::SetFloating { window: WindowId(window), floating: on }).await
    }

    /// Hides a window without closing it, or shows it again.
    async fn set_minimized(&self, #[zbus(connection)] connection: &Connection, window: u64, on: bool) -> Result<(), BusError> {
        self.run(connection, Command::SetMinimized { window: WindowId(window), minimized: on }).await
    }

    /// How windows that do not float are placed: floating or tiling.
    async fn set_layout(&self, #[zbus(connection)] connection: &Connection, layout: &str) -> Result<(), BusError> {
        let layout = match layout {
            "floating" => LayoutKind::Floating,
            "tiling" => LayoutKind::Tiling,
            _ => return Err(BusError::BadArgument(format!("there is no layout {layout:?}; there are floating and tiling"))),
        };
        self.run(connection, Command::SetLayout { layout }).await
    }
}
