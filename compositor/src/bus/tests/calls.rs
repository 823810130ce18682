//! Every method of every interface, there and back.

use std::{collections::HashMap, io::Read as _, os::fd::OwnedFd, time::Instant};

use glasshouse_core::{Refusal, WindowId};
use glasshouse_protocols::{
    Capture1Proxy, CaptureInfo, CaptureOptions, Commands1Proxy, Config1Proxy, Debug1Proxy, Desktop1Proxy, Error, Input1Proxy,
    OutputOptions, Outputs1Proxy, Windows1Proxy,
};

use zbus::connection::Builder;

use super::{super::*, Bench, echo, sample_layer, sample_window};

/// The call arrived in the main loop as `Debug` prints it, and its refusal came back typed.
#[track_caller]
fn arrived<T: std::fmt::Debug>(answer: Result<T, Error>, words: &str) {
    match answer {
        Err(Error::Refused(request)) => assert!(request.contains(words), "{request}\ndoes not contain\n{words}"),
        other => panic!("expected {words}, got {other:?}"),
    }
}

#[track_caller]
fn bad<T: std::fmt::Debug>(answer: Result<T, Error>, words: &str) {
    match answer {
        Err(Error::BadArgument(sentence)) => assert!(sentence.contains(words), "{sentence}\ndoes not contain\n{words}"),
        other => panic!("expected {words}, got {other:?}"),
    }
}

#[tokio::test]
async fn the_desktop_answers() {
    let bench = Bench::new(echo);
    let desktop = Desktop1Proxy::new(&bench.connect().await).await.unwrap();
    assert_eq!(desktop.version().await.unwrap(), env!("CARGO_PKG_VERSION"));
    assert_eq!(desktop.windows().await.unwrap(), [sample_window()]);
    assert_eq!(desktop.layers().await.unwrap(), [sample_layer()]);
    assert_eq!(desktop.doctor().await.unwrap()[0].check, "executor");
    arrived(desktop.outputs().await, &format!("Program {{ pid: Some({}), scopes: Scopes(63) }}", std::process::id()));
    arrived(desktop.quit().await, "Quit");
}

#[tokio::test]
async fn commands_arrive() {
    let bench = Bench::new(echo);
    let commands = Commands1Proxy::new(&bench.connect().await).await.unwrap();
    arrived(commands.run(&["focus-window", "7"]).await, "FocusWindow { window: Id(WindowId(7)) }");
    arrived(
        commands.run(&["move-window", "-1.5,2", "--window", "app-id:foot"]).await,
        "MoveWindow { to: (-1.5, 2.0), window: AppId(\"foot\") }",
    );
    let two = [vec!["focus-window", "left"], vec!["set-fullscreen", "toggle"]];
    arrived(commands.transaction(&two).await, "[FocusWindow { window: Direction(Left) }, SetFullscreen { on: Toggle");
    arrived(commands.dry_run(&two).await, "[FocusWindow");
    assert_eq!(commands.undo().await.unwrap(), "focus-window 7");
    arrived(commands.redo().await, "redo");
    let list = commands.list().await.unwrap();
    assert_eq!(list.len(), glasshouse_core::command::COMMANDS.len());
    assert!(list.iter().any(|row| row.usage == "close-window [--window WINDOW]" && row.scope == "arrange" && !row.not_undoable.is_empty()));

    bad(commands.run(&["focus-windw", "7"]).await, "did you mean focus-window?");
    bad(commands.run(&[]).await, "no command here");
    bad(commands.run(&["type-text", &"x".repeat(200_000)]).await, "at most 131072 bytes");
    bad(commands.transaction(&[]).await, "1 to 256 commands");
    bad(commands.transaction(&[vec!["quit"], vec!["quti"]]).await, "command 2: there is no command \"quti\"; did you mean quit?");
    bad(commands.dry_run(&vec![vec!["quit"]; 257]).await, "not 257");
}

