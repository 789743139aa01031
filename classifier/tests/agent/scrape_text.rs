// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Exact text of a scrape, in both formats.

use std::{
    env,
    io::Write,
    process::{Command, Stdio},
    sync::{Arc, atomic::Ordering},
};

use classifier::{
    metrics::{Exporter, catalog, exposition::Format},
    protocol_names::ProtocolNames,
    sandbox::Sandbox,
};

use crate::{
    golden::assert_golden,
    made_up::{MadeUp, times},
};

const TEXT: &str = include_str!("golden/metrics.txt");
const OPEN_METRICS: &str = include_str!("golden/metrics.openmetrics.txt");

fn scrape(format: Format) -> String {
    let exporter = Exporter::new(Arc::new(MadeUp::default()), &ProtocolNames::default(), &times());
    let exporter = exporter.expect("has /proc");
    exporter.agent().sandboxed(&Sandbox {
        user: "classifier".into(),
        capabilities: "cap_net_admin,cap_perfmon,cap_bpf".into(),
        no_new_privs: true,
        seccomp: true,
        landlock: "full",
    });
    exporter.scrape(format)
}

/// Replaces every value that changes between runs by zero.
fn settled(text: &str) -> String {
    let varies = |line: &str| {
        ["process_", "classifier_scrape_duration_seconds"].iter().any(|name| line.starts_with(name))
    };
    let settle = |line: &str| match line.rsplit_once(' ') {
        Some((series, _)) if varies(line) => format!("{series} 0\n"),
        _ if line.starts_with("classifier_build_info{") => "classifier_build_info{} 1\n".to_owned(),
        _ => format!("{line}\n"),
    };
    text.lines().map(settle).collect::<Vec<_>>().concat()
}

#[test]
fn the_text_format_is_as_recorded() {
    assert_golden("metrics.txt", &settled(&scrape(Format::Text)), TEXT);
}

#[test]
fn open_metrics_is_as_recorded() {
    assert_golden("metrics.openmetrics.txt", &settled(&scrape(Format::OpenMetrics)), OPEN_METRICS);
}

/// The specification requires `le` to be a real number that differs from a whole one.
#[test]
fn every_bound_of_open_metrics_is_a_real_number() {
    let bounds = OPEN_METRICS.split(r#"le=""#).skip(1).filter_map(|rest| rest.split('"').next());
    let whole: Vec<_> = bounds.filter(|bound| bound.bytes().all(|byte| byte.is_ascii_digit())).collect();
    assert_eq!(whole, [""; 0]);
}

#[test]
fn every_sample_has_the_labels_of_its_family() {
    for line in TEXT.lines().filter(|line| !line.starts_with('#') && !line.contains("build_info")) {
        let name_end = line.find(['{', ' ']).expect("a sample has a value");
        let (name, rest) = line.split_at(name_end);
        let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part));
        let of = |wanted: &str| catalog::ALL.iter().find(|family| family.name == wanted);
        let family = of(name).or_else(|| of(histogram?));
        let family = family.unwrap_or_else(|| panic!("{name} is not in the catalogue"));
        let labels: Vec<&str> = rest
            .strip_prefix('{')
            .and_then(|rest| rest.rsplit_once("\"} "))
            .map(|(labels, _)| labels.split("\",").filter_map(|pair| pair.split("=\"").next()).collect())
            .unwrap_or_default();
        let labels: Vec<&str> = labels.into_iter().filter(|label| *label != "le").collect();
        assert_eq!(labels, family.labels, "{line}");
    }
}

#[test]
fn every_family_of_the_catalogue_is_written() {
    // The series of a policy exist only with one: see `policy_series`.
    for family in catalog::ALL.iter().filter(|family| **family != catalog::POLICY_PACKETS) {
        assert!(TEXT.contains(&format!("# TYPE {} ", family.name)), "{}", family.name);
    }
}

#[test]
fn sources_that_cannot_be_read_are_missing_and_counted_and_nothing_else_is() {
    let source = Arc::new(MadeUp::default());
    let exporter =
        Exporter::new(Arc::clone(&source) as _, &ProtocolNames::default(), &times()).expect("has /proc");
    let scrape = || settled(&exporter.scrape(Format::Text));
    let before = scrape();
    source.without_sources.store(true, Ordering::Relaxed);
    let without = scrape();
    let is_theirs = |line: &&str| line.contains("classifier_source_") || line.contains("classifier_port_");
    let others =
        |text: &str| text.lines().filter(|line| !is_theirs(line)).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(others(&before), others(&without));
    assert!(
        before.contains("\nclassifier_source_connections{")
            && !without.contains("\nclassifier_source_connections{")
    );
    assert!(without.contains("\nclassifier_source_read_failures_total 1\n"), "{without}");
    source.without_sources.store(false, Ordering::Relaxed);
    assert!(scrape().contains("\nclassifier_source_read_failures_total 1\n"));
}

/// The packets of one side add up over all labels.
#[test]
fn packets_add_up_over_protocol_and_role() {
    let side = "classifier_packets_total{interface=\"eth0\",direction=\"ingress\",";
    let values =
        TEXT.lines().filter(|line| line.starts_with(side)).filter_map(|line| line.rsplit(' ').next());
    let sum: u64 = values.map(|value| value.parse::<u64>().expect("packets are whole")).sum();
    assert_eq!(sum, 10);
}

#[test]
fn promtool_finds_nothing_to_say() {
    let promtool = env::var("PROMTOOL").unwrap_or_else(|_| "promtool".into());
    let mut promtool = Command::new(promtool);
    promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = promtool.spawn() else {
        eprintln!("promtool is not installed: not checked");
        return;
    };
    let mut input = child.stdin.take().expect("is piped");
    input.write_all(scrape(Format::Text).as_bytes()).expect("promtool reads");
    drop(input);
    let output = child.wait_with_output().expect("promtool ends");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
}
