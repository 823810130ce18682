//! `glassctl`: a Glasshouse desktop from the command line.

mod args;
mod commands;
mod config;
mod connect;
mod doctor;
mod events;
mod explain;
mod failure;
mod json;
mod layouts;
mod picture;
mod print;
mod probe;
#[cfg(test)]
mod reference;
mod shell;
mod show;
mod snapshot;
mod top;
mod trace;

use std::{
    collections::HashMap,
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use glasshouse_core::Command;
use glasshouse_protocols::{
    Debug1Proxy, Desktop1Proxy, Input1Proxy, Layouts1Proxy, WindowMatch, Windows1Proxy,
    connect::{PATIENCE, Surroundings},
};
use zbus::Connection;

use crate::{
    args::{Args, Order, WaitFor},
    events::Wanted,
};

fn main() -> ExitCode {
    let args = Args::read();
    let result = match without_desktop(&args.order) {
        Some(result) => result,
        None => tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .context("could not start the runtime")
            .and_then(|runtime| runtime.block_on(run(args))),
    };
    match result {
        Ok(code) => code,
        Err(error) => match failure::code(&error) {
            None => ExitCode::SUCCESS,
            Some(code) => {
                // With stderr closed there is nobody to tell.
                let _ = writeln!(io::stderr(), "{}", failure::sentence(&error));
                code
            }
        },
    }
}

/// What is answered here. `None`: a desktop is asked.
fn without_desktop(order: &Order) -> Option<anyhow::Result<ExitCode>> {
    let done = |result: anyhow::Result<()>| result.map(|()| ExitCode::SUCCESS);
    match order {
        Order::Do(order) => commands::answer(order).map(done),
        Order::Config(order) => config::answer(order),
        Order::Completions { shell } => Some(done(shell::completions(*shell).map_err(Into::into))),
        Order::Man { dir } => Some(done(shell::man(dir.as_deref()))),
        _ => None,
    }
}

/// How long a call may take.
fn patience(order: &Order) -> Duration {
    match order {
        Order::Launch { timeout, .. }
        | Order::WaitFor(WaitFor::Window { timeout, .. })
        | Order::Layout(args::Layout::Restore { timeout, .. }) => *timeout + PATIENCE,
        _ => PATIENCE,
    }
}

async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let connected = connect::connect(args.display.as_deref(), patience(&args.order)).await;
    if let Order::Doctor { fix, json } = args.order {
        let named = args.display.is_some() || Surroundings::of_process().socket.is_some();
        return doctor::examine(connected.map(|(_, connection)| connection), named, fix, json).await;
    }
    let (socket, connection) = connected?;
    let connection = &connection;
    match args.order {
        Order::Windows { json } => show::windows(&Desktop1Proxy::new(connection).await?.windows().await?, json)?,
        Order::Workspaces { json } => show::workspaces(&Desktop1Proxy::new(connection).await?.snapshot().await?.1.workspaces, json)?,
        Order::Outputs { json } => show::outputs(&Desktop1Proxy::new(connection).await?.outputs().await?, json)?,
        Order::Layers { json } => show::layers(&Desktop1Proxy::new(connection).await?.layers().await?, json)?,
        Order::Layouts { json } => layouts::list(&Layouts1Proxy::new(connection).await?.list().await?, json)?,
        Order::Do(order) => commands::carry_out(connection, &order).await?,
        Order::Focus { window } => commands::run(connection, &Command::FocusWindow { window }).await?,
        Order::Close { window } => commands::run(connection, &Command::CloseWindow { window }).await?,
        Order::Undo { json } => commands::step(connection, false, json).await?,
        Order::Redo { json } => commands::step(connection, true, json).await?,
        Order::Launch { timeout, json, argv } => launch(connection, timeout, json, &argv).await?,
        Order::Capture(capture) => picture::take(connection, capture).await?,
        Order::Type { text } => Input1Proxy::new(connection).await?.type_text(&text).await?,
        Order::Key { chords } => {
            let input = Input1Proxy::new(connection).await?;
            for chord in chords {
                input.key(&chord.to_string()).await?;
            }
        }
        Order::Click { x, y, button, count, hold } => {
            let hold: Vec<_> = hold.iter().map(String::as_str).collect();
            Input1Proxy::new(connection).await?.click(x, y, button.name(), count, &hold).await?;
        }
        Order::Drag { x, y, to_x, to_y, button } => drag(connection, (x, y), (to_x, to_y), button).await?,
        Order::Move { x, y } => Input1Proxy::new(connection).await?.move_to(x, y).await?,
        Order::Scroll { dx, dy } => Input1Proxy::new(connection).await?.scroll(dx, dy).await?,
        Order::Watch { filter, kinds, metrics_hz, json } => events::watch(connection, &socket, filter, kinds, metrics_hz, json).await?,
        Order::WaitFor(order) => wait_for(connection, order).await?,
        Order::Explain { window, json } => explain::window(connection, &window, json).await?,
        Order::Config(order) => config::ask(connection, order).await?,
        Order::Snapshot(order) => snapshot::carry_out(connection, order).await?,
        Order::Layout(order) => snapshot::keep(connection, order).await?,
        Order::Top { once, json, interval } => top::run(connection, once, json, interval).await?,
        Order::Trace { id, last, json } => trace::show(connection, id, last, json).await?,
        Order::Debug { name, window } => Debug1Proxy::new(connection).await?.order(&name, window).await?,
        Order::Quit => Desktop1Proxy::new(connection).await?.quit().await?,
        // Answered above.
        Order::Doctor { .. } | Order::Completions { .. } | Order::Man { .. } => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// As a hand does it, in steps: programs begin to drag when the pointer has gone some way.
async fn drag(connection: &Connection, from: (f64, f64), to: (f64, f64), button: glasshouse_protocols::Button) -> anyhow::Result<()> {
    const STEPS: u32 = 10;
    let input = Input1Proxy::new(connection).await?;
    input.move_to(from.0, from.1).await?;
    input.button(button.name(), true).await?;
    let mut moved = Ok(());
    for step in 1..=STEPS {
        let part = f64::from(step) / f64::from(STEPS);
        moved = input.move_to(from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part).await;
        if moved.is_err() {
            break;
        }
    }
    // Whatever came in between, no button stays down.
    input.button(button.name(), false).await?;
    Ok(moved?)
}

async fn launch(connection: &Connection, timeout: Duration, json: bool, argv: &[String]) -> anyhow::Result<()> {
    let argv: Vec<_> = argv.iter().map(String::as_str).collect();
    let timeout_ms = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1);
    let cwd = std::env::current_dir().context("the current directory is gone; change to another one")?;
    let cwd = cwd.to_str().context("the name of the current directory is no UTF-8; change to another one")?;
    let window = Windows1Proxy::new(connection).await?.launch(&argv, HashMap::new(), cwd, timeout_ms).await?;
    Ok(show::found(&window, json)?)
}

async fn wait_for(connection: &Connection, order: WaitFor) -> anyhow::Result<()> {
    match order {
        WaitFor::Window { window, app_id, title, pid, output, state, timeout, json } => {
            let properties = WindowMatch { app_id, title, pid, output, ..WindowMatch::default() };
            match events::wait_for_window(connection, Wanted { window, properties, state, timeout }).await? {
                Some(window) => Ok(show::found(&window, json)?),
                None => Ok(()),
            }
        }
        WaitFor::Event { kind, filter, timeout, json } => events::wait_for_event(connection, kind, filter, timeout, json).await,
    }
}
