mod errors;
mod generated;
mod layers;
mod loading;
mod options;
mod properties;
mod rules;

use std::path::PathBuf;

use crate::{Layers, Problems, Resolved};

/// The configuration of one file that is called `config.toml`.
fn read(text: &str) -> Result<Resolved, Problems> {
    Layers::new().with_files([(PathBuf::from("config.toml"), text.to_owned())]).resolve()
}

#[track_caller]
fn good(text: &str) -> Resolved {
    read(text).unwrap_or_else(|problems| panic!("{}\nin\n{text}", problems.render(false)))
}
