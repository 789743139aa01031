// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rates and the JSON of `classifier top`, and its reading of an agent's metrics.

use std::time::{Duration, UNIX_EPOCH};

use classifier::top::{Board, Listing, Rates, Report, Sample, Tally, Unlike, Words, scraped, text};
use serde_json::{Value, json};

use crate::made_up_top::{at, flow, sample};

const SMTP: [&str; 4] = ["eth0", "ingress", "smtp", "to_server"];

fn with(packets: u64, bytes: u64) -> Sample {
    let mut sample = sample(0, 0);
    sample.traffic.insert(flow(SMTP), Tally { packets, bytes });
    sample
}

#[test]
fn rates_are_over_the_time_that_truly_passed() {
    let rates = Rates::between(&with(10, 1000), &with(40, 7000), Duration::from_millis(2500));
    let rate = rates.traffic[&flow(SMTP)];
    assert_eq!((rate.packets, rate.bits), (12.0, 19_200.0));
    assert!(Rates::between(&with(1, 1), &with(2, 2), Duration::ZERO).traffic.is_empty());
}

#[test]
fn counters_that_begin_anew_vanish_or_appear_have_no_absurd_rate() {
    let rate = |before: &Sample, after: &Sample| {
        Rates::between(before, after, at(1)).traffic.get(&flow(SMTP)).copied()
    };
    assert_eq!(rate(&with(1000, 9), &with(3, 10)), None, "begun anew");
    assert_eq!(rate(&with(1, 900), &with(3, 10)), None);
    let mut without = with(0, 0);
    without.traffic.remove(&flow(SMTP));
    assert_eq!(rate(&without, &with(5, 50)).map(|rate| rate.packets), Some(5.0), "the interface was there");
    assert_eq!(rate(&with(5, 50), &without), None);
    without.interfaces.clear();
    assert_eq!(rate(&without, &with(1 << 60, 1 << 60)), None, "the interface is new");
    let rates = Rates::between(&with(0, 0), &with(u64::MAX, u64::MAX), Duration::from_millis(100));
    assert!(rates.traffic.values().all(|rate| rate.packets.is_finite() && rate.packets >= 0.0));
}

#[test]
fn what_an_agent_serves_is_read_in_both_formats() {
    let [plain, open] = [include_str!("golden/metrics.txt"), include_str!("golden/metrics.openmetrics.txt")];
    let [plain, open] = [plain, open].map(|text| scraped(text, &mut Words::default()).unwrap());
    assert_eq!(plain, open);
    let of = |sample: &Sample, labels| sample.traffic[&flow(labels)];
    assert_eq!(of(&plain, SMTP), Tally { packets: 4, bytes: 1_000_000_000_074 });
    let most = of(&plain, ["eth0", "egress", "ftp_data_passive", "from_server"]);
    assert_eq!(most.packets, u64::MAX, "to the last digit");
    assert!(plain.interfaces.contains_key("o\"d\\d"));
    assert!(!plain.icmp.is_empty() && plain.maps["FRAGMENTS"].1 == 8192);
    assert_eq!(plain.ftp.sessions, None, "metrics hold no single session");
    let Listing::Listed(listed) = &plain.sources else { panic!("{:?}", plain.sources) };
    let largest = listed.iter().find(|one| &*one.outcome == "refused" && one.prefix == "203.0.113.0/24");
    assert_eq!(largest.map(|one| (one.count, one.overcount)), Some((78, 0)));
    let services = plain.services.listed().expect("the agent exports ports");
    let mut ports: Vec<_> =
        services.iter().map(|one| (one.port, &*one.direction, &*one.outcome, one.count)).collect();
    ports.sort_unstable();
    let expected = [
        (22, "inbound", "established", 4),
        (3389, "inbound", "refused", 2),
        (8000, "outbound", "established", 1),
    ];
    assert_eq!(ports, expected);
    assert!(services.iter().any(|one| one.port == 22 && one.name.as_deref() == Some("ssh")), "{services:?}");
}

