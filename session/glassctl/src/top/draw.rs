//! How the view looks. Colours are few: a name is bold, what is usual is plain, what is not is yellow or red.

use glasshouse_protocols::telemetry::{ClientMetrics, Distribution, OutputMetrics};
use ratatui::{
    buffer::Buffer,
    layout::{Alignment, Constraint, Rect},
    style::{Color, Style, Stylize as _},
    text::{Line, Span, Text},
    widgets::{Cell, Row, Table, Widget},
};

use unicode_width::UnicodeWidthStr as _;

use super::view::{Sort, View, memory};
use crate::print::clean;

/// Lines of the header.
const HEADER: u16 = 4;

/// How many lines everything needs.
pub(super) fn height(view: &View) -> u16 {
    let rows = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    // Each table has a head and an empty line above; one more empty line and the keys.
    [rows(view.metrics.outputs.len()), rows(view.metrics.clients.len()), HEADER, 2 + 2 + 2].into_iter().fold(0, u16::saturating_add)
}

impl Widget for &View {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let outputs = u16::try_from(self.metrics.outputs.len()).unwrap_or(u16::MAX).saturating_add(1).min(area.height / 3).max(2);
        // From the top: on a small terminal the lower parts are missing.
        let mut rest = area;
        let header = cut(&mut rest, HEADER);
        cut(&mut rest, 1);
        let output_area = cut(&mut rest, outputs);
        cut(&mut rest, 1);
        let clients = rest.height.saturating_sub(2);
        let client_area = cut(&mut rest, clients);
        cut(&mut rest, 1);
        let keys = rest;
        Text::from(self.header()).render(header, buffer);
        self.outputs().render(output_area, buffer);
        self.client_table().render(client_area, buffer);
        self.keys().render(keys, buffer);
    }
}

/// Takes lines off the top, as many as there are.
fn cut(rest: &mut Rect, height: u16) -> Rect {
    let part = Rect { height: height.min(rest.height), ..*rest };
    *rest = Rect { y: rest.y + part.height, height: rest.height - part.height, ..*rest };
    part
}

impl View {
    fn header(&self) -> Vec<Line<'static>> {
        let desktop = &self.metrics.desktop;
        let state = if self.paused { "   paused".yellow() } else { Span::default() };
        let per_second = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}/s"));
        let turn = &desktop.turn_ns;
        let process = |name: &str, pid: Option<u32>, cpu: Option<f64>, bytes: Option<u64>| {
            let pid = pid.map_or_else(|| "-".to_owned(), |pid| pid.to_string());
            vec![
                format!("{name:<9}").bold(),
                label(" pid "),
                format!("{pid:>7}").into(),
                label("  cpu "),
                percent(cpu),
                label("  memory "),
                megabytes(bytes).into(),
            ]
        };
        let mut first = process("desktop", Some(desktop.pid), desktop.cpu_percent, desktop.pss_bytes.or(desktop.rss_bytes));
        first.extend([label("  turn p50 "), ms(turn, turn.p50).into(), label("  p99 "), ms(turn, turn.p99).into()]);
        first.extend([label("  turns "), per_second(self.rate(|metrics| Some(metrics.desktop.wakeups))).into()]);
        first.extend([label("  calls "), per_second(self.rate(|metrics| Some(metrics.desktop.bus_calls))).into()]);
        let bytes = desktop.display_pss_bytes.or(desktop.display_rss_bytes);
        let mut second = process("display", desktop.display_pid, desktop.display_cpu_percent, bytes);
        let deaths = desktop.display_deaths.to_string();
        second.extend([label("  died "), if desktop.display_deaths > 0 { deaths.yellow() } else { deaths.into() }]);
        let (commit, composed) = (&desktop.input_to_commit_ns, &desktop.input_to_composed_ns);
        let third = vec![
            "input    ".bold(),
            label(" answered p50 "),
            ms(commit, commit.p50).into(),
            label("  p99 "),
            ms(commit, commit.p99).into(),
            label("  composed p50 "),
            ms(composed, composed.p50).into(),
            label("  p99 "),
            ms(composed, composed.p99).into(),
        ];
        vec![Line::from(vec![clean(&self.title).bold(), state]), Line::from(first), Line::from(second), Line::from(third)]
    }

    fn outputs(&self) -> Table<'static> {
        let head = ["OUTPUT", "FPS", "FRAMES", "MISSED", "FRAME p50", "p99", "PAINT p50", "p99", "CAPTURE p50", "p99", "DAMAGE"];
        let widths = [self.name_width(), 6, 9, 7, 11, 10, 11, 10, 11, 10, 8];
        let rows = self.metrics.outputs.iter().map(output_row);
        table(head.map(|name| (name, false)), widths, rows.collect())
    }

    fn client_table(&self) -> Table<'static> {
        let sorted = |sort| self.sort == sort;
        let head = [
            ("CLIENT", sorted(Sort::Name)),
            ("PID", false),
            ("CPU", sorted(Sort::Cpu)),
            ("MEMORY", sorted(Sort::Memory)),
            ("WINDOWS", false),
            ("SURFACES", false),
            ("BUFFERS", false),
            ("POOLS", false),
            ("COMMITS/s", sorted(Sort::Commits)),
            ("REQUESTS/s", false),
        ];
        let widths = [self.name_width(), 8, 8, 10, 8, 9, 8, 10, 10, 11];
        table(head, widths, self.clients().into_iter().skip(self.offset).map(|client| self.client_row(client)).collect())
    }

    /// Of the first column, in both tables.
    fn name_width(&self) -> u16 {
        let outputs = self.metrics.outputs.iter().map(|output| &output.name);
        let names = outputs.chain(self.metrics.clients.iter().map(|client| &client.name));
        names.map(|name| name.width()).max().and_then(|width| u16::try_from(width).ok()).unwrap_or_default().clamp(16, 40)
    }

    fn client_row(&self, client: &ClientMetrics) -> Row<'static> {
        let rate = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
        Row::new([
            Cell::from(clean(&client.name)),
            right(client.pid.map_or_else(|| "-".to_owned(), |pid| pid.to_string())),
            right(percent(client.cpu_percent)),
            right(megabytes(memory(client))),
            right(client.windows.to_string()),
            right(client.surfaces.to_string()),
            right(client.buffers.to_string()),
            right(megabytes(Some(client.pool_bytes))),
            right(rate(self.client_rate(client.id, |client| client.commits))),
            right(rate(self.client_rate(client.id, |client| client.requests))),
        ])
    }

    fn keys(&self) -> Line<'static> {
        let mut spans = Vec::new();
        let keys = [
            ("q", "quit"),
            ("c", "by cpu"),
            ("m", "by memory"),
            ("r", "by commits"),
            ("n", "by name"),
            ("space", "pause"),
            ("↑↓", "scroll"),
        ];
        for (key, what) in keys {
            spans.extend([key.bold(), label(&format!(" {what}  "))]);
        }
        Line::from(spans)
    }
}

