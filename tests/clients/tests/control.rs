//! Control of a real desktop: configuration, outputs, commands.

use glasshouse_clients::Desktop;
use glasshouse_config::{Row, rows};
use glasshouse_protocols::{Commands1Proxy, Config1Proxy, Desktop1Proxy, Error, OutputOptions, Outputs1Proxy};

use zbus::export::futures_core::Stream as _;

type Result = anyhow::Result<()>;

/// The key of an option, with names where the user chooses them.
fn key_of(row: &Row) -> String {
    match row.key.as_str() {
        "bindings.*" => "bindings.\"super+F12\"".to_owned(),
        "mode.*.bindings.*" => "mode.resize.bindings.x".to_owned(),
        "mode.*.once" => "mode.resize.once".to_owned(),
        key if key.starts_with("output.*") => key.replace('*', "\"HEADLESS-1\""),
        key => key.replace('*', "name"),
    }
}

#[tokio::test]
async fn every_option_can_be_read_set_reloaded_and_reset() -> Result {
    let desktop = Desktop::start_configured(&[], "")?;
    let config = Config1Proxy::new(&desktop.connect().await?).await?;
    for row in rows() {
        let key = key_of(row);
        let before = config.get(&key).await?;
        // As the desktop writes it: quotes only where they are needed.
        let key = before.key.clone();
        assert_eq!(before.origin, "default", "{key}");
        config.set(&key, row.example).await?;
        let set = config.get(&key).await?;
        assert_eq!(set.origin, "set at run time", "{key}");
        assert_ne!(set.value, before.value, "{key}");
        // What was set by hand is stronger than a file.
        config.reload().await?;
        assert_eq!(config.get(&key).await?, set, "{key}");
        assert_eq!(config.diff().await?.iter().filter(|option| option.key == key).count(), 1, "{key}");
        config.reset(&key).await?;
        assert_eq!(config.get(&key).await?, before, "{key}");
    }
    assert!(config.diff().await?.is_empty());
    assert!(config.show().await?.len() >= 60);
    Ok(())
}

#[tokio::test]
async fn a_file_is_read_again_when_it_changes_and_kept_out_when_it_is_wrong() -> Result {
    let mut desktop = Desktop::start_configured(&[], "[layout]\ngap-px = 30\n")?;
    let connection = desktop.connect().await?;
    let config = Config1Proxy::new(&connection).await?;
    assert_eq!(config.get("layout.gap-px").await?.value, "30");
    assert!(config.get("layout.gap-px").await?.origin.ends_with("config.toml:2"));

    // As editors do it: another file takes its place.
    let file = desktop.config_file();
    std::fs::write(file.with_extension("new"), "[layout]\ngap-px = 40\n")?;
    std::fs::rename(file.with_extension("new"), &file)?;
    let shown = |desktop: &Desktop| desktop.ctl(&["config", "show", "layout.gap-px"]);
    desktop.wait_for("the new gap", |desktop| Ok(shown(desktop)?.contains("40").then_some(())))?;

    std::fs::write(&file, "[layout]\ngap-px = \"wide\"\nouter-gap-xp = 5\n[bindings]\n\"super+x\" = \"focus-windw left\"\n")?;
    let problems = loop {
        let problems = config.problems().await?;
        if !problems.is_empty() {
            break problems;
        }
        tokio::task::yield_now().await;
    };
    for part in ["config.toml:2:10", "config.toml:3:1", "did you mean outer-gap-px?", "config.toml:5:13", "did you mean focus-window?"] {
        assert!(problems.contains(part), "{part} is not in\n{problems}");
    }
    assert_eq!(config.get("layout.gap-px").await?.value, "40");
    let error = config.reload().await.unwrap_err();
    assert!(matches!(&error, Error::BadArgument(sentence) if *sentence == problems), "{error}");

    std::fs::remove_file(&file)?;
    desktop.wait_for("the default gap", |desktop| Ok(shown(desktop)?.contains("12").then_some(())))?;
    assert_eq!(config.problems().await?, "");
    Ok(())
}

