// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The whole loop: observed traffic becomes a ruleset, the kernel enforces it, the same traffic passes again,
//! and the counters agree.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    net::{SocketAddr, TcpStream},
};

use serde_json::Value;

use classifier::report::traffic::PortRange;
use classifier_common::{
    abi::Direction, counter::Counters, icmp_types::cells, protocol::Protocol, wire::Family,
};

use crate::{
    conversations::{PASSIVE, Servers},
    never_seen::never_seen,
    scene::Scene,
};

/// Packets by counter, with the ruleset's names.
pub type Counts = BTreeMap<String, u64>;

/// Services, by the direction of their first packet and the name of their counter.
const SERVICES: [(&str, Protocol); 5] = [
    ("in_tcp_ftp_control", Protocol::FTP_CONTROL),
    ("in_tcp_ftp_data_passive", Protocol::FTP_DATA_PASSIVE),
    ("in_tcp_smtp", Protocol::SMTP),
    ("in_tcp_pop3", Protocol::POP3),
    ("in_tcp_imap", Protocol::IMAP),
];

/// ICMP rules for other messages than answers, by the name of their counter.
const ICMP: [(&str, Family, &[u8]); 12] = [
    ("icmp_destination_unreachable", Family::V4, &[3]),
    ("icmp_time_exceeded", Family::V4, &[11]),
    ("icmp_echo_request", Family::V4, &[8]),
    ("icmp_redirect", Family::V4, &[5]),
    ("icmpv6_destination_unreachable", Family::V6, &[1]),
    ("icmpv6_packet_too_big", Family::V6, &[2]),
    ("icmpv6_time_exceeded", Family::V6, &[3]),
    ("icmpv6_parameter_problem", Family::V6, &[4]),
    ("icmpv6_neighbor_discovery", Family::V6, &[133, 134, 135, 136]),
    ("icmpv6_multicast_listener", Family::V6, &[130, 131, 132, 143]),
    ("icmpv6_echo_request", Family::V6, &[128]),
    ("icmpv6_redirect", Family::V6, &[137]),
];

#[test]
fn what_was_seen_passes_as_it_is_counted_and_what_was_never_seen_is_dropped() {
    let scene = Scene::new();
    let mut servers = Servers::start(&scene.server);
    scene.attach();
    let before = scene.keep("before.json", &scene.report(&["--format", "json"]));
    let mut capture = scene.server.capture(&scene.at_server.name, &["-s", "0"]);
    servers.talk(&scene);
    scene.wait_until_quiet();
    compared(&scene, &before);
    let packets = capture.finish();
    assert!(!packets.is_empty(), "nothing was captured");
    captured(&scene, capture.file().to_str().expect("a path"));
    drop(capture);

    // Both ways in which FTP data can pass.
    for how in ["helper", "ports"] {
        let data = match how {
            "helper" => "ct state related ct helper \"ftp\"".to_owned(),
            _ => format!("ct state new tcp dport {}", passive_ports(&scene)),
        };
        let ruleset = scene.report(&[
            "--format",
            "nft",
            "--min-observation",
            "0s",
            "--output",
            "closed",
            "--ftp-data",
            how,
        ]);
        assert!(ruleset.contains(&data), "{data}: {ruleset}");
        scene.enforce(&ruleset);
        let (before, connected) = (ours(&scene), connections(&scene));
        servers.talk(&scene);
        scene.wait_until_quiet();
        let (counted, enforced) = (difference(&ours(&scene), &before), enforced(&scene));
        assert_eq!(enforced, counted);
        for (name, _) in SERVICES {
            assert!(enforced[name] >= 2, "{name}: {enforced:?}");
        }
        assert_eq!(difference(&connections(&scene), &connected), services(&enforced));
        assert_eq!(enforced["out_tcp_ftp_data_active"], 3);
        for name in ["in_dropped", "out_dropped", "in_invalid", "out_invalid"] {
            assert_eq!(enforced.get(name), None, "{name}");
        }
    }

    refused(&scene, servers);
    never_seen(&scene);
}

/// Returns the range for the server, which includes its ports and hardly any other.
fn passive_ports(scene: &Scene) -> PortRange {
    let report: Value = serde_json::from_str(&scene.report(&["--format", "json"])).expect("JSON");
    let port =
        |end: &str| report["advice"]["passive_ports"][end].as_u64().and_then(|port| u16::try_from(port).ok());
    let range = PortRange { low: port("low").expect("a port"), high: port("high").expect("a port") };
    assert!(PASSIVE.iter().all(|port| range.contains(*port)) && range.width() <= 400, "{range}");
    range
}

/// Tests an allowed service that does not run: its refusal passes, and counts like its connections.
fn refused(scene: &Scene, servers: Servers) {
    let (before, connected, were) = (ours(scene), connections(scene), enforced(scene));
    drop(servers);
    for there in scene.there() {
        let error = scene
            .client
            .enter(|| TcpStream::connect(SocketAddr::new(there, 110)))
            .expect_err("nobody listens");
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    }
    scene.wait_until_quiet();
    let grown = difference(&enforced(scene), &were);
    assert_eq!(grown, difference(&ours(scene), &before));
    assert_eq!(services(&grown), [("in_tcp_pop3".to_owned(), 2)].into());
    assert_eq!(difference(&connections(scene), &connected), services(&grown));
    assert_eq!(sum_of(scene, |outcome| outcome == "refused")["in_tcp_pop3"], 2);
}

