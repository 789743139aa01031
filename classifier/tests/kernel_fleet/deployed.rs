// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The files of `deploy/` for Prometheus and Grafana, unchanged except times and targets.

use std::path::PathBuf;

use testbed::{Host, servers::Prometheus};

const SCRAPE: &str = include_str!("../../../deploy/prometheus/scrape.yml");
const RULES: &str = include_str!("../../../deploy/prometheus/rules.yml");
const ALERTS: &str = include_str!("../../../deploy/prometheus/alerts.yml");

/// The dashboards of a node and of the fleet.
pub const DASHBOARDS: [&str; 2] = [
    include_str!("../../../deploy/grafana/classifier.json"),
    include_str!("../../../deploy/grafana/classifier-fleet.json"),
];

/// Returns the directory of Prometheus' files.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../deploy/prometheus")
}

/// Starts a Prometheus with the deployed files that scrapes and evaluates every second, and whose alerts fire
/// after a second instead of minutes: `promtool test rules` tests the minutes.
pub fn prometheus(host: &Host, targets: &[String]) -> Prometheus {
    let listed = targets.iter().fold(String::new(), |list, target| list + "          - " + target + "\n");
    let configuration = replaced(SCRAPE, "_interval: 30s", "_interval: 1s");
    let configuration = replaced(&configuration, "          - localhost:9877\n", &listed);
    let minutes = ALERTS.lines().filter(|line| line.trim_start().starts_with("for: "));
    let mut alerts = ALERTS.to_owned();
    for line in minutes {
        alerts = alerts.replace(&format!("{line}\n"), "        for: 1s\n");
    }
    Prometheus::start_configured(host, &configuration, &[("rules.yml", RULES), ("alerts.yml", &alerts)])
}

fn replaced(text: &str, what: &str, with: &str) -> String {
    assert!(text.contains(what), "no `{what}` in a file of deploy/prometheus");
    text.replace(what, with)
}
