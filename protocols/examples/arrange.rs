//! Two terminals side by side on a desktop of 1280x720, with the typed client. Writes a picture to the file that is named.
//!
//! `cargo run -p glasshouse-protocols --example arrange`, on a desktop or beside one.

use std::{collections::HashMap, env, fs::File, io::Write as _, os::unix::fs::FileExt as _};

use anyhow::Context as _;
use glasshouse_protocols::{
    Awaited, Capture1Proxy, CaptureOptions, Commands1Proxy, Events, Filter, Replica, WindowMatch, Windows1Proxy, connect,
};
use zbus::Connection;

/// Commands are lists of words, as after `glassctl do`.
fn half(window: &str, corner: &'static str) -> [Vec<String>; 3] {
    [["set-floating", "on"], ["move-window", corner], ["resize-window", "640x720"]]
        .map(|command| command.into_iter().chain(["--window", window]).map(str::to_owned).collect())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let picture = env::args().nth(1).unwrap_or_else(|| "arrange.png".to_owned());
    let desktop = connect(None).await?;
    let (windows, commands) = (Windows1Proxy::new(&desktop).await?, Commands1Proxy::new(&desktop).await?);

    let left = windows.launch(&["foot", "--app-id=org.example.Left"], HashMap::new(), "", 10_000).await?.id;
    commands.run(&["spawn", "foot", "--app-id=org.example.Right"]).await?;
    let right = WindowMatch { app_id: Some("org.example.Right".to_owned()), ..WindowMatch::default() };
    let right = windows.wait_for(right, Awaited::Focused.name(), 10_000).await?.id;
    println!("windows {left} and {right}");

    // First everything that there is, and from then on what changes.
    let filter = Filter { kinds: Some(vec!["window_changed".to_owned()]), ..Filter::default() };
    let mut events = Events::subscribe(&desktop, filter).await?;
    println!("{} windows at event {}", events.replica().windows().count(), events.replica().sequence());

    let arrangement = [half(&left.to_string(), "0,0"), half(&right.to_string(), "640,0")].concat();
    let arrangement: Vec<Vec<&str>> = arrangement.iter().map(|command| command.iter().map(String::as_str).collect()).collect();
    for window in commands.dry_run(&arrangement).await?.windows {
        println!("would be: {} at {},{}", window.app_id, window.x, window.y);
    }
    commands.transaction(&arrangement).await?;

    // It is carried out; the programs draw themselves anew in their own time.
    let x = |replica: &Replica, id| replica.window(id).map(|window| window.x);
    while (x(events.replica(), left), x(events.replica(), right)) != (Some(0.0), Some(640.0)) {
        let event = events.next().await?.context("the desktop has ended")?;
        println!("changed: {:?} is event {}", event.payload, event.sequence);
    }

    capture(&desktop, &picture).await?;
    println!("undone: {}", commands.undo().await?);
    Ok(())
}

/// The picture is in memory that is shared: it is read by position, because its offset is shared too.
async fn capture(desktop: &Connection, file: &str) -> anyhow::Result<()> {
    let (memory, info) = Capture1Proxy::new(desktop).await?.capture(CaptureOptions::default()).await?;
    let mut bytes = vec![0; usize::try_from(info.bytes)?];
    File::from(std::os::fd::OwnedFd::from(memory)).read_exact_at(&mut bytes, 0)?;
    File::create(file)?.write_all(&bytes)?;
    Ok(())
}