#[tokio::test]
async fn options_come_from_the_environment_and_the_command_line() -> Result {
    let folder = Desktop::new_folder()?;
    let environment = [("GLASSHOUSE_LAYOUT_GAP_PX", "5"), ("GLASSHOUSE_APPEARANCE_RADIUS_PX", "3")];
    let desktop = Desktop::start_in(folder, &["--layout", "floating", "--set", "layout.gap-px=6"], &environment)?;
    let config = Config1Proxy::new(&desktop.connect().await?).await?;
    let shown = |key: &'static str| {
        let config = config.clone();
        async move { config.get(key).await.map(|option| (option.value, option.origin)) }
    };
    assert_eq!(shown("layout.gap-px").await?, ("6".to_owned(), "--set".to_owned()));
    assert_eq!(shown("appearance.radius-px").await?, ("3".to_owned(), "$GLASSHOUSE_APPEARANCE_RADIUS_PX".to_owned()));
    assert_eq!(shown("layout.default").await?, ("\"floating\"".to_owned(), "--layout".to_owned()));
    Ok(())
}

#[tokio::test]
async fn what_is_set_can_be_undone() -> Result {
    let desktop = Desktop::start(&[])?;
    let connection = desktop.connect().await?;
    let (config, commands) = (Config1Proxy::new(&connection).await?, Commands1Proxy::new(&connection).await?);
    commands.run(&["set-option", "layout.gap-px", "8"]).await?;
    commands.run(&["set-option", "layout.gap-px", "9"]).await?;
    assert_eq!(config.get("layout.gap-px").await?.value, "9");
    for (undone, value) in [("set-option layout.gap-px 9", "8"), ("set-option layout.gap-px 8", "12")] {
        assert_eq!(commands.undo().await?, undone);
        // Undo is done on another thread: whoever asks next waits behind it.
        config.reload().await?;
        assert_eq!(config.get("layout.gap-px").await?.value, value);
    }
    let error = commands.run(&["set-option", "layout.gap", "8"]).await.unwrap_err();
    assert!(error.to_string().contains("did you mean gap-px?"), "{error}");
    let error = commands.run(&["set-option", "layout.gap-px", "1e9"]).await.unwrap_err();
    assert!(error.to_string().contains("500"), "{error}");
    Ok(())
}

#[tokio::test]
async fn virtual_outputs_are_made_changed_and_removed() -> Result {
    let desktop = Desktop::start(&["--size", "640x480"])?;
    let connection = desktop.connect().await?;
    let outputs = Outputs1Proxy::new(&connection).await?;
    let options = OutputOptions { scale: Some(2.0), position: Some((1000.0, 0.0)), ..OutputOptions::default() };
    let name = outputs.create("800x600@30", options).await?;
    assert_eq!(name, "HEADLESS-2");
    let made = outputs.list().await?.pop().ok_or_else(|| anyhow::anyhow!("there are outputs"))?;
    assert_eq!((made.width, made.refresh_mhz, made.x, made.logical_width), (800, 30_000, 1000.0, 400.0));
    let picture = desktop.picture(&["--output", &name])?;
    assert_eq!((picture.width, picture.height), (800, 600));

    let options = OutputOptions { transform: Some("90".into()), name: Some("WALL".into()), ..OutputOptions::default() };
    outputs.configure(&name, options).await?;
    let picture = desktop.picture(&["--output", "WALL"])?;
    assert_eq!((picture.width, picture.height), (600, 800));
    let bad = OutputOptions { scale: Some(100.0), ..OutputOptions::default() };
    assert!(matches!(outputs.configure("WALL", bad).await, Err(Error::BadArgument(sentence)) if sentence.contains("0.25 to 8")));
    let scales = [0.1, 0.0, -1.0, f64::NAN, f64::INFINITY].map(|scale| OutputOptions { scale: Some(scale), ..OutputOptions::default() });
    let places = [(1e12, 0.0), (0.0, f64::NAN)].map(|place| OutputOptions { position: Some(place), ..OutputOptions::default() });
    let modes = ["0x600", "800x0", "16385x1"].map(|mode| OutputOptions { mode: Some(mode.to_owned()), ..OutputOptions::default() });
    let before = outputs.list().await?;
    for bad in scales.into_iter().chain(places).chain(modes) {
        let new = OutputOptions { mode: None, ..bad.clone() };
        let mode = bad.mode.clone().unwrap_or_else(|| "800x600".to_owned());
        assert!(matches!(outputs.configure("WALL", bad.clone()).await, Err(Error::BadArgument(_))), "{bad:?}");
        assert!(matches!(outputs.create(&mode, new).await, Err(Error::BadArgument(_))), "{bad:?}");
        assert_eq!(outputs.list().await?, before, "{bad:?}");
    }
    assert!(matches!(outputs.remove("WAL").await, Err(Error::NoOutput(sentence)) if sentence.contains("WALL")));
    outputs.remove("WALL").await?;
    assert_eq!(Desktop1Proxy::new(&connection).await?.outputs().await?.len(), 1);
    // A thousand outputs end at the 64th.
    for _ in 1..64 {
        outputs.create("64x64", OutputOptions::default()).await?;
    }
    let last = outputs.create("64x64", OutputOptions::default()).await;
    assert!(matches!(last, Err(Error::BadArgument(sentence)) if sentence.contains("fewer than 64")));
    assert_eq!(outputs.list().await?.len(), 64);
    Ok(())
}

