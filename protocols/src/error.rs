use std::fmt;

use zbus::DBusError;

/// Why a call was not carried out. On the wire `org.glasshouse.Error.<variant>` with one sentence, which says a way out where there is one.
#[derive(Debug, DBusError)]
#[zbus(prefix = "org.glasshouse.Error", impl_display = false)]
pub enum Error {
    /// No window has this id, or no longer.
    NoWindow(String),
    /// No output has this name, or no longer.
    NoOutput(String),
    /// No snapshot has this name, or no longer; the sentence names those that there are.
    NoSnapshot(String),
    /// The desktop is in no state for it, for instance because the window is tiled.
    Refused(String),
    /// The caller has no right to it.
    NotPermitted(String),
    /// Rules of the configuration hide this from pictures; the sentence names the rule.
    HiddenFromCapture(String),
    /// What was waited for did not happen in time.
    TimedOut(String),
    /// An argument makes no sense; the sentence names it.
    BadArgument(String),
    /// The display process could not be started or did not answer, so there is no picture.
    DisplayUnavailable(String),
    /// The program could not be started.
    LaunchFailed(String),
    /// The events that a subscriber missed are not kept any more; it has to begin with a snapshot.
    ReplayGone(String),
    /// What was answered is no question any more: it was answered before, or another one has replaced it.
    Stale(String),
    /// The desktop is ending and answers no more calls.
    Ending(String),
    /// A mistake of the desktop's own.
    Internal(String),
    /// The connection itself, or an error that this version does not know.
    #[zbus(error)]
    Bus(zbus::Error),
}

/// Only the sentence: the name is for programs.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWindow(sentence)
            | Self::NoOutput(sentence)
            | Self::NoSnapshot(sentence)
            | Self::Refused(sentence)
            | Self::NotPermitted(sentence)
            | Self::HiddenFromCapture(sentence)
            | Self::TimedOut(sentence)
            | Self::BadArgument(sentence)
            | Self::DisplayUnavailable(sentence)
            | Self::LaunchFailed(sentence)
            | Self::ReplayGone(sentence)
            | Self::Stale(sentence)
            | Self::Ending(sentence)
            | Self::Internal(sentence) => f.write_str(sentence),
            Self::Bus(zbus::Error::MethodError(name, Some(sentence), _)) => write!(f, "{sentence} ({name})"),
            Self::Bus(zbus::Error::InputOutput(source)) if source.kind() == std::io::ErrorKind::TimedOut => {
                f.write_str("the desktop did not answer in time; it may be busy or stopped")
            }
            Self::Bus(zbus::Error::InputOutput(source)) => write!(f, "the connection to the desktop broke: {source}"),
            Self::Bus(error) => error.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use zbus::DBusError as _;

    use super::Error;

    #[test]
    fn an_error_has_its_name_on_the_wire_and_its_sentence_on_the_screen() {
        let error = Error::NoWindow("there is no window 7".to_owned());
        assert_eq!(error.name().as_str(), "org.glasshouse.Error.NoWindow");
        assert_eq!(error.to_string(), "there is no window 7");
    }
}
