//! What rules give to windows.

use glasshouse_scene::{Color, LogicalPoint, LogicalSize};

/// A workspace that windows open on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// From 1, on the output that the window opens on; beyond the last one, the empty one at the end.
    Number(u32),
    /// It is made if there is none of this name.
    Name(String),
}

/// When a window that is to be seen keeps the session from being idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InhibitIdle {
    /// Not by a rule. Its program can ask for it all the same.
    Never,
    /// As long as it is to be seen.
    Visible,
    /// As long as it has the keyboard, too.
    Focused,
    /// As long as it is fullscreen, too.
    Fullscreen,
}

impl InhibitIdle {
    pub const ALL: [Self; 4] = [Self::Never, Self::Visible, Self::Focused, Self::Fullscreen];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Visible => "visible",
            Self::Focused => "focused",
            Self::Fullscreen => "fullscreen",
        }
    }
}

/// A value in an explanation, as one would write it into the file.
pub(crate) trait Said {
    fn said(&self) -> String;

    /// Whether it is a text there, in quotes.
    fn is_text(&self) -> bool {
        true
    }
}

/// A property and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// As in the configuration.
    pub word: &'static str,
    pub value: String,
    /// Whether the value stands in quotes there.
    pub is_text: bool,
}

impl Said for bool {
    fn said(&self) -> String {
        self.to_string()
    }

    fn is_text(&self) -> bool {
        false
    }
}

impl Said for f64 {
    fn said(&self) -> String {
        self.to_string()
    }

    fn is_text(&self) -> bool {
        false
    }
}

impl Said for i32 {
    fn said(&self) -> String {
        self.to_string()
    }

    fn is_text(&self) -> bool {
        false
    }
}

impl Said for String {
    fn said(&self) -> String {
        self.clone()
    }
}

impl Said for Destination {
    fn said(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => name.clone(),
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Name(_))
    }
}

impl Said for InhibitIdle {
    fn said(&self) -> String {
        self.word().to_owned()
    }
}

impl Said for LogicalPoint {
    fn said(&self) -> String {
        format!("{},{}", self.x, self.y)
    }
}

impl Said for LogicalSize {
    fn said(&self) -> String {
        format!("{}x{}", self.width, self.height)
    }
}

impl Said for Color {
    fn said(&self) -> String {
        let byte = |value: f32| (value * 255.0).round() as u8;
        // Colours are kept multiplied by their opacity and written without it.
        let plain = |value: f32| byte(if self.alpha > 0.0 { value / self.alpha } else { 0.0 });
        format!("#{:02x}{:02x}{:02x}{:02x}", plain(self.red), plain(self.green), plain(self.blue), byte(self.alpha))
    }
}

/// Properties that a rule may say nothing about, each with its name in the configuration.
macro_rules! properties {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[doc = $doc:literal])+ $field:ident: $type:ty = $word:literal,)+ }
    )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name { $($(#[doc = $doc])+ pub $field: Option<$type>,)+ }

        impl $name {
            /// The names in the configuration, and what they mean.
            pub const WORDS: &'static [(&'static str, &'static str)] = &[$(($word, concat!($($doc,)+).trim_ascii()),)+];

            /// What `over` says counts from now on; the rest stays.
            pub(crate) fn lay(&mut self, over: &Self) {
                $(if over.$field.is_some() {
                    self.$field.clone_from(&over.$field);
                })+
            }

            /// What is said, in the order of the reference.
            pub fn said(&self) -> Vec<$crate::rules::Property> {
                use $crate::rules::property::Said as _;
                let mut said = Vec::new();
                $(if let Some(value) = &self.$field {
                    said.push($crate::rules::Property { word: $word, value: value.said(), is_text: value.is_text() });
                })+
                said
            }
        }
    )+ };
}
pub(crate) use properties;

properties! {
    /// What a window gets once: before its first configure, so that it never shows anything else, and again if it changes its name, its
    /// title or its tag before it is shown. From then on it is the person's.
    Opening {
        /// The workspace that it opens on.
        workspace: Destination = "open-on-workspace",
        /// The output that it opens on, by its name. One that is not there counts for nothing.
        output: String = "open-on-output",
        /// Whether it floats.
        floating: bool = "open-floating",
        /// Whether it fills its output.
        fullscreen: bool = "open-fullscreen",
        /// Whether it fills the work area.
        maximized: bool = "open-maximized",
        /// Whether it is not shown until somebody asks for it.
        minimized: bool = "open-minimized",
        /// Whether it gets the keyboard, also if its workspace has to be shown for that.
        focused: bool = "open-focused",
        /// Where it floats, from the top-left corner of its output.
        at: LogicalPoint = "open-at",
        /// How large it floats.
        size: LogicalSize = "open-size",
    }

    /// What a window has as long as rules give it.
    Lasting {
        /// From 0 to 1, multiplied into all that is drawn of it.
        opacity: f64 = "opacity",
        /// Whether it has a border, if there are any.
        border: bool = "border",
        /// The width of its border, logical.
        border_width: f64 = "border-width-px",
        /// The colour of its border while it has the keyboard.
        border_focused: Color = "border-focused",
        /// The colour of its border while it has not.
        border_unfocused: Color = "border-unfocused",
        /// The radius of its corners, logical.
        radius: f64 = "radius-px",
        /// Whether it has a shadow, if there are any.
        shadow: bool = "shadow",
        /// It is never asked to be smaller. 0 in a dimension: no limit. What its client says about itself counts too.
        min_size: LogicalSize = "min-size",
        /// It is never asked to be larger.
        max_size: LogicalSize = "max-size",
        /// Whether pictures of the desktop show a dark area in its place.
        hide_from_capture: bool = "hide-from-capture",
        /// Whether it gets the keyboard when it asks for attention: never, or also without a token of a recent action of the person.
        focus_on_activation: bool = "focus-on-activation",
        /// When it keeps the session from being idle.
        inhibit_idle: InhibitIdle = "inhibit-idle",
        /// Whether its program may have all keys if it asks for them.
        inhibit_shortcuts: bool = "allow-shortcuts-inhibit",
    }
}