#[tokio::test]
async fn options_and_outputs_arrive() {
    let bench = Bench::new(echo);
    let connection = bench.connect().await;
    let config = Config1Proxy::new(&connection).await.unwrap();
    arrived(config.show().await, "show false");
    arrived(config.diff().await, "show true");
    arrived(config.get("layout.gap-px").await, "get layout.gap-px");
    arrived(config.set("layout.gap-px", "8").await, "set layout.gap-px to 8");
    arrived(config.reset("layout.gap-px").await, "reset layout.gap-px");
    arrived(config.reload().await, "reload");
    assert_eq!(config.problems().await.unwrap(), "config.toml:1:1: no");

    let outputs = Outputs1Proxy::new(&connection).await.unwrap();
    let options =
        OutputOptions { name: Some("A".into()), transform: Some("90".into()), position: Some((1.0, -2.0)), ..OutputOptions::default() };
    arrived(outputs.create("800x600@30", options.clone()).await, "add-output --name A --transform 90 --position 1,-2 800x600@30");
    arrived(outputs.configure("A", options.clone()).await, "ConfigureOutput { output: Named(\"A\")");
    arrived(outputs.remove("A").await, "RemoveOutput { output: Named(\"A\") }");
    bad(outputs.create("large", options.clone()).await, "write WxH");
    bad(outputs.create("8x6", OutputOptions { transform: Some("45".into()), ..options.clone() }).await, "write normal, 90");
    bad(outputs.create("8x6", OutputOptions { position: Some((f64::NAN, 0.0)), ..options }).await, "x is NaN");
}

#[tokio::test]
async fn programs_are_launched() {
    let bench = Bench::new(echo);
    let windows = Windows1Proxy::new(&bench.connect().await).await.unwrap();
    arrived(
        windows.launch(&["foot", "-e", "sh"], HashMap::from([("B", "2"), ("A", "1")]), "/tmp", 2500).await,
        r#"Launch { argv: ["foot", "-e", "sh"], env: [("A", "1"), ("B", "2")], cwd: Some("/tmp"), timeout: 2.5s }"#,
    );
    arrived(windows.launch(&["foot"], HashMap::new(), "", 0).await, "cwd: None, timeout: 10s");

    bad(windows.launch(&[], HashMap::new(), "", 0).await, "no program");
    bad(windows.launch(&["foot"], HashMap::from([("A=B", "1")]), "", 0).await, "\"A=B\"");
    bad(windows.launch(&["foot"], HashMap::new(), "", 600_001).await, "ten minutes");
}

#[tokio::test]
async fn input_arrives() {
    let bench = Bench::new(echo);
    let input = Input1Proxy::new(&bench.connect().await).await.unwrap();
    arrived(input.type_text("naïve 美しい 🙂").await, "Type(\"naïve 美しい 🙂\")");
    arrived(input.key("ctrl+shift+t").await, "Key(Chord { modifiers: Modifiers { ctrl: true, shift: true");
    arrived(
        input.click(10.5, 20.0, "right", 2, &["ctrl"]).await,
        "Click { at: (10.5, 20.0), button: Right, count: 2, modifiers: Modifiers { ctrl: true",
    );
    arrived(input.move_to(1.0, 2.0).await, "MoveTo((1.0, 2.0))");
    arrived(input.button("middle", true).await, "Button { button: Middle, pressed: true }");
    arrived(input.scroll(0.0, -1.5).await, "Scroll { dx: 0.0, dy: -1.5 }");
    arrived(input.touch("down", 3, 5.0, 6.0).await, "Touch { phase: Down, id: 3, at: (5.0, 6.0) }");

    bad(input.type_text(&"x".repeat((64 << 10) + 1)).await, "paste");
    arrived(input.gesture("swipe", 3, -80.0, 2.5, 1.0).await, "Gesture { kind: Swipe, fingers: 3, dx: -80.0, dy: 2.5, scale: 1.0 }");
    assert_eq!(input.mode().await.unwrap(), "resize");
    assert_eq!(input.keyboard_layouts().await.unwrap(), (vec!["English (US)".to_owned(), "German".to_owned()], 2));
    bad(input.key("strg+t").await, "\"strg\"");
    bad(input.gesture("wipe", 3, 0.0, 0.0, 1.0).await, "there are swipe, pinch and hold");
    bad(input.gesture("hold", 11, 0.0, 0.0, 1.0).await, "1 to 10 fingers");
    bad(input.gesture("pinch", 2, 0.0, 0.0, f64::NAN).await, "scale");
    bad(input.click(0.0, 0.0, "primary", 1, &[]).await, "there are left, right, middle");
    bad(input.click(0.0, 0.0, "left", 0, &[]).await, "1 to 10");
    bad(input.click(0.0, 0.0, "left", 1, &["t"]).await, "no modifier");
    bad(input.move_to(f64::INFINITY, 0.0).await, "x is inf");
    bad(input.scroll(1e9, 0.0).await, "at most 1000");
    bad(input.touch("hover", 0, 0.0, 0.0).await, "down, move, up and cancel");
    bad(input.touch("down", 64, 0.0, 0.0).await, "from 0 to 63, not 64");
    bad(input.touch("down", -1, 0.0, 0.0).await, "from 0 to 63, not -1");
}

