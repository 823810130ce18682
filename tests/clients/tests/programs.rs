//! Programs from Debian, unmodified: each is opened, looked at, driven and closed.

use std::{io::Read, process::Stdio};

use glasshouse_clients::{Desktop, Picture};

type Result = anyhow::Result<()>;

fn bright(pixel: [u8; 3]) -> bool {
    pixel.iter().all(|channel| *channel > 150)
}

#[test]
fn foot_shows_what_is_typed_and_its_program_reads_it() -> Result {
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    let answer = desktop.folder().join("answer");
    let script = format!("IFS= read -r line; printf '%s\\n' \"$line\" > {}; exec sleep 1000", answer.display());
    let window = desktop.launch(&["foot", "sh", "-c", &script])?;
    let empty = desktop.picture(&["--window", &window])?;
    desktop.ctl(&["type", "naïve 美しい 🙂 ẞ Ω"])?;
    desktop.ctl(&["key", "Return"])?;
    assert_eq!(desktop.wait_for_file(&answer)?, "naïve 美しい 🙂 ẞ Ω\n");
    desktop.wait_for("the line on the screen", |desktop| {
        let picture = desktop.picture(&["--window", &window])?;
        Ok((picture.difference(&empty)? > 200 && picture.count(bright) > 100).then_some(()))
    })?;
    desktop.close_and_wait(&window)
}

#[test]
fn weston_terminal_takes_a_command() -> Result {
    let desktop = Desktop::start(&["--size", "800x600"])?;
    let answer = desktop.folder().join("answer");
    let window = desktop.launch(&["weston-terminal", "--shell=/bin/sh"])?;
    desktop.ctl(&["type", &format!("echo it works > {}\n", answer.display())])?;
    assert_eq!(desktop.wait_for_file(&answer)?, "it works\n");
    assert!(desktop.picture(&["--window", &window])?.colors() > 10);
    desktop.close_and_wait(&window)
}

/// Runs an animation for some frames and gives what it wrote to its error output.
fn animate(argv: &[&str], frames: usize) -> anyhow::Result<(Vec<Picture>, String)> {
    let mut desktop = Desktop::start(&["--size", "640x480"])?;
    desktop.spawn(argv)?;
    desktop.wait_for_window("")?;
    let mut pictures: Vec<Picture> = vec![desktop.picture(&["--no-cursor"])?];
    while pictures.len() < frames {
        let next = desktop.wait_for("another frame", |desktop| {
            let picture = desktop.picture(&["--no-cursor"])?;
            Ok((pictures.last() != Some(&picture)).then_some(picture))
        })?;
        pictures.push(next);
    }
    Ok((pictures, desktop.errors_of_first()?))
}

#[test]
fn weston_simple_shm_never_finds_both_buffers_busy() -> Result {
    let (pictures, errors) = animate(&["weston-simple-shm"], 20)?;
    assert!(!errors.contains("busy"), "{errors}");
    assert!(pictures.iter().all(|picture| picture.colors() > 50));
    Ok(())
}

#[test]
fn weston_simple_damage_draws_its_ball() -> Result {
    for arguments in [&["weston-simple-damage"][..], &["weston-simple-damage", "--use-viewport", "--scale=2"]] {
        let (pictures, errors) = animate(arguments, 10)?;
        assert!(!errors.contains("busy"), "{errors}");
        assert_eq!(pictures.len(), 10);
    }
    Ok(())
}

#[test]
fn weston_subsurfaces_shows_all_three_surfaces() -> Result {
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    desktop.spawn(&["weston-subsurfaces"])?;
    let window = desktop.wait_for_window("")?;
    desktop.wait_for("the green window with its red subsurface and the triangle's dark one", |desktop| {
        let picture = desktop.picture(&["--window", &window])?;
        let red = picture.count(|[red, green, blue]| red > 140 && green < 60 && blue < 60);
        let green = picture.count(|[red, green, blue]| red < 40 && green > 140 && blue < 60);
        let dark = picture.count(|[red, green, blue]| red < 40 && (30..80).contains(&green) && blue < 40);
        Ok((red > 10_000 && green > 10_000 && dark > 10_000).then_some(()))
    })
}

