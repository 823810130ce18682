use proptest::prelude::*;

use super::read;
use crate::{Layers, Trigger, rows};

fn cases() -> u32 {
    if std::env::var_os("SLOW_TESTS").is_some() { 50_000 } else { 500 }
}

/// Text that is nearly a configuration.
fn nearly() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        proptest::sample::select(rows().iter().map(|row| row.key.replace('*', "x")).collect::<Vec<_>>()),
        proptest::sample::select(rows().iter().map(|row| row.example.to_owned()).collect::<Vec<_>>()),
        proptest::sample::select(vec![
            "[", "]", "=", "\n", "\"", "{", "}", ",", ".", "#", "super+", "'''", "-1", "1e999", "\u{0}", "\u{7f8e}", "true", "bindings"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_us_panic_and_every_mistake_has_a_place_in_it(text in nearly()) {
        if let Err(problems) = read(&text) {
            prop_assert!(problems.count() > 0);
            for problem in &problems {
                let lines = text.split('\n').count();
                prop_assert!((1..=lines.max(1)).contains(&problem.line()), "{problem}");
                prop_assert!(problem.column() <= problem.source_line().chars().count() + 2, "{problem}");
            }
            problems.render(false);
        }
    }

    #[test]
    fn setting_what_is_shown_changes_nothing(row in 0..rows().len(), name in "[a-z]{1,8}") {
        let row = &rows()[row];
        let names = match row.key.as_str() {
            "bindings.*" => vec!["super+F9".to_owned()],
            "mode.*.bindings.*" => vec![name, "F9".to_owned()],
            _ => vec![name],
        };
        let key = row.key_with(&names);
        let mut layers = Layers::new();
        let set = layers.set(&key, row.example).unwrap();
        let shown = set.get(&key).unwrap();
        let again = layers.set(&key, &shown.value).unwrap();
        prop_assert_eq!(&again.config, &set.config);
        prop_assert_eq!(again.get(&key).unwrap(), shown);
    }

    #[test]
    fn no_value_and_no_key_makes_us_panic(key in prop_oneof![proptest::sample::select(rows().iter().map(|row| row.key.replace('*', "x")).collect::<Vec<_>>()), "\\PC{0,12}"], value in "\\PC{0,12}") {
        let mut layers = Layers::new();
        if let Ok(resolved) = layers.set(&key, &value) {
            let shown = resolved.get(&key).unwrap();
            let again = layers.set(&key, &shown.value).unwrap();
            prop_assert_eq!(again.config, resolved.config, "{} = {}", key, value);
        }
    }

    #[test]
    fn a_trigger_is_what_it_is_written_as(text in "((super|ctrl|alt|shift|altgr)\\+){0,3}(\\PC|[A-Za-z_0-9-]{1,12})") {
        if let Ok(trigger) = text.parse::<Trigger>() {
            prop_assert_eq!(trigger.to_string().parse::<Trigger>(), Ok(trigger), "{} is {}", text, trigger);
        }
    }
}