#[tokio::test]
async fn debug_orders_arrive() {
    let bench = Bench::new(echo);
    let debug = Debug1Proxy::new(&bench.connect().await).await.unwrap();
    assert_eq!(debug.display_pid().await.unwrap(), 4711);
    arrived(debug.order("lose-device", 0).await, "LoseDevice");
    arrived(debug.order("poison", 7).await, "Poison(WindowId(7))");
    bad(debug.order("explode", 0).await, "lose-device, hang, hog and poison");
}

#[tokio::test]
async fn what_to_take_a_picture_of_arrives() {
    let bench = Bench::new(echo);
    let capture = Capture1Proxy::new(&bench.connect().await).await.unwrap();
    let default = CaptureOptions::default;
    arrived(
        capture.capture(default()).await,
        "Picture { source: Output { name: None, region: None }, size: Natural, cursor: true, format: Png }",
    );
    arrived(
        capture
            .capture(CaptureOptions {
                window: Some(7),
                region: Some((1.0, 2.0, 3.0, 4.0)),
                size: Some((64, 32)),
                cursor: Some(false),
                format: Some("raw".into()),
                ..default()
            })
            .await,
        "Picture { source: Window { window: WindowId(7), region: Some(Rect(3.0x4.0 at (1.0, 2.0))) }, size: Exact(64, 32), cursor: false, format: Raw }",
    );
    arrived(
        capture.capture(CaptureOptions { region: Some((0.0, 0.0, 9.0, 9.0)), scale: Some(0.5), ..default() }).await,
        "source: Region(Rect(9.0x9.0 at (0.0, 0.0))), size: Scale(0.5)",
    );

    let wrong = |options| capture.capture(options);
    bad(wrong(CaptureOptions { window: Some(7), output: Some("A".into()), ..default() }).await, "leave out one");
    bad(wrong(CaptureOptions { size: Some((1, 1)), scale: Some(1.0), ..default() }).await, "leave out one");
    bad(wrong(CaptureOptions { size: Some((0, 99_999)), ..default() }).await, "from 1 to 16384");
    bad(wrong(CaptureOptions { scale: Some(0.0), ..default() }).await, "above 0");
    bad(wrong(CaptureOptions { scale: Some(f64::NAN), ..default() }).await, "above 0");
    bad(wrong(CaptureOptions { region: Some((0.0, 0.0, 0.0, 5.0)), ..default() }).await, "empty");
    bad(wrong(CaptureOptions { region: Some((f64::NAN, 0.0, 1.0, 5.0)), ..default() }).await, "finite");
    bad(wrong(CaptureOptions { format: Some("bmp".into()), ..default() }).await, "png and raw");
}

