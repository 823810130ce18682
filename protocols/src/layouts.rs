//! `org.glasshouse.Layouts1`: layouts that programs offer.

use serde::{Deserialize, Serialize};
use zbus::{DeserializeDict, Message, SerializeDict, Type, names::UniqueName, proxy};

use crate::{
    Error, OBJECT_PATH,
    dict::{Dict, option, unknown},
};

/// The interface whose signal carries questions.
pub const INTERFACE: &str = "org.glasshouse.Layouts1";

/// The signal: `(t serial, a{sv} question, aa{sv} windows)`.
pub const SIGNAL: &str = "ArrangeRequested";

/// What a program says of its layout when it registers. On the wire `a{sv}`; all of it may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, SerializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct LayoutOptions {
    /// `s`. What arranges the windows while the program does not: `master-stack` (if absent), `grid` or `monocle`.
    pub fallback: Option<String>,
    /// `b`. Whether it is asked again when another window gets the focus; only then may it hide windows. `false` if absent.
    pub follows_focus: Option<bool>,
    /// `b`. Whether it heeds the sizes that somebody asks for; if not, commands that resize are refused. `false` if absent.
    pub resizes: Option<bool>,
}

impl LayoutOptions {
    /// Reads what came over the wire.
    ///
    /// # Errors
    ///
    /// [`Error::BadArgument`] for an unknown option or one of another type.
    pub fn from_dict(options: Dict) -> Result<Self, Error> {
        const WHAT: &str = "layout option";
        let mut read = Self::default();
        for (name, value) in options {
            match name.as_str() {
                "fallback" => read.fallback = Some(option(WHAT, &name, value, "the name of a layout (s)")?),
                "follows_focus" => read.follows_focus = Some(option(WHAT, &name, value, "true or false (b)")?),
                "resizes" => read.resizes = Some(option(WHAT, &name, value, "true or false (b)")?),
                _ => return Err(unknown(WHAT, &name, &["fallback", "follows_focus", "resizes"])),
            }
        }
        Ok(read)
    }
}

/// Where do these windows go? Lengths are logical pixels, positions are in the space of all outputs.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct LayoutQuestion {
    pub layout: String,
    pub workspace: u64,
    /// `None`: the workspace has no name.
    pub workspace_name: Option<String>,
    pub output: String,
    /// Physical pixels per logical one.
    pub scale: f64,
    /// The area that the windows share, without panels and outer gaps.
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    /// What the desktop's own layouts leave between tiles.
    pub gap: f64,
    /// The window of the workspace that has the focus or would get it. `None`: there is none.
    pub focus: Option<u64>,
    /// What somebody said with the command `set-layout-parameters`; empty if nobody did.
    pub parameters: String,
    /// How long windows wait for the answer, in milliseconds.
    pub deadline_ms: u32,
}

/// A window to be placed. Lengths are logical pixels.
#[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct LayoutWindow {
    pub id: u64,
    pub app_id: String,
    pub title: String,
    /// It is about to be shown for the first time.
    pub new: bool,
    /// The sizes that it can have. `None`: no limit.
    pub min_width: Option<f64>,
    pub min_height: Option<f64>,
    pub max_width: Option<f64>,
    pub max_height: Option<f64>,
    /// Such as `16:9`, if it keeps one.
    pub aspect: Option<String>,
    /// The size that somebody asked for; only for a layout that heeds it.
    pub wanted_width: Option<f64>,
    pub wanted_height: Option<f64>,
    /// Where it is now. `None`: it has no place yet.
    pub x: Option<f64>,
    pub y: Option<f64>,
    pub width: Option<f64>,
    pub height: Option<f64>,
}

/// Where a window goes. On the wire `(tddddb)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Type)]
pub struct LayoutPlacement {
    pub window: u64,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    /// `false`: it lies behind others and is not seen.
    pub shown: bool,
}

