//! How a failure ends the process.

use std::{fmt, io, process::ExitCode};

/// Nobody to talk to; the sentence says what to do.
#[derive(Debug)]
pub(crate) struct NoDesktop(pub(crate) anyhow::Error);

impl fmt::Display for NoDesktop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl std::error::Error for NoDesktop {}

/// The command line is wrong in a way that only shows when it is carried out.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// What a shell learns from a failure. `None`: it is none, because who read our output has seen enough, as `head` does.
pub(crate) fn code(error: &anyhow::Error) -> Option<ExitCode> {
    if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return None;
    }
    let code = match () {
        () if error.is::<Usage>() => 2,
        () if matches!(error.downcast_ref(), Some(glasshouse_protocols::Error::BadArgument(_))) => 2,
        () if error.is::<NoDesktop>() => 3,
        () => 1,
    };
    Some(ExitCode::from(code))
}

/// One line: what is wrong and what to do. Calls of several lines, such as mistakes in a configuration, keep them.
pub(crate) fn sentence(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    // Sentences of other programs may bring anything to the terminal.
    let clean = text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect::<String>();
    format!("glassctl: {}", clean.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_ends_with_the_code_that_the_help_names() {
        let shown = |error: anyhow::Error| code(&error).map(|code| format!("{code:?}"));
        let is = |code: u8| Some(format!("{:?}", ExitCode::from(code)));
        assert_eq!(shown(anyhow::anyhow!("refused")), is(1));
        assert_eq!(shown(Usage("wrong".to_owned()).into()), is(2));
        assert_eq!(shown(glasshouse_protocols::Error::BadArgument("wrong".to_owned()).into()), is(2));
        assert_eq!(shown(glasshouse_protocols::Error::Refused("tiled".to_owned()).into()), is(1));
        assert_eq!(shown(NoDesktop(anyhow::anyhow!("none runs")).into()), is(3));
        assert_eq!(shown(io::Error::from(io::ErrorKind::BrokenPipe).into()), None);
    }

    #[test]
    fn a_sentence_brings_no_control_characters_to_the_terminal() {
        assert_eq!(sentence(&anyhow::anyhow!("a\x1b[2J\nb")), "glassctl: a\u{fffd}[2J\nb");
        assert_eq!(sentence(&NoDesktop(anyhow::anyhow!("none").context("could not look")).into()), "glassctl: could not look: none");
    }
}
