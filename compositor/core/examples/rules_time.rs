//! What rules cost: `cargo run --release -p glasshouse-core --example rules_time`.
//!
//! 500 windows and 100 rules. Every step is one turn of the core; the same without rules is the price of everything else in it.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::{sync::Arc, time::Instant};

use glasshouse_core::{
    Caller, Desktop, Effect, Effects, Event, LayoutKind, Rules, Settings, SurfaceId, Timestamp, WindowId,
    event::{SurfaceState, WindowChange},
    rules::{Pattern, PatternError, State, Text, WindowMatch, WindowRule},
};
use glasshouse_scene::LogicalSize;

const WINDOWS: u64 = 500;
const RULES: usize = 100;
const ROUNDS: u32 = 200;

/// Rules such as people write: by name and title, some also by focus.
fn rules() -> Result<Vec<WindowRule>, PatternError> {
    (0..RULES)
        .map(|n| {
            let mut one = WindowMatch::default();
            one.texts.insert(Text::AppId, Pattern::new(&format!("^org\\.example\\.app{n}$"))?);
            one.texts.insert(Text::Title, Pattern::new(&format!("(?i)document {n}\\b"))?);
            if n % 10 == 0 {
                one.states.insert(State::Focused, false);
            }
            let mut rule = WindowRule { any_of: vec![one], ..WindowRule::default() };
            rule.lasting.opacity = Some(0.9);
            Ok(rule)
        })
        .collect()
}

fn open(desktop: &mut Desktop, n: u64, now: Timestamp) -> WindowId {
    let (window, surface) = (desktop.allocate_window(), desktop.allocate_surface());
    desktop.note(Event::WindowCreated { window, surface, client: Default::default() });
    desktop.note(Event::WindowChanged { window, change: WindowChange::AppId(format!("org.example.app{}", n % 100)) });
    let effects = desktop.observe(Event::WindowReady { window }, now);
    answer(desktop, effects, now, Some((window, surface)));
    window
}

/// Clients do as they are told.
fn answer(desktop: &mut Desktop, effects: Effects, now: Timestamp, opens: Option<(WindowId, SurfaceId)>) {
    let size = Some(LogicalSize::new(300.0, 200.0));
    for effect in effects {
        let Effect::ConfigureWindow { window, token, .. } = effect else { continue };
        let surface = desktop.window(window).map(|info| info.surface);
        if let Some((_, surface)) = opens.filter(|(new, _)| *new == window).map(|(new, _)| (new, surface)) {
            desktop.note(Event::SurfaceCommitted {
                surface: surface.unwrap_or(SurfaceId(0)),
                state: SurfaceState { size, ..SurfaceState::default() },
            });
            desktop.note(Event::ConfigureCommitted { window, token });
            desktop.note(Event::WindowMapped { window });
        } else {
            desktop.note(Event::ConfigureCommitted { window, token });
        }
    }
    desktop.conclude(now);
}

fn measure(name: &str, rules: Vec<WindowRule>) -> Result<(), Box<dyn std::error::Error>> {
    let now = Timestamp::default();
    let settings =
        Settings { layout: LayoutKind::Floating, rules: Arc::new(Rules { windows: rules, layers: Vec::new() }), ..Settings::default() };
    let mut desktop = Desktop::new(settings);
    desktop.apply(&Caller::Person, "add-output 1920x1080".parse()?, now)?;
    let windows: Vec<WindowId> = (0..WINDOWS).map(|n| open(&mut desktop, n, now)).collect();
    let judged = desktop.windows_judged();
    let start = Instant::now();
    for round in 0..ROUNDS {
        let window = windows.get(round as usize % windows.len()).copied().unwrap_or(WindowId(0));
        desktop.observe(Event::WindowChanged { window, change: WindowChange::Title(format!("Document {round}")) }, now);
    }
    let title = start.elapsed() / ROUNDS;
    let judged = desktop.windows_judged() - judged;
    let start = Instant::now();
    let mut settings = desktop.settings().clone();
    settings.rules = Arc::new(Rules { windows: settings.rules.windows.iter().cloned().rev().collect(), layers: Vec::new() });
    desktop.observe(Event::SettingsChanged(Box::new(settings)), now);
    println!(
        "{name}: a title change {} µs ({:.2} windows judged), a reload {:.1} ms",
        title.as_micros(),
        f64::from(u32::try_from(judged)?) / f64::from(ROUNDS),
        start.elapsed().as_secs_f64() * 1e3,
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    measure("without rules", Vec::new())?;
    measure(&format!("{RULES} rules"), rules()?)
}
