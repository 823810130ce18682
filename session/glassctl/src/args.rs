//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{ArgAction, Args as ClapArgs, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueHint};
use clap_complete::Shell;
use glasshouse_core::command::WindowRef;
use glasshouse_protocols::{Awaited, Button, Chord, input::MAX_CLICKS};

pub(crate) use self::words::{Region, Size};
use self::words::{duration, modifier, number, window};
use crate::commands;

#[cfg(test)]
mod tests;
mod words;

/// What people look for first, and scripts have to know. A test reads the examples.
pub(crate) const EPILOGUE: &str = "\
Examples:
  id=$(glassctl launch -- foot)                    # start a program; its window is there when this ends
  glassctl do focus-window $id , swap-window left   # several commands at once, undone by one undo
  glassctl wait-for window --app-id firefox --title 'Example Domain'
  glassctl capture --window $id -o terminal.png
  glassctl watch --json                            # what happens, one event a line

Exit codes: 0 done, 1 refused, failed or timed out, 2 wrong usage, 3 no desktop to talk to.";

/// Controls a Glasshouse desktop.
///
/// Positions are in the logical space of all outputs, as `glassctl windows` and `glassctl outputs` print it. A WINDOW is focused, left, right,
/// up, down, next, previous, last, a number, app-id:NAME, title:PART or pid:NUMBER.
#[derive(Debug, Parser)]
#[command(name = "glassctl", version, after_help = EPILOGUE)]
pub(crate) struct Args {
    /// The desktop: the name of its Wayland display, or the path of its socket. Default: $GLASSHOUSE_SOCKET, else $WAYLAND_DISPLAY, else
    /// the only one that there is.
    #[arg(short, long, value_name = "NAME", global = true)]
    pub(crate) display: Option<String>,
    #[command(subcommand)]
    pub(crate) order: Order,
}

impl Args {
    /// The command line with everything that comes from the table of commands.
    pub(crate) fn definition() -> clap::Command {
        Self::command().mut_subcommand("do", |command| command.after_help(commands::list()))
    }

