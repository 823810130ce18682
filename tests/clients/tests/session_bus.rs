//! A real desktop on a real session bus.

use std::{collections::HashMap, path::Path, process::Command};

use glasshouse_clients::{Bus, Desktop, PATIENCE, program};
use glasshouse_protocols::{BUS_NAME, Commands1Proxy, Desktop1Proxy, Events, Filter, OBJECT_PATH, Payload};
use rustix::process::{Pid, Signal, kill_process};
use zbus::{
    Variant,
    fdo::{self, DBusProxy},
};

type Result = anyhow::Result<()>;

#[tokio::test]
async fn a_subscriber_on_the_session_bus_hears_of_a_bad_configuration() -> Result {
    let folder = Desktop::new_folder()?;
    let bus = Bus::start(folder.path())?;
    std::fs::create_dir_all(folder.path().join("config/glasshouse"))?;
    let desktop = Desktop::start_in(folder, &[], &[("DBUS_SESSION_BUS_ADDRESS", bus.address())])?;
    bus.wait_for_owner(BUS_NAME, true).await?;
    let filter = Filter { kinds: Some(vec!["system_alert".to_owned()]), ..Filter::default() };
    let mut events = Events::subscribe(&bus.connect().await?, filter).await?;
    std::fs::write(desktop.config_file(), "[layout]\ngap-px = \"wide\"\n")?;
    let event = tokio::time::timeout(PATIENCE, events.next()).await??;
    let Some(Payload::SystemAlert(alert)) = event.map(|event| event.payload) else { panic!("nothing else was asked for") };
    assert_eq!((alert.severity.as_str(), alert.subject.as_str()), ("error", "config-refused"));
    assert!(alert.sentence.contains("config.toml:2:10"), "{}", alert.sentence);
    Ok(())
}

#[tokio::test]
async fn a_flood_of_calls_on_the_session_bus_is_refused_and_keeps_nobody_else_waiting() -> Result {
    let folder = Desktop::new_folder()?;
    let bus = Bus::start(folder.path())?;
    let _desktop = Desktop::start_in(folder, &[], &[("DBUS_SESSION_BUS_ADDRESS", bus.address())])?;
    bus.wait_for_owner(BUS_NAME, true).await?;
    let flooder = bus.connect().await?;
    let (told, mut refusals) = tokio::sync::mpsc::unbounded_channel();
    // A caller's calls are carried out in their order, and the first waits for a window that never comes.
    for _ in 0..400 {
        let (flooder, told) = (flooder.clone(), told.clone());
        tokio::spawn(async move {
            let nobody = HashMap::from([("app_id", Variant::from("nobody"))]);
            let arguments = (nobody, "focused", 60_000_u32);
            let answer = flooder.call_method(Some(BUS_NAME), OBJECT_PATH, Some("org.glasshouse.Windows1"), "WaitFor", &arguments).await;
            if let Err(zbus::Error::FDO(error)) = answer
                && let fdo::Error::LimitsExceeded(sentence) = *error
            {
                // The test may have ended.
                let _ = told.send(sentence);
            }
        });
    }
    let Some(sentence) = tokio::time::timeout(PATIENCE, refusals.recv()).await? else { panic!("somebody is refused") };
    assert!(sentence.contains("too many calls wait"), "{sentence}");
    let other = bus.connect().await?;
    let state = tokio::time::timeout(PATIENCE, Desktop1Proxy::new(&other).await?.snapshot()).await??;
    assert!(state.1.windows.is_empty());
    Ok(())
}

/// A desktop that a bus has started. It ends with the test.
struct Activated(Pid);

impl Drop for Activated {
    fn drop(&mut self) {
        // It may have ended, and errors have no reader any more.
        let _ = kill_process(self.0, Signal::KILL);
    }
}

async fn activated(bus: &Bus) -> anyhow::Result<Activated> {
    let connection = bus.connect().await?;
    let pid = DBusProxy::new(&connection).await?.get_connection_unix_process_id(BUS_NAME.try_into()?).await?;
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.map(Activated).ok_or_else(|| anyhow::anyhow!("the bus names no process"))
}

/// What `session/install --activation` says and writes, for a user whose data lie in this folder.
fn install(data: &Path, program: &Path) -> anyhow::Result<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../session/install");
    let output = Command::new(script).arg("--activation").arg(program).env("XDG_DATA_HOME", data).output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8(said)?)
}

#[tokio::test]
async fn the_first_call_on_a_session_bus_starts_a_desktop() -> Result {
    let folder = Desktop::new_folder()?;
    let data = folder.path().join("data");
    let glasshouse = program("glasshouse")?;
    let said = install(&data, &glasshouse)?;
    let unit = data.join("systemd/user/glasshouse-headless.service");
    assert!(said.contains(&unit.display().to_string()), "{said}");
    assert!(std::fs::read_to_string(unit)?.contains(&format!("ExecStart={} --headless", glasshouse.canonicalize()?.display())));
    let bus = Bus::start(folder.path())?;
    let connection = bus.connect().await?;
    // Nobody runs yet.
    let outputs = Desktop1Proxy::new(&connection).await?.outputs().await?;
    let first = activated(&bus).await?;
    assert_eq!(outputs.len(), 1);
    let exe = std::fs::read_link(format!("/proc/{}/exe", first.0.as_raw_nonzero()))?;
    assert_eq!(exe, glasshouse.canonicalize()?);
    // The socket for programs lies where they look for it.
    assert!(folder.path().join("wayland-1").exists() || folder.path().join("wayland-0").exists());
    Commands1Proxy::new(&connection).await?.run(&["quit"]).await?;
    bus.wait_for_owner(BUS_NAME, false).await?;
    // And again.
    assert!(Desktop1Proxy::new(&connection).await?.windows().await?.is_empty());
    let second = activated(&bus).await?;
    assert_ne!(first.0, second.0);
    Commands1Proxy::new(&connection).await?.run(&["quit"]).await?;
    bus.wait_for_owner(BUS_NAME, false).await?;
    Ok(())
}

#[test]
fn what_is_no_program_is_not_installed_for_activation() -> Result {
    let folder = Desktop::new_folder()?;
    let data = folder.path().join("data");
    let said = install(&data, &folder.path().join("nothing"))?;
    assert!(said.contains("Name the program glasshouse"), "{said}");
    assert!(!data.exists());
    Ok(())
}
