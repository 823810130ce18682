//! Names that the user chooses, in the place of a star in a key.

use crate::{binding::Trigger, table::Wrong};

/// Long enough for every name, short enough to be shown.
const MAX_NAME: usize = 128;

/// The one spelling of a name in a key such as `output.*`.
///
/// # Errors
///
/// What is wrong with it, and what to write instead.
pub(crate) fn canonical(pattern: &str, name: &str) -> Result<String, Wrong> {
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return Err((format!("{name:?} is no name"), Some(format!("write 1 to {MAX_NAME} bytes that can be seen"))));
    }
    match pattern {
        "bindings.*" => {
            let trigger = trigger(name)?;
            if trigger.types_text() {
                let help = format!("write such as super+{trigger}, or put it in a mode");
                return Err((format!("{name:?} would be taken away from every program"), Some(help)));
            }
            Ok(trigger.to_string())
        }
        "mode.*.bindings.*" => trigger(name).map(|trigger| trigger.to_string()),
        "mode.*" if name == "default" => Err(("the default mode has its bindings in [bindings]".to_owned(), None)),
        "launch.environment.*" => {
            let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
            if begins && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                Ok(name.to_owned())
            } else {
                Err((format!("{name:?} is no variable of the environment"), Some("write letters, digits and _".to_owned())))
            }
        }
        _ => Ok(name.to_owned()),
    }
}

fn trigger(name: &str) -> Result<Trigger, Wrong> {
    name.parse::<Trigger>().map_err(|error| (error.message, error.help))
}
