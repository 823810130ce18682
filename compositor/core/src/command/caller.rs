//! Who asks, and for what.

use super::Command;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The person at the keyboard, through a binding.
    Person,
    /// A Wayland client, about its own windows.
    Client,
    /// A program on the D-Bus socket, with the rights that it was given.
    Program { pid: Option<i32>, scopes: Scopes },
}

/// What somebody wants to do: a command, or something that is no command because it changes nothing or has no text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Act<'a> {
    Command(&'a Command),
    /// Reads the lists of windows and outputs, figures, events.
    Observe,
    /// Takes a picture.
    Capture,
    /// Keys, buttons, touches and text, as if a person had made them.
    Input,
    /// Starts a program.
    Launch,
    /// Offers layouts: it is told of windows, and says where they go.
    OfferLayouts,
    /// Reads or changes the configuration, and whatever else concerns the desktop as a whole.
    Manage,
}

impl<'a> From<&'a Command> for Act<'a> {
    fn from(command: &'a Command) -> Self {
        Self::Command(command)
    }
}

/// What a program may do. `glassctl` of the same user has all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// Window list, events, layout.
    pub const OBSERVE: Scopes = Scopes(1);
    /// Pictures.
    pub const CAPTURE: Scopes = Scopes(1 << 1);
    /// Keys, pointer, touch, text.
    pub const INPUT: Scopes = Scopes(1 << 2);
    /// Focus, move, resize, close.
    pub const ARRANGE: Scopes = Scopes(1 << 3);
    /// Programs.
    pub const LAUNCH: Scopes = Scopes(1 << 4);
    /// Outputs, configuration, the end of the session.
    pub const MANAGE: Scopes = Scopes(1 << 5);
    /// What a program needs that offers layouts.
    pub const OBSERVE_AND_ARRANGE: Scopes = Self::OBSERVE.with(Self::ARRANGE);
    pub const ALL: Scopes = Scopes(0x3f);
    /// Each alone.
    pub const EACH: [Scopes; 6] = [Self::OBSERVE, Self::CAPTURE, Self::INPUT, Self::ARRANGE, Self::LAUNCH, Self::MANAGE];

    pub const fn with(self, other: Scopes) -> Scopes {
        Scopes(self.0 | other.0)
    }

    pub const fn contains(self, other: Scopes) -> bool {
        self.0 & other.0 == other.0
    }

    /// The name of a scope.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OBSERVE => "observe",
            Self::CAPTURE => "capture",
            Self::INPUT => "input",
            Self::ARRANGE => "arrange",
            Self::LAUNCH => "launch",
            Self::MANAGE => "manage",
            Self::OBSERVE_AND_ARRANGE => "observe and arrange",
            _ => "several",
        }
    }
}
