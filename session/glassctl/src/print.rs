//! Text and JSON on standard output.

use std::{
    env,
    io::{self, IsTerminal as _, Write},
};

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

/// Columns are as wide as their widest cell; the last one is as long as it is.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(rows.into_iter().map(|row| row.map(|cell| clean(&cell))));
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.width().max(*width);
        }
    }
    let mut text = String::new();
    for line in &lines {
        let mut padding = 0;
        for (cell, width) in line.iter().zip(widths) {
            text.extend(std::iter::repeat_n(' ', padding));
            text.push_str(cell);
            padding = 2 + width - cell.width();
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// A title may hold a line break or an escape sequence, which belongs on no terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// At most two decimals, and none that are zero.
pub(crate) fn number(number: f64) -> String {
    format!("{number:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `-` for what is not known.
pub(crate) fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Writes and flushes: who reads a pipe sees it at once.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| io::Error::new(error.kind(), format!("could not write to standard output: {error}")))
}

pub(crate) fn print_json(value: &Value) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    print(&text)
}

/// Whether standard output is a terminal whose user wants colours (<https://no-color.org>).
pub(crate) fn colours() -> bool {
    io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_holds_no_control_characters() {
        let rows =
            [["7".to_owned(), "foot".to_owned(), "a\x1b[2Jb\n".to_owned()], ["12".to_owned(), "org.gnome.美".to_owned(), "c".to_owned()]];
        assert_eq!(
            table(["ID", "APP", "TITLE"], rows),
            "ID  APP           TITLE\n7   foot          a\u{fffd}[2Jb\u{fffd}\n12  org.gnome.美  c\n",
            "美 is two columns wide",
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.0, 1.5, 100.0, 60.006, 33.333_333].map(number), ["0", "1.5", "100", "60.01", "33.33"]);
    }
}
