// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Exported series of a policy: none without one, and the actions of its rules from the start.

use std::sync::Arc;

use crate::{made_up::times, written::Written};
use classifier::{
    evidence::{Evidence, Moment, Opened, SourceEvidence},
    metrics::{Exporter, exposition::Format},
    policy::{Policy, Report, RuleRows},
    protocol_names::ProtocolNames,
    snapshot::{InterfaceSnapshot, ReadError, Readiness, Snapshot, SnapshotSource},
};
use classifier_common::{
    counter::Counters,
    dry_run::{DEFAULT_ROW, Verdict},
    evidence::ConnectionOutcome,
};

/// An interface with decisions of rules in rows 0, 1 and 2 and of the default.
struct Decided;

fn interface() -> InterfaceSnapshot {
    let mut counters = Counters::new(2, 0);
    counters.policy[0][Verdict::Accept as usize] = 5;
    counters.policy[1][Verdict::Accept as usize] = 7;
    counters.policy[2][Verdict::Drop as usize] = 8;
    counters.policy[DEFAULT_ROW][Verdict::Drop as usize] = 9;
    InterfaceSnapshot {
        name: "eth0".into(),
        ingress: "tcx",
        egress: "none",
        counters: [Some(Box::new(counters)), None],
    }
}

impl SnapshotSource for Decided {
    fn snapshot(&self) -> Result<Snapshot, ReadError> {
        Ok(Snapshot { interfaces: vec![interface()], ..Snapshot::default() })
    }

    fn readiness(&self) -> Readiness {
        Readiness::default()
    }
}

pub fn policy(rules: &[(&str, &str)]) -> Policy {
    let rules =
        rules.iter().map(|(name, action)| format!("[[rule]]\nname = '{name}'\naction = '{action}'\n"));
    let file = Written::new(format!("default = 'drop'\n{}", rules.collect::<String>()));
    Policy::read(&file.0, &ProtocolNames::default()).expect("a good file")
}

/// Creates a changed policy: `gone` was removed, `mail` now drops, and `ssh` is new.
fn later() -> (Policy, RuleRows) {
    let before =
        RuleRows::default().adopt(Some(&policy(&[("mail", "accept"), ("idle", "drop"), ("gone", "drop")])));
    let now = policy(&[("mail", "drop"), ("ssh", "accept"), ("idle", "drop")]);
    let rows = before.expect("there is room").adopt(Some(&now)).expect("there is room");
    (now, rows)
}

fn series(exporter: &Exporter) -> Vec<String> {
    let text = exporter.scrape(Format::Text);
    let begin = "classifier_policy_packets_total{interface=\"eth0\",direction=\"ingress\",rule=";
    text.lines().filter_map(|line| Some(line.strip_prefix(begin)?.replace('"', ""))).collect()
}

#[test]
fn a_policy_has_series_for_what_it_does_and_has_done() {
    let exporter = Exporter::new(Arc::new(Decided), &ProtocolNames::default(), &times()).expect("has /proc");
    assert!(!exporter.scrape(Format::Text).contains("policy"));
    let (policy, rows) = later();
    exporter.set_policy(Some(&policy), &rows);
    assert_eq!(
        series(&exporter),
        [
            "mail,verdict=would_accept} 5",
            "mail,verdict=would_drop} 0",
            "idle,verdict=would_accept} 7",
            "idle,verdict=would_drop} 0",
            "gone,verdict=would_drop} 8",
            "ssh,verdict=would_accept} 0",
            "default,verdict=would_drop} 9",
        ]
    );
    exporter.set_policy(None, &rows);
    assert!(!exporter.scrape(Format::Text).contains("policy"));
}

fn one_client() -> Evidence {
    let source = SourceEvidence {
        direction: Opened::Inbound,
        protocol: "pop3".into(),
        outcome: ConnectionOutcome::Established,
        prefix: "192.0.2.7/32".parse().expect("a prefix"),
        count: 3,
        overcount: 0,
        first_seen: Moment::default(),
        last_seen: Moment::default(),
    };
    Evidence { sources: vec![source], ..Evidence::default() }
}

#[test]
fn a_report_says_what_rules_would_have_done_and_which_never_matched() {
    let (policy, rows) = later();
    let report = Report::new(&policy, &rows, &[interface()], &one_client());
    let rules: Vec<_> =
        report.rules.iter().map(|one| (one.rule.as_str(), one.would_accept, one.would_drop)).collect();
    assert_eq!(rules, [("mail", 5, 0), ("ssh", 0, 0), ("idle", 7, 0), ("default", 0, 9)]);
    assert_eq!(
        (report.never_matched.clone(), report.former.clone()),
        (vec!["ssh".to_owned()], vec!["gone".to_owned()])
    );
    assert_eq!(
        report.to_string(),
        "rule        would accept       would drop  at\n\
         mail                   5                0  eth0 ingress\n\
         ssh                    0                0\n\
         idle                   7                0  eth0 ingress\n\
         default                0                9  eth0 ingress\n\n\
         default, clients by connections (upper bounds): 192.0.2.7/32 (3)\n\n\
         never matched: ssh\n\n\
         counted, but removed from the policy: gone\n"
    );
    let [at] = &report.rules[0].at[..] else { panic!("{report:?}", report = report.rules) };
    assert_eq!((at.interface.as_str(), at.direction, at.would_accept), ("eth0", "ingress", 5));
}