fn output_row(output: &OutputMetrics) -> Row<'static> {
    let OutputMetrics { frame_ns, paint_ns, capture_ns, .. } = output;
    let missed = output.missed.to_string();
    Row::new([
        Cell::from(clean(&output.name)),
        right(format!("{:.1}", output.fps)),
        right(output.frames.to_string()),
        right(if output.missed > 0 { missed.yellow() } else { missed.into() }),
        right(ms(frame_ns, frame_ns.p50)),
        right(ms(frame_ns, frame_ns.p99)),
        right(ms(paint_ns, paint_ns.p50)),
        right(ms(paint_ns, paint_ns.p99)),
        right(ms(capture_ns, capture_ns.p50)),
        right(ms(capture_ns, capture_ns.p99)),
        right(pixels(&output.damage_px)),
    ])
}

/// The first column is left-aligned, the others are numbers.
fn table<const N: usize>(head: [(&str, bool); N], widths: [u16; N], rows: Vec<Row<'static>>) -> Table<'static> {
    let head = head.into_iter().enumerate().map(|(index, (name, sorted))| {
        let style = if sorted { Style::new().bold().fg(Color::Cyan) } else { Style::new().dim() };
        let name = Span::styled(name.to_owned(), style);
        if index == 0 { Cell::from(name) } else { right(name) }
    });
    let widths = widths.into_iter().map(Constraint::Length);
    Table::new(rows, widths).header(Row::new(head)).column_spacing(1)
}

fn right(text: impl Into<Span<'static>>) -> Cell<'static> {
    Cell::from(Text::from(Line::from(text.into())).alignment(Alignment::Right))
}

fn label(text: &str) -> Span<'static> {
    text.to_owned().dim()
}

fn percent(percent: Option<f64>) -> Span<'static> {
    match percent {
        None => format!("{:>7}", "-").into(),
        Some(percent) => {
            let text = format!("{percent:>5.1} %");
            match percent {
                90.0.. => text.red(),
                50.0.. => text.yellow(),
                _ => text.into(),
            }
        }
    }
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| format!("{:>9}", "-"), |bytes| format!("{:>6.1} MB", bytes as f64 / 1e6))
}

/// `-` where nothing was measured lately.
fn ms(of: &Distribution, nanoseconds: u64) -> String {
    if of.max == 0 { format!("{:>8}", "-") } else { format!("{:>5.2} ms", nanoseconds as f64 / 1e6) }
}

/// How much of an output changes with a frame, typically.
fn pixels(of: &Distribution) -> String {
    match of.p50 as f64 {
        _ if of.max == 0 => "-".to_owned(),
        count @ 1e6.. => format!("{:.1} Mpx", count / 1e6),
        count @ 1e3.. => format!("{:.0} kpx", count / 1e3),
        count => format!("{count:.0} px"),
    }
}
