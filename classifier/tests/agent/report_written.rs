// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Output of `classifier report` for invented traffic.

use std::collections::BTreeSet;

use classifier::report::{
    Changes, Format, Report, VERSION,
    advice::{FtpData, Options, Output, SourceChoice, WarningKind},
    traffic::{Opened, PortRange, Service, SocketsSeen, Traffic, Transport},
};
use classifier::{policy::Policy, protocol_names::ProtocolNames};
use classifier_common::dry_run::Verdict;
use serde_json::Value;

use crate::{
    golden::assert_golden,
    made_up_traffic::{listening, quiet, troubled, written as now},
};

fn written(traffic: Traffic, options: &Options, format: Format) -> String {
    Report::of(traffic, options, now()).write(format).expect("it is always written")
}

#[test]
fn the_text_is_as_recorded() {
    let text = written(quiet(), &Options::default(), Format::Text);
    assert_golden("report.txt", &text, include_str!("golden/report.txt"));
}

#[test]
fn the_text_of_trouble_is_as_recorded() {
    let text = written(troubled(), &Options::default(), Format::Text);
    assert_golden("report_troubled.txt", &text, include_str!("golden/report_troubled.txt"));
}

#[test]
fn the_json_is_as_recorded() {
    let text = written(troubled(), &Options::default(), Format::Json);
    assert_golden("report_troubled.json", &text, include_str!("golden/report_troubled.json"));
}

