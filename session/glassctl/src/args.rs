//! The command line.

use std::{num::NonZeroU32, path::PathBuf, str::FromStr, time::Duration};

use clap::{ArgAction, Parser, Subcommand};
use glasshouse_protocols::{Button, Chord, Modifiers, input::MAX_CLICKS, windows::MAX_LAUNCH_TIMEOUT_MS};

/// Controls a Glasshouse desktop.
///
/// Positions are in the logical space of all outputs, as `glassctl windows` and `glassctl outputs` print it.
#[derive(Debug, Parser)]
#[command(name = "glassctl", version)]
pub(crate) struct Args {
    /// The desktop: the name of its Wayland display, or the path of its socket. Default: $GLASSHOUSE_SOCKET, else $WAYLAND_DISPLAY, else
    /// the only one that there is.
    #[arg(short, long, value_name = "NAME", global = true)]
    pub(crate) display: Option<String>,
    #[command(subcommand)]
    pub(crate) order: Order,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Order {
    /// List the windows.
    Windows {
        #[arg(long)]
        json: bool,
    },
    /// List the outputs.
    Outputs {
        #[arg(long)]
        json: bool,
    },
    /// Start a program here, wait for the window that it opens, and print the window's id.
    Launch {
        /// How long to wait for the window, such as 500ms, 10s or 2m; a plain number is seconds.
        #[arg(short, long, default_value = "10s", value_parser = duration)]
        timeout: Duration,
        /// Print all about the window.
        #[arg(long)]
        json: bool,
        #[arg(last = true, required = true, value_name = "ARGV")]
        argv: Vec<String>,
    },
    /// Give a window the keyboard and raise it.
    Focus {
        #[arg(value_name = "ID")]
        window: u64,
    },
    /// Ask a window to close.
    Close {
        #[arg(value_name = "ID")]
        window: u64,
    },
    /// Take a picture of an output, a window or a region.
    Capture(Capture),
    /// Type a text: any Unicode. After -- it may start with a dash.
    Type { text: String },
    /// Press and release keys, one after the other: ctrl+shift+t, Return, F5.
    Key {
        #[arg(required = true, value_name = "CHORD")]
        chords: Vec<Chord>,
    },
    /// Move the pointer and click.
    Click {
        #[arg(allow_negative_numbers = true)]
        x: f64,
        #[arg(allow_negative_numbers = true)]
        y: f64,
        /// left, right, middle, back or forward.
        #[arg(short, long, default_value = "left")]
        button: Button,
        /// 2 is a double click.
        #[arg(short, long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_CLICKS)))]
        count: u32,
        /// Modifiers to hold: ctrl, shift, alt, super, altgr.
        #[arg(long, value_delimiter = ',', value_parser = modifier)]
        hold: Vec<String>,
    },
    /// Move the pointer.
    Move {
        #[arg(allow_negative_numbers = true)]
        x: f64,
        #[arg(allow_negative_numbers = true)]
        y: f64,
    },
    /// Turn the wheel where the pointer is, in detents; positive is right and down.
    Scroll {
        #[arg(allow_negative_numbers = true)]
        dx: f64,
        #[arg(allow_negative_numbers = true)]
        dy: f64,
    },
    /// Say how the desktop is, what is wrong and what to do. Fails if something is wrong.
    Doctor {
        #[arg(long)]
        json: bool,
    },
    /// Have the display misbehave, for tests. Refused unless the desktop was started with --debug-orders.
    #[command(hide = true)]
    Debug {
        /// lose-device, hang, hog or poison.
        name: String,
        /// The window whose contents kill the display, for poison.
        #[arg(default_value_t = 0)]
        window: u64,
    },
    /// End the desktop and with it all its clients.
    Quit,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Capture {
    /// Where to put the picture; - is standard output, which is also the default when it is no terminal.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
    /// This window alone, also where others cover it.
    #[arg(long, value_name = "ID", conflicts_with = "output")]
    pub(crate) window: Option<u64>,
    /// The output of this name. Default: the first one.
    #[arg(long, value_name = "NAME")]
    pub(crate) output: Option<String>,
    /// Only this part, in logical pixels; of a window, from its top-left corner.
    #[arg(long, value_name = "X,Y,WxH", allow_hyphen_values = true)]
    pub(crate) region: Option<Region>,
    /// Pixels per logical pixel. Default: as sharp as the output.
    #[arg(long, value_name = "F", conflicts_with = "size")]
    pub(crate) scale: Option<f64>,
    /// The size of the picture in pixels.
    #[arg(long, value_name = "WxH")]
    pub(crate) size: Option<Size>,
    /// Leave the pointer out.
    #[arg(long = "no-cursor", action = ArgAction::SetFalse)]
    pub(crate) cursor: bool,
    /// Rows of little-endian XRGB8888 instead of a PNG.
    #[arg(long)]
    pub(crate) raw: bool,
    /// Print the size, the frame and where its pixels are as JSON, on standard output, or on standard error if the picture goes there.
    #[arg(long)]
    pub(crate) json: bool,
}

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

fn duration(text: &str) -> Result<Duration, String> {
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

fn modifier(name: &str) -> Result<String, String> {
    Modifiers::from_names([name]).map(|_| name.to_owned()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(["glassctl"].into_iter().chain(line.split(' ')))
    }

    #[track_caller]
    fn wrong(line: &str, words: &str) {
        let error = parse(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
        assert!(error.to_string().contains(words), "{line}: {error}");
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn pictures() {
        let args = parse("capture -o a.png --region -10.5,20,640x480 --scale 0.5 --no-cursor -d wayland-1").unwrap();
        assert_eq!(args.display.as_deref(), Some("wayland-1"));
        let Order::Capture(capture) = args.order else { panic!() };
        assert_eq!(capture.region, Some(Region(-10.5, 20.0, 640.0, 480.0)));
        assert_eq!((capture.scale, capture.cursor, capture.raw), (Some(0.5), false, false));
        let Order::Capture(capture) = parse("capture --window 7 --size 64x32").unwrap().order else { panic!() };
        assert_eq!((capture.window, capture.size, capture.cursor), (Some(7), Some(Size(64, 32)), true));

        wrong("capture --region 1,2,3", "write X,Y,WxH, such as");
        wrong("capture --region 1,2,0x4", "write X,Y,WxH");
        wrong("capture --region nan,2,3x4", "write X,Y,WxH");
        wrong("capture --size 0x4", "write WxH");
        wrong("capture --size 1x1 --scale 2", "cannot be used with");
        wrong("capture --window 7 --output A", "cannot be used with");
    }

    #[test]
    fn programs() {
        let Order::Launch { timeout, argv, .. } = parse("launch --timeout 500ms -- foot -e sh").unwrap().order else { panic!() };
        assert_eq!((timeout, argv.join(" ").as_str()), (Duration::from_millis(500), "foot -e sh"));
        for (written, seconds) in [("2m", 120.0), ("7", 7.0), ("0.25s", 0.25)] {
            assert_eq!(duration(written).unwrap().as_secs_f64(), seconds);
        }
        wrong("launch --timeout soon -- foot", "write 500ms, 10s or 2m");
        wrong("launch --timeout 11m -- foot", "at most 10m");
        wrong("launch --timeout -5 -- foot", "");
        wrong("launch", "ARGV");
    }

    #[test]
    fn hands() {
        let Order::Key { chords } = parse("key ctrl+shift+t enter").unwrap().order else { panic!() };
        assert_eq!(chords.iter().map(Chord::to_string).collect::<Vec<_>>(), ["ctrl+shift+t", "Return"]);
        let Order::Click { x, y, button, count, hold } = parse("click -1.5 20 --button right --count 2 --hold ctrl,shift").unwrap().order
        else {
            panic!()
        };
        assert_eq!((x, y, button, count, hold.len()), (-1.5, 20.0, Button::Right, 2, 2));
        let Order::Type { text } = parse("type -d wayland-1 -- -n").unwrap().order else { panic!() };
        assert_eq!(text, "-n");
        let Order::Scroll { dx, dy } = parse("scroll 0 -3").unwrap().order else { panic!() };
        assert_eq!((dx, dy), (0.0, -3.0));

        wrong("type -n", "--");
        wrong("key strg+t", "is no modifier");
        wrong("key ctrl+", "ends without a key");
        wrong("click 1 2 --button primary", "there are left, right");
        wrong("click 1 2 --count 0", "0 is not in 1..=10");
        wrong("click 1 2 --hold t", "is no modifier");
        wrong("click here there", "invalid float");
    }
}
