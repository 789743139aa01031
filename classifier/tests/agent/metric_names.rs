//! Alerts, dashboard and documents against the catalogue, and the links of the alerts.

use std::{collections::BTreeSet, fs, path::Path};

use classifier::metrics::catalog;

const ALERTS: &str = include_str!("../../../deploy/prometheus/alerts.yml");
const TROUBLESHOOTING: &str = include_str!("../../../docs/troubleshooting.md");

/// Ends of a name that make it a family or one of its series.
const ENDS: [&str; 8] = ["_total", "_info", "_seconds", "_bytes", "_sum", "_count", "_bucket", "_successful"];

/// An alert of the deployed rules.
#[derive(Default)]
struct Alert {
    name: &'static str,
    summary: &'static str,
    description: &'static str,
    runbook: &'static str,
}

fn alerts() -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    for line in ALERTS.lines() {
        let line = line.trim_start();
        if let Some(name) = line.strip_prefix("- alert: ") {
            alerts.push(Alert { name, ..Alert::default() });
        }
        let Some(alert) = alerts.last_mut() else { continue };
        if let Some((key, text)) = line.split_once(": ") {
            let text = text.trim_matches('"');
            match key {
                "summary" => alert.summary = text,
                "description" => alert.description = text,
                "runbook" => alert.runbook = text,
                _ => {}
            }
        }
    }
    alerts
}

#[test]
fn every_alert_has_a_static_summary_and_a_description_of_sentences() {
    let alerts = alerts();
    assert!(alerts.len() > 10);
    for Alert { name, summary, description, .. } in alerts {
        assert!(summary.ends_with('.') && !summary.contains("{{"), "{name}: {summary}");
        assert!(description.ends_with('.'), "{name}: {description}");
        for sentence in [summary].into_iter().chain(description.split(". ")) {
            assert!(sentence.split_whitespace().count() <= 25, "{name}: {sentence}");
        }
    }
}

#[test]
fn the_runbook_of_every_alert_is_a_section_of_the_troubleshooting_page() {
    let anchors: BTreeSet<_> = TROUBLESHOOTING
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|heading| format!("docs/troubleshooting.md#{}", heading.to_lowercase()))
        .collect();
    for Alert { name, runbook, .. } in alerts() {
        assert_eq!(runbook, format!("docs/troubleshooting.md#{}", name.to_lowercase()));
        assert!(anchors.contains(runbook), "{runbook} in {anchors:?}");
    }
}

/// Finds names in a text that begin and end as families do. A recording rule is another name: it has colons.
fn families(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split(|one: char| !(one.is_ascii_alphanumeric() || matches!(one, '_' | ':')));
    names.filter(|name| name.starts_with("classifier_") && ENDS.iter().any(|end| name.ends_with(end)))
}

fn is_exported(name: &str) -> bool {
    let mut series = ["_bucket", "_sum", "_count"].into_iter().filter_map(|end| name.strip_suffix(end));
    let known = |name: &str| catalog::ALL.iter().any(|family| family.name == name);
    known(name) || series.any(known)
}

#[test]
fn deployed_files_and_documents_name_only_families_of_the_catalogue() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = |folder: &str| {
        fs::read_dir(root.join(folder)).expect("is there").map(|one| one.expect("is read").path())
    };
    let documents = ["docs", "deploy/prometheus", "deploy/grafana"].into_iter().flat_map(files);
    let mut known = 0;
    for path in
        documents.filter(|path| path.is_file()).chain([root.join("README.md"), root.join("CHANGELOG.md")])
    {
        let text = fs::read_to_string(&path).expect("is text");
        for name in families(&text) {
            assert!(is_exported(name), "{} names {name}", path.display());
            known += 1;
        }
    }
    assert!(known > 100, "{known}");
}
