//! `glassctl top`: what the desktop and its clients do and cost, live.

mod draw;
mod view;

use std::{
    io::{self, IsTerminal as _},
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};
use glasshouse_protocols::{Desktop1Proxy, Telemetry1Proxy};
use ratatui::{
    buffer::Buffer,
    crossterm::{
        event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
        terminal,
    },
    layout::Rect,
    widgets::Widget as _,
};
use tokio::{sync::mpsc, time::MissedTickBehavior};
use zbus::{Connection, proxy::CacheProperties};

use self::view::{Sort, View};
use crate::{
    failure::Usage,
    json,
    print::{print, print_json},
};

/// The width of a view that no terminal shows.
const PIPE_WIDTH: u16 = 120;

/// How long `--once` looks: rates and CPU times are differences between two looks, so this is a measure and no waiting for anything.
const GLANCE: Duration = Duration::from_millis(500);

pub(crate) async fn run(connection: &Connection, once: bool, as_json: bool, interval: Duration) -> anyhow::Result<()> {
    let telemetry = Telemetry1Proxy::new(connection).await?;
    // Asked anew each time, so that the title is never older than the figures.
    let desktop = Desktop1Proxy::builder(connection).cache_properties(CacheProperties::No).build().await?;
    if !(once || as_json || io::stdout().is_terminal()) {
        bail!(Usage("top needs a terminal; --once prints one view".to_owned()));
    }
    let mut view = View::new(title(&desktop).await, telemetry.metrics().await?);
    if once || as_json {
        tokio::time::sleep(GLANCE).await;
        let metrics = telemetry.metrics().await?;
        if as_json {
            return Ok(print_json(&json::record(&metrics)?)?);
        }
        view.take(metrics);
        let width = if io::stdout().is_terminal() { terminal::size().map_or(PIPE_WIDTH, |(width, _)| width) } else { PIPE_WIDTH };
        return Ok(print(&text(&view, width))?);
    }
    // Restores the terminal also after a failure.
    let mut screen = ratatui::try_init().context("could not take over the terminal")?;
    let ended = live(&mut screen, &desktop, &telemetry, &mut view, interval).await;
    ratatui::restore();
    ended
}

async fn title(desktop: &Desktop1Proxy<'_>) -> String {
    let version = desktop.version().await.unwrap_or_default();
    let display = desktop.wayland_display().await.unwrap_or_default();
    let executor = desktop.executor().await.unwrap_or_default();
    let draws = if executor.is_empty() { "nobody looks".to_owned() } else { format!("{executor} draws") };
    format!("Glasshouse {version} on {display}, {draws}")
}

async fn live(
    screen: &mut ratatui::DefaultTerminal,
    desktop: &Desktop1Proxy<'_>,
    telemetry: &Telemetry1Proxy<'_>,
    view: &mut View,
    interval: Duration,
) -> anyhow::Result<()> {
    let mut keys = keys();
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is due at once, and the view has its first figures.
    ticks.tick().await;
    loop {
        screen.draw(|frame| frame.render_widget(&*view, frame.area()))?;
        tokio::select! {
            _ = ticks.tick() => if !view.paused {
                view.take(telemetry.metrics().await?);
                view.title = title(desktop).await;
            },
            event = keys.recv() => match event {
                Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => if !obey(view, key) {
                    return Ok(());
                },
                // Another size: drawn anew.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error).context("could not read keys from the terminal"),
                None => return Ok(()),
            },
        }
    }
}

/// Keys are read on a thread of their own, which ends with the process.
fn keys() -> mpsc::UnboundedReceiver<io::Result<Event>> {
    let (sender, keys) = mpsc::unbounded_channel();
    thread::spawn(move || {
        loop {
            let event = event::read();
            let failed = event.is_err();
            if sender.send(event).is_err() || failed {
                return;
            }
        }
    });
    keys
}

/// `false`: the end.
fn obey(view: &mut View, key: KeyEvent) -> bool {
    match key.code {
        KeyCode::Char('q') | KeyCode::Esc => return false,
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return false,
        KeyCode::Char('c') => view.sort = Sort::Cpu,
        KeyCode::Char('m') => view.sort = Sort::Memory,
        KeyCode::Char('r') => view.sort = Sort::Commits,
        KeyCode::Char('n') => view.sort = Sort::Name,
        KeyCode::Char(' ' | 'p') => view.paused = !view.paused,
        KeyCode::Up | KeyCode::Char('k') => view.scroll(-1),
        KeyCode::Down | KeyCode::Char('j') => view.scroll(1),
        KeyCode::PageUp => view.scroll(-10),
        KeyCode::PageDown => view.scroll(10),
        KeyCode::Home => view.scroll(isize::MIN),
        _ => {}
    }
    true
}

/// The whole view as text, with as many lines as it needs.
fn text(view: &View, width: u16) -> String {
    let area = Rect::new(0, 0, width, draw::height(view));
    let mut buffer = Buffer::empty(area);
    view.render(area, &mut buffer);
    let lines = (0..area.height).map(|y| {
        let cells = (0..area.width).filter_map(|x| buffer.cell((x, y)).map(ratatui::buffer::Cell::symbol));
        cells.collect::<String>().trim_end().to_owned()
    });
    lines.map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests;
