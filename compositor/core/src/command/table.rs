//! The table of commands: one row each, from which everything else is generated.

use euclid::Vector2D;
use glasshouse_scene::{Logical, LogicalPoint, LogicalSize, Transform};

use super::{
    Argument, Scopes, WindowRef, WorkspaceRef,
    argument::Kind,
    parse::{CommandError, Given},
    tile_value::{Change, ResizeEdges, WidthChange},
    value::{Button, Direction, KeyboardLayout, LayoutKind, MirrorOf, Mode, OutputRef, Switch, Words},
    window_value::{Aspect, Spot},
};
use crate::layout::tiles::{ColumnTarget, ContainerLayout, DropSide, Side, Split};

/// One row of the table, for help, completion and reference.
#[derive(Debug)]
pub struct Entry {
    pub name: &'static str,
    /// Sentences. The first one is the summary.
    pub doc: &'static str,
    /// What a program needs.
    pub scope: Scopes,
    pub undo: Undo,
    pub parameters: &'static [Parameter],
}

/// An argument of a command.
#[derive(Debug)]
pub struct Parameter {
    /// An optional one is written `--name VALUE`, a required one by its place.
    pub name: &'static str,
    pub doc: &'static str,
    pub kind: Kind,
    pub optional: bool,
    /// It takes all words that remain.
    pub rest: bool,
}

/// How a command is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// The core puts back what the command changed.
    Arrangement,
    /// By another command, which whoever carried this one out remembers.
    Inverse,
    /// Not at all, and why.
    No(&'static str),
}

impl Entry {
    /// The row of this name.
    pub fn named(name: &str) -> Option<&'static Entry> {
        COMMANDS.iter().find(|entry| entry.name == name)
    }

    /// The first sentence of the documentation.
    pub fn summary(&self) -> &'static str {
        self.doc.find(". ").and_then(|end| self.doc.get(..=end)).unwrap_or(self.doc)
    }

    /// Such as `move-window X,Y [--window WINDOW]`.
    pub fn usage(&self) -> String {
        let mut usage = self.name.to_owned();
        for parameter in self.parameters.iter().filter(|parameter| !parameter.optional) {
            usage.push(' ');
            usage.push_str(&parameter.kind.placeholder());
        }
        for parameter in self.parameters.iter().filter(|parameter| parameter.optional) {
            usage.push_str(&format!(" [--{} {}]", parameter.name, parameter.kind.placeholder()));
        }
        usage
    }
}

macro_rules! is_some {
    ($default:expr) => {
        true
    };
}

