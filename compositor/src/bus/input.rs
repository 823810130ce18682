use glasshouse_protocols::{
    Modifiers, finite,
    input::{MAX_CLICKS, MAX_FINGERS, MAX_TEXT},
};
use glasshouse_scene::LogicalPoint;
use zbus::{Connection, interface};

use super::{BusError, InputAction, KeyboardState, Request, peer::Peer};

/// More fingers than any screen tells apart.
const MAX_TOUCHES: i32 = 64;
/// More detents than any wheel turns at once.
const MAX_SCROLL: f64 = 1_000.0;

/// `org.glasshouse.Input1`.
pub(super) struct Input1(pub(super) Peer);

impl Input1 {
    async fn act(&self, connection: &Connection, action: InputAction) -> Result<(), BusError> {
        self.0.ask(connection, |caller, reply| Request::Input { caller, action, reply }).await
    }

    async fn keyboard(&self, connection: &Connection) -> Result<KeyboardState, BusError> {
        self.0.ask(connection, |caller, reply| Request::Keyboard { caller, reply }).await
    }
}

/// All calls answer after the events have been sent to the client.
#[interface(name = "org.glasshouse.Input1", spawn = false)]
impl Input1 {
    /// Types a text of at most 64 KiB into the window that has the keyboard: any Unicode, whatever the keyboard layout.
    #[zbus(name = "Type")]
    async fn type_text(&self, #[zbus(connection)] connection: &Connection, text: String) -> Result<(), BusError> {
        if text.len() > MAX_TEXT {
            return Err(BusError::BadArgument(format!(
                "the text has {} bytes, but {MAX_TEXT} is the most; type it in parts or paste it",
                text.len()
            )));
        }
        self.act(connection, InputAction::Type(text)).await
    }

    /// Presses and releases a key, with modifiers: ctrl+shift+t, Return, super. A binding that is for it acts with the rights of the caller; if
    /// its command is refused, so is the call.
    async fn key(&self, #[zbus(connection)] connection: &Connection, chord: &str) -> Result<(), BusError> {
        self.act(connection, InputAction::Key(chord.parse()?)).await
    }

    /// Moves the pointer here (in the logical space of all outputs) and clicks: 1 to 10 times, with left, right, middle, back or forward,
    /// while these modifiers are held (ctrl, shift, alt, super, altgr).
    async fn click(
        &self,
        #[zbus(connection)] connection: &Connection,
        x: f64,
        y: f64,
        button: &str,
        count: u32,
        modifiers: Vec<String>,
    ) -> Result<(), BusError> {
        if !(1..=MAX_CLICKS).contains(&count) {
            return Err(BusError::BadArgument(format!("{count} clicks cannot be made at once; 1 to {MAX_CLICKS} can")));
        }
        let modifiers = Modifiers::from_names(modifiers.iter().map(String::as_str))?;
        self.act(connection, InputAction::Click { at: point(x, y)?, button: button.parse()?, count, modifiers }).await
    }

    /// Moves the pointer here, in the logical space of all outputs.
    async fn move_to(&self, #[zbus(connection)] connection: &Connection, x: f64, y: f64) -> Result<(), BusError> {
        self.act(connection, InputAction::MoveTo(point(x, y)?)).await
    }

    /// Presses or releases a button where the pointer is.
    async fn button(&self, #[zbus(connection)] connection: &Connection, button: &str, pressed: bool) -> Result<(), BusError> {
        self.act(connection, InputAction::Button { button: button.parse()?, pressed }).await
    }

    /// Turns the wheel where the pointer is, in detents; fractions are fine. Positive is right and down.
    async fn scroll(&self, #[zbus(connection)] connection: &Connection, dx: f64, dy: f64) -> Result<(), BusError> {
        finite([("dx", dx), ("dy", dy)])?;
        if dx.abs() > MAX_SCROLL || dy.abs() > MAX_SCROLL {
            return Err(BusError::BadArgument(format!("a wheel turns at most {MAX_SCROLL} detents at once")));
        }
        self.act(connection, InputAction::Scroll { dx, dy }).await
    }

    /// Moves a finger: down, move, up or cancel (which ends all of them). id tells fingers apart, from 0 to 63.
    async fn touch(&self, #[zbus(connection)] connection: &Connection, phase: &str, id: i32, x: f64, y: f64) -> Result<(), BusError> {
        if !(0..MAX_TOUCHES).contains(&id) {
            return Err(BusError::BadArgument(format!("a finger is a number from 0 to {}, not {id}", MAX_TOUCHES - 1)));
        }
        self.act(connection, InputAction::Touch { phase: phase.parse()?, id, at: point(x, y)? }).await
    }

    /// Makes a whole gesture with 1 to 10 fingers on a touchpad: swipe by dx and dy, pinch to scale times the distance, or hold. One that no
    /// binding is for, and nothing follows, goes to the window under the pointer; where there is none it is refused.
    async fn gesture(
        &self,
        #[zbus(connection)] connection: &Connection,
        kind: &str,
        fingers: u32,
        dx: f64,
        dy: f64,
        scale: f64,
    ) -> Result<(), BusError> {
        finite([("dx", dx), ("dy", dy), ("scale", scale)])?;
        if !(1..=MAX_FINGERS).contains(&fingers) {
            return Err(BusError::BadArgument(format!("a gesture has 1 to {MAX_FINGERS} fingers, not {fingers}")));
        }
        self.act(connection, InputAction::Gesture { kind: kind.parse()?, fingers, dx, dy, scale }).await
    }

    /// The mode of bindings that is on; default at the start.
    async fn mode(&self, #[zbus(connection)] connection: &Connection) -> Result<String, BusError> {
        Ok(self.keyboard(connection).await?.mode)
    }

    /// The names of all keyboard layouts, and the number of the one that is on, from 1.
    #[zbus(out_args("layouts", "on"))]
    async fn keyboard_layouts(&self, #[zbus(connection)] connection: &Connection) -> Result<(Vec<String>, u32), BusError> {
        let keyboard = self.keyboard(connection).await?;
        Ok((keyboard.layouts, keyboard.layout))
    }
}

fn point(x: f64, y: f64) -> Result<LogicalPoint, BusError> {
    finite([("x", x), ("y", y)])?;
    Ok(LogicalPoint::new(x, y))
}
