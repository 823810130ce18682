//! `glasshouse-display`: started by the desktop, never by hand.

use anyhow::Context as _;
use clap::Parser;
use tracing_subscriber::EnvFilter;

/// Turns the scenes of a Glasshouse desktop into pixels.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The inherited descriptor that leads to the desktop.
    #[arg(long, value_name = "N")]
    link_fd: i32,
    /// Obey orders to hang, crash or hog memory. For tests.
    #[arg(long)]
    debug_orders: bool,
    /// Most memory that this process may use for data, in bytes.
    #[arg(long, value_name = "BYTES")]
    memory_limit: Option<u64>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let link = glasshouse_display::interop::inherited_fd(arguments.link_fd).context("--link-fd does not name an open descriptor")?;
    let filter = EnvFilter::try_from_env("GLASSHOUSE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    start_log(filter);
    glasshouse_display::tie::to_the_desktop(arguments.memory_limit);
    glasshouse_display::run::run(link, arguments.debug_orders)
}

#[cfg(not(feature = "tracy"))]
fn start_log(filter: EnvFilter) {
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Tracy gets all spans, whatever is logged.
#[cfg(feature = "tracy")]
fn start_log(filter: EnvFilter) {
    use tracing_subscriber::{Layer, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};
    let log = fmt::layer().with_writer(std::io::stderr).with_filter(filter);
    registry().with(log).with(tracing_tracy::TracyLayer::default()).init();
}
