//! Random histories with random rules: the invariants hold, and what windows have is what rules say about them now.

use std::sync::Arc;

use glasshouse_scene::{LogicalPoint, LogicalSize};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{
    Rules,
    command::Command,
    event::Layer,
    rules::{
        Destination, InhibitIdle, Lasting, LayerLasting, LayerMatch, LayerRule, Opening, Pattern, State, Text, WindowMatch, WindowRule,
        WindowType,
    },
    tests::{
        bench::{Bench, Do, Op},
        histories::{TILE_COMMANDS, cases, op, settings},
    },
};

fn pattern() -> impl Strategy<Value = Pattern> {
    select(vec!["", "a", "^b$", "[bc]", "^$"]).prop_map(|text| Pattern::new(text).unwrap())
}

fn window_match() -> impl Strategy<Value = WindowMatch> {
    let states = prop::collection::btree_map(select(State::ALL.to_vec()), any::<bool>(), 0..3);
    let workspace = option::weighted(0.2, select(vec!["web", "1", "2"]));
    let output = option::weighted(0.2, select(vec!["HEADLESS-1", "HEADLESS-2"]));
    (option::weighted(0.5, pattern()), states, option::weighted(0.2, select(WindowType::ALL.to_vec())), workspace, output).prop_map(
        |(title, states, kind, workspace, output)| WindowMatch {
            texts: title.into_iter().map(|title| (Text::Title, title)).collect(),
            kind,
            workspace: workspace.map(str::to_owned),
            output: output.map(str::to_owned),
            at_startup: None,
            states,
        },
    )
}

fn size() -> impl Strategy<Value = LogicalSize> {
    (1..900_u16, 1..900_u16).prop_map(|(width, height)| LogicalSize::new(width.into(), height.into()))
}

fn opening() -> impl Strategy<Value = Opening> {
    let maybe = || option::weighted(0.2, any::<bool>());
    let workspace = option::weighted(
        0.2,
        prop_oneof![
            (1..4_u32).prop_map(Destination::Number),
            select(vec!["web", "mail"]).prop_map(|name| Destination::Name(name.to_owned())),
        ],
    );
    let output = option::weighted(0.2, select(vec!["HEADLESS-1", "HEADLESS-2", "none"]));
    let at = option::weighted(0.2, (-500..2000_i16, -500..2000_i16));
    (workspace, output, [maybe(), maybe(), maybe(), maybe(), maybe()], at, option::weighted(0.2, size())).prop_map(
        |(workspace, output, [floating, fullscreen, maximized, minimized, focused], at, size)| Opening {
            workspace,
            output: output.map(str::to_owned),
            floating,
            fullscreen,
            maximized,
            minimized,
            focused,
            at: at.map(|(x, y)| LogicalPoint::new(x.into(), y.into())),
            size,
        },
    )
}

fn lasting() -> impl Strategy<Value = Lasting> {
    let maybe = || option::weighted(0.2, any::<bool>());
    let length = || option::weighted(0.2, 0.0..30.0_f64);
    let idle = option::weighted(0.2, select(InhibitIdle::ALL.to_vec()));
    let limits = || option::weighted(0.15, size());
    ([maybe(), maybe(), maybe(), maybe()], [length(), length()], option::weighted(0.2, 0.0..1.0_f64), idle, [limits(), limits()]).prop_map(
        |(
            [border, shadow, hide_from_capture, focus_on_activation],
            [border_width, radius],
            opacity,
            inhibit_idle,
            [min_size, max_size],
        )| Lasting {
            opacity,
            border,
            border_width,
            radius,
            shadow,
            min_size,
            max_size,
            hide_from_capture,
            focus_on_activation,
            inhibit_idle,
            ..Lasting::default()
        },
    )
}

const RUN: &[&str] = &[
    "set-floating toggle",
    "set-fullscreen toggle",
    "set-maximized toggle",
    "set-minimized toggle",
    "set-minimized off",
    "focus-window focused",
    "focus-window last",
    "close-window",
    "move-to-workspace 2",
    "move-to-workspace next",
    "move-window 3,4",
    "rename-workspace web",
    "focus-workspace 2",
    "undo",
];

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![select(RUN), select(TILE_COMMANDS)].prop_map(|line| line.parse().unwrap())
}

fn window_rule() -> impl Strategy<Value = WindowRule> {
    let run = prop_oneof![2 => Just(Vec::new()), 1 => vec(command(), 1..3)];
    (vec(window_match(), 0..3), vec(window_match(), 0..2), opening(), lasting(), run)
        .prop_map(|(any_of, except, opening, lasting, run)| WindowRule { name: None, any_of, except, opening, lasting, run })
}

fn layer_rule() -> impl Strategy<Value = LayerRule> {
    let layer = option::of(select(vec![Layer::Background, Layer::Bottom, Layer::Top, Layer::Overlay]));
    let maybe = || option::of(any::<bool>());
    (layer, maybe(), maybe(), option::of(-2..3_i32), option::of(0.0..1.0_f64)).prop_map(
        |(layer, hide_from_capture, keyboard, order, opacity)| LayerRule {
            name: None,
            any_of: vec![LayerMatch { layer, ..LayerMatch::default() }],
            except: Vec::new(),
            lasting: LayerLasting { hide_from_capture, opacity, keyboard, order },
        },
    )
}

fn rules() -> impl Strategy<Value = Arc<Rules>> {
    (vec(window_rule(), 0..4), vec(layer_rule(), 0..2)).prop_map(|(windows, layers)| Arc::new(Rules { windows, layers }))
}

fn with_rules() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => op(),
        3 => (0..5_u8, select(vec!["", "a", "b", "cab"])).prop_map(|(n, title)| Op::Title(n, title)),
        1 => rules().prop_map(Op::Rules),
    ]
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn every_history_with_rules_keeps_the_invariants(settings in settings(), rules in rules(), ops in vec(with_rules(), 1..40)) {
        let mut t = Bench::new(settings);
        t.run([Op::Command(Do::Plug(1000, 600, 1.0)), Op::Rules(rules)]);
        t.run(ops);
        t.come_to_rest();
    }
}
