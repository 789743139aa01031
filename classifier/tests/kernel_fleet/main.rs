// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Many nodes and one Prometheus, with the files of `deploy/`.
#![expect(clippy::print_stdout, reason = "docs/fleet.md shows what a node costs")]

mod dashboard;
mod deployed;
mod fleet;

use std::{fs, process::Command};

use fleet::Fleet;
use testbed::{
    run,
    servers::{Folder, Prometheus, promtool},
};

const NODES: usize = 20;

/// Command in the docs that writes another job name into the rules.
const RENAME: &str = r#"sed -i 's/job="classifier"/job="NAME"/' alerts.yml rules.yml"#;

#[test]
fn promtool_takes_the_deployed_files_and_their_tests_pass() {
    let at = |arguments: &[&str]| run(promtool().current_dir(deployed::folder()).args(arguments));
    at(&["check", "config", "scrape.yml"]);
    at(&["check", "rules", "rules.yml", "alerts.yml"]);
    let said = at(&["test", "rules", "tests.yml"]);
    assert!(said.contains("SUCCESS"), "{said}");
}

#[test]
fn the_rules_pass_their_tests_under_another_job_name() {
    let (folder, origin) = (Folder::new("renamed"), deployed::folder());
    for file in ["alerts.yml", "rules.yml", "tests.yml"] {
        folder.write(file, fs::read(origin.join(file)).expect("it is there"));
    }
    let at = |command: &mut Command| run(command.current_dir(folder.path()));
    assert!(include_str!("../../../docs/operations.md").contains(RENAME));
    at(Command::new("sh").args(["-c", &RENAME.replace("NAME", "other")]));
    assert_tests_pass_with_the_job_other(&folder);
}

#[test]
fn the_mixin_has_the_same_rules_also_under_another_job_name() {
    let jsonnet =
        |code: &str| run(Command::new("jsonnet").current_dir(deployed::folder()).args(["--exec", code]));
    let folder = Folder::new("mixin");
    for (file, field) in [("rules.yml", "prometheusRules"), ("alerts.yml", "prometheusAlerts")] {
        let mixin = format!("(import 'mixin.libsonnet').{field}");
        assert_eq!(jsonnet(&format!("{mixin} == std.parseYaml(importstr '{file}')")), "true\n");
        let settings = "_config+:: { job: 'other', docs: 'https://host/docs/' }";
        let other = jsonnet(&format!("((import 'mixin.libsonnet') + {{ {settings} }}).{field}"));
        folder.write(file, other.replace("https://host/docs/", "docs/"));
        assert_eq!(other.contains("https://host/docs/troubleshooting.md"), file == "alerts.yml");
    }
    folder.write("tests.yml", fs::read(deployed::folder().join("tests.yml")).expect("it is there"));
    assert_tests_pass_with_the_job_other(&folder);
    let dashboards = jsonnet("std.objectFields((import 'mixin.libsonnet').grafanaDashboards)");
    assert_eq!(dashboards.matches(".json").count(), deployed::DASHBOARDS.len(), "{dashboards}");
}

/// Asserts that the rules of a folder, of the job `other`, pass their tests.
fn assert_tests_pass_with_the_job_other(folder: &Folder) {
    let at = |command: &mut Command| run(command.current_dir(folder.path()));
    let tests = r#"s/job="other"/job="third"/; s/\bjob\([=: ]*"\?\)classifier\b/job\1other/"#;
    at(Command::new("sed").args(["-i", tests, "tests.yml"]));
    let said = at(promtool().args(["test", "rules", "tests.yml"]));
    assert!(said.contains("SUCCESS"), "{said}");
}

#[test]
fn the_totals_of_twenty_nodes_are_what_was_sent_and_one_that_stops_is_missed() {
    let mut fleet = Fleet::new(NODES);
    let mut prometheus = deployed::prometheus(&fleet.monitor, &fleet.targets());
    prometheus.wait_for(r#"up{job="classifier"} == 1"#, |up| up.len() == NODES);
    prometheus.wait_for("job:classifier_nodes:up == 20", |up| up.len() == 1);

    let sent = fleet.send();
    for ((protocol, role), (packets, bytes)) in &sent {
        let labels = format!(r#"{{direction="ingress", protocol="{protocol}", role="{role}"}}"#);
        for (family, sum) in [("packets", packets), ("bytes", bytes)] {
            let total =
                format!("sum without (instance, interface) (classifier_{family}_total{labels}) == {sum}");
            prometheus.wait_for(&total, |totals| totals.len() == 1);
        }
    }
    let everything: u64 = sent.values().map(|(packets, _)| packets).sum();
    let total = format!("sum(classifier_packets_total) == {everything}");
    prometheus.wait_for(&total, |totals| totals.len() == 1);
    for unit in ["packets", "bits"] {
        let rate = format!("sum(direction_protocol:classifier_{unit}:rate5m) > 0");
        prometheus.wait_for(&rate, |rates| rates.len() == 1);
    }
    assert_eq!(prometheus.query("ALERTS"), []);
    say_what_a_node_costs(&fleet, &prometheus);

    let stopped = &mut fleet.nodes[7];
    assert_eq!(stopped.agent.interrupt().code(), Some(0), "{}", stopped.agent.said());
    let target = stopped.target.clone();
    let firing = r#"ALERTS{alertstate="firing"}"#;
    prometheus.wait_for(firing, |alerts| !alerts.is_empty());
    let alerts = prometheus.query(firing);
    assert!(alerts.len() == 1, "{alerts:?}");
    let (alert, _) = &alerts[0];
    for label in [r#"alertname="ClassifierDown""#.to_owned(), format!(r#"instance="{target}""#)] {
        assert!(alert.contains(&label), "{label} in {alert}");
    }
    prometheus.wait_for("job:classifier_nodes:up == 19", |up| up.len() == 1);
}

/// Prints the cost of a node, for docs/fleet.md.
fn say_what_a_node_costs(fleet: &Fleet, prometheus: &Prometheus) {
    let series = prometheus.query("scrape_samples_scraped");
    let url = format!("http://{}/metrics", fleet.nodes[0].target);
    let size = |options: &[&str]| {
        let always = ["-sSf", "--noproxy", "*", "-o", "/dev/null", "-w", "%{size_download}"];
        fleet.monitor.run("curl", &[&always, options, &[&url]].concat())
    };
    println!("a node: {} series", series[0].1);
    println!("a scrape: {} bytes, {} in gzip", size(&[]), size(&["-H", "Accept-Encoding: gzip"]));
}
