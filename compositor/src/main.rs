//! `glasshouse`, the desktop.

use std::process::ExitCode;

use clap::Parser;
use glasshouse::{Server, options::Options};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let options = Options::parse();
    let filter = EnvFilter::try_from_env("GLASSHOUSE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,glasshouse=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().with_target(false).init();
    if !options.headless {
        eprintln!("glasshouse: only the headless desktop exists so far; start it with --headless");
        return ExitCode::from(2);
    }
    match Server::from_options(&options).and_then(|mut server| server.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("glasshouse: {error:#}");
            ExitCode::FAILURE
        }
    }
}
