//! Gives every build of the two processes a name of its own, so that a display never talks to a desktop of another build.

use std::{
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

fn main() {
    let commit = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output().ok();
    let commit = commit.filter(|output| output.status.success()).map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default();
    println!("cargo:rustc-env=GLASSHOUSE_BUILD={}.{time:x}", commit.unwrap_or_else(|| "source".into()));
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=../scene/src");
}
