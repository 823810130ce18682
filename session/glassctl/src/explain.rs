//! `glassctl explain`: what rules of the configuration have to do with a window.

use glasshouse_core::command::WindowRef;
use glasshouse_protocols::{
    Windows1Proxy,
    rules::{RuleInForce, RuleOutcome},
};
use serde_json::{Value, json};
use zbus::Connection;

use crate::{
    commands,
    print::{print, print_json},
};

pub(crate) async fn window(connection: &Connection, window: &WindowRef, json: bool) -> anyhow::Result<()> {
    let id = commands::resolve(connection, window).await?;
    let (rules, in_force) = Windows1Proxy::new(connection).await?.rules(id).await?;
    match json {
        true => print_json(&as_json(id, &rules, &in_force))?,
        false => print(&as_text(id, &rules, &in_force))?,
    }
    Ok(())
}

fn as_json(window: u64, rules: &[RuleOutcome], in_force: &[RuleInForce]) -> Value {
    let rule = |rule: &RuleOutcome| {
        let RuleOutcome { number, name, matches, reason, says } = rule;
        json!({ "number": number, "name": name, "matches": matches, "reason": reason, "says": says })
    };
    let property = |property: &RuleInForce| {
        let RuleInForce { property, value, rule, opening } = property;
        json!({ "property": property, "value": value, "rule": rule, "opening": opening })
    };
    let (rules, in_force): (Vec<_>, Vec<_>) = (rules.iter().map(rule).collect(), in_force.iter().map(property).collect());
    json!({ "window": window, "rules": rules, "in_force": in_force })
}

fn as_text(window: u64, rules: &[RuleOutcome], in_force: &[RuleInForce]) -> String {
    if rules.is_empty() {
        return "no window rules; docs/configuration.md says how to write some\n".to_owned();
    }
    let mut text = format!("window {window}\n");
    for rule in rules {
        let name = rule.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        let matches = if rule.matches { "matches" } else { "does not match" };
        text.push_str(&format!("rule {}{name} {matches}: {}\n", rule.number, rule.reason));
        for said in &rule.says {
            let word = said.split(" = ").next().unwrap_or_default();
            if !rule.matches
                && !in_force.iter().any(|property| property.opening && property.rule == rule.number && property.property == word)
            {
                continue;
            }
            // What a later rule says otherwise is not what the window has.
            let winner = in_force.iter().find(|property| property.property == word && property.rule != rule.number);
            let beaten = winner.map(|property| format!(" (rule {} says otherwise)", property.rule)).unwrap_or_default();
            let once = in_force.iter().any(|property| property.property == word && property.opening);
            text.push_str(&format!("  {said}{}{beaten}\n", if once { " (when it opened)" } else { "" }));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_says_of_every_rule_why_and_what_it_gives() {
        let rule = |number, name: Option<&str>, matches, reason: &str, says: &[&str]| RuleOutcome {
            number,
            name: name.map(str::to_owned),
            matches,
            reason: reason.to_owned(),
            says: says.iter().map(|said| (*said).to_owned()).collect(),
        };
        let property = |property: &str, rule, opening| RuleInForce { property: property.to_owned(), value: String::new(), rule, opening };
        let rules = [
            rule(1, Some("secrets"), false, "it has no tag", &["hide-from-capture = true"]),
            rule(2, None, true, "the rule is about all windows", &["open-floating = true", "opacity = 0.9", "border = false"]),
            rule(3, None, true, "it is what match 1 says", &["opacity = 1"]),
        ];
        let in_force = [property("open-floating", 2, true), property("border", 2, false), property("opacity", 3, false)];
        assert_eq!(
            as_text(7, &rules, &in_force),
            "window 7
rule 1 (secrets) does not match: it has no tag
rule 2 matches: the rule is about all windows
  open-floating = true (when it opened)
  opacity = 0.9 (rule 3 says otherwise)
  border = false
rule 3 matches: it is what match 1 says
  opacity = 1
"
        );
        assert_eq!(as_json(7, &rules, &in_force)["rules"][0]["matches"], false);
        assert!(as_text(7, &[], &[]).contains("docs/configuration.md"));
    }
}
