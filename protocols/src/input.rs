//! `org.glasshouse.Input1`: hands.

use std::{fmt, str::FromStr};

use zbus::proxy;

use crate::Error;

/// The longest text of one `Type` call, in bytes.
pub const MAX_TEXT: usize = 64 << 10;

/// The most clicks of one `Click` call.
pub const MAX_CLICKS: u32 = 10;

/// The most fingers of one `Gesture` call: a person has no more.
pub const MAX_FINGERS: u32 = 10;

/// A pointer button. On the wire its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Button {
    #[default]
    Left,
    Right,
    Middle,
    /// The side button that browsers go back with.
    Back,
    Forward,
}

impl Button {
    const ALL: [Self; 5] = [Self::Left, Self::Right, Self::Middle, Self::Back, Self::Forward];

    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Middle => "middle",
            Self::Back => "back",
            Self::Forward => "forward",
        }
    }

    /// The number in `linux/input-event-codes.h`, as `wl_pointer.button` carries it.
    pub fn code(self) -> u32 {
        match self {
            Self::Left => 0x110,
            Self::Right => 0x111,
            Self::Middle => 0x112,
            // BTN_SIDE and BTN_EXTRA, which toolkits take for back and forward; BTN_BACK is something else.
            Self::Back => 0x113,
            Self::Forward => 0x114,
        }
    }
}

impl fmt::Display for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Button {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|button| button.name() == name).ok_or_else(|| {
            Error::BadArgument(format!("there is no button called {name:?}; there are left, right, middle, back and forward"))
        })
    }
}

/// What a finger does. On the wire its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TouchPhase {
    Down,
    Move,
    Up,
    /// All fingers at once: it was no touch but, for instance, a palm.
    Cancel,
}

impl FromStr for TouchPhase {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "down" => Ok(Self::Down),
            "move" => Ok(Self::Move),
            "up" => Ok(Self::Up),
            "cancel" => Ok(Self::Cancel),
            _ => Err(Error::BadArgument(format!("there is no touch phase called {name:?}; there are down, move, up and cancel"))),
        }
    }
}

/// What fingers on a touchpad do together. On the wire its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GestureKind {
    Swipe,
    Pinch,
    /// They rest.
    Hold,
}

impl FromStr for GestureKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "swipe" => Ok(Self::Swipe),
            "pinch" => Ok(Self::Pinch),
            "hold" => Ok(Self::Hold),
            _ => Err(Error::BadArgument(format!("there is no gesture called {name:?}; there are swipe, pinch and hold"))),
        }
    }
}

/// Keys, text, pointer and touch, as if a person had made them.
///
/// Every call answers after the events have been sent to the client. Positions are in the logical space of all outputs.
#[proxy(interface = "org.glasshouse.Input1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Input1 {
    /// Types a text of at most 64 KiB into the window that has the keyboard: any Unicode, whatever the keyboard layout.
    #[zbus(name = "Type")]
    fn type_text(&self, text: &str) -> Result<(), Error>;

    /// Presses and releases a key, with modifiers: `ctrl+shift+t`, `Return`, `super`. A binding that is for it acts with the rights of the
    /// caller; if its command is refused, so is the call.
    fn key(&self, chord: &str) -> Result<(), Error>;

    /// Moves the pointer here and clicks: 1 to 10 times, with `left`, `right`, `middle`, `back` or `forward`, while these modifiers are held
    /// (`ctrl`, `shift`, `alt`, `super`, `altgr`).
    fn click(&self, x: f64, y: f64, button: &str, count: u32, modifiers: &[&str]) -> Result<(), Error>;

    /// Moves the pointer here.
    fn move_to(&self, x: f64, y: f64) -> Result<(), Error>;

    /// Presses or releases a button where the pointer is.
    fn button(&self, button: &str, pressed: bool) -> Result<(), Error>;

    /// Turns the wheel where the pointer is, in detents; fractions are fine. Positive is right and down.
    fn scroll(&self, dx: f64, dy: f64) -> Result<(), Error>;

    /// Moves a finger: `down`, `move`, `up` or `cancel` (which ends all of them). `id` tells fingers apart.
    fn touch(&self, phase: &str, id: i32, x: f64, y: f64) -> Result<(), Error>;

    /// Makes a whole gesture with 1 to 10 fingers on a touchpad: `swipe` by dx and dy, `pinch` to `scale` times the distance, or `hold`. One that
    /// no binding is for, and nothing follows, goes to the window under the pointer; where there is none it is refused.
    fn gesture(&self, kind: &str, fingers: u32, dx: f64, dy: f64, scale: f64) -> Result<(), Error>;

    /// The mode of bindings that is on; `default` at the start.
    fn mode(&self) -> Result<String, Error>;

    /// The names of all keyboard layouts, and the number of the one that is on, from 1.
    fn keyboard_layouts(&self) -> Result<(Vec<String>, u32), Error>;
}
