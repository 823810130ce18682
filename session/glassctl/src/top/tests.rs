use glasshouse_protocols::{
    Metrics,
    telemetry::{ClientMetrics, DesktopMetrics, Distribution, OutputMetrics},
};
use ratatui::{Terminal, backend::TestBackend, crossterm::event::KeyEvent};

use super::*;

fn spread(p50: u64, p99: u64) -> Distribution {
    Distribution { count: 9, sum: 99, p50, p99, max: p99 }
}

fn client(id: u64, name: &str, cpu: Option<f64>, commits: u64) -> ClientMetrics {
    ClientMetrics {
        id,
        pid: Some(4_000 + id as i32),
        name: name.to_owned(),
        windows: 1,
        surfaces: 3,
        buffers: 2,
        pool_bytes: 16_600_000,
        commits,
        requests: commits * 4,
        pss_bytes: Some(id * 10_000_000),
        cpu_percent: cpu,
        ..ClientMetrics::default()
    }
}

fn metrics(seconds: u64) -> Metrics {
    let desktop = DesktopMetrics {
        pid: 100,
        turn_ns: spread(120_000, 800_000),
        wakeups: 60 * seconds,
        bus_calls: 2 * seconds,
        input_to_commit_ns: spread(4_200_000, 12_000_000),
        pss_bytes: Some(12_300_000),
        cpu_percent: Some(1.25),
        ..DesktopMetrics::default()
    };
    let output = OutputMetrics {
        id: 1,
        name: "HEADLESS-1".into(),
        frames: 60 * seconds,
        fps: 59.9,
        missed: 3,
        frame_ns: spread(2_100_000, 4_250_000),
        damage_px: spread(150_000, 2_000_000),
        ..OutputMetrics::default()
    };
    let clients = vec![
        client(1, "foot", Some(2.5), 10 * seconds),
        client(2, "firefox", Some(91.0), 60 * seconds),
        client(3, "waybar", None, seconds),
    ];
    Metrics { time_ns: seconds * 1_000_000_000, desktop, outputs: vec![output], clients }
}

fn view() -> View {
    let mut view = View::new("Glasshouse 0.1.0 on wayland-1, gpu draws".to_owned(), metrics(5));
    view.take(metrics(6));
    view
}

const WHOLE: &str = "\
Glasshouse 0.1.0 on wayland-1, gpu draws
desktop   pid     100  cpu   1.2 %  memory   12.3 MB  turn p50  0.12 ms  p99  0.80 ms  turns 60/s  calls 2/s
display   pid       -  cpu       -  memory         -  died 0
input     answered p50  4.20 ms  p99 12.00 ms  composed p50        -  p99        -

OUTPUT              FPS    FRAMES  MISSED   FRAME p50        p99   PAINT p50        p99 CAPTURE p50        p99   DAMAGE
HEADLESS-1         59.9       360       3     2.10 ms    4.25 ms           -          -           -          -  150 kpx

CLIENT                PID      CPU     MEMORY  WINDOWS  SURFACES  BUFFERS      POOLS  COMMITS/s  REQUESTS/s
firefox              4002   91.0 %    20.0 MB        1         3        2    16.6 MB       60.0       240.0
foot                 4001    2.5 %    10.0 MB        1         3        2    16.6 MB       10.0        40.0
waybar               4003        -    30.0 MB        1         3        2    16.6 MB        1.0         4.0

q quit  c by cpu  m by memory  r by commits  n by name  space pause  ↑↓ scroll
";

#[test]
fn the_view_as_text_is_aligned_and_complete() {
    assert_eq!(text(&view(), PIPE_WIDTH), WHOLE);
}

#[test]
fn a_small_terminal_shows_the_head_and_the_keys() {
    for (width, height) in [(80, 24), (40, 10), (10, 3), (1, 1)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let view = view();
        terminal.draw(|frame| frame.render_widget(&view, frame.area())).unwrap();
        let first: String =
            (0..width).filter_map(|x| terminal.backend().buffer().cell((x, 0)).map(|cell| cell.symbol().to_owned())).collect();
        assert!(first.starts_with('G'), "{width}x{height}: {first:?}");
    }
}

fn order(view: &View) -> Vec<&str> {
    view.clients().iter().map(|client| client.name.as_str()).collect()
}

fn press(view: &mut View, code: KeyCode) -> bool {
    obey(view, KeyEvent::new(code, KeyModifiers::NONE))
}

#[test]
fn keys_sort_scroll_pause_and_end() {
    let mut view = view();
    assert_eq!(order(&view), ["firefox", "foot", "waybar"]);
    assert!(press(&mut view, KeyCode::Char('m')));
    assert_eq!(order(&view), ["waybar", "firefox", "foot"]);
    assert!(press(&mut view, KeyCode::Char('n')));
    assert_eq!(order(&view), ["firefox", "foot", "waybar"]);
    assert!(press(&mut view, KeyCode::Char('r')));
    assert_eq!(order(&view), ["firefox", "foot", "waybar"]);
    assert!(press(&mut view, KeyCode::PageDown));
    assert_eq!(view.offset, 2, "the last client stays in sight");
    assert!(press(&mut view, KeyCode::Home));
    assert_eq!(view.offset, 0);
    assert!(press(&mut view, KeyCode::Char(' ')) && view.paused);
    assert!(!press(&mut view, KeyCode::Char('q')));
    assert!(!obey(&mut view, KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
}

#[test]
fn rates_need_two_looks() {
    let mut view = View::new(String::new(), metrics(5));
    assert_eq!(view.client_rate(1, |client| client.commits), None);
    view.take(metrics(7));
    assert_eq!(view.client_rate(1, |client| client.commits), Some(10.0));
    assert_eq!(view.client_rate(9, |client| client.commits), None);
    view.take(metrics(7));
    assert_eq!(view.client_rate(1, |client| client.commits), None, "no time has passed");
}
