// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An agent's numbers of learned FTP endpoints, after every transfer has ended.

use std::{
    thread,
    time::{Duration, Instant},
};

use testbed::{Agent, Samples};

/// Time within which ended endpoints, also after a reset, and their sessions are removed.
const LINGER: Duration = Duration::from_secs(15);

/// Lists deviations: each command has learned its number of endpoints, others none, none is left, and none
/// was rejected.
pub fn complaints(agent: &Agent, learned: [(&str, u64); 4]) -> Vec<String> {
    let left = |samples: &Samples| {
        let families = ["classifier_ftp_data_endpoints", "classifier_ftp_sessions"];
        families.map(|family| (family, samples.sum(family, &[])))
    };
    let deadline = Instant::now() + LINGER;
    let mut samples = agent.metrics();
    while left(&samples).iter().any(|(_, left)| *left > 0) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(100));
        samples = agent.metrics();
    }
    let total = "classifier_ftp_data_endpoints_learned_total";
    let all = learned.iter().map(|(_, count)| count).sum();
    let mut pairs = vec![
        // Two modes with two states each: a missing gauge would be 0 as well.
        ("series of endpoints", samples.of("classifier_ftp_data_endpoints", &[]).count() as u64, 4),
        ("learned", samples.sum(total, &[]), all),
        ("removed", samples.sum("classifier_ftp_data_endpoints_removed_total", &[]), all),
        ("rejected", samples.sum("classifier_ftp_rejected_total", &[]), 0),
    ];
    pairs.extend(left(&samples).map(|(family, count)| (family, count, 0)));
    let by_command =
        learned.map(|(command, count)| (command, samples.sum(total, &[("command", command)]), count));
    pairs.extend(by_command);
    pairs.retain(|(_, is, must_be)| is != must_be);
    pairs.iter().map(|(what, is, must_be)| format!("{what}: {is} in place of {must_be}")).collect()
}