/// A layout that a program offers.
#[derive(Debug, Clone, PartialEq, Eq, Default, SerializeDict, DeserializeDict, Type)]
#[zbus(signature = "a{sv}")]
pub struct LayoutInfo {
    pub name: String,
    /// The process of the program.
    pub pid: Option<i32>,
    pub fallback: String,
    pub follows_focus: bool,
    pub resizes: bool,
    /// Whether it answers in time. If not, windows do not wait for it.
    pub answers: bool,
    /// The workspaces that have it.
    pub workspaces: Vec<u64>,
}

/// A question on its way to the program that is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrangeRequest {
    /// What the answer has to name.
    pub serial: u64,
    pub question: LayoutQuestion,
    pub windows: Vec<LayoutWindow>,
}

impl ArrangeRequest {
    /// The signal that carries it.
    ///
    /// # Errors
    ///
    /// If it cannot be encoded: a string has a NUL character in it.
    pub fn signal(&self, sender: Option<&UniqueName<'_>>, destination: Option<&UniqueName<'_>>) -> zbus::Result<Message> {
        let mut builder = Message::signal(OBJECT_PATH, INTERFACE, SIGNAL);
        if let Some(sender) = sender {
            builder = builder.sender(sender);
        }
        if let Some(destination) = destination {
            builder = builder.destination(destination);
        }
        builder.build(&(self.serial, &self.question, &self.windows))
    }
}

/// Layouts that programs offer.
#[proxy(interface = "org.glasshouse.Layouts1", default_service = "org.glasshouse.Desktop", default_path = "/org/glasshouse/Desktop")]
pub trait Layouts1 {
    /// Offers a layout as long as this connection lives. The questions come as [`Layouts1Proxy::receive_arrange_requested`]: listen before.
    fn register(&self, name: &str, options: LayoutOptions) -> Result<(), Error>;

    /// Takes an offer back.
    fn unregister(&self, name: &str) -> Result<(), Error>;

    /// Answers a question: every window exactly once, shown ones beside each other in the area.
    ///
    /// [`Error::Stale`] is no mistake: it was answered, or another question has replaced this one.
    fn arrange(&self, serial: u64, placements: &[LayoutPlacement]) -> Result<(), Error>;

    /// Has the desktop ask again, because the answers would be other ones now.
    fn refresh(&self, name: &str) -> Result<(), Error>;

    /// All layouts that programs offer, by name.
    fn list(&self) -> Result<Vec<LayoutInfo>, Error>;

    /// Where do these windows go? Only sent to the program that offers the layout.
    #[zbus(signal)]
    fn arrange_requested(&self, serial: u64, question: LayoutQuestion, windows: Vec<LayoutWindow>) -> zbus::Result<()>;
}

#[cfg(test)]
mod tests {
    use zbus::Variant;

    use super::*;

    #[test]
    fn a_question_survives_the_wire() {
        let request = ArrangeRequest {
            serial: 3,
            question: LayoutQuestion { layout: "spiral".into(), width: 10.5, focus: Some(7), ..LayoutQuestion::default() },
            windows: vec![LayoutWindow { id: 7, min_width: Some(2.0), ..LayoutWindow::default() }],
        };
        let message = request.signal(None, None).unwrap();
        assert_eq!(message.body().signature().to_string(), "(ta{sv}aa{sv})");
        let (serial, question, windows) = message.body().deserialize().unwrap();
        assert_eq!(ArrangeRequest { serial, question, windows }, request);
    }

    #[test]
    fn options_are_checked() {
        let read = |name: &str, value: Variant<'static>| {
            LayoutOptions::from_dict(Dict::from([(name.to_owned(), value.try_into_owned().unwrap())])).map_err(|error| error.to_string())
        };
        assert_eq!(read("resizes", true.into()), Ok(LayoutOptions { resizes: Some(true), ..LayoutOptions::default() }));
        assert_eq!(read("resizes", 1_u32.into()), Err("the layout option \"resizes\" must be true or false (b)".into()));
        assert_eq!(read("resize", true.into()), Err("there is no layout option \"resize\"; did you mean resizes?".into()));
    }
}
