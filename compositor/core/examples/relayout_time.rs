//! What layouts cost in the core: `cargo run --release -p glasshouse-core --example relayout_time`.
//!
//! For each layout, with 500 windows: the command that changes to it, what follows from the answers of all clients, and one window more.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::time::{Duration, Instant};

use glasshouse_core::{
    Caller, Desktop, Effect, Effects, Event, Settings, SurfaceId, Timestamp, WindowId,
    event::{SurfaceState, WindowChange},
};
use glasshouse_scene::LogicalSize;

const WINDOWS: u64 = 500;
const ROUNDS: u32 = 50;
const LAYOUTS: [&str; 6] = ["columns", "tree", "master-stack", "grid", "monocle", "floating"];

struct Clients {
    desktop: Desktop,
    now: Timestamp,
}

impl Clients {
    fn open(&mut self) -> Effects {
        let (window, surface) = (self.desktop.allocate_window(), self.desktop.allocate_surface());
        self.desktop.note(Event::WindowCreated { window, surface, client: Default::default() });
        self.desktop.note(Event::WindowChanged { window, change: WindowChange::AppId("org.example.app".to_owned()) });
        let effects = self.desktop.observe(Event::WindowReady { window }, self.now);
        self.answer(&effects, Some((window, surface)))
    }

    /// All clients do as they are told.
    fn answer(&mut self, effects: &Effects, opens: Option<(WindowId, SurfaceId)>) -> Effects {
        for effect in effects {
            let Effect::ConfigureWindow { window, token, configure } = effect else { continue };
            let new = opens.filter(|(new, _)| new == window);
            let Some(surface) = new.map(|(_, surface)| surface).or_else(|| Some(self.desktop.window(*window)?.surface)) else { continue };
            let size = Some(configure.size.unwrap_or(LogicalSize::new(300.0, 200.0)));
            self.desktop.note(Event::SurfaceCommitted { surface, state: SurfaceState { size, ..SurfaceState::default() } });
            self.desktop.note(Event::ConfigureCommitted { window: *window, token: *token });
            if new.is_some() {
                self.desktop.note(Event::WindowMapped { window: *window });
            }
        }
        self.desktop.conclude(self.now)
    }

    /// Until nobody is asked anything any more.
    fn come_to_rest(&mut self, mut effects: Effects) {
        while effects.iter().any(|effect| matches!(effect, Effect::ConfigureWindow { .. })) {
            effects = self.answer(&effects, None);
        }
    }
}

fn per_round(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3 / f64::from(ROUNDS)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut clients = Clients { desktop: Desktop::new(Settings::default()), now: Timestamp::default() };
    clients.desktop.apply(&Caller::Person, "add-output 1920x1080".parse()?, clients.now)?;
    for _ in 0..WINDOWS {
        let effects = clients.open();
        clients.come_to_rest(effects);
    }
    println!("{:>14} {:>10} {:>10} {:>10}", "", "command", "answers", "one more");
    let mut times = [[Duration::ZERO; 3]; LAYOUTS.len()];
    for _ in 0..ROUNDS {
        for (layout, [command, answers, open]) in LAYOUTS.iter().zip(&mut times) {
            let start = Instant::now();
            let effects = clients.desktop.apply(&Caller::Person, format!("set-layout {layout}").parse()?, clients.now)?;
            *command += start.elapsed();
            let start = Instant::now();
            clients.come_to_rest(effects);
            *answers += start.elapsed();
            let start = Instant::now();
            let effects = clients.open();
            *open += start.elapsed();
            clients.come_to_rest(effects);
            let effects = clients.desktop.apply(&Caller::Person, "close-window".parse()?, clients.now)?;
            for effect in &effects {
                if let Effect::CloseWindow { window } = effect {
                    clients.desktop.note(Event::WindowDestroyed { window: *window });
                }
            }
            let effects = clients.desktop.conclude(clients.now);
            clients.come_to_rest(effects);
        }
    }
    for (layout, [command, answers, open]) in LAYOUTS.iter().zip(times) {
        println!("{layout:>14} {:7.2} ms {:7.2} ms {:7.2} ms", per_round(command), per_round(answers), per_round(open));
    }
    Ok(())
}
