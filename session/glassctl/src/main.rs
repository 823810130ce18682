//! `glassctl`: a Glasshouse desktop from the command line.

mod args;
mod connect;
mod output;
mod picture;

use std::{
    collections::HashMap,
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use clap::Parser as _;
use glasshouse_protocols::{Commands1Proxy, Debug1Proxy, Desktop1Proxy, Input1Proxy, Windows1Proxy};

use crate::args::{Args, Order};

/// How long an ordinary call may take before the desktop counts as stopped.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let args = Args::parse();
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .context("could not start the runtime")
        .and_then(|runtime| runtime.block_on(run(args)));
    match result {
        Ok(code) => code,
        // Who reads our output has seen enough, as `head` does.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
        Err(error) => {
            // With stderr closed there is nobody to tell.
            let _ = writeln!(io::stderr(), "glassctl: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let patience = match &args.order {
        Order::Launch { timeout, .. } => *timeout + PATIENCE,
        _ => PATIENCE,
    };
    let socket = connect::find(args.display.as_deref(), &connect::Surroundings::of_process())?;
    let connection = connect::open(&socket, patience).await?;
    match args.order {
        Order::Windows { json } => {
            let windows = Desktop1Proxy::new(&connection).await?.windows().await?;
            output::windows(&windows, json)?;
        }
        Order::Outputs { json } => {
            let outputs = Desktop1Proxy::new(&connection).await?.outputs().await?;
            output::outputs(&outputs, json)?;
        }
        Order::Doctor { json } => {
            let checks = Desktop1Proxy::new(&connection).await?.doctor().await?;
            output::checks(&checks, json)?;
            if checks.iter().any(|check| !check.ok) {
                return Ok(ExitCode::FAILURE);
            }
        }
        Order::Debug { name, window } => Debug1Proxy::new(&connection).await?.order(&name, window).await?,
        Order::Quit => Desktop1Proxy::new(&connection).await?.quit().await?,
        Order::Focus { window } => Commands1Proxy::new(&connection).await?.run(&["focus-window", &window.to_string()]).await?,
        Order::Close { window } => Commands1Proxy::new(&connection).await?.run(&["close-window", "--window", &window.to_string()]).await?,
        Order::Launch { timeout, json, argv } => {
            let argv: Vec<_> = argv.iter().map(String::as_str).collect();
            let timeout_ms = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1);
            let cwd = std::env::current_dir().context("the current directory is gone; change to another one")?;
            let cwd = cwd.to_str().context("the name of the current directory is no UTF-8; change to another one")?;
            let window = Windows1Proxy::new(&connection).await?.launch(&argv, HashMap::new(), cwd, timeout_ms).await?;
            output::launched(&window, json)?;
        }
        Order::Capture(capture) => picture::take(&connection, capture).await?,
        Order::Type { text } => Input1Proxy::new(&connection).await?.type_text(&text).await?,
        Order::Key { chords } => {
            let input = Input1Proxy::new(&connection).await?;
            for chord in chords {
                input.key(&chord.to_string()).await?;
            }
        }
        Order::Click { x, y, button, count, hold } => {
            let hold: Vec<_> = hold.iter().map(String::as_str).collect();
            Input1Proxy::new(&connection).await?.click(x, y, button.name(), count, &hold).await?;
        }
        Order::Move { x, y } => Input1Proxy::new(&connection).await?.move_to(x, y).await?,
        Order::Scroll { dx, dy } => Input1Proxy::new(&connection).await?.scroll(dx, dy).await?,
    }
    Ok(ExitCode::SUCCESS)
}