/// The page of the formats is the schema: it has the version, and a name for every key.
#[test]
fn every_key_of_the_json_is_in_the_docs() {
    fn keys(value: &Value, all: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                all.extend(fields.keys().cloned());
                fields.values().for_each(|value| keys(value, all));
            }
            Value::Array(values) => values.iter().for_each(|value| keys(value, all)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let page = include_str!("../../../docs/report-formats.md");
    let (_, schema) = page.split_once("\n## JSON\n").expect("a section");
    let words: BTreeSet<_> = schema.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let mut all = BTreeSet::new();
    for traffic in [troubled(), quiet()] {
        let text = written(traffic, &Options::default(), Format::Json);
        keys(&serde_json::from_str(&text).expect("it is JSON"), &mut all);
    }
    assert!(all.len() > 80, "{all:?}");
    let missing: Vec<_> = all.iter().filter(|key| !words.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(schema.contains(&format!("| `version` | {VERSION} |")));
}

#[test]
fn the_ruleset_for_nft_is_as_recorded() {
    let text = written(quiet(), &Options::default(), Format::Nft);
    assert_golden("report.nft", &text, include_str!("golden/report.nft"));
}

#[test]
fn the_ruleset_for_nft_with_closed_output_is_as_recorded() {
    let options = Options { output: Output::Closed, ..Options::default() };
    let text = written(quiet(), &options, Format::Nft);
    assert_golden("report_closed.nft", &text, include_str!("golden/report_closed.nft"));
}

#[test]
fn the_ruleset_for_iptables_is_as_recorded() {
    let text = written(quiet(), &Options::default(), Format::Iptables);
    assert_golden("report.iptables", &text, include_str!("golden/report.iptables"));
}

#[test]
fn the_zone_for_firewalld_is_as_recorded() {
    let text = written(quiet(), &Options::default(), Format::Firewalld);
    assert_golden("report_firewalld.xml", &text, include_str!("golden/report_firewalld.xml"));
}

#[test]
fn the_profiles_for_ufw_are_as_recorded() {
    let text = written(quiet(), &Options::default(), Format::Ufw);
    assert_golden("report.ufw", &text, include_str!("golden/report.ufw"));
}

/// Sources are in the rules of a zone, and in the commands for profiles. Both say what they cannot express.
#[test]
fn zones_and_profiles_name_sources_and_what_is_left_out() {
    let options = Options { sources: SourceChoice::Hosts, ..Options::default() };
    let zone = written(troubled(), &options, Format::Firewalld);
    assert_golden("report_firewalld_hosts.xml", &zone, include_str!("golden/report_firewalld_hosts.xml"));
    let profiles = written(troubled(), &options, Format::Ufw);
    assert_golden("report_hosts.ufw", &profiles, include_str!("golden/report_hosts.ufw"));
    let helped = written(quiet(), &Options { ftp_data: FtpData::Helper, ..Options::default() }, Format::Ufw);
    assert!(helped.contains("# left out: in_tcp_ftp_data_passive: the FTP helper"), "{helped}");
}

#[test]
fn the_policy_is_as_recorded() {
    let text = written(quiet(), &Options::default(), Format::Policy);
    assert_golden("report_policy.toml", &text, include_str!("golden/report_policy.toml"));
}

#[test]
fn the_policy_is_one_that_can_be_tried() {
    let mut traffic = troubled();
    // Only the agent's own configuration knows the configured protocols.
    traffic.services.retain(|service| !["dns", "submission", "syslog"].contains(&service.protocol.as_str()));
    let text =
        written(traffic, &Options { sources: SourceChoice::Hosts, ..Options::default() }, Format::Policy);
    let path = std::env::temp_dir().join(format!("classifier-report-policy-{}.toml", std::process::id()));
    std::fs::write(&path, &text).expect("a temporary file");
    let policy = Policy::read(&path, &ProtocolNames::default());
    std::fs::remove_file(&path).expect("it is there");
    let policy = policy.unwrap_or_else(|error| panic!("{error}: {text}"));
    let names: Vec<_> = policy.rules.iter().map(|rule| rule.name.as_str()).collect();
    let expected = [
        "icmp",
        "non-ip",
        "sent",
        "established",
        "in_tcp_ftp_control",
        "in_tcp_ftp_data_passive",
        "in_tcp_smtp",
    ];
    assert_eq!(names[..7], expected);
    assert_eq!((policy.default, policy.rules[4].from.len()), (Verdict::Drop, 2));
}

/// Only if all are known and they are few.
#[test]
fn rulesets_name_the_networks_and_ports_that_were_seen_if_asked_to() {
    let allow = ["tcp/22", "out:udp/123"].map(|text| text.parse().expect("ports")).to_vec();
    let options = Options {
        sources: SourceChoice::Hosts,
        ftp_data: FtpData::Ports,
        output: Output::Closed,
        allow,
        ..Options::default()
    };
    let text = written(troubled(), &options, Format::Nft);
    assert_golden("report_hosts.nft", &text, include_str!("golden/report_hosts.nft"));
    let text = written(troubled(), &options, Format::Iptables);
    assert_golden("report_hosts.iptables", &text, include_str!("golden/report_hosts.iptables"));
}

#[test]
fn without_traffic_only_what_every_host_needs_passes() {
    let text = written(Traffic::default(), &Options::default(), Format::Nft);
    assert_golden("report_empty.nft", &text, include_str!("golden/report_empty.nft"));
    let text = written(Traffic::default(), &Options::default(), Format::Text);
    assert!(text.contains("\nwarning: no service was observed"), "{text}");
}

#[test]
fn where_nothing_that_was_sent_was_seen_it_stays_open() {
    let traffic = Traffic { sees_egress: false, ..quiet() };
    let options = Options { output: Output::Closed, ..Options::default() };
    let report = Report::of(traffic, &options, now());
    assert!(!report.advice.closes_output);
    assert_eq!(report.advice.warnings[0].kind, WarningKind::OutputUnseen);
    for format in [Format::Nft, Format::Iptables] {
        let text = report.write(format).expect("it is always written");
        assert!(!text.contains("out_") && !text.contains("OUTPUT DROP"), "{text}");
    }
}

/// Of a protocol with several ports only the lowest and the highest used one are known.
#[test]
fn a_port_between_two_used_ones_is_open_if_a_process_listens_on_it() {
    let mut traffic = quiet();
    let is_smtp =
        |service: &&mut Service| (service.direction, service.protocol.as_str()) == (Opened::Inbound, "smtp");
    let smtp = traffic.services.iter_mut().find(is_smtp).expect("it is there");
    smtp.ports = vec![25, 465, 587];
    smtp.findings[0].server_ports = Some(PortRange { low: 25, high: 587 });
    let opens = |traffic: &Traffic, ports: &str| {
        let text = written(traffic.clone(), &Options::default(), Format::Nft);
        assert!(
            text.contains(&format!("tcp dport {{ {ports} }} counter name \"in_tcp_smtp\"")),
            "{ports}: {text}"
        );
    };
    opens(&traffic, "25, 587");
    if let SocketsSeen::Known(sockets) = &mut traffic.sockets {
        sockets.listening.push(listening(Transport::TCP, 465, "master", Some("smtp")));
    }
    opens(&traffic, "25, 465, 587");
    traffic.sockets = SocketsSeen::default();
    opens(&traffic, "25, 465, 587");
}

/// A client in active mode needs the helper on its own control connections.
#[test]
fn open_output_still_has_the_helper_read_control_connections() {
    let mut traffic = quiet();
    for service in &mut traffic.services {
        if service.protocol.starts_with("ftp_") {
            service.direction = match service.direction {
                Opened::Inbound => Opened::Outbound,
                Opened::Outbound => Opened::Inbound,
            };
        }
    }
    let text = written(traffic, &Options::default(), Format::Nft);
    let (_, output) = text.split_once("chain output {").expect("the chain of output");
    assert!(output.contains("policy accept;") && !output.contains("policy drop"), "{output}");
    assert_eq!(output.matches("ct helper set \"ftp_control\" accept").count(), 1, "{output}");
    assert!(text.contains("counter name \"in_tcp_ftp_data_active\" accept"), "{text}");
}

#[test]
fn the_gravest_comes_first() {
    let report = Report::of(troubled(), &Options::default(), now());
    let kinds: Vec<_> = report.advice.warnings.iter().map(|warning| warning.kind).collect();
    assert!(kinds.is_sorted());
    assert_eq!(kinds[0], WarningKind::ClearTextLogin);
}

#[test]
fn the_order_of_what_was_seen_changes_nothing() {
    let mut backwards = troubled();
    backwards.services.reverse();
    backwards.services.iter_mut().for_each(|service| service.findings.reverse());
    backwards.icmp.reverse();
    backwards.others.reverse();
    let [forth, back] =
        [troubled(), backwards].map(|traffic| written(traffic, &Options::default(), Format::Json));
    assert_eq!(forth, back);
}

#[test]
fn a_report_differs_from_an_older_one_by_what_is_new_gone_and_changed() {
    let json = |traffic| written(traffic, &Options::default(), Format::Json);
    let report = |traffic| Report::of(traffic, &Options::default(), now());
    let changes = Changes::between("old.json", &json(quiet()), &report(troubled())).expect("two reports");
    let text = changes.write(Format::Text).expect("text");
    assert_golden("report_diff.txt", &text, include_str!("golden/report_diff.txt"));
    let none = Changes::between("old.json", &json(troubled()), &report(troubled())).expect("two reports");
    assert!(none.is_empty() && none.write(Format::Text).expect("text").ends_with("no change\n"));
    // Higher counts are no change.
    let mut more = troubled();
    more.services.iter_mut().flat_map(|service| &mut service.findings).for_each(|one| one.connections += 1);
    assert!(Changes::between("old.json", &json(troubled()), &report(more)).expect("two reports").is_empty());
}

#[test]
fn what_is_no_report_is_refused_in_a_line() {
    let report = Report::of(quiet(), &Options::default(), now());
    for (text, part) in [
        ("", "old.json is not a report: "),
        ("{}", "old.json is not a report: missing field"),
        ("{\"version\": 99}", "old.json is a report of version 99, and this build writes version 1"),
    ] {
        let error = Changes::between("old.json", text, &report).expect_err("no report").to_string();
        assert!(error.starts_with(part) && !error.contains('\n'), "{error}");
    }
}
