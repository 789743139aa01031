// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Texts of the files that Prometheus and Grafana read.

use anyhow::{Context, Result};
use saphyr_parser::{Event, Parser};
use serde_json::Value;

/// Keys of a file of rules whose values people read.
const OF_RULES: [&str; 2] = ["summary", "description"];

/// Keys of a dashboard whose values people read.
const OF_DASHBOARD: [&str; 2] = ["title", "description"];

/// Reads the summaries and descriptions of a file of rules.
pub fn rules(text: &str) -> Result<Vec<String>> {
    Ok(values(text, &OF_RULES)?.into_iter().map(|(_, value)| value).collect())
}

/// Reads the values of these keys, each with its key.
fn values(text: &str, keys: &[&'static str]) -> Result<Vec<(&'static str, String)>> {
    let mut values = Vec::new();
    let mut key = None;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.context("cannot parse the rules")?;
        let Event::Scalar(value, ..) = event else { continue };
        if let Some(key) = key.take() {
            values.push((key, value.to_string()));
        } else {
            key = keys.iter().copied().find(|key| *key == value);
        }
    }
    Ok(values)
}

/// Reads the titles and descriptions of a dashboard.
pub fn dashboard(text: &str) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    collect(&serde_json::from_str(text).context("cannot parse the dashboard")?, &mut texts);
    Ok(texts)
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if OF_DASHBOARD.contains(&key.as_str())
                    && let Value::String(text) = value
                {
                    texts.push(text.clone());
                } else {
                    collect(value, texts);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{dashboard, rules, values};

    const ALERTS: &str = include_str!("../../../deploy/prometheus/alerts.yml");
    const TROUBLESHOOTING: &str = include_str!("../../../docs/troubleshooting.md");

    #[test]
    fn only_the_texts_for_people_are_read() {
        let text = "groups:\n  - rules:\n      - alert: A\n        annotations:\n          summary: one\n          description: >-\n            two\n            three\n";
        assert_eq!(rules(text).expect("they parse"), ["one", "two three"]);
        let text = r#"{"title": "one", "panels": [{"title": "two", "expr": "x", "description": "three"}]}"#;
        assert_eq!(dashboard(text).expect("it parses").len(), 3);
    }

    #[test]
    fn every_alert_has_a_static_summary_a_description_of_sentences_and_a_section_as_its_runbook() {
        let values = values(ALERTS, &["alert", "summary", "description", "runbook_url"]).expect("they parse");
        assert!(values.len() > 40);
        for alert in values.chunks(4) {
            let [
                ("alert", name),
                ("summary", summary),
                ("description", description),
                ("runbook_url", runbook),
            ] = alert
            else {
                panic!("one value is missing, or at another place: {alert:?}")
            };
            assert!(summary.ends_with('.') && !summary.contains("{{"), "{name}: {summary}");
            assert!(description.ends_with('.'), "{name}: {description}");
            for sentence in [summary.as_str()].into_iter().chain(description.split(". ")) {
                assert!(sentence.split_whitespace().count() <= 25, "{name}: {sentence}");
            }
            assert_eq!(*runbook, format!("docs/troubleshooting.md#{}", name.to_lowercase()));
            assert!(TROUBLESHOOTING.contains(&format!("\n### {name}\n")), "{name} has no section");
        }
    }
}