#[test]
fn a_turned_output_is_upright_in_our_pictures_and_in_those_of_grim() -> Result {
    let mut desktop = Desktop::start(&["--size", "600x800,90"])?;
    let window = desktop.launch(&["foot", "sh", "-c", "seq 30; exec sleep 1000"])?;
    settle_text(&mut desktop, &window)?;
    let ours = desktop.picture(&["--no-cursor"])?;
    assert_eq!((ours.width, ours.height), (800, 600));
    let path = desktop.folder().join("grim.png");
    let name = path.to_str().ok_or_else(|| anyhow::anyhow!("a path in UTF-8"))?;
    assert!(desktop.spawn(&["grim", name])?.wait()?.success());
    assert_eq!(Picture::read(&path)?.difference(&ours)?, 0);
    Ok(())
}

#[test]
fn weston_transformed_looks_the_same_however_it_turns_its_buffers() -> Result {
    let mut desktop = Desktop::start(&["--size", "500x400"])?;
    let log = desktop.folder().join("log");
    desktop.spawn(&["sh", "-c", &format!("WAYLAND_DEBUG=1 exec weston-transformed 2> {}", log.display())])?;
    let window = desktop.wait_for_window("")?;
    // A red line up, a green one to the right, two white ones.
    let upright = desktop.wait_for("its cross", |desktop| {
        let picture = desktop.picture(&["--window", &window])?;
        Ok((picture.colors() > 3).then_some(picture))
    })?;
    const TURN: &str = "set_buffer_transform";
    for key in ["Right", "Right", "Right", "Right", "Left", "f"] {
        let turns = std::fs::read_to_string(&log)?.matches(TURN).count();
        desktop.ctl(&["key", key])?;
        // It draws with every turn, and the callback comes when the desktop has shown that.
        desktop.wait_for("the frame after its turn", |_| {
            let log = std::fs::read_to_string(&log)?;
            let after = log.rsplit(TURN).next().unwrap_or_default();
            Ok((log.matches(TURN).count() > turns && after.contains(".commit()") && after.contains(".done(")).then_some(()))
        })?;
        assert_eq!(desktop.picture(&["--window", &window])?.difference(&upright)?, 0, "after {key}");
    }
    Ok(())
}

#[test]
fn weston_transformed_and_others_show_themselves() -> Result {
    for program in ["weston-transformed", "weston-stacking", "weston-flower", "weston-eventdemo", "weston-dnd"] {
        let mut desktop = Desktop::start(&["--size", "800x600"])?;
        desktop.spawn(&[program])?;
        let window = desktop.wait_for_window("")?;
        desktop
            .wait_for(&format!("{program} to draw"), |desktop| Ok((desktop.picture(&["--window", &window])?.colors() > 2).then_some(())))?;
    }
    Ok(())
}

#[test]
fn a_gtk_4_application_answers_a_click_and_closes() -> Result {
    let mut desktop = Desktop::start(&["--size", "1280x800"])?;
    let window = desktop.launch(&["gtk4-widget-factory"])?;
    let place = desktop.window(&window)?.ok_or_else(|| anyhow::anyhow!("the window is there"))?;
    // "Page 2" is right of the middle of the header bar.
    let number = |name: &str| place[name].as_f64().unwrap_or_default();
    let settled = settle(&mut desktop, &window)?;
    let (x, y) = (number("x") + number("width") / 2.0, number("y") + 24.0);
    desktop.ctl(&["click", &x.to_string(), &y.to_string()])?;
    desktop.wait_for("the second page", |desktop| {
        Ok((desktop.picture(&["--window", &window])?.difference(&settled)? > 20_000).then_some(()))
    })?;
    desktop.close_and_wait(&window)
}

/// A picture of a window that has come to rest.
fn settle(desktop: &mut Desktop, window: &str) -> anyhow::Result<Picture> {
    let mut last = desktop.picture(&["--window", window])?;
    desktop.wait_for("the window to come to rest", |desktop| {
        let next = desktop.picture(&["--window", window])?;
        let moved = next.difference(&last).unwrap_or(usize::MAX);
        last = next;
        // A spinner turns for ever.
        Ok((moved < 500 && last.colors() > 20).then_some(()))
    })?;
    Ok(last)
}

