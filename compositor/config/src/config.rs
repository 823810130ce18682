//! The whole configuration as typed values, and the rows of all its sections.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use glasshouse_core::{Blend, Rules, Settings, Struts, tiles};

use crate::{
    binding::{Bindings, Bound, DEFAULT_MODE, Trigger},
    options::{
        Animations, Appearance, Background, Border, Bus, Capture, Columns, Cursor, Device, Display, Focus, Gestures, Keyboard, Layout,
        MasterStack, Output, Session, Shadow, TOUCHPAD_ONLY, Tabs, Telemetry, Tree,
    },
    problem::Fault,
    rules::{LayerRules, WindowRules},
    table::{Group, Row, Section, When},
    types::Animate,
    value::{Node, Setting},
};

/// Everything that can be chosen. The defaults are those of the options; [`crate::Layers`] adds the built-in bindings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    pub window_rules: WindowRules,
    pub layer_rules: LayerRules,
    pub layout: Layout,
    pub animations: Animations,
    pub columns: Columns,
    pub tree: Tree,
    pub master_stack: MasterStack,
    pub tabs: Tabs,
    pub focus: Focus,
    pub appearance: Appearance,
    pub background: Background,
    pub border: Border,
    pub shadow: Shadow,
    pub cursor: Cursor,
    pub keyboard: Keyboard,
    pub gestures: Gestures,
    pub mouse: Device,
    pub touchpad: Device,
    /// By the device's name, as libinput has it. What is not said here is as for its kind.
    pub devices: BTreeMap<String, Device>,
    /// By the output's name.
    pub outputs: BTreeMap<String, Output>,
    pub bindings: Bindings,
    pub capture: Capture,
    pub display: Display,
    pub bus: Bus,
    pub telemetry: Telemetry,
    pub session: Session,
    /// Added to the environment of programs that the desktop starts.
    pub environment: BTreeMap<String, String>,
}

impl Config {
    /// What the core has to know.
    pub fn core_settings(&self) -> Settings {
        let Border { width_px, focused_top, focused_bottom, unfocused_top, unfocused_bottom } = &self.border;
        let shadow = &self.shadow;
        Settings {
            layout: self.layout.default,
            gap: self.layout.gap_px,
            outer_gap: self.layout.outer_gap_px,
            struts: Struts {
                left: self.layout.strut_left_px,
                right: self.layout.strut_right_px,
                top: self.layout.strut_top_px,
                bottom: self.layout.strut_bottom_px,
            },
            tabs: glasshouse_core::Tabs { height: self.tabs.height_px, font: self.tabs.font.clone(), font_size: self.tabs.font_size_px },
            tiles: self.tiles(),
            border: glasshouse_core::Border {
                width: *width_px,
                focused: Blend { top: (*focused_top).into(), bottom: (*focused_bottom).into() },
                unfocused: Blend { top: (*unfocused_top).into(), bottom: (*unfocused_bottom).into() },
            },
            radius: self.appearance.radius_px,
            shadow: shadow.enabled.then(|| glasshouse_core::Shadow {
                sigma: shadow.sigma_px,
                drop: shadow.drop_px,
                color: shadow.color.into(),
            }),
            background: Blend { top: self.background.top.into(), bottom: self.background.bottom.into() },
            configure_timeout: Duration::from_millis(u64::from(self.layout.configure_timeout_ms)),
            focus_new: self.focus.new_windows,
            focus_follows_pointer: self.focus.follows_pointer,
            pointer_follows_focus: self.focus.pointer_follows,
            click_raises: self.focus.click_raises,
            swipes: glasshouse_core::Swipes { columns: self.gestures.columns_fingers, workspaces: self.gestures.workspaces_fingers },
            cascade_step: self.layout.cascade_step_px,
            snap_distance: self.layout.snap_distance_px,
            rules: Arc::new(Rules { windows: self.window_rules.0.clone(), layers: self.layer_rules.0.clone() }),
            animations: glasshouse_core::Animations {
                // Whoever knows what draws decides about `auto`.
                enabled: self.animations.enabled == Animate::On,
                speed: self.animations.speed,
                open: self.animations.window_open,
                close: self.animations.window_close,
                shift: self.animations.window_move,
                workspace: self.animations.workspace,
            },
        }
    }

    fn tiles(&self) -> tiles::Options {
        let Columns { width, presets, height_presets, centring, centre_single } = self.columns.clone();
        let MasterStack { masters, fraction, side, new_window } = self.master_stack;
        let masters = usize::try_from(masters).unwrap_or(1);
        tiles::Options {
            columns: tiles::ColumnsOptions { width, presets, height_presets, centring, centre_single },
            tree: tiles::TreeOptions { automatic: self.tree.automatic },
            master_stack: tiles::MasterStackOptions { masters, fraction, side, new_window },
        }
    }