#[tokio::test]
async fn the_configuration_describes_outputs() -> Result {
    let text = "[output.LEFT]\nmode = \"640x480\"\n[output.RIGHT]\nmode = \"800x600\"\nscale = 2.0\nposition = \"640,0\"\n";
    let mut desktop = Desktop::start_configured(&[], text)?;
    let names = |desktop: &Desktop| -> anyhow::Result<Vec<String>> {
        let outputs: serde_json::Value = serde_json::from_str(&desktop.ctl(&["outputs", "--json"])?)?;
        let used = outputs.as_array().into_iter().flatten().filter(|output| output["enabled"] == true);
        Ok(used.filter_map(|output| output["name"].as_str().map(str::to_owned)).collect())
    };
    assert_eq!(names(&desktop)?, ["LEFT", "RIGHT"]);
    std::fs::write(desktop.config_file(), text.replace("[output.RIGHT]", "[output.RIGHT]\nenabled = false"))?;
    desktop.wait_for("one output", |desktop| Ok((names(desktop)? == ["LEFT"]).then_some(())))?;
    std::fs::write(desktop.config_file(), text)?;
    desktop.wait_for("two outputs", |desktop| Ok((names(desktop)? == ["LEFT", "RIGHT"]).then_some(())))?;
    Ok(())
}

#[test]
fn a_region_that_is_on_no_output_is_refused_with_where_outputs_are() -> Result {
    let desktop = Desktop::start(&["--size", "640x480"])?;
    let output = desktop.ctl_output(&["capture", "--region", "5000,5000,10x10", "-o", "-"])?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(said.contains("outside of all outputs; there is HEADLESS-1 (640x480 at 0,0)"), "{said}");
    let picture = desktop.picture(&["--region", "600,400,100x100"])?;
    assert_eq!((picture.width, picture.height), (100, 100), "what is partly there is shown");
    Ok(())
}

#[tokio::test]
async fn a_program_that_keeps_properties_hears_that_a_display_draws_now() -> Result {
    let desktop = Desktop::start(&["--size", "64x64"])?;
    let connection = desktop.connect().await?;
    let proxy = Desktop1Proxy::new(&connection).await?;
    assert_eq!((proxy.executor().await?.as_str(), proxy.executor_reason().await?.as_str()), ("", "nobody looks"));
    let mut changes = proxy.receive_executor_changed().await;
    let first = desktop.picture(&[])?;
    assert_eq!(first.width, 64);
    loop {
        let change = std::future::poll_fn(|context| std::pin::Pin::new(&mut changes).poll_next(context)).await;
        let change = change.ok_or_else(|| anyhow::anyhow!("the desktop ended"))?;
        if change.get().await? == "cpu" {
            break;
        }
    }
    assert_eq!(proxy.cached_executor()?.as_deref(), Some("cpu"), "the answer to a question comes from the signal");
    Ok(())
}