/// Selects the counters of services.
fn services(enforced: &Counts) -> Counts {
    let begins = |name: &str| name.starts_with("in_tcp_") || name.starts_with("out_tcp_");
    enforced.iter().filter(|(name, _)| begins(name)).map(|(name, packets)| (name.clone(), *packets)).collect()
}

/// Counts the connections in a report by the counter of their service, of any outcome.
fn connections(scene: &Scene) -> Counts {
    sum_of(scene, |_| true)
}

/// Sums connections with such an outcome.
fn sum_of(scene: &Scene, is_one: impl Fn(&str) -> bool) -> Counts {
    let report: Value = serde_json::from_str(&scene.report(&["--format", "json"])).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut counts = Counts::new();
    for service in list(&report["traffic"]["services"]) {
        let direction = if service["direction"] == "inbound" { "in" } else { "out" };
        let name = format!("{direction}_{}_{}", text(&service["transport"]), text(&service["protocol"]));
        let findings =
            list(&service["findings"]).into_iter().filter(|finding| is_one(&text(&finding["outcome"])));
        let sum = findings.map(|finding| finding["connections"].as_u64().expect("a number")).sum();
        counts.insert(name, sum);
    }
    counts
}

/// Asserts the changes since a report, by the exit status too, and none since the report after it.
fn compared(scene: &Scene, before: &str) {
    let after = scene.keep("after.json", &scene.report(&["--format", "json"]));
    for (older, status, part) in [(before, 3, "+ rule in_tcp_smtp: 25"), (&after, 0, "no change")] {
        let output = scene.try_report(&["--diff", older]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.contains(part), "{said}");
    }
}

/// Asserts that a capture shows the same connections, with the same hosts.
fn captured(scene: &Scene, file: &str) {
    let [pinned, captured] = [&["--format", "json"][..], &["--format", "json", "--pcap", file]]
        .map(|arguments| serde_json::from_str::<Value>(&scene.report(arguments)).expect("JSON"));
    let services =
        |report: &Value| list(&report["traffic"]["services"]).iter().map(service).collect::<Vec<_>>();
    assert_eq!(services(&captured), services(&pinned));
    assert_eq!(captured["advice"]["passive_ports"], pinned["advice"]["passive_ports"]);
}

/// Returns a service without its times and packets, and without the peers of outbound connections, which a
/// capture lacks.
fn service(service: &Value) -> Value {
    let mut findings = list(&service["findings"]);
    for finding in &mut findings {
        finding["seen"] = Value::Null;
        if service["direction"] == "outbound" {
            finding["peers"] = Value::Null;
        }
    }
    serde_json::json!([service["direction"], service["protocol"], service["ports"], findings])
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().expect("a list").clone()
}

/// Returns the ruleset's counters of the link.
pub fn enforced(scene: &Scene) -> Counts {
    let counters = scene.enforced().into_iter();
    counters.filter(|(name, packets)| *packets > 0 && !name.ends_with("_loopback")).collect()
}

/// Returns the programs' counters in the same form.
pub fn ours(scene: &Scene) -> Counts {
    let look = scene.look();
    assert_eq!(look.problems, Vec::<String>::new());
    let [interface] = &look.snapshot.interfaces[..] else { panic!("one interface") };
    let [received, sent] = Direction::ALL.map(|direction| interface.side(direction).expect("it is counted"));
    let mut counts: Counts =
        SERVICES.iter().map(|(name, protocol)| ((*name).to_owned(), syns(received, *protocol))).collect();
    counts.insert("out_tcp_ftp_data_active".into(), syns(sent, Protocol::FTP_DATA_ACTIVE));
    for (direction, counters) in [("in", received), ("out", sent)] {
        for (name, family, types) in ICMP {
            counts.insert(format!("{direction}_{name}"), messages(counters, family, types));
        }
        let unnamed = [Protocol::TCP_OTHER, Protocol::UDP_OTHER, Protocol::IP_OTHER];
        let dropped = unnamed.map(|protocol| packets(counters, protocol)).iter().sum();
        counts.insert(format!("{direction}_dropped"), dropped);
        // Tables of the family `inet` see IP, and the rest of it belongs to connections.
        let all: u64 = counters.classes.iter().map(|tally| tally.packets).sum();
        let of_direction = counts.iter().filter(|(name, _)| name.starts_with(&format!("{direction}_")));
        let others: u64 = of_direction.map(|(_, packets)| packets).sum();
        let established = all - packets(counters, Protocol::NON_IP) - others;
        counts.insert(format!("{direction}_established"), established);
    }
    counts
}

pub fn difference(after: &Counts, before: &Counts) -> Counts {
    let grown = after
        .iter()
        .map(|(name, packets)| (name.clone(), packets - before.get(name).copied().unwrap_or_default()));
    grown.filter(|(_, packets)| *packets > 0).collect()
}

/// Counts the SYNs without ACK of a protocol.
fn syns(counters: &Counters, protocol: Protocol) -> u64 {
    counters.tcp_flags[protocol.index()][0]
}

fn packets(counters: &Counters, protocol: Protocol) -> u64 {
    [protocol.to_server(), protocol.from_server()]
        .map(|class| counters.classes[class.index()].packets)
        .iter()
        .sum()
}

fn messages(counters: &Counters, family: Family, types: &[u8]) -> u64 {
    let of_types = cells().zip(&counters.icmp).filter(|(labels, _)| {
        labels.family == family && labels.kind.is_some_and(|kind| types.contains(&kind))
    });
    of_types.map(|(_, messages)| messages).sum()
}