    /// What is to be asked of a pointing device: what is said for it by name, or else for its kind.
    pub fn device(&self, name: &str, touchpad: bool) -> Device {
        let kind = if touchpad { &self.touchpad } else { &self.mouse };
        let Some(own) = self.devices.get(name) else { return kind.clone() };
        Device {
            send_events: own.send_events.or(kind.send_events),
            tap: own.tap.or(kind.tap),
            tap_button_map: own.tap_button_map.or(kind.tap_button_map),
            drag: own.drag.or(kind.drag),
            drag_lock: own.drag_lock.or(kind.drag_lock),
            disable_while_typing: own.disable_while_typing.or(kind.disable_while_typing),
            click_method: own.click_method.or(kind.click_method),
            natural_scroll: own.natural_scroll.or(kind.natural_scroll),
            scroll_method: own.scroll_method.or(kind.scroll_method),
            scroll_button: own.scroll_button.or(kind.scroll_button),
            accel_speed: own.accel_speed.or(kind.accel_speed),
            accel_profile: own.accel_profile.or(kind.accel_profile),
            left_handed: own.left_handed.or(kind.left_handed),
            middle_emulation: own.middle_emulation.or(kind.middle_emulation),
            calibration_matrix: own.calibration_matrix.or(kind.calibration_matrix),
            map_to_output: own.map_to_output.clone().or_else(|| kind.map_to_output.clone()),
        }
    }
}

/// A section, its heading and where it is in [`Config`].
macro_rules! fixed {
    ($groups:ident, $rows:ident, $($key:literal: $section:ty = $field:ident $(, like $like:literal without $except:expr)?;)+) => { $(
        let group = Group { key: $key.to_owned(), doc: <$section as Section>::DOC, like: None$(.or(Some($like)))? };
        $groups.push(group);
        let except: &[&str] = None$(.or(Some($except)))?.unwrap_or_default();
        for field in <$section as Section>::fields().into_iter().filter(|field| !except.contains(&field.name.as_str())) {
            let (read, show) = (field.read, field.show);
            let default = show(&<$section>::default());
            $rows.push(Row {
                key: format!("{}.{}", $key, field.name),
                doc: field.doc,
                takes: field.takes,
                default,
                example: field.example,
                range: field.range,
                when: field.when,
                schema: field.schema,
                read: Box::new(move |config, _, node| read(&mut config.$field, node)),
                show: Box::new(move |config, _| show(&config.$field)),
            });
        }
    )+ };
}

/// The same for sections of which there is one for each name.
macro_rules! named {
    ($groups:ident, $rows:ident, $key:literal: $section:ty = $map:ident $(, like $like:literal)?) => {
        let group = Group { key: format!("{}.*", $key), doc: <$section as Section>::DOC, like: None$(.or(Some($like)))? };
        $groups.push(group);
        for field in <$section as Section>::fields() {
            let (read, show) = (field.read, field.show);
            let default = show(&<$section>::default());
            let absent = default.clone();
            $rows.push(Row {
                key: format!("{}.*.{}", $key, field.name),
                doc: field.doc,
                takes: field.takes,
                default,
                example: field.example,
                range: field.range,
                when: field.when,
                schema: field.schema,
                read: Box::new(move |config, names, node| read(config.$map.entry(first(names).to_owned()).or_default(), node)),
                show: Box::new(move |config, names| config.$map.get(first(names)).map_or_else(|| absent.clone(), show)),
            });
        }
    };
}

fn first(names: &[String]) -> &str {
    names.first().map(String::as_str).unwrap_or_default()
}

