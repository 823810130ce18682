//! How long a configuration of 500 lines takes to read: `cargo run --release -p glasshouse-config --example load_time`.

use std::{fmt::Write, path::PathBuf, time::Instant};

use glasshouse_config::Layers;

fn main() {
    let mut text = "[layout]\ngap-px = 8\n[bindings]\n".to_owned();
    let modifiers = ["super+ctrl+", "super+alt+", "ctrl+alt+", "super+ctrl+alt+", "super+altgr+", "super+ctrl+altgr+", "super+alt+altgr+"];
    let keys = ('a'..='z').map(String::from).chain((1..=12).map(|number| format!("F{number}"))).chain(('0'..='9').map(String::from));
    for key in keys {
        for held in modifiers {
            let _ = writeln!(text, "\"{held}{key}\" = {{ command = \"focus-window app-id:{key}\", repeat = true, doc = \"Something\" }}");
        }
    }
    for output in 0..40 {
        let _ = writeln!(text, "[output.DP-{output}]\nscale = 1.5\nposition = \"{output},0\"\nmode = \"1920x1080@60\"");
    }
    println!("{} lines", text.lines().count());
    let first = Instant::now();
    for round in 0..5 {
        let start = if round == 0 { first } else { Instant::now() };
        let resolved = Layers::new().with_files([(PathBuf::from("config.toml"), text.clone())]).resolve();
        let took = start.elapsed();
        match resolved {
            Ok(resolved) => println!(
                "{:.2} ms{}, {} options",
                took.as_secs_f64() * 1e3,
                if round == 0 { " with the tables" } else { "" },
                resolved.show().len()
            ),
            Err(problems) => println!("{}", problems.render(true)),
        }
    }
}