#[test]
fn grim_sees_what_our_own_capture_sees() -> Result {
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    let window = desktop.launch(&["foot", "sh", "-c", "seq 30; exec sleep 1000"])?;
    settle_text(&mut desktop, &window)?;
    let path = desktop.folder().join("grim.png");
    let grim = |desktop: &mut Desktop, arguments: &[&str]| -> anyhow::Result<Picture> {
        let path = path.to_str().ok_or_else(|| anyhow::anyhow!("a path in UTF-8"))?;
        let status = desktop.spawn(&[&["grim"], arguments, &[path]].concat())?.wait()?;
        assert!(status.success());
        Picture::read(path.as_ref())
    };
    let theirs = grim(&mut desktop, &[])?;
    assert_eq!((theirs.width, theirs.height), (800, 600));
    assert_eq!(theirs.difference(&desktop.picture(&["--no-cursor"])?)?, 0);
    let part = grim(&mut desktop, &["-g", "100,50 200x100"])?;
    assert_eq!(part.difference(&desktop.picture(&["--no-cursor", "--region", "100,50,200x100"])?)?, 0);
    assert!(part.colors() > 1 || theirs.colors() > 20);
    Ok(())
}

/// Waits until a terminal shows the numbers of `seq 30` and has come to rest. Its cursor alone is bright, too.
fn settle_text(desktop: &mut Desktop, window: &str) -> Result {
    let mut last = desktop.picture(&["--window", window])?;
    desktop.wait_for("thirty lines of text", |desktop| {
        let picture = desktop.picture(&["--window", window])?;
        let rests = picture == last && picture.count(bright) > 500;
        last = picture;
        Ok(rests.then_some(()))
    })
}

#[test]
fn wl_copy_gives_to_wl_paste() -> Result {
    for primary in [&[][..], &["--primary"]] {
        let mut desktop = Desktop::start(&["--size", "640x480"])?;
        let copy = [&["wl-copy", "--foreground"], primary, &["Zwölf 美"]].concat();
        desktop.spawn(&copy)?;
        let pasted = desktop.wait_for("the selection", |desktop| {
            let paste = [&["wl-paste", "--no-newline"], primary].concat();
            let mut command = std::process::Command::new(paste[0]);
            command.args(&paste[1..]).stdin(Stdio::null());
            desktop.environment(&mut command);
            let output = command.output()?;
            Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
        })?;
        assert_eq!(pasted, "Zwölf 美");
    }
    Ok(())
}

#[test]
fn wtype_types_into_the_focused_window() -> Result {
    let mut desktop = Desktop::start(&["--size", "640x480"])?;
    let answer = desktop.folder().join("answer");
    let script = format!("IFS= read -r line; printf '%s\\n' \"$line\" > {}; exec sleep 1000", answer.display());
    desktop.launch(&["foot", "sh", "-c", &script])?;
    assert!(desktop.spawn(&["wtype", "héllo 美"])?.wait()?.success());
    desktop.ctl(&["key", "Return"])?;
    assert_eq!(desktop.wait_for_file(&answer)?, "héllo 美\n");
    Ok(())
}

#[test]
fn wayland_info_lists_what_is_promised() -> Result {
    let mut desktop = Desktop::start(&["--size", "1280x720@1.5"])?;
    let child = desktop.spawn(&["wayland-info"])?;
    let mut text = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut text)?;
    }
    for line in [
        "'wl_compositor',                              version:  6",
        "'wl_shm',                                     version:  2",
        "'wl_seat',                                    version:  9",
        "'wl_output',                                  version:  4",
        "'xdg_wm_base'",
        "'zwlr_layer_shell_v1',                        version:  4",
        "'zwlr_screencopy_manager_v1',                 version:  3",
        "'zwp_text_input_manager_v3'",
        "'zwp_input_method_manager_v2'",
        "'zwp_virtual_keyboard_manager_v1'",
        "'zwlr_virtual_pointer_manager_v1',            version:  2",
        "'ext_data_control_manager_v1'",
        "'zwlr_data_control_manager_v1'",
        "'wp_cursor_shape_manager_v1'",
        "width: 1280 px, height: 720 px",
    ] {
        assert!(text.contains(line), "no {line} in:\n{text}");
    }
    Ok(())
}

