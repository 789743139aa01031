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
    let mut texts = Vec::new();
    let mut last = String::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.context("cannot parse the rules")?;
        let Event::Scalar(value, ..) = event else { continue };
        if OF_RULES.contains(&last.as_str()) {
            texts.push(value.to_string());
            last.clear();
        } else {
            last = value.to_string();
        }
    }
    Ok(texts)
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
    use super::{dashboard, rules};

    #[test]
    fn only_the_texts_for_people_are_read() {
        let text = "groups:\n  - rules:\n      - alert: A\n        annotations:\n          summary: one\n          description: >-\n            two\n            three\n";
        assert_eq!(rules(text).expect("they parse"), ["one", "two three"]);
        let text = r#"{"title": "one", "panels": [{"title": "two", "expr": "x", "description": "three"}]}"#;
        assert_eq!(dashboard(text).expect("it parses").len(), 3);
    }
}