#[tokio::test]
async fn a_picture_comes_as_a_descriptor() {
    let sent = CaptureInfo {
        format: "raw".to_owned(),
        width: 2,
        height: 1,
        stride: 8,
        bytes: 8,
        seq: 99,
        time_ns: 5,
        unchanged: true,
        damage: vec![(0, 0, 1, 1), (1, 0, 1, 1)],
        x: 10.0,
        y: 20.0,
        scale_x: 2.0,
        scale_y: 2.0,
    };
    let info = sent.clone();
    let bench = Bench::new(move |request| match request {
        Request::Capture { reply, .. } => {
            let fd = rustix::fs::memfd_create("picture", rustix::fs::MemfdFlags::CLOEXEC).unwrap();
            rustix::io::pwrite(&fd, b"8 pixels", 0).unwrap();
            reply.send(Ok(Captured { fd, info: info.clone() })).unwrap();
        }
        other => echo(other),
    });
    let capture = Capture1Proxy::new(&bench.connect().await).await.unwrap();
    for _ in 0..100 {
        let (fd, info) = capture.capture(CaptureOptions::default()).await.unwrap();
        assert_eq!(info, sent);
        let mut file = std::fs::File::from(OwnedFd::from(fd));
        let mut contents = String::new();
        file.read_to_string(&mut contents).unwrap();
        assert_eq!(contents, "8 pixels");
    }
}

#[tokio::test]
async fn every_refusal_has_its_name() {
    let mut refusals = vec![
        Refusal::NoWindow { asked: WindowId(7).into(), windows: vec![WindowId(8)] },
        Refusal::NotPermitted { scope: "launch" },
        Refusal::Locked,
        Refusal::NameTaken("A".into()),
    ];
    let bench = Bench::new(move |request| match request {
        Request::Commands(CommandsRequest::Run { reply, .. }) => drop(reply.send(Err(refusal(&refusals.remove(0))))),
        other => echo(other),
    });
    let commands = Commands1Proxy::new(&bench.connect().await).await.unwrap();
    let command = ["focus-window", "7"];
    assert!(matches!(commands.run(&command).await, Err(Error::NoWindow(sentence)) if sentence.contains("there is 8")));
    assert!(matches!(commands.run(&command).await, Err(Error::NotPermitted(sentence)) if sentence.contains("launch")));
    assert!(matches!(commands.run(&command).await, Err(Error::Refused(sentence)) if sentence.contains("locked")));
    assert!(matches!(commands.run(&command).await, Err(Error::BadArgument(sentence)) if sentence.contains("name A")));
}

#[tokio::test]
async fn a_client_that_can_speak_only_to_a_bus_finds_one() {
    let bench = Bench::new(echo);
    // Not `.p2p()`: says `Hello` before anything else.
    let connection = Builder::unix_stream(bench.socket()).build().await.unwrap();
    assert_eq!(Desktop1Proxy::new(&connection).await.unwrap().windows().await.unwrap(), [sample_window()]);
    let bus = zbus::fdo::DBusProxy::new(&connection).await.unwrap();
    assert!(bus.name_has_owner("org.glasshouse.Desktop".try_into().unwrap()).await.unwrap());
    assert!(bus.get_name_owner("org.example.Other".try_into().unwrap()).await.is_err());
}

#[tokio::test]
async fn calls_of_one_connection_keep_their_order() {
    let (order, ordered) = std::sync::mpsc::channel();
    let bench = Bench::new(move |request| match request {
        Request::Input { action, reply, .. } => {
            order.send(action).unwrap();
            drop(reply.send(Ok(())));
        }
        other => echo(other),
    });
    let input = Input1Proxy::new(&bench.connect().await).await.unwrap();
    // All under way at once, as an agent that pipelines does it.
    let calls: Vec<_> = (0..200)
        .map(|n| {
            let input = input.clone();
            tokio::spawn(async move { input.move_to(f64::from(n), 0.0).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    for n in 0..200 {
        assert_eq!(ordered.recv().unwrap(), InputAction::MoveTo((f64::from(n), 0.0).into()));
    }
}

#[tokio::test]
async fn a_call_is_quick() {
    let bench = Bench::new(echo);
    let debug = Debug1Proxy::new(&bench.connect().await).await.unwrap();
    let mut times = Vec::new();
    for _ in 0..2_000 {
        let before = Instant::now();
        debug.display_pid().await.unwrap();
        times.push(before.elapsed());
    }
    times.sort_unstable();
    let (p50, p99) = (times[1_000], times[1_980]);
    println!("call round trip with the other thread's answer: p50 {p50:?}, p99 {p99:?}");
    assert!(p50.as_millis() < 5, "{p50:?}");
}
