//! `glasshouse`, the desktop.

use std::{io::IsTerminal as _, process::ExitCode};

use clap::Parser;
use glasshouse::{Server, options::Options};
use glasshouse_config::Problems;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let options = Options::parse();
    let filter = EnvFilter::try_from_env("GLASSHOUSE_LOG").unwrap_or_else(|_| EnvFilter::new("warn,glasshouse=info"));
    start_log(filter);
    if !options.headless {
        eprintln!("glasshouse: only the headless desktop exists so far; start it with --headless");
        return ExitCode::from(2);
    }
    match Server::from_options(&options).and_then(|mut server| server.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match error.downcast_ref::<Problems>() {
            // Of the command line.
            Some(problems) => {
                eprint!("glasshouse: that cannot be:\n{}", problems.render(std::io::stderr().is_terminal()));
                ExitCode::from(2)
            }
            None => {
                eprintln!("glasshouse: {error:#}");
                ExitCode::FAILURE
            }
        },
    }
}

#[cfg(not(feature = "tracy"))]
fn start_log(filter: EnvFilter) {
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().with_target(false).init();
}

/// Tracy gets all spans, whatever is logged.
#[cfg(feature = "tracy")]
fn start_log(filter: EnvFilter) {
    use tracing_subscriber::{Layer, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};
    let log = fmt::layer().with_writer(std::io::stderr).without_time().with_target(false).with_filter(filter);
    registry().with(log).with(tracing_tracy::TracyLayer::default()).init();
}
