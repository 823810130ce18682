//! `glassctl config`: what the desktop has, and what the files say.

use std::{
    env,
    io::{self, IsTerminal as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::bail;
use glasshouse_config::{
    Layers, Problems,
    load::{Paths, SYSTEM},
};
use glasshouse_protocols::{Config1Proxy, OptionValue};
use serde_json::{Value, json};
use zbus::Connection;

use crate::{
    args::Config,
    print::{clean, colours, print, print_json, table},
};

/// What needs no desktop. `None`: the rest.
pub(crate) fn answer(order: &Config) -> Option<anyhow::Result<ExitCode>> {
    let printed = |text: &str| print(text).map(|()| ExitCode::SUCCESS).map_err(Into::into);
    match order {
        Config::Check { file } => Some(check(file.clone())),
        Config::Schema => Some(print_json(&glasshouse_config::schema()).map(|()| ExitCode::SUCCESS).map_err(Into::into)),
        Config::Default => Some(printed(&glasshouse_config::default_file())),
        _ => None,
    }
}

pub(crate) async fn ask(connection: &Connection, order: Config) -> anyhow::Result<()> {
    let config = Config1Proxy::new(connection).await?;
    match order {
        Config::Show { key, origin, json } => {
            let options = match key {
                None => config.show().await?,
                Some(key) => section_or_option(&config, &key).await?,
            };
            Ok(show(&options, origin, json)?)
        }
        Config::Diff { json } => {
            let options = config.diff().await?;
            if options.is_empty() && !json {
                return Ok(print("everything is as by default\n")?);
            }
            Ok(show(&options, true, json)?)
        }
        Config::Set { key, value } => Ok(config.set(&key, &value).await?),
        Config::Reset { key } => Ok(config.reset(&key).await?),
        Config::Reload => Ok(config.reload().await?),
        Config::Check { .. } | Config::Schema | Config::Default => bail!("this is answered without a desktop"),
    }
}

/// One option, or all whose keys begin with this and a dot.
async fn section_or_option(config: &Config1Proxy<'_>, key: &str) -> anyhow::Result<Vec<OptionValue>> {
    let error = match config.get(key).await {
        Ok(option) => return Ok(vec![option]),
        Err(error) => error,
    };
    let prefix = format!("{key}.");
    let section: Vec<_> = config.show().await?.into_iter().filter(|option| option.key.starts_with(&prefix)).collect();
    // The desktop's sentence names the nearest one.
    if section.is_empty() { Err(error.into()) } else { Ok(section) }
}

fn show(options: &[OptionValue], origin: bool, json: bool) -> io::Result<()> {
    if json {
        return print_json(&options.iter().map(option_json).collect());
    }
    if origin {
        let rows = options.iter().map(|option| {
            let OptionValue { key, value, origin, default } = option;
            [key.clone(), value.clone(), if value == default { "-".to_owned() } else { default.clone() }, origin.clone()]
        });
        return print(&table(["OPTION", "VALUE", "DEFAULT", "FROM"], rows));
    }
    print(&options.iter().map(|option| format!("{} = {}\n", clean(&option.key), clean(&option.value))).collect::<String>())
}

fn option_json(option: &OptionValue) -> Value {
    let OptionValue { key, value, origin, default } = option;
    json!({ "key": key, "value": value, "origin": origin, "default": default })
}

/// The files that a desktop of this user would read; `file` in place of the user's own.
pub(crate) fn files(file: Option<PathBuf>) -> Paths {
    match file {
        Some(file) => Paths::only(file),
        None => Paths::standard(|name| env::var_os(name).map(PathBuf::from)),
    }
}

/// What is wrong with the files and the environment.
pub(crate) fn mistakes(paths: &Paths, environment: impl IntoIterator<Item = (String, String)>) -> Result<(), Problems> {
    let layers = Layers::new().with_environment(environment);
    paths.read(layers)?.resolve().map(|_| ())
}

/// Variables that can be options: those in UTF-8.
pub(crate) fn environment() -> Vec<(String, String)> {
    env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
}

fn check(file: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    // Of one file, only that: what the environment says is no mistake of the file.
    let environment = if file.is_some() { Vec::new() } else { environment() };
    let paths = files(file);
    if let Err(problems) = mistakes(&paths, environment) {
        let color = colours() && io::stderr().is_terminal();
        let count = problems.count();
        let mut text = problems.render(color);
        text.push_str(&format!(
            "{count} mistake{}; a desktop would go on with the configuration before\n",
            if count == 1 { "" } else { "s" }
        ));
        io::Write::write_all(&mut io::stderr(), text.as_bytes())?;
        return Ok(ExitCode::FAILURE);
    }
    let there: Vec<_> = paths.files().iter().filter(|path| path.exists()).map(|path| path.display().to_string()).collect();
    let read = match there.as_slice() {
        [] => {
            let looked = paths.files().iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and ");
            format!("there is no configuration file ({}), so everything is as by default", if looked.is_empty() { SYSTEM } else { &looked })
        }
        files => format!("no mistakes in {}", files.join(" and ")),
    };
    print(&format!("{read}\n"))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_found_without_a_desktop() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.toml");
        std::fs::write(&file, "[layout]\ngap-pix = 8\n").unwrap();
        let problems = mistakes(&files(Some(file.clone())), []).unwrap_err();
        assert!(problems.to_string().contains("config.toml:2:1"), "{problems}");
        std::fs::write(&file, "[layout]\ngap-px = 8\n").unwrap();
        mistakes(&files(Some(file)), []).unwrap();
        let variable = [("GLASSHOUSE_LAYOUT_GAP_PX".to_owned(), "wide".to_owned())];
        let problems = mistakes(&Paths::none(), variable).unwrap_err();
        assert!(problems.to_string().contains("$GLASSHOUSE_LAYOUT_GAP_PX"), "{problems}");
        assert!(mistakes(&files(Some(dir.path().join("absent.toml"))), []).is_err());
    }
}