#[test]
fn what_is_no_agents_is_refused_with_the_reason() {
    let read = |text| scraped(text, &mut Words::default()).unwrap_err().to_string();
    assert!(
        read("<!DOCTYPE html>\n").contains("line 1 is not of Prometheus' text format: `<!DOCTYPE html>`")
    );
    assert_eq!(
        scraped("node_load1 1\n", &mut Words::default()),
        Err(Unlike::Foreign("classifier_build_info"))
    );
    assert!(read("").contains("give the metrics URL of a classifier agent"));
    let ill =
        "classifier_build_info 1\nclassifier_scrape_success 0\nclassifier_unattributed_packets_total 2\n";
    let ill = scraped(ill, &mut Words::default()).unwrap();
    assert_eq!(ill.problems.len(), 2);
    assert!(matches!(ill.sources, Listing::Untold(reason) if reason.contains("--top-sources")));
    assert!(matches!(ill.services, Listing::Untold(reason) if reason.contains("--top-ports")));
}

#[test]
fn the_json_has_its_keys() {
    let mut board = Board::default();
    board.take(at(0), Ok(sample(1, 1)));
    board.take(at(2), Ok(sample(3, 1)));
    let line = Report::of(&board, "here", UNIX_EPOCH + at(5)).line().unwrap();
    assert_eq!(line.lines().count(), 1);
    let written: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        [&written["at"], &written["source"], &written["elapsed_seconds"], &written["error"]],
        [&json!(5.0), &json!("here"), &json!(2.0), &Value::Null]
    );
    assert_eq!(written["interfaces"][0], json!({"name": "eth0", "ingress": "xdp_native", "egress": "tcx"}));
    let rows = written["traffic"].as_array().unwrap();
    let smtp = rows.iter().find(|row| row["protocol"] == "smtp" && row["direction"] == "ingress").unwrap();
    let keys: Vec<_> = smtp.as_object().unwrap().keys().map(String::as_str).collect();
    let all = [
        "bits_per_second",
        "bytes",
        "direction",
        "interface",
        "packets",
        "packets_per_second",
        "protocol",
        "role",
    ];
    assert_eq!(keys, all);
    assert_eq!(rows.len(), 10, "rows at 0 too");
    let message = &written["icmp"][1];
    assert_eq!(
        [&message["type"], &message["name"], &message["messages"]],
        [&json!("8"), &json!("echo_request"), &json!(6)]
    );
    assert_eq!(written["ftp"]["sessions"][0]["control"], "encrypted");
    assert_eq!(
        written["sources"][1],
        json!({"prefix": "198.51.100.0/24", "direction": "inbound", "protocol": "smtp", "outcome": "established",
               "count": 1350, "overcount": 100, "last_seen_seconds": 0.4})
    );
    assert_eq!(
        written["services"][0],
        json!({"transport": "tcp", "port": 8443, "name": null, "direction": "inbound", "outcome": "refused",
               "count": 12, "overcount": 0, "last_seen_seconds": 61.0})
    );
    assert_eq!(written["maps"], json!([{"map": "sessions", "entries": 1, "capacity": 65536}]));

    board.take(at(3), Err("gone".into()));
    let written: Value =
        serde_json::from_str(&Report::of(&board, "here", UNIX_EPOCH).line().unwrap()).unwrap();
    assert_eq!(
        [&written["error"], &written["traffic"], &written["ftp"], &written["elapsed_seconds"]],
        [&json!("gone"), &json!([]), &Value::Null, &Value::Null]
    );
}

#[test]
fn the_text_has_a_table_for_all_that_there_is() {
    let mut board = Board::default();
    let mut evil = sample(1, 1);
    evil.problems.push("a\u{1b}b".into());
    board.take(at(0), Ok(sample(0, 1)));
    board.take(at(1), Ok(evil));
    let written = text(&board);
    assert!(written.starts_with("problem: a?b\n\ninterface"), "{written}");
    assert!(
        written.lines().count() > 14 && written.contains("echo_request") && written.contains("2001:db8::1"),
        "{written}"
    );
    let mut idle = Board::default();
    idle.take(at(0), Ok(Sample::default()));
    assert_eq!(text(&idle), "no packet so far\n");
}
