//! `glassctl layouts`: what programs offer.

use std::io;

use glasshouse_protocols::layouts::LayoutInfo;
use serde_json::json;

use crate::print::{or_dash, print, print_json, table};

pub(crate) fn list(layouts: &[LayoutInfo], json: bool) -> io::Result<()> {
    if json {
        let values = layouts.iter().map(|layout| {
            json!({
                "name": layout.name,
                "pid": layout.pid,
                "fallback": layout.fallback,
                "follows_focus": layout.follows_focus,
                "resizes": layout.resizes,
                "answers": layout.answers,
                "workspaces": layout.workspaces,
            })
        });
        return print_json(&values.collect());
    }
    print(&text(layouts))
}

fn text(layouts: &[LayoutInfo]) -> String {
    if layouts.is_empty() {
        return "no program offers a layout; docs/layouts.md says how one does\n".to_owned();
    }
    let rows = layouts.iter().map(|layout| {
        let workspaces: Vec<String> = layout.workspaces.iter().map(ToString::to_string).collect();
        [
            layout.name.clone(),
            or_dash(layout.pid),
            if layout.answers { "in time".to_owned() } else { "late".to_owned() },
            layout.fallback.clone(),
            or_dash((!workspaces.is_empty()).then(|| workspaces.join(","))),
        ]
    });
    table(["NAME", "PID", "ANSWERS", "FALLBACK", "WORKSPACES"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_who_answers_and_where() {
        let spiral = LayoutInfo {
            name: "spiral".into(),
            pid: Some(7),
            fallback: "grid".into(),
            answers: true,
            workspaces: vec![1, 4],
            ..LayoutInfo::default()
        };
        let late = LayoutInfo { name: "x".into(), fallback: "monocle".into(), ..LayoutInfo::default() };
        assert_eq!(
            text(&[spiral, late]),
            "\
NAME    PID  ANSWERS  FALLBACK  WORKSPACES
spiral  7    in time  grid      1,4
x       -    late     monocle   -
"
        );
        assert!(text(&[]).contains("docs/layouts.md"));
    }
}
