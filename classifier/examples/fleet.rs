// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Measures the needs of Prometheus for many nodes, for docs/fleet.md, as root:
//! `cargo run -p classifier --example fleet -- target/release/classifier NODES SECONDS`.
//!
//! One agent on a host of the testbed is scraped as if it were so many nodes, every 30 seconds, with the rules of
//! `deploy/prometheus`. Prometheus cannot tell: it keeps the series of each apart.
#![expect(clippy::print_stdout, reason = "it reports to the person who typed it")]

use std::{env, fmt::Write as _, process::Command, thread, time::Duration};

use testbed::{Lab, servers::Prometheus};

const RULES: &str = include_str!("../../deploy/prometheus/rules.yml");
const ALERTS: &str = include_str!("../../deploy/prometheus/alerts.yml");

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [binary, nodes, seconds] = &arguments[..] else { panic!("arguments: BINARY NODES SECONDS") };
    let nodes: u32 = nodes.parse().expect("a number of nodes");
    let seconds = Duration::from_secs(seconds.parse().expect("a number of seconds"));

    let lab = Lab::new();
    let [host, other] = ["server", "client"].map(|name| lab.host(name));
    let (end, _) = lab.link(&host, &other);
    let agent = host.agent(binary, &["-i", &end.name]);
    let files = [("rules.yml", RULES), ("alerts.yml", ALERTS)];
    let prometheus = Prometheus::start_configured(&host, &configuration(nodes), &files);
    thread::sleep(seconds);

    let value = |query: &str| prometheus.query(query).first().map_or(f64::NAN, |(_, value)| *value);
    println!("nodes that answer: {}", value(r#"sum(up{job="classifier"})"#));
    println!("series: {}", value("prometheus_tsdb_head_series"));
    println!("samples a second: {:.0}", value("rate(prometheus_tsdb_head_samples_appended_total[2m])"));
    println!(
        "rules, seconds of all groups: {:.3}",
        value("sum(prometheus_rule_group_last_duration_seconds)")
    );
    println!(
        "rules, seconds of the longest group: {:.3}",
        value("max(prometheus_rule_group_last_duration_seconds)")
    );
    // In its PID namespace it takes another process for itself.
    let id = testbed::run(Command::new("pgrep").args(["--newest", "--exact", "prometheus"]));
    let of = ["--no-headers", "--format", "rss,cputimes,etimes", "--pid", id.trim()];
    println!(
        "resident KiB, seconds of processor time, seconds: {}",
        testbed::run(Command::new("ps").args(of)).trim()
    );
    agent.stop();
}

fn configuration(nodes: u32) -> String {
    let mut text = String::from(
        "global: {scrape_interval: 30s, evaluation_interval: 30s}\n\
         rule_files: [rules.yml, alerts.yml]\n\
         scrape_configs:\n\
         - {job_name: prometheus, scrape_interval: 5s, static_configs: [targets: ['127.0.0.1:9090']]}\n\
         - job_name: classifier\n  static_configs:\n",
    );
    for node in 0..nodes {
        writeln!(text, "  - {{targets: ['127.0.0.1:9877'], labels: {{instance: 'node{node}:9877'}}}}")
            .expect("a string takes all");
    }
    text
}
