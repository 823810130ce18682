//! The options, section by section. This is the only place where an option is written down.

use glasshouse_core::{
    Animations as Moves, LayoutKind, Movement,
    command::{MirrorOf, Mode},
    tiles::{Centring, ColumnsOptions, NewWindow, Side, Width},
};
use glasshouse_scene::Transform;

use crate::{
    binding::CommandLine,
    table::section,
    types::{
        AccelProfile, Animate, CalibrationMatrix, ClickMethod, Directory, DragLock, Executor, Listen, Position, Restore, Rgba,
        ScrollMethod, SendEvents, TapButtonMap, XkbNames,
    },
};

section! {
    /// How windows are placed.
    Layout {
        /// How windows that do not float are placed, where nobody has chosen anything else.
        default: LayoutKind = LayoutKind::MasterStack, Now, example "\"columns\"";
        /// The space between tiles, in logical pixels.
        gap_px: f64 = 12.0, Now, example "8", from 0.0 to 500.0;
        /// The space between tiles and the edges of the work area, in logical pixels.
        outer_gap_px: f64 = 12.0, Now, example "0", from 0.0 to 500.0;
        /// What tiles leave free at the left, besides, in logical pixels.
        strut_left_px: f64 = 0.0, Now, example "64", from 0.0 to 10000.0;
        /// What tiles leave free at the right.
        strut_right_px: f64 = 0.0, Now, example "64", from 0.0 to 10000.0;
        /// What tiles leave free at the top.
        strut_top_px: f64 = 0.0, Now, example "32", from 0.0 to 10000.0;
        /// What tiles leave free at the bottom.
        strut_bottom_px: f64 = 0.0, Now, example "32", from 0.0 to 10000.0;
        /// How far the next floating window lies to the right of and below the one before, in logical pixels.
        cascade_step_px: f64 = 36.0, New, example "24", from 0.0 to 500.0;
        /// How near an edge of the work area or of another window a window that is dragged has to be to stick to it, in logical pixels. 0: never.
        snap_distance_px: f64 = 12.0, Now, example "0", from 0.0 to 200.0;
        /// How long a new arrangement waits for slow programs before it is shown without them.
        configure_timeout_ms: u32 = 200, New, example "100", from 0.0 to 10000.0;
    }

    /// How windows move to their places. Only what is seen moves: keys, clicks, scripts and events find everything where it will be, at once.
    /// A movement is `off`, `linear`, `ease-out` or `ease-in-out` with milliseconds, or `spring` with a damping ratio (1 comes to rest soonest
    /// without passing its place) and a stiffness in 1/s².
    Animations {
        /// Whether there are any: yes, no, or only if a GPU draws.
        enabled: Animate = Animate::Auto, Now, example "\"on\"";
        /// 2 takes half the time.
        speed: f64 = 1.0, Now, example "2.0", from 0.1 to 10.0;
        /// A window appears.
        window_open: Movement = Moves::default().open, Now, example "\"ease-out 200\"";
        /// A window goes.
        window_close: Movement = Moves::default().close, Now, example "\"off\"";
        /// A window gets another place or another size.
        window_move: Movement = Moves::default().shift, Now, example "\"spring 0.8 600\"";
        /// An output shows another workspace.
        workspace: Movement = Moves::default().workspace, Now, example "\"ease-in-out 250\"";
    }

    /// The layout `columns`: columns on a strip without end, which scrolls with the focus.
    Columns {
        /// How wide a new column is: a part of the area, or logical pixels.
        width: Width = Width::Fraction(0.5), New, example "\"40%\"";
        /// The widths that `cycle-column-width` goes through.
        presets: Vec<Width> = ColumnsOptions::default().presets, Now, example "[\"50%\", \"100%\"]";
        /// The heights that `cycle-window-height` goes through, for windows that share a column: parts of the area's height, or logical pixels.
        height_presets: Vec<Width> = ColumnsOptions::default().height_presets, Now, example "[\"25%\", \"50%\", \"75%\"]";
        /// Where the view goes when another column gets the focus: as little as possible, always until that is in the middle, or only if both do not fit.
        centring: Centring = Centring::Never, Now, example "\"always\"";
        /// Whether a column that is alone stands in the middle.
        centre_single: bool = false, Now, example "true";
    }

    /// The layout `tree`: containers in containers, split by hand.
    Tree {
        /// Whether a new window splits the one beside it along its longer side.
        automatic: bool = false, Now, example "true";
    }

    /// The layout `master-stack`: masters at one side, the others stacked at the other. What is changed by commands stays so for its workspace.
    MasterStack {
        /// How many windows are masters, where nobody has chosen anything else.
        masters: u32 = 1, New, example "2", from 0.0 to 1000.0;
        /// What part of the area the masters have.
        fraction: f64 = 0.55, New, example "0.5", from 0.05 to 0.95;
        /// On which side they are.
        side: Side = Side::Left, New, example "\"right\"";
        /// Where a new window goes: beside the one that has the focus, or to the first or the last place.
        new_window: NewWindow = NewWindow::Beside, Now, example "\"first\"";
    }

    /// The titles of tabs, above windows that lie behind each other.
    Tabs {
        /// How high they are, in logical pixels. 0: there are none.
        height_px: f64 = 28.0, Now, example "24", from 0.0 to 200.0;
        /// The family of their font, or `sans-serif`, `serif` or `monospace`. What it has no letters for is taken from others.
        font: String = "sans-serif".to_owned(), Now, example "\"Noto Sans\"";
        /// The size of their letters, in logical pixels. Where the height leaves no room for them, there are lines without letters.
        font_size_px: f64 = 13.0, Now, example "12", from 4.0 to 100.0;
    }

    /// What gets the keyboard.
    Focus {
        /// Whether a new window takes the focus from another one.
        new_windows: bool = true, New, example "false";
        /// Whether a window gets the keyboard when the pointer is moved into it. It is not raised, and one that comes to lie below a pointer at rest does not get it.
        follows_pointer: bool = false, Now, example "true";
        /// Whether the pointer jumps into the window that a command gives the keyboard to.
        pointer_follows: bool = false, Now, example "true";
        /// Whether a click raises a window above the others that float.
        click_raises: bool = true, Now, example "false";
    }

    /// How windows look.
    Appearance {
        /// The radius of a window's corners, in logical pixels.
        radius_px: f64 = 12.0, Now, example "0", from 0.0 to 200.0;
    }

    /// What lies behind all windows: a vertical gradient.
    Background {
        /// The colour at the top of an output.
        top: Rgba = Rgba::hex(0x0a_10_28_ff), Now, example "\"#000000\"";
        /// The colour at the bottom of an output.
        bottom: Rgba = Rgba::hex(0x2a_1b_5c_ff), Now, example "\"#202040\"";
    }

    /// The ring around a window. It lies outside of the window, in the gap.
    Border {
        /// Its width in logical pixels. 0: none.
        width_px: f64 = 2.0, Now, example "3", from 0.0 to 100.0;
        /// The colour at the top of the window that has the keyboard.
        focused_top: Rgba = Rgba::hex(0x5e_e7_ff_ff), Now, example "\"#ffd75e\"";
        /// The colour at the bottom of the window that has the keyboard.
        focused_bottom: Rgba = Rgba::hex(0x9b_6b_ff_ff), Now, example "\"#ff6b9b\"";
        /// The colour at the top of the other windows.
        unfocused_top: Rgba = Rgba::hex(0xff_ff_ff_24), Now, example "\"#808080\"";
        /// The colour at the bottom of the other windows.
        unfocused_bottom: Rgba = Rgba::hex(0xff_ff_ff_0f), Now, example "\"#606060\"";
    }

    /// The soft shadow below a window.
    Shadow {
        /// Whether windows have one.
        enabled: bool = true, Now, example "false";
        /// How soft it is: the standard deviation of the blur, in logical pixels.
        sigma_px: f64 = 16.0, Now, example "8", from 0.0 to 100.0;
        /// How far below the window it lies, in logical pixels: the light comes from above.
        drop_px: f64 = 8.0, Now, example "4", from -200.0 to 200.0;
        /// Its colour.
        color: Rgba = Rgba::hex(0x02_04_10_80), Now, example "\"#00000060\"";
    }

    /// The pointer's picture.
    Cursor {
        /// The theme, as in /usr/share/icons. By default that of $XCURSOR_THEME. Programs are started with it too.
        theme: Option<String> = None, Now, example "\"Adwaita\"";
        /// Its size in logical pixels. By default that of $XCURSOR_SIZE, or 24.
        size_px: Option<u32> = None, Now, example "32", from 1.0 to 512.0;
    }

    /// The keyboard. The names are xkb's; `man xkeyboard-config` lists them. Empty ones are those of $XKB_DEFAULT_*, or xkb's own.
    Keyboard {
        /// The rules file, hardly ever other than `evdev`.
        rules: XkbNames = XkbNames::default(), Now, example "\"evdev\"";
        /// The model of the keyboard.
        model: XkbNames = XkbNames::default(), Now, example "\"pc105\"";
        /// The layouts. `switch-keyboard-layout` switches between several.
        layout: XkbNames = XkbNames::default(), Now, example "\"us,de\"";
        /// A variant for each layout; a part between commas may be empty.
        variant: XkbNames = XkbNames::default(), Now, example "\",nodeadkeys\"";
        /// Such as where Compose is, or what Caps Lock does.
        options: XkbNames = XkbNames::default(), Now, example "\"compose:ralt,caps:escape\"";
        /// How often a held key repeats, per second. 0: never.
        repeat_rate_hz: u32 = 25, Now, example "40", from 0.0 to 1000.0;
        /// How long a key is held before it repeats.
        repeat_delay_ms: u32 = 600, Now, example "300", from 1.0 to 10000.0;
        /// Whether Num Lock is on at the start.
        numlock: bool = false, Restart, example "true";
    }

    /// A pointing device. The terms are libinput's, and so are the defaults.
    Device {
        /// Whether its events count.
        send_events: Option<SendEvents> = None, Login, example "\"disabled-on-external-mouse\"";
        /// Whether a short touch is a click.
        tap: Option<bool> = None, Login, example "true";
        /// What taps with one, two and three fingers are.
        tap_button_map: Option<TapButtonMap> = None, Login, example "\"left-right-middle\"";
        /// Whether a tap that is followed by a movement drags.
        drag: Option<bool> = None, Login, example "true";
        /// Whether the drag goes on when the finger is lifted.
        drag_lock: Option<DragLock> = None, Login, example "\"enabled-sticky\"";
        /// Whether the touchpad rests while somebody types.
        disable_while_typing: Option<bool> = None, Login, example "true";
        /// How one clicks on a touchpad without buttons.
        click_method: Option<ClickMethod> = None, Login, example "\"clickfinger\"";
        /// Whether contents follow the fingers, as on a telephone.
        natural_scroll: Option<bool> = None, Login, example "true";
        /// What scrolls.
        scroll_method: Option<ScrollMethod> = None, Login, example "\"two-finger\"";
        /// The button for `on-button-down`, by its evdev code: 274 is the middle one.
        scroll_button: Option<u32> = None, Login, example "274", from 256.0 to 767.0;
        /// From slow to fast.
        accel_speed: Option<f64> = None, Login, example "0.3", from -1.0 to 1.0;
        /// How the speed of the hand becomes that of the pointer.
        accel_profile: Option<AccelProfile> = None, Login, example "\"flat\"";
        /// Whether the buttons are swapped.
        left_handed: Option<bool> = None, Login, example "true";
        /// Whether left and right together are the middle button.
        middle_emulation: Option<bool> = None, Login, example "true";
        /// Turns and scales what an absolute device reports.
        calibration_matrix: Option<CalibrationMatrix> = None, Login, example "[0, 1, 0, -1, 0, 1]";
        /// The output that an absolute device, such as a touchscreen, belongs to.
        map_to_output: Option<String> = None, Login, example "\"eDP-1\"";
    }

    /// Swipes on a touchpad that what is on the screen follows. A binding of `swipe-3-left` or another direction takes its axis from them.
    Gestures {
        /// With how many fingers columns are scrolled, to the left and the right. 0: with none.
        columns_fingers: u32 = 3, Now, example "4", from 0.0 to 5.0;
        /// With how many fingers workspaces are pulled in from above and below. 0: with none.
        workspaces_fingers: u32 = 3, Now, example "4", from 0.0 to 5.0;
    }

    /// An output, by its name: `glassctl outputs` lists them. What is not said is as the output comes.
    Output {
        /// Whether it is used. One that is turned off here is off at every start; what is turned off by a command is off again after a restart,
        /// whatever stands here.
        enabled: bool = true, Now, example "false";
        /// Size and rate.
        mode: Option<Mode> = None, Now, example "\"1920x1080@60\"";
        /// Physical pixels per logical one.
        scale: Option<f64> = None, Now, example "1.5", from 0.25 to 8.0;
        /// How it is mounted. Rotations are counter-clockwise.
        transform: Transform = Transform::Normal, Now, example "\"90\"";
        /// Its top-left corner in the logical space of all outputs. By default to the right of the others.
        position: Option<Position> = None, Now, example "\"1920,0\"";
        /// The name of another output whose picture it shows, as large as it fits, or `none`.
        mirror: Option<MirrorOf> = None, Now, example "\"HEADLESS-1\"";
    }

    /// Pictures that people take, with the command `capture`.
    Capture {
        /// Where they are written if the command names no file. By default `Screenshots` in the directory of pictures.
        directory: Option<Directory> = None, New, example "\"~/Pictures\"";
    }

    /// The process that draws.
    Display {
        /// What draws.
        executor: Executor = Executor::Auto, Restart, example "\"cpu\"";
        /// It ends when nobody has looked for so long.
        idle_seconds: u32 = 30, Restart, example "5", from 0.0 to 86400.0;
        /// Most memory that it may use. By default without limit.
        memory_mib: Option<u32> = None, Restart, example "512", from 16.0 to 1048576.0;
    }

    /// How `glassctl` and other programs reach the desktop: D-Bus.
    Bus {
        /// Whether the desktop serves D-Bus. Without it `glassctl` does not work.
        enabled: bool = true, Restart, example "false";
        /// Whether it is on the session bus too, where there is one.
        session: bool = true, Restart, example "false";
    }

    /// What the desktop tells about itself.
    Telemetry {
        /// Where figures are served as Prometheus reads them. By default nowhere.
        metrics_socket: Option<Listen> = None, Restart, example "\"127.0.0.1:9300\"";
    }

    /// Beginning and end of the desktop.
    Session {
        /// When windows and outputs find the places that they had before the desktop was started again.
        restore: Restore = Restore::AfterCrash, Restart, example "\"always\"";
        /// The program that the command `lock` starts, and its arguments.
        locker: Vec<String> = vec!["swaylock".to_owned()], New, example "[\"swaylock\", \"--color\", \"101418\"]";
        /// Commands that are carried out when the desktop is ready.
        startup: Vec<CommandLine> = Vec::new(), Restart, example "[\"spawn waybar\", \"spawn mako\"]";
    }
}

/// What of [`Device`] mice do not have.
pub(crate) const TOUCHPAD_ONLY: &[&str] =
    &["tap", "tap-button-map", "drag", "drag-lock", "disable-while-typing", "click-method", "calibration-matrix", "map-to-output"];
