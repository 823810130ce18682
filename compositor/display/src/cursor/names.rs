//! What the shapes of CSS are called in X cursor themes.

/// Older names of a shape, the best first. Themes made for X11 know only these.
pub(super) fn older_names(css: &str) -> &'static [&'static str] {
    match css {
        "default" => &["left_ptr", "arrow"],
        "context-menu" => &["left_ptr"],
        "help" => &["question_arrow", "whats_this"],
        "pointer" => &["hand2", "hand1", "pointing_hand"],
        "progress" => &["left_ptr_watch", "half-busy"],
        "wait" => &["watch"],
        "cell" => &["plus"],
        "crosshair" => &["cross", "tcross"],
        "text" => &["xterm", "ibeam"],
        "vertical-text" => &["xterm"],
        "alias" => &["dnd-link", "link"],
        "copy" => &["dnd-copy"],
        "move" => &["dnd-move", "fleur"],
        "no-drop" => &["dnd-no-drop", "dnd-none", "crossed_circle"],
        "not-allowed" => &["crossed_circle", "forbidden"],
        "grab" => &["openhand", "hand1", "fleur"],
        "grabbing" => &["closedhand", "dnd-none", "fleur"],
        "all-scroll" | "all-resize" => &["fleur", "size_all"],
        "e-resize" => &["right_side", "sb_h_double_arrow"],
        "n-resize" => &["top_side", "sb_v_double_arrow"],
        "ne-resize" => &["top_right_corner", "fd_double_arrow"],
        "nw-resize" => &["top_left_corner", "bd_double_arrow"],
        "s-resize" => &["bottom_side", "sb_v_double_arrow"],
        "se-resize" => &["bottom_right_corner", "bd_double_arrow"],
        "sw-resize" => &["bottom_left_corner", "fd_double_arrow"],
        "w-resize" => &["left_side", "sb_h_double_arrow"],
        "ew-resize" | "col-resize" => &["sb_h_double_arrow", "size_hor"],
        "ns-resize" | "row-resize" => &["sb_v_double_arrow", "size_ver"],
        "nesw-resize" => &["fd_double_arrow", "size_bdiag"],
        "nwse-resize" => &["bd_double_arrow", "size_fdiag"],
        "zoom-in" | "zoom-out" => &["magnifier", "left_ptr"],
        _ => &[],
    }
}