    /// Reads the process's command line; ends the process if it is wrong or asks for help.
    pub(crate) fn read() -> Self {
        let matches = Self::definition().get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Order {
    /// List the windows.
    Windows {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the workspaces.
    Workspaces {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the outputs. `glassctl do add-output 1280x720` makes one.
    Outputs {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the panels, docks, wallpapers and launchers: everything that is a layer surface and no window.
    Layers {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the layouts that programs offer besides those of the desktop. `glassctl do set-layout NAME` chooses one.
    Layouts {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Carry out commands: do set-fullscreen toggle. All that a key binding can do.
    ///
    /// Several commands with a comma between them are carried out all together or not at all, and one undo undoes them:
    /// glassctl do set-floating on , move-window 10,10
    ///
    /// A word that is only commas loses one of them, so ,, is a comma. `glassctl do COMMAND --help` explains a command.
    Do(Do),
    /// Give a window the keyboard and raise it.
    Focus {
        #[arg(value_parser = window)]
        window: WindowRef,
    },
    /// Ask a window to close.
    Close {
        #[arg(value_parser = window, default_value = "focused")]
        window: WindowRef,
    },
    /// Put back what the last command changed, and say which that was.
    Undo {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Do again what undo put back, and say which that was.
    Redo {
        /// Print JSON.
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
        /// The program and its arguments. Options of launch stand before it.
        #[arg(required = true, trailing_var_arg = true, value_name = "ARGV", value_hint = ValueHint::CommandWithArguments)]
        argv: Vec<String>,
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
        #[arg(allow_negative_numbers = true, value_parser = number)]
        x: f64,
        #[arg(allow_negative_numbers = true, value_parser = number)]
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
    /// Press a button at one point, move the pointer to another one, and release the button there.
    Drag {
        #[arg(allow_negative_numbers = true, value_parser = number)]
        x: f64,
        #[arg(allow_negative_numbers = true, value_parser = number)]
        y: f64,
        #[arg(allow_negative_numbers = true, value_parser = number)]
        to_x: f64,
        #[arg(allow_negative_numbers = true, value_parser = number)]
        to_y: f64,
        /// left, right, middle, back or forward.
        #[arg(short, long, default_value = "left")]
        button: Button,
    },
    /// Move the pointer.
    Move {
        #[arg(allow_negative_numbers = true, value_parser = number)]
        x: f64,
        #[arg(allow_negative_numbers = true, value_parser = number)]
        y: f64,
    },
    /// Turn the wheel where the pointer is, in detents; positive is right and down.
    Scroll {
        #[arg(allow_negative_numbers = true, value_parser = number)]
        dx: f64,
        #[arg(allow_negative_numbers = true, value_parser = number)]
        dy: f64,
    },
    /// Print events as they come, one a line, until Ctrl-C or the end of the desktop.
    Watch {
        #[command(flatten)]
        filter: Filter,
        /// Only events of this kind; may be given several times. performance_metrics come only if asked for.
        #[arg(short, long = "kind", value_name = "KIND")]
        kinds: Vec<String>,
        /// At most so many performance_metrics in a second.
        #[arg(long, value_name = "HZ")]
        metrics_hz: Option<f64>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Wait for a window or an event. Fails if it does not come in time.
    #[command(subcommand)]
    WaitFor(WaitFor),
    /// Say which rules of the configuration match a window, why each of the others does not, and what the window has of them.
    Explain {
        #[arg(value_parser = window, default_value = "focused")]
        window: WindowRef,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Read, check and change the configuration.
    #[command(subcommand)]
    Config(Config),
    /// Keep the arrangement of all windows under a name, and put it back.
    #[command(subcommand)]
    Snapshot(Snapshot),
    /// Keep an arrangement with the programs of its windows under a name, and put it up again: what is missing is started.
    #[command(subcommand)]
    Layout(Layout),
    /// Show live what the desktop and its clients do and cost.
    Top {
        /// Print one view as text and end.
        #[arg(long)]
        once: bool,
        /// Print one set of figures and end.
        #[arg(long, conflicts_with = "once")]
        json: bool,
        /// How often to look.
        #[arg(short, long, default_value = "1s", value_parser = duration)]
        interval: Duration,
    },
    /// Show what became of input: when it was delivered, answered, shown and captured.
    Trace {
        /// Only the input with this number, as events carry it.
        #[arg(conflicts_with = "last")]
        id: Option<u64>,
        /// The newest so many.
        #[arg(short = 'n', long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        last: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say how the desktop and its surroundings are, what is wrong and what to do. Fails if something is wrong.
    Doctor {
        /// Remove sockets that nobody listens on.
        #[arg(long)]
        fix: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print completions for a shell: source <(glassctl completions bash).
    Completions { shell: Shell },
    /// Print the manual page, or write all of them into a directory.
    Man {
        #[arg(long, value_hint = ValueHint::DirPath)]
        dir: Option<PathBuf>,
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

#[derive(Debug, ClapArgs)]
pub(crate) struct Do {
    /// Say what would happen, and change nothing.
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// List all commands.
    #[arg(short, long, conflicts_with = "dry_run")]
    pub(crate) list: bool,
    /// With --dry-run or --list: as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// A command and its arguments, as they are listed below.
    #[arg(value_name = "COMMAND", required_unless_present = "list", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) words: Vec<String>,
}

/// Which events are meant.
#[derive(Debug, ClapArgs)]
pub(crate) struct Filter {
    /// Only what is about this window.
    #[arg(short, long, value_name = "WINDOW", value_parser = window)]
    pub(crate) window: Option<WindowRef>,
    /// Only what is about windows of this application.
    #[arg(short, long, value_name = "NAME")]
    pub(crate) app_id: Option<String>,
    /// Begin with what came after this event.
    #[arg(short, long, value_name = "SEQUENCE")]
    pub(crate) since: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WaitFor {
    /// Wait until a window that has all these properties is in a state, and print its id.
    Window {
        /// This one.
        #[arg(short, long, value_parser = window)]
        window: Option<WindowRef>,
        /// Of exactly this application.
        #[arg(short, long, value_name = "NAME")]
        app_id: Option<String>,
        /// With this in its title.
        #[arg(short, long, value_name = "PART")]
        title: Option<String>,
        /// Of this process.
        #[arg(short, long)]
        pid: Option<i32>,
        /// On this output.
        #[arg(short, long, value_name = "NAME")]
        output: Option<String>,
        /// mapped (it is there), created (a new one opens), focused, floating, fullscreen, maximized, minimized, title (another one), changed or
        /// closed (also if there is none already; then nothing is printed).
        #[arg(short, long, default_value = "mapped")]
        state: Awaited,
        /// How long, such as 500ms, 10s or 2m.
        #[arg(long, default_value = "10s", value_parser = duration)]
        timeout: Duration,
        /// Print all about the window.
        #[arg(long)]
        json: bool,
    },
    /// Wait for an event and print it.
    Event {
        /// Such as focus_changed.
        kind: String,
        #[command(flatten)]
        filter: Filter,
        /// How long, such as 500ms, 10s or 2m.
        #[arg(long, default_value = "10s", value_parser = duration)]
        timeout: Duration,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print all options, or one, as the desktop has them.
    Show {
        /// Such as layout.gap-px, or a section such as layout.
        key: Option<String>,
        /// Say where each value is from, and the default.
        #[arg(short, long)]
        origin: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the options that are not as by default.
    Diff {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change an option until the desktop ends.
    Set {
        key: String,
        /// As in the file; quotes around texts may be left out.
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Take back what set did.
    Reset { key: String },
    /// Have the desktop read the files again. With a mistake in them nothing changes.
    Reload,
    /// Look for mistakes in the files, or in one file. Needs no desktop.
    Check {
        #[arg(value_hint = ValueHint::FilePath)]
        file: Option<PathBuf>,
    },
    /// Print a JSON Schema of the file, for editors. Needs no desktop.
    Schema,
    /// Print a file with every option and its default, commented out. Needs no desktop.
    Default,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Snapshot {
    /// Keep the arrangement of all windows. One of the same name is replaced.
    Create {
        /// Letters, digits, dots, dashes and underscores.
        name: String,
    },
    /// List the snapshots.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put the windows that are still here back to where they were. One undo takes it back.
    Restore { name: String },
    /// Say what is different now.
    Diff {
        name: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove a snapshot for good.
    Delete { name: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Layout {
    /// Keep what is here now. One of the same name is replaced. The file may be changed by hand: docs/layouts.md.
    Save {
        /// Letters, digits, dots, dashes and underscores.
        name: String,
        /// Only this workspace, such as focused, 2 or web.
        #[arg(short, long, conflicts_with = "all")]
        workspace: Option<String>,
        /// All workspaces, which is the default.
        #[arg(short, long)]
        all: bool,
    },
    /// Put windows back to where they were, start the programs of those that are missing, and wait for them. One undo takes it back.
    Restore {
        name: String,
        /// How long to wait for windows, such as 500ms, 10s or 2m.
        #[arg(short, long, default_value = "10s", value_parser = duration)]
        timeout: Duration,
    },
    /// List the arrangements.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove an arrangement for good.
    Remove { name: String },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Capture {
    /// Where to put the picture; - is standard output, which is also the default when it is no terminal.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output_file: Option<PathBuf>,
    /// This window alone, also where others cover it.
    #[arg(short, long, conflicts_with = "output", value_parser = window)]
    pub(crate) window: Option<WindowRef>,
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
