//! What there is on a desktop: windows, outputs, workspaces.

use zbus::{DeserializeDict, SerializeDict, Type};

use crate::record::record;

record! {
    /// A toplevel window with content. On the wire `a{sv}`; what is `None` is absent.
    pub struct Window,
    /// What changed about a window. On the wire `a{sv}`; what is unchanged is absent.
    change WindowChange {
        /// Given out once in the life of a desktop.
        id,
        always {
            title: String,
            app_id: String,
            /// The left edge of its geometry (without shadow) in the logical space of all outputs, also while it is tiled or covered.
            x: f64,
            y: f64,
            /// In logical pixels.
            width: f64,
            height: f64,
            /// It has content. A window that was just created has none.
            mapped: bool,
            /// It has the keyboard.
            focused: bool,
            floating: bool,
            fullscreen: bool,
            maximized: bool,
            minimized: bool,
            /// It is on whichever workspace its output shows.
            sticky: bool,
            /// It lies above other windows that float.
            above: bool,
            /// Its program thinks that it fills the screen, while it stays where it is.
            windowed_fullscreen: bool,
            /// It is in the scratchpad: hidden while it is minimized, and then on no workspace.
            scratchpad: bool,
            /// By which commands find it.
            marks: Vec<String>,
            /// Its program was asked for something and has not answered for 5 seconds.
            unresponsive: bool,
        }
        maybe {
            /// The process on the other end of the window's Wayland connection.
            pid: i32,
            /// The window that this one is a dialog of.
            parent: u64,
            /// The name of the output that shows most of it.
            output: String,
            /// The workspace that it is on.
            workspace: u64,
            /// The ratio that it keeps, such as `16:9`.
            aspect: String,
            /// What its program calls this window among its own (`xdg-toplevel-tag`), such as `settings`.
            tag: String,
            /// What its own icon is called in icon themes (`xdg-toplevel-icon`). `Windows1.Icon` has pixels, if its program gave some.
            icon: String,
        }
    }
}

record! {
    /// An output. On the wire `a{sv}`.
    pub struct Output,
    /// What changed about an output. On the wire `a{sv}`; what is unchanged is absent.
    change OutputChange {
        id,
        always {
            /// As `wl_output.name`.
            name: String,
            /// In physical pixels before `transform`.
            width: u32,
            height: u32,
            /// Physical pixels per logical one.
            scale: f64,
            /// In mHz.
            refresh_mhz: u32,
            /// How it is mounted, with the number of `wl_output.transform`.
            transform: u32,
            /// Its top-left corner in the logical space of all outputs.
            x: f64,
            y: f64,
            /// What it shows of the logical space, after `transform`.
            logical_width: f64,
            logical_height: f64,
            /// It is used. One that is not has no windows, programs do not see it, and its place is where it was when it was used, or said to be.
            enabled: bool,
            /// It shows something. One that does not is dark.
            powered: bool,
        }
        maybe {
            /// The name of the output whose picture it shows; its place is that one's. While there is no such output, it is one like any other.
            mirror: String,
        }
    }
}

record! {
    /// A workspace. On the wire `a{sv}`.
    pub struct Workspace,
    /// What changed about a workspace. On the wire `a{sv}`; what is unchanged is absent.
    change WorkspaceChange {
        id,
        always {
            /// Its place on its output, from 1.
            index: u32,
            /// Its output shows it.
            active: bool,
            /// It is where new windows open.
            focused: bool,
            /// A window on it wants attention.
            urgent: bool,
            /// How its windows are placed, such as `columns`.
            layout: String,
        }
        maybe {
            /// The name that somebody gave it.
            name: String,
            /// The name of its output.
            output: String,
        }
    }
}

record! {
    /// A layer surface with content: a panel, a dock, a wallpaper, a launcher. On the wire `a{sv}`; what is `None` is absent.
    pub struct Layer,
    /// What changed about a layer surface. On the wire `a{sv}`; what is unchanged is absent.
    change LayerChange {
        /// Given out once in the life of a desktop; ids of layer surfaces and of windows have nothing to do with each other.
        id,
        always {
            /// What its client calls it, such as `panel`. Not unique.
            namespace: String,
            /// `background`, `bottom`, `top` or `overlay`: windows are between `bottom` and `top`.
            layer: String,
            /// Its top-left corner in the logical space of all outputs.
            x: f64,
            y: f64,
            /// In logical pixels.
            width: f64,
            height: f64,
            /// Positive: logical pixels at its edge that windows leave free. 0: it makes room for those that are. -1: it does not.
            exclusive_zone: i32,
            /// When it gets the keyboard: `none`, `on-demand` (when it is clicked) or `exclusive` (at once, if it is above windows).
            keyboard: String,
            /// It has the keyboard.
            focused: bool,
        }
        maybe {
            /// The name of its output.
            output: String,
            /// The process on the other end of its Wayland connection.
            pid: i32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_what_is_other_and_what_is_unknown_now() {
        let before = Window { id: 7, title: "a".into(), x: 1.0, pid: Some(4), parent: Some(3), ..Window::default() };
        let after = Window { title: "b".into(), parent: None, output: Some("HEADLESS-1".into()), ..before.clone() };
        let change = before.change_to(&after).unwrap();
        let expected = WindowChange {
            id: 7,
            title: Some("b".into()),
            output: Some("HEADLESS-1".into()),
            removed: Some(vec!["parent".into()]),
            ..WindowChange::default()
        };
        assert_eq!(change, expected);
        let mut changed = before.clone();
        changed.apply(&change);
        assert_eq!(changed, after);
        assert_eq!(after.change_to(&after), None);
    }
}