#[test]
fn wev_hears_every_key_button_and_motion() -> Result {
    let mut desktop = Desktop::start(&["--size", "640x480"])?;
    let log = desktop.folder().join("wev");
    let script = format!("exec stdbuf -oL wev > {}", log.display());
    desktop.spawn(&["sh", "-c", &script])?;
    desktop.wait_for_window("")?;
    desktop.ctl(&["click", "320", "240"])?;
    desktop.ctl(&["scroll", "0", "2"])?;
    desktop.ctl(&["key", "ctrl+shift+a"])?;
    for wanted in ["motion", "button: 272 (left), state: 1", "axis: 0 (vertical)", "sym: Control_L", "sym: A ", "utf8: ''"] {
        desktop.wait_for(wanted, |_| Ok(std::fs::read_to_string(&log)?.contains(wanted).then_some(())))?;
    }
    Ok(())
}

#[test]
fn the_wallpaper_of_swaybg_is_a_layer_surface_that_glassctl_lists() -> Result {
    let mut desktop = Desktop::start(&["--size", "640x480"])?;
    assert_eq!(desktop.ctl(&["layers", "--json"])?, "[]");
    assert!(desktop.ctl(&["layers"])?.starts_with("no layer surfaces"));
    let pid = desktop.spawn(&["swaybg", "--color", "#204060"])?.id();
    let listed = desktop.wait_for("the wallpaper", |desktop| {
        let layers: serde_json::Value = serde_json::from_str(&desktop.ctl(&["layers", "--json"])?)?;
        Ok(layers.get(0).cloned())
    })?;
    assert_eq!((listed["namespace"].as_str(), listed["layer"].as_str()), (Some("wallpaper"), Some("background")));
    assert_eq!(
        (listed["width"].as_f64(), listed["height"].as_f64(), listed["exclusive_zone"].as_i64()),
        (Some(640.0), Some(480.0), Some(-1))
    );
    assert_eq!(
        (listed["keyboard"].as_str(), listed["output"].as_str(), listed["pid"].as_u64()),
        (Some("none"), Some("HEADLESS-1"), Some(pid.into()))
    );
    let table = desktop.ctl(&["layers"])?;
    assert!(table.contains("NAMESPACE") && table.contains("640x480 at 0,0"), "{table}");
    assert_eq!(desktop.picture(&["--no-cursor"])?.count(|pixel| pixel == [0x20, 0x40, 0x60]), 640 * 480);
    Ok(())
}

#[test]
fn tabs_show_the_titles_of_their_windows() -> Result {
    let mut desktop = Desktop::start(&["--size", "800x600"])?;
    desktop.ctl(&["do", "set-layout", "tree"])?;
    // It has another title once a line was typed.
    let script = "printf '\\033]2;first\\007'; read line; printf '\\033]2;美しい 🙂\\007'; exec sleep 1000";
    let first = desktop.launch(&["foot", "-o", "csd.preferred=none", "sh", "-c", script])?;
    desktop.ctl(&["do", "set-tabbed", "on"])?;
    desktop.launch(&["foot", "-o", "csd.preferred=none", "-T", "second", "sleep", "1000"])?;
    // The strip of titles: bright letters on dark glass, in both halves.
    let letters = |picture: &Picture, half: usize| {
        let place = (12..36).flat_map(|y| (half * 400 + 30..half * 400 + 370).map(move |x| (x, y)));
        place.filter(|(x, y)| picture.at(*x, *y).is_some_and(|pixel| pixel.iter().all(|channel| *channel > 120))).count()
    };
    let before = desktop.wait_for("two titles", |desktop| {
        let picture = desktop.picture(&[])?;
        Ok((letters(&picture, 0) > 10 && letters(&picture, 1) > 10).then_some(picture))
    })?;
    desktop.ctl(&["focus", &first])?;
    desktop.ctl(&["key", "Return"])?;
    let yellow = |pixel: [u8; 3]| pixel[0] > 180 && pixel[1] > 120 && pixel[2] < 100;
    assert_eq!(before.count(yellow), 0);
    desktop.wait_for("a smile in the title", |desktop| Ok((desktop.picture(&[])?.count(yellow) > 20).then_some(())))
}