macro_rules! commands {
    ($(
        $(#[doc = $doc:literal])+
        $variant:ident = $name:literal, $scope:ident, $undo:expr, {
            $($(#[doc = $parameter_doc:literal])+ $field:ident: $type:ty $(= $default:expr)?,)*
        }
    )+) => {
        /// Anything that may change the desktop on purpose. Key bindings, `glassctl`, D-Bus and agents all build the same commands.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {
            $($(#[doc = $doc])+ $variant { $($(#[doc = $parameter_doc])+ $field: $type,)* },)+
        }

        /// All commands, in the order of the reference.
        pub static COMMANDS: &[Entry] = &[$(Entry {
            name: $name,
            doc: concat!($($doc,)+).trim_ascii(),
            scope: Scopes::$scope,
            undo: $undo,
            parameters: &[$(Parameter {
                name: stringify!($field),
                doc: concat!($($parameter_doc,)+).trim_ascii(),
                kind: <$type as Argument>::KIND,
                optional: false $(|| is_some!($default))?,
                rest: <$type as Argument>::REST,
            },)*],
        },)+];

        impl Command {
            /// The name in the text form.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name,)+ }
            }

            /// The command that these words say; the first is its name.
            ///
            /// # Errors
            ///
            /// [`CommandError`], which names the nearest valid thing.
            pub fn parse<S: AsRef<str>>(words: &[S]) -> Result<Self, CommandError> {
                let mut given = Given::new(words)?;
                match given.entry.name {
                    $($name => {
                        let command = Self::$variant {
                            $($field: given.take::<$type>(stringify!($field), None::<$type>$(.or(Some($default)))?)?,)*
                        };
                        given.finish()?;
                        Ok(command)
                    })+
                    other => Err(CommandError::unknown(other)),
                }
            }

            /// Every window that the arguments name.
            pub(crate) fn each_window(&mut self, act: &mut dyn FnMut(&mut WindowRef)) {
                match self {
                    $(Self::$variant { $($field,)* } => {
                        $(Argument::window_mut($field).into_iter().for_each(&mut *act);)*
                    })+
                }
            }

            /// The text form, word by word. [`Self::parse`] gives the same command back.
            pub fn words(&self) -> Vec<String> {
                match self {
                    $(Self::$variant { $($field,)* } => {
                        #[allow(unused_mut, reason = "some commands have no arguments")]
                        let mut words = vec![$name.to_owned()];
                        let mut options: Vec<String> = Vec::new();
                        $(write_argument(stringify!($field), $field, None::<$type>$(.or(Some($default)))?, &mut words, &mut options);)*
                        if words.iter().skip(1).any(|word| word.starts_with("--")) {
                            options.push("--".to_owned());
                        }
                        // Before the rest, which would swallow them.
                        words.splice(1..1, options);
                        words
                    })+
                }
            }
        }
    };
}

fn write_argument<T: Argument>(name: &str, value: &T, default: Option<T>, words: &mut Vec<String>, options: &mut Vec<String>) {
    match default {
        None => words.extend(value.words()),
        Some(default) if default == *value => {}
        Some(_) => {
            options.push(format!("--{name}"));
            options.extend(value.words());
        }
    }
}

/// Why some commands have no way back.
const DELIVERED: &str = "the program has seen it already";
const DRAGGED: &str = "what comes of it is undone, once the window is let go";
const ALREADY_DONE: &str = "it changes nothing that could be put back";

commands! {
    /// Gives a window the keyboard and raises it.
    FocusWindow = "focus-window", ARRANGE, Undo::Arrangement, {
        /// Which window.
        window: WindowRef,
    }
    /// Gives the keyboard to the tile that had it last, if a floating window has it; else to the floating window that had it last.
    FocusFloatingOrTiled = "focus-floating-or-tiled", ARRANGE, Undo::Arrangement, {}
    /// Asks a window to close. It may refuse, for instance to show a save dialog.
    CloseWindow = "close-window", ARRANGE, Undo::No("a window that was closed belongs to its program"), {
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Puts the top-left corner of a floating window here.
    MoveWindow = "move-window", ARRANGE, Undo::Arrangement, {
        /// In the space of all outputs.
        to: LogicalPoint,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Moves a floating window by so much.
    MoveWindowBy = "move-window-by", ARRANGE, Undo::Arrangement, {
        /// To the right and down.
        by: Vector2D<f64, Logical>,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Gives a window this size: a floating one by asking it, a tile by moving its edges as far as its layout can.
    ResizeWindow = "resize-window", ARRANGE, Undo::Arrangement, {
        /// Without shadow and title bar of the desktop.
        to: LogicalSize,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Makes a window larger or smaller by so much: a floating one by asking it, a tile by moving its edges as far as its layout can.
    ResizeWindowBy = "resize-window-by", ARRANGE, Undo::Arrangement, {
        /// To the right and down.
        by: Vector2D<f64, Logical>,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Lets two tiled windows change places.
    SwapWindow = "swap-window", ARRANGE, Undo::Arrangement, {
        /// The other one, often `left` or `right`.
        with: WindowRef,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Shows a window alone on an output, or no longer.
    SetFullscreen = "set-fullscreen", ARRANGE, Undo::Arrangement, {
        /// Whether.
        on: Switch,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
        /// Where. Default: the output it is on.
        output: Option<OutputRef> = None,
    }
    /// Fills the work area with a window, or no longer.
    SetMaximized = "set-maximized", ARRANGE, Undo::Arrangement, {
        /// Whether.
        on: Switch,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Takes a window out of the tiling, or puts it back.
    SetFloating = "set-floating", ARRANGE, Undo::Arrangement, {
        /// Whether.
        on: Switch,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Hides a window without closing it, or shows it again.
    SetMinimized = "set-minimized", ARRANGE, Undo::Arrangement, {
        /// Whether.
        on: Switch,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Shows a window on whichever workspace its output shows, or no longer. It floats.
    SetSticky = "set-sticky", ARRANGE, Undo::Arrangement, {
        /// Whether.
        on: Switch,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Keeps a window that floats above the others, or no longer. What fills the screen covers it all the same.
    SetAbove = "set-above", ARRANGE, Undo::Arrangement, {
        /// Whether.
        on: Switch,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Lets a window think that it fills the screen while it stays where it is: players and browsers then show nothing but their contents.
    SetWindowedFullscreen = "set-windowed-fullscreen", ARRANGE, Undo::Arrangement, {
        /// Whether.
        on: Switch,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Keeps a window in an aspect ratio, whatever its size.
    SetAspect = "set-aspect", ARRANGE, Undo::Arrangement, {
        /// Such as `16:9`, or `free`.
        aspect: Aspect,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Puts a window that floats at an edge of the work area, as large as half of it, in a corner, a quarter of it, or into its centre, as
    /// large as it is.
    SnapWindow = "snap-window", ARRANGE, Undo::Arrangement, {
        /// Where to.
        to: Spot,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Gives a window a mark, by which commands find it as `mark:NAME`. Another window that had it loses it.
    SetMark = "set-mark", ARRANGE, Undo::Arrangement, {
        /// At most 128 bytes, and 32 marks per window.
        mark: String,
        /// Whether it has it.
        on: Switch = Switch::On,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Puts a window into the scratchpad: it is hidden, and floats on the workspace that is shown when `toggle-scratchpad` shows it. It leaves
    /// the scratchpad with `set-floating off` and `move-to-workspace`.
    MoveToScratchpad = "move-to-scratchpad", ARRANGE, Undo::Arrangement, {
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Hides the window of the scratchpad that has the keyboard, or else gives it to the one that is shown, or else shows the one that was
    /// hidden longest.
    ToggleScratchpad = "toggle-scratchpad", ARRANGE, Undo::Arrangement, {
        /// This one of the scratchpad's windows.
        window: Option<WindowRef> = None,
    }
    /// Shows a workspace, and gives the keyboard to the window on it that had it last.
    FocusWorkspace = "focus-workspace", ARRANGE, Undo::Arrangement, {
        /// Which workspace. Numbers past the end mean the empty one that is always there.
        workspace: WorkspaceRef,
    }
    /// Moves a window and its dialogs to another workspace.
    MoveToWorkspace = "move-to-workspace", ARRANGE, Undo::Arrangement, {
        /// Which workspace.
        workspace: WorkspaceRef,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
        /// Whether the focus goes along. Default: if the window has it.
        follow: Option<Switch> = None,
    }
    /// Moves a workspace with all its windows to another output, which shows it from now on.
    MoveWorkspaceToOutput = "move-workspace-to-output", ARRANGE, Undo::Arrangement, {
        /// Which output.
        output: OutputRef,
        /// Which workspace.
        workspace: WorkspaceRef = WorkspaceRef::Focused,
    }
    /// Lets two workspaces change places, also across outputs.
    SwapWorkspace = "swap-workspace", ARRANGE, Undo::Arrangement, {
        /// The other one, often `next` or `previous`.
        with: WorkspaceRef,
        /// Which workspace.
        workspace: WorkspaceRef = WorkspaceRef::Focused,
    }
    /// Makes a workspace with a name, behind the others of its output. It is not shown yet.
    CreateWorkspace = "create-workspace", ARRANGE, Undo::Arrangement, {
        /// At most 128 bytes. An empty name makes nothing: one without a name is always there.
        name: String,
        /// Where.
        output: OutputRef = OutputRef::Focused,
    }
    /// Gives a workspace a name, with which it stays when it is empty. An empty name takes it away.
    RenameWorkspace = "rename-workspace", ARRANGE, Undo::Arrangement, {
        /// At most 128 bytes.
        name: String,
        /// Which workspace.
        workspace: WorkspaceRef = WorkspaceRef::Focused,
    }
    /// Gives the keyboard to what an output shows.
    FocusOutput = "focus-output", ARRANGE, Undo::Arrangement, {
        /// Which output.
        output: OutputRef,
    }
    /// Moves a window to what another output shows.
    MoveToOutput = "move-to-output", ARRANGE, Undo::Arrangement, {
        /// Which output.
        output: OutputRef,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Chooses how a workspace places windows that do not float. None of them is lost, whatever the layout.
    SetLayout = "set-layout", ARRANGE, Undo::Arrangement, {
        /// Which layout. One from outside has to be registered at that moment, see `glassctl layouts`.
        layout: LayoutKind,
        /// Where.
        workspace: WorkspaceRef = WorkspaceRef::Focused,
    }
    /// Gives the program that offers the layout of a workspace a text, which means what that program says. An empty one takes it away.
    SetLayoutParameters = "set-layout-parameters", ARRANGE, Undo::Arrangement, {
        /// At most 1,024 bytes.
        text: String,
        /// Where.
        workspace: WorkspaceRef = WorkspaceRef::Focused,
    }
    /// Chooses the next of the layouts: those of the desktop, then those that programs offer.
    CycleLayout = "cycle-layout", ARRANGE, Undo::Arrangement, {
        /// The one before instead.
        back: Switch = Switch::Off,
        /// Where.
        workspace: WorkspaceRef = WorkspaceRef::Focused,
    }
    /// Moves a window one step: a tile within its layout and from its edge to the next output, a floating one by 40 logical pixels.
    MoveTowards = "move-towards", ARRANGE, Undo::Arrangement, {
        /// Where to.
        direction: Direction,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Puts a window to the side of a tile, as dragging it there does; on another workspace, too. One that floats becomes a tile.
    DropWindow = "drop-window", ARRANGE, Undo::Arrangement, {
        /// The tile.
        target: WindowRef,
        /// Columns: at the left and the right a column of its own, above and below in that column. A tree splits the tile. In the middle both become tabs. The other layouts put it before or after the tile; in the middle both change places.
        side: DropSide,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// Lets a window follow the pointer, for a button binding: until that button is released, or else until the next click. A tile is carried to where it is let go; another button makes it float, and back; Escape puts everything back.
    BeginMove = "begin-move", ARRANGE, Undo::No(DRAGGED), {
        /// Which window.
        window: WindowRef = WindowRef::Pointed,
    }
    /// Lets edges of a window follow the pointer, for a button binding: as `begin-move`. What lies beside a tile changes with it.
    BeginResize = "begin-resize", ARRANGE, Undo::No(DRAGGED), {
        /// Which edges. Default: those that are nearest to the pointer.
        edges: ResizeEdges = ResizeEdges::Nearest,
        /// Which window.
        window: WindowRef = WindowRef::Pointed,
    }
    /// Lets go of the window that follows the pointer or a finger.
    EndDrag = "end-drag", ARRANGE, Undo::No(DRAGGED), {}
    /// Puts what follows the pointer or a finger back to where it was.
    CancelDrag = "cancel-drag", ARRANGE, Undo::No(DRAGGED), {}
    /// Makes what lies beside each other equally large again.
    Balance = "balance", ARRANGE, Undo::Arrangement, {
        /// A window of the column, the container or the stack.
        window: WindowRef = WindowRef::Focused,
    }
    /// Makes tabs of the windows in a column or container, of which one is seen at a time, or shows them all again.
    SetTabbed = "set-tabbed", ARRANGE, Undo::Arrangement, {
        /// Whether.
        on: Switch,
        /// A window in it.
        window: WindowRef = WindowRef::Focused,
    }
    /// In columns: a window that is alone in its column goes into the next one; another one gets a column of its own.
    ConsumeOrExpel = "consume-or-expel", ARRANGE, Undo::Arrangement, {
        /// On which side: left or right.
        direction: Direction,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// In columns: moves a whole column.
    MoveColumn = "move-column", ARRANGE, Undo::Arrangement, {
        /// Past the next column, or to an end.
        to: ColumnTarget,
        /// A window in it.
        window: WindowRef = WindowRef::Focused,
    }
    /// In columns: gives the keyboard to the window of another column that had it last.
    FocusColumn = "focus-column", ARRANGE, Undo::Arrangement, {
        /// Which column.
        to: ColumnTarget,
    }
    /// In columns: changes how wide a column is.
    SetColumnWidth = "set-column-width", ARRANGE, Undo::Arrangement, {
        /// How wide, or how much wider.
        width: WidthChange,
        /// A window in it.
        window: WindowRef = WindowRef::Focused,
    }
    /// In columns: gives a column the next of the widths that `layout.columns.presets` lists.
    CycleColumnWidth = "cycle-column-width", ARRANGE, Undo::Arrangement, {
        /// The one before instead.
        back: Switch = Switch::Off,
        /// A window in it.
        window: WindowRef = WindowRef::Focused,
    }
    /// In columns: gives a window that shares its column the next of the heights that `layout.columns.height-presets` lists.
    CycleWindowHeight = "cycle-window-height", ARRANGE, Undo::Arrangement, {
        /// The one before instead.
        back: Switch = Switch::Off,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// In columns: makes a column as wide as the work area, or no longer.
    SetFullWidth = "set-full-width", ARRANGE, Undo::Arrangement, {
        /// Whether.
        on: Switch,
        /// A window in it.
        window: WindowRef = WindowRef::Focused,
    }
    /// In columns: scrolls until a column is in the middle.
    CentreColumn = "centre-column", ARRANGE, Undo::Arrangement, {
        /// A window in it.
        window: WindowRef = WindowRef::Focused,
    }
    /// In columns: scrolls, and gives the keyboard to the column of which most is seen then.
    ScrollView = "scroll-view", ARRANGE, Undo::Arrangement, {
        /// In logical pixels, to the right if positive.
        by: f64,
    }
    /// In a tree: puts a container around a window, so that the next one shares its place.
    Split = "split", ARRANGE, Undo::Arrangement, {
        /// Where the next window goes: to its right or below it, or across how it lies now.
        split: Split,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// In a tree: how the container around a window shows what is in it.
    SetContainerLayout = "set-container-layout", ARRANGE, Undo::Arrangement, {
        /// Side by side, one above the other, or one at a time.
        layout: ContainerLayout,
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// In a tree: selects the container around what is selected, so that commands are about all that is in it.
    FocusParent = "focus-parent", ARRANGE, Undo::Arrangement, {}
    /// In a tree: selects less again.
    FocusChild = "focus-child", ARRANGE, Undo::Arrangement, {}
    /// In a tree: removes containers that change nothing.
    Flatten = "flatten", ARRANGE, Undo::Arrangement, {
        /// A window of the tree.
        window: WindowRef = WindowRef::Focused,
    }
    /// In master-stack: makes a window the first master; the first master changes places with the next window.
    Promote = "promote", ARRANGE, Undo::Arrangement, {
        /// Which window.
        window: WindowRef = WindowRef::Focused,
    }
    /// In master-stack: how many windows are masters.
    SetMasters = "set-masters", ARRANGE, Undo::Arrangement, {
        /// How many, or how many more.
        count: Change,
        /// A window of the workspace.
        window: WindowRef = WindowRef::Focused,
    }
    /// In master-stack: what part of the area the masters have, from 0.05 to 0.95.
    SetMasterFraction = "set-master-fraction", ARRANGE, Undo::Arrangement, {
        /// Which part, or how much more.
        fraction: Change,
        /// A window of the workspace.
        window: WindowRef = WindowRef::Focused,
    }
    /// In master-stack: on which side the masters are.
    SetMasterSide = "set-master-side", ARRANGE, Undo::Arrangement, {
        /// Which side.
        side: Side,
        /// A window of the workspace.
        window: WindowRef = WindowRef::Focused,
    }
    /// Adds a virtual output.
    AddOutput = "add-output", MANAGE, Undo::Arrangement, {
        /// In physical pixels, before the transform.
        mode: Mode,
        /// Unique among the outputs. Default: HEADLESS-1 and so on.
        name: Option<String> = None,
        /// Physical pixels per logical one, from 0.25 to 8.
        scale: f64 = 1.0,
        /// How it is mounted.
        transform: Transform = Transform::Normal,
        /// Its top-left corner in the space of all outputs. Default: to the right of the others.
        position: Option<LogicalPoint> = None,
    }
    /// Changes an output while windows are on it. What is not said stays.
    ConfigureOutput = "configure-output", MANAGE, Undo::Arrangement, {
        /// Which output.
        output: OutputRef,
        /// In physical pixels, before the transform.
        mode: Option<Mode> = None,
        /// Physical pixels per logical one, from 0.25 to 8.
        scale: Option<f64> = None,
        /// How it is mounted.
        transform: Option<Transform> = None,
        /// Its top-left corner in the space of all outputs.
        position: Option<LogicalPoint> = None,
        /// Another name.
        name: Option<String> = None,
        /// Whether it is used. Windows of one that is not move as if it were gone; what is said of it counts when it is used again.
        enabled: Option<Switch> = None,
        /// Whether it shows anything. A dark one keeps its windows.
        power: Option<Switch> = None,
        /// Another output whose picture it shows, as large as it fits, or none. Its workspaces move as if it were gone, and come back.
        mirror: Option<MirrorOf> = None,
    }
    /// Takes an output away. Its windows move to another one, and back when an output of that name returns.
    RemoveOutput = "remove-output", MANAGE, Undo::Arrangement, {
        /// Which output.
        output: OutputRef,
    }
    /// Starts a program.
    Spawn = "spawn", LAUNCH, Undo::No("a program that was started goes on"), {
        /// The program and its arguments.
        argv: Words,
    }
    /// Presses and releases a key with its modifiers, as a person would: also a binding answers.
    PressKey = "press-key", INPUT, Undo::No(DELIVERED), {
        /// Such as `ctrl+shift+t`.
        chord: String,
    }
    /// Types a text of any Unicode into the window that has the keyboard.
    TypeText = "type-text", INPUT, Undo::No(DELIVERED), {
        /// At most 64 KiB.
        text: String,
    }
    /// Moves the pointer.
    MovePointer = "move-pointer", INPUT, Undo::No(ALREADY_DONE), {
        /// In the space of all outputs.
        to: LogicalPoint,
    }
    /// Clicks where the pointer is.
    Click = "click", INPUT, Undo::No(DELIVERED), {
        /// Which button.
        button: Button = Button::Left,
    }
    /// Turns the wheel where the pointer is.
    Scroll = "scroll", INPUT, Undo::No(DELIVERED), {
        /// In detents.
        by: Vector2D<f64, Logical>,
    }
    /// Takes a picture and writes it as PNG.
    Capture = "capture", CAPTURE, Undo::No("the picture is written"), {
        /// Where to. Default: a file named after the time in $XDG_PICTURES_DIR/Screenshots.
        file: Option<String> = None,
        /// This window alone.
        window: Option<WindowRef> = None,
        /// This output. Default: the focused one.
        output: Option<OutputRef> = None,
    }
    /// Enters a mode of key bindings; `default` leaves it.
    EnterMode = "enter-mode", ARRANGE, Undo::Inverse, {
        /// As the configuration names it.
        mode: String,
    }
    /// Chooses another of the keyboard layouts that the configuration lists.
    SwitchKeyboardLayout = "switch-keyboard-layout", ARRANGE, Undo::Inverse, {
        /// Which one.
        to: KeyboardLayout,
    }
    /// Changes an option of the configuration until the desktop ends, checked as in a file.
    SetOption = "set-option", MANAGE, Undo::Inverse, {
        /// Such as `layout.gap-px`.
        key: String,
        /// As in the file; quotes around texts may be left out.
        value: String,
    }
    /// Gives an option the value back that the files say.
    ResetOption = "reset-option", MANAGE, Undo::Inverse, {
        /// Such as `layout.gap-px`.
        key: String,
    }
    /// Reads the configuration again. One with mistakes changes nothing.
    ReloadConfig = "reload-config", MANAGE, Undo::No("the files are what they are"), {}
    /// Keeps the arrangement of all windows under a name.
    SaveSnapshot = "save-snapshot", ARRANGE, Undo::No("glassctl snapshot delete removes it"), {
        /// Letters, digits, dots, dashes and underscores.
        name: String,
    }
    /// Puts the windows that still exist back to where they were when the snapshot was made.
    RestoreSnapshot = "restore-snapshot", ARRANGE, Undo::Arrangement, {
        /// The snapshot's name.
        name: String,
    }
    /// Keeps an arrangement under a name, with the programs of its windows.
    SaveLayout = "save-layout", ARRANGE, Undo::No("glassctl layout remove removes it"), {
        /// Letters, digits, dots, dashes and underscores.
        name: String,
        /// Only this workspace. Default: all.
        workspace: Option<WorkspaceRef> = None,
    }
    /// Puts windows where they were when an arrangement was kept, and starts the programs of those that are missing. Undo puts those back that were there.
    RestoreLayout = "restore-layout", ARRANGE, Undo::Arrangement, {
        /// The arrangement's name.
        name: String,
    }
    /// Locks the session with the locker that the configuration names.
    Lock = "lock", MANAGE, Undo::No("only the locker unlocks"), {}
    /// Puts back what the last command changed.
    Undo = "undo", ARRANGE, Undo::No("redo does that"), {}
    /// Does again what undo put back.
    Redo = "redo", ARRANGE, Undo::No("undo does that"), {}
    /// Ends the desktop and with it all its clients.
    Quit = "quit", MANAGE, Undo::No("there is nobody left to do it"), {}
}
