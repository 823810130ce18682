//! What single words of the command line say.

use std::{num::NonZeroU32, str::FromStr, time::Duration};

use glasshouse_core::command::{Argument as _, WindowRef};
use glasshouse_protocols::{Modifiers, windows::MAX_LAUNCH_TIMEOUT_MS};

/// `X,Y,WxH` in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Region(pub(crate) f64, pub(crate) f64, pub(crate) f64, pub(crate) f64);

impl FromStr for Region {
    type Err = String;

    fn from_str(region: &str) -> Result<Self, String> {
        let parse = || {
            let (x, rest) = region.split_once(',')?;
            let (y, size) = rest.split_once(',')?;
            let (width, height) = size.split_once('x')?;
            Some(Self(x.trim().parse().ok()?, y.trim().parse().ok()?, width.trim().parse().ok()?, height.trim().parse().ok()?))
        };
        match parse() {
            Some(region)
                if [region.0, region.1, region.2, region.3].iter().all(|number| number.is_finite()) && region.2 > 0.0 && region.3 > 0.0 =>
            {
                Ok(region)
            }
            _ => Err("write X,Y,WxH, such as 100,50,640x480".to_owned()),
        }
    }
}

/// `WxH` in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u32, pub(crate) u32);

impl FromStr for Size {
    type Err = String;

    fn from_str(size: &str) -> Result<Self, String> {
        let parse = || {
            let (width, height) = size.split_once('x')?;
            Some(Self(width.parse::<NonZeroU32>().ok()?.get(), height.parse::<NonZeroU32>().ok()?.get()))
        };
        parse().ok_or_else(|| "write WxH, such as 1280x720".to_owned())
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let milliseconds = match unit {
        "ms" => 1.0,
        "s" | "" => 1_000.0,
        "m" => 60_000.0,
        _ => return Err("write 500ms, 10s or 2m".to_owned()),
    };
    let number: f64 = number.parse().map_err(|_| "write 500ms, 10s or 2m")?;
    let duration = Duration::try_from_secs_f64(number * milliseconds / 1_000.0).map_err(|_| "write 500ms, 10s or 2m")?;
    if duration.is_zero() || duration > Duration::from_millis(u64::from(MAX_LAUNCH_TIMEOUT_MS)) {
        return Err("it must be above 0 and at most 10m".to_owned());
    }
    Ok(duration)
}

pub(super) fn modifier(name: &str) -> Result<String, String> {
    Modifiers::from_names([name]).map(|_| name.to_owned()).map_err(|error| error.to_string())
}

/// A position or a distance.
pub(super) fn number(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| "write a number, such as 640 or -1.5".to_owned())
}

/// `left`, `app-id:foot`, `7`.
pub(super) fn window(word: &str) -> Result<WindowRef, String> {
    WindowRef::parse(word)
}
