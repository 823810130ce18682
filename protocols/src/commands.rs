//! `org.glasshouse.Commands1`: what changes the desktop.

use zbus::proxy;

use crate::Error;

/// Commands about one window each, by its id.
#[proxy(interface = "org.glasshouse.Commands1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Commands1 {
    /// Gives a window the keyboard and raises it.
    fn focus(&self, window: u64) -> Result<(), Error>;

    /// Moves keyboard focus to the nearest window: `left`, `right`, `up` or `down`.
    fn focus_direction(&self, direction: &str) -> Result<(), Error>;

    /// Asks a window to close. It may refuse, for instance to show a save dialog.
    fn close(&self, window: u64) -> Result<(), Error>;

    /// Puts the top-left corner of a floating window here, in the logical space of all outputs.
    #[zbus(name = "Move")]
    fn move_window(&self, window: u64, x: f64, y: f64) -> Result<(), Error>;

    /// Asks a floating window for this size, in logical pixels.
    fn resize(&self, window: u64, width: f64, height: f64) -> Result<(), Error>;

    /// Shows a window alone on its output, or no longer.
    fn set_fullscreen(&self, window: u64, on: bool) -> Result<(), Error>;

    /// Fills the work area with a window, or no longer.
    fn set_maximized(&self, window: u64, on: bool) -> Result<(), Error>;

    /// Takes a window out of the tiling, or puts it back.
    fn set_floating(&self, window: u64, on: bool) -> Result<(), Error>;

    /// Hides a window without closing it, or shows it again.
    fn set_minimized(&self, window: u64, on: bool) -> Result<(), Error>;

    /// How windows that do not float are placed: `floating` or `tiling`.
    fn set_layout(&self, layout: &str) -> Result<(), Error>;
}
