//! How the desktop looks and behaves.

use std::{sync::Arc, time::Duration};

use glasshouse_scene::Color;

use crate::{
    command::LayoutKind,
    layout::tiles::{MasterStackOptions, Options},
    motion::Animations,
    rules::Rules,
};

/// Everything that can be chosen about the desktop. Lengths are logical.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub layout: LayoutKind,
    /// Between tiles.
    pub gap: f64,
    /// Between tiles and the edges of the work area.
    pub outer_gap: f64,
    /// What tiles leave free besides, for instance for something that reserves no room by itself.
    pub struts: Struts,
    pub tabs: Tabs,
    /// How each of the layouts behaves.
    pub tiles: Options,
    pub border: Border,
    /// Of a window's corners.
    pub radius: f64,
    /// `None`: no shadows.
    pub shadow: Option<Shadow>,
    pub background: Blend,
    /// How long a relayout waits for clients before it is shown without them.
    pub configure_timeout: Duration,
    /// Whether a new window takes the focus from another one.
    pub focus_new: bool,
    /// Whether a window gets the focus when the pointer is moved into it. One that comes to lie below a pointer at rest does not.
    pub focus_follows_pointer: bool,
    /// Whether the pointer jumps to the window or output to which a command gives the focus.
    pub pointer_follows_focus: bool,
    /// Whether a click raises a window above others.
    pub click_raises: bool,
    pub swipes: Swipes,
    /// How far the next floating window lies to the right of and below the one before.
    pub cascade_step: f64,
    /// How near an edge a window that is dragged has to be to stick to it. 0: none does.
    pub snap_distance: f64,
    /// What is different for some windows and layer surfaces.
    pub rules: Arc<Rules>,
    pub animations: Animations,
}

/// With how many fingers on a touchpad one swipes what follows them. 0: with none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swipes {
    /// To the left and the right, in the layout of columns.
    pub columns: u32,
    /// Up and down.
    pub workspaces: u32,
}

impl Default for Swipes {
    fn default() -> Self {
        Self { columns: 3, workspaces: 3 }
    }
}

/// Strips along the edges of the work area.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Struts {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

/// A vertical gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blend {
    pub top: Color,
    pub bottom: Color,
}

/// The ring around a window. It lies outside of the window, in the gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    /// 0: none.
    pub width: f64,
    pub focused: Blend,
    pub unfocused: Blend,
}

/// The titles of tabs.
#[derive(Debug, Clone, PartialEq)]
pub struct Tabs {
    /// 0: there are none.
    pub height: f64,
    /// A family of fonts, as in [`glasshouse_scene::Text`].
    pub font: String,
    /// Of the font's em. Where the height leaves no room for it, there are lines without letters.
    pub font_size: f64,
}

/// The soft shadow below a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shadow {
    /// The standard deviation of the blur.
    pub sigma: f64,
    /// How far below the window: the light comes from above.
    pub drop: f64,
    pub color: Color,
}

impl Default for Settings {
    /// Glass and light: a night sky from deep blue to indigo, room to breathe, and one line of light around what has the focus.
    fn default() -> Self {
        Self {
            layout: LayoutKind::default(),
            gap: 12.0,
            outer_gap: 12.0,
            struts: Struts::default(),
            tabs: Tabs { height: 28.0, font: "sans-serif".to_owned(), font_size: 13.0 },
            tiles: Options {
                // A little more than half: the master is what one works in.
                master_stack: MasterStackOptions { fraction: 0.55, ..MasterStackOptions::default() },
                ..Options::default()
            },
            border: Border {
                width: 2.0,
                // Cyan to violet, the two ends of the sky at dusk; nothing else on the screen is this bright.
                focused: Blend { top: Color::rgb(0x5e_e7_ff, 1.0), bottom: Color::rgb(0x9b_6b_ff, 1.0) },
                // The edge of a pane of glass: brighter where the light falls on it.
                unfocused: Blend { top: Color::rgb(0xff_ff_ff, 0.14), bottom: Color::rgb(0xff_ff_ff, 0.06) },
            },
            radius: 12.0,
            shadow: Some(Shadow { sigma: 16.0, drop: 8.0, color: Color::rgb(0x02_04_10, 0.5) }),
            background: Blend { top: Color::rgb(0x0a_10_28, 1.0), bottom: Color::rgb(0x2a_1b_5c, 1.0) },
            // Sway's default. A client that needs longer is seen to be slow anyway.
            configure_timeout: Duration::from_millis(200),
            focus_new: true,
            focus_follows_pointer: false,
            pointer_follows_focus: false,
            click_raises: true,
            swipes: Swipes::default(),
            cascade_step: 36.0,
            snap_distance: 12.0,
            rules: Arc::default(),
            animations: Animations::default(),
        }
    }
}

impl Settings {
    /// Nothing that is not a client's: for conformance tests and for agents that want the bare windows.
    pub fn plain() -> Self {
        let mut settings = Self { layout: LayoutKind::Floating, gap: 0.0, outer_gap: 0.0, radius: 0.0, shadow: None, ..Self::default() };
        settings.border.width = 0.0;
        settings.swipes = Swipes { columns: 0, workspaces: 0 };
        settings.background = Blend { top: Color::BLACK, bottom: Color::BLACK };
        settings
    }

    /// Whether windows are cut to their geometry. A client's own shadow would lie on ours; where there is no look of ours,
    /// clients show whatever they like.
    pub(crate) fn cuts_windows(&self) -> bool {
        self.radius > 0.0 || self.border.width > 0.0 || self.shadow.is_some()
    }

    /// The gap of the tiling: at least as wide as the two borders that lie in it.
    pub(crate) fn tile_gap(&self) -> f64 {
        self.gap.max(self.border.width * 2.0).max(0.0)
    }
}
