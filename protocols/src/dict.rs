//! Dictionaries of options, read so that whatever is wrong with them is said.

use std::collections::HashMap;

use zbus::{OwnedVariant, Type, Variant};

use crate::Error;

/// The value of one option.
///
/// # Errors
///
/// [`Error::BadArgument`] if it has another type than `T`; `what` is, for instance, `capture option`, `want` says in words what it must be.
pub(crate) fn option<T: Type + TryFrom<Variant<'static>>>(what: &str, name: &str, value: OwnedVariant, want: &str) -> Result<T, Error> {
    let value = Variant::from(value);
    // Looked at first because zbus 6.2.1 panics on a structure with fewer fields than the tuple that it becomes.
    if value.value_signature() == T::SIGNATURE
        && let Ok(option) = T::try_from(value)
    {
        return Ok(option);
    }
    Err(Error::BadArgument(format!("the {what} {name:?} must be {want}")))
}

/// What to say about an option or a name that does not exist: with the nearest one, or else all that there are.
pub(crate) fn unknown(what: &str, name: &str, known: &[&str]) -> Error {
    let nearest = known
        .iter()
        .map(|known| (strsim::osa_distance(name, known), *known))
        .min()
        .filter(|(distance, _)| *distance <= name.len().div_ceil(3));
    Error::BadArgument(match nearest {
        Some((_, nearest)) => format!("there is no {what} {name:?}; did you mean {nearest}?"),
        None => format!("there is no {what} {name:?}; there are {}", known.join(", ")),
    })
}

/// A dictionary as it comes over the wire.
pub type Dict = HashMap<String, OwnedVariant>;