pub(crate) fn table() -> (Vec<Group>, Vec<Row>) {
    let mut groups = Vec::new();
    // Without a section, they have to stand first in a file.
    let mut rows = rules();
    fixed! { groups, rows,
        "layout": Layout = layout;
        "layout.columns": Columns = columns;
        "animations": Animations = animations;
        "layout.tree": Tree = tree;
        "layout.master-stack": MasterStack = master_stack;
        "appearance.tabs": Tabs = tabs;
        "focus": Focus = focus;
        "appearance": Appearance = appearance;
        "appearance.background": Background = background;
        "appearance.border": Border = border;
        "appearance.shadow": Shadow = shadow;
        "appearance.cursor": Cursor = cursor;
        "input.keyboard": Keyboard = keyboard;
        "input.touchpad": Device = touchpad;
        "input.gestures": Gestures = gestures;
        "input.mouse": Device = mouse, like "input.touchpad" without TOUCHPAD_ONLY;
    }
    named!(groups, rows, "input.device": Device = devices, like "input.touchpad");
    named!(groups, rows, "output": Output = outputs);
    fixed! { groups, rows,
        "capture": Capture = capture;
        "display": Display = display;
        "bus": Bus = bus;
        "telemetry": Telemetry = telemetry;
        "session": Session = session;
    }
    let mut group = |key: &str, doc| groups.push(Group { key: key.to_owned(), doc, like: None });
    group("launch.environment", "Variables that programs are started with, beside those of the desktop itself.");
    group("bindings", "What keys, buttons, the wheel and gestures do.");
    group("mode.*", "A set of bindings that is on between `enter-mode NAME` and `enter-mode default`.");
    group("mode.*.bindings", "Its bindings. While it is on, those outside of it do nothing.");
    rows.push(Row {
        key: "launch.environment.*".to_owned(),
        doc: "A variable that programs are started with.",
        takes: String::takes(),
        default: "\"\"".to_owned(),
        example: "\"wayland\"",
        range: None,
        when: When::New,
        schema: String::schema,
        read: Box::new(|config, names, node| {
            config.environment.insert(first(names).to_owned(), String::read(node)?);
            Ok(())
        }),
        show: Box::new(|config, names| config.environment.get(first(names)).cloned().unwrap_or_default().write()),
    });
    rows.extend(bindings());
    for group in &mut groups {
        group.doc = match group.key.as_str() {
            "input.touchpad" => "Touchpads. The terms are libinput's, and so are the defaults.",
            "input.mouse" => "Mice and other pointing devices that are no touchpad.",
            "input.device.*" => "One device, by the name that `libinput list-devices` shows. What is not said here is as for its kind.",
            _ => group.doc,
        };
    }
    (groups, rows)
}

fn rules() -> Vec<Row> {
    vec![
        Row {
            key: "window-rules".to_owned(),
            doc: "What is different for some windows. Later rules win, property by property.",
            takes: WindowRules::takes(),
            default: "[]".to_owned(),
            example: "[{ match = [{ app-id = \"^mpv$\" }], open-floating = true }]",
            range: None,
            when: When::Now,
            schema: WindowRules::schema,
            read: Box::new(|config, _, node| {
                config.window_rules = WindowRules::read(node)?;
                Ok(())
            }),
            show: Box::new(|config, _| config.window_rules.write()),
        },
        Row {
            key: "layer-rules".to_owned(),
            doc: "What is different for some layer surfaces: panels, notices, launchers, wallpapers. Later rules win, property by property.",
            takes: LayerRules::takes(),
            default: "[]".to_owned(),
            example: "[{ match = [{ namespace = \"notifications\" }], hide-from-capture = true }]",
            range: None,
            when: When::Now,
            schema: LayerRules::schema,
            read: Box::new(|config, _, node| {
                config.layer_rules = LayerRules::read(node)?;
                Ok(())
            }),
            show: Box::new(|config, _| config.layer_rules.write()),
        },
    ]
}

fn bindings() -> Vec<Row> {
    let binding = |key: &str, doc: &'static str, example: &'static str, mode: fn(&[String]) -> &str| Row {
        key: key.to_owned(),
        doc,
        takes: Bound::takes(),
        default: "false".to_owned(),
        example,
        range: None,
        when: When::Now,
        schema: Bound::schema,
        read: Box::new(move |config, names, node| bind(config, mode(names), names, node)),
        show: Box::new(move |config, names| {
            let trigger = names.last().and_then(|name| name.parse::<Trigger>().ok());
            let bindings = trigger.and_then(|trigger| Some(config.bindings.mode(mode(names))?.find(&trigger).to_vec()));
            Bound(bindings.unwrap_or_default()).write()
        }),
    };
    vec![
        binding(
            "bindings.*",
            "What a key, a button, the wheel or a gesture does. The key of the option is what is pressed.",
            "\"spawn foot\"",
            |_| DEFAULT_MODE,
        ),
        Row {
            key: "mode.*.once".to_owned(),
            doc: "Whether the mode ends by itself after one of its bindings.",
            takes: bool::takes(),
            default: "false".to_owned(),
            example: "true",
            range: None,
            when: When::Now,
            schema: bool::schema,
            read: Box::new(|config, names, node| {
                config.bindings.mode_mut(first(names)).once = bool::read(node)?;
                Ok(())
            }),
            show: Box::new(|config, names| config.bindings.mode(first(names)).is_some_and(|mode| mode.once).write()),
        },
        binding(
            "mode.*.bindings.*",
            "The same while the mode is on, in place of the bindings outside. Escape leaves the mode unless it is bound here.",
            "\"resize-window-by -20,0\"",
            first,
        ),
    ]
}

fn bind(config: &mut Config, mode: &str, names: &[String], node: &Node<'_>) -> Result<(), Vec<Fault>> {
    let name = names.last().map(String::as_str).unwrap_or_default();
    let trigger: Trigger = name.parse().map_err(|error: crate::TriggerError| vec![Fault::new(node.span(), error.message)])?;
    let bound = Bound::read(node)?;
    bound.fits(&trigger, node)?;
    config.bindings.bind(mode, trigger, bound.0);
    Ok(())
}
