// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Output in README.md: queries, metrics and a ruleset, from recorded conversations that cross an agent's interface again.
//!
//! The capture `conversations.pcap.zst` was recorded at a host with vsftpd, Postfix and Dovecot. Its clients are curl and ping. Then
//! nft rejects SMTP, and connections to ports without a service are refused.

use std::{path::Path, thread, time::Duration};

use classifier::offline::Capture;
use testbed::{
    FrameSocket, Lab, Pins,
    servers::{Folder, Prometheus},
};

use crate::golden::assert_page;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Questions and queries.
const QUERIES: [(&str, &str); 3] = [
    (
        "who uses FTP in clear text, where?",
        r#"sum by (instance, encryption) (classifier_sessions_total{protocol="ftp_control"}) > 0"#,
    ),
    (
        "which services cause ICMP errors?",
        "sum by (family, type, protocol) (classifier_icmp_quoted_packets_total) > 0",
    ),
    (
        "dry run: what would a firewall drop?",
        r#"sum by (rule, verdict) (classifier_policy_packets_total{verdict="would_drop"})"#,
    ),
];

/// Series of the README, without the prefix of all families.
const SERIES: [&str; 7] = [
    r#"packets_total{interface="eth0",direction="ingress",protocol="ftp_control",role="to_server"}"#,
    r#"packets_total{interface="eth0",direction="egress",protocol="ftp_data_passive",role="from_server"}"#,
    r#"packets_total{interface="eth0",direction="ingress",protocol="smtp",role="to_server"}"#,
    r#"icmp_packets_total{interface="eth0",direction="ingress",family="ipv4",type="8",code="0",name="echo_request"}"#,
    r#"tcp_connections_total{interface="eth0",direction="ingress",protocol="pop3",outcome="refused"}"#,
    r#"sessions_total{interface="eth0",protocol="ftp_control",encryption="clear_login"}"#,
    r#"ftp_data_packets_total{interface="eth0",direction="egress",mode="passive",evidence="announced"}"#,
];

/// A policy that accepts the recorded services.
const POLICY: &str = r#"
default = "drop"
[[rule]]
name = "services"
action = "accept"
protocol = ["ftp_control", "ftp_data_active", "ftp_data_passive", "smtp", "pop3", "imap", "icmp", "icmpv6", "non_ip"]
"#;

#[test]
fn the_output_in_the_readme_is_that_of_recorded_conversations() {
    let lab = Lab::new();
    let [clients, node] = ["clients", "node"].map(|name| lab.host(name));
    let (at_clients, at_node) = lab.wire(&clients, &node, 1500);
    node.run("ip", &["link", "set", "dev", &at_node.name, "down", "name", "eth0", "up"]);
    let (pins, folder) = (Pins::mounted(), Folder::new("readme"));
    let (pin_dir, policy) = (pins.folder("classifier"), folder.write("policy.toml", POLICY));
    let agent = node.agent(BINARY, &["-i", "eth0", "--pin-dir", &pin_dir, "--policy", &policy]);
    let name = "relabel_configs: [{target_label: instance, replacement: node1}]";
    let mut prometheus = Prometheus::start_asking(&node, &[("classifier", "127.0.0.1:9877", name)]);

    let sockets = [FrameSocket::open(&clients, &at_clients), FrameSocket::open(&node, &at_node)];
    let packets = replay(&sockets);
    prometheus.wait_for(&format!("sum(classifier_packets_total) == {packets}"), |sums| sums.len() == 1);
    let (answers, metrics) = (answers(&prometheus), shown(&agent.get("/metrics")));
    agent.leave();
    let classifier = |command: &str, arguments: &[&str]| {
        node.run(BINARY, &[&[command, "--pin-dir", &pin_dir], arguments].concat())
    };
    let ruleset = input(&classifier("report", &["--format", "nft", "--min-observation", "0s"]));
    classifier("detach", &[]);

    assert_page("../README.md", |part| {
        let text = match part {
            "queries" => &answers,
            "metrics" => &metrics,
            "ruleset" => &ruleset,
            other => panic!("README.md has an unknown part: {other}"),
        };
        format!("```\n{text}```\n")
    });
}

/// Sends every frame from its side, and returns their number. The first one is a client's.
fn replay([clients, node]: &[FrameSocket; 2]) -> usize {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel_prometheus/conversations.pcap.zst");
    let mut capture = Capture::open(&file, false).expect("a capture");
    let (mut client, mut packets) = (None, 0);
    while let Some(packet) = capture.next_packet().expect("whole packets") {
        let sender = packet.bytes[6..12].to_vec();
        let side = if *client.get_or_insert(sender.clone()) == sender { clients } else { node };
        side.send(packet.bytes).expect("the wire is up");
        packets += 1;
        // Fewer control segments a second than the limit of a source.
        thread::sleep(Duration::from_millis(1));
    }
    packets
}

/// Writes each query behind its question, and the answers under it.
fn answers(prometheus: &Prometheus) -> String {
    let mut lines = Vec::new();
    for (question, query) in QUERIES {
        let mut series = prometheus.query(query);
        series.sort_by(|one, other| one.0.cmp(&other.0));
        lines.push(format!("{query:<91} # {question}\n"));
        lines.extend(series.iter().map(|(series, value)| format!("{series} => {value}\n")));
    }
    lines.concat()
}

/// Selects the lines of the series.
fn shown(metrics: &str) -> String {
    let line = |series: &&str| {
        let begin = format!("classifier_{series} ");
        let line = metrics.lines().find(|line| line.starts_with(&begin));
        format!("{}\n", line.unwrap_or_else(|| panic!("no {begin} in {metrics}")))
    };
    SERIES.iter().map(line).collect()
}

/// Selects the chain `input`, without the times of its evidence.
fn input(ruleset: &str) -> String {
    let (_, chain) = ruleset.split_once("chain input {\n").expect("a chain for what is received");
    let (chain, _) = chain.split_once("\n\t}\n").expect("the chain ends");
    let untimed = |line: &str| {
        let line = line.trim_start();
        match line.rsplit_once(", ") {
            Some((evidence, time)) if time.contains("Z to ") => format!("{evidence}\"\n"),
            _ => format!("{line}\n"),
        }
    };
    chain.lines().map(untimed).collect()
}
