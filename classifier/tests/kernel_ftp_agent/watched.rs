// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! An agent's numbers of the FTP tracking.

use std::{
    thread,
    time::{Duration, Instant},
};

use testbed::{Agent, Samples};

/// Numbers of `/metrics`, by the names of these tests.
pub trait Watched {
    /// Returns one number: `learned pasv` is that of one label's value, `learned` that of all.
    fn number(&self, name: &str) -> u64;
}

impl Watched for Samples {
    fn number(&self, name: &str) -> u64 {
        let (family, value) = name.split_once(' ').unwrap_or((name, ""));
        let (name, label) = match family {
            "learned" => ("classifier_ftp_data_endpoints_learned_total", "command"),
            "removed" => ("classifier_ftp_data_endpoints_removed_total", "reason"),
            "rejected" => ("classifier_ftp_rejected_total", "reason"),
            "endpoints" => ("classifier_ftp_data_endpoints", "state"),
            "by" => ("classifier_ftp_learn_duration_seconds_count", "by"),
            "segments" => ("classifier_ftp_control_segments_total", ""),
            "lost" => ("classifier_ftp_control_segments_lost_total", ""),
            "events_lost" => ("classifier_ftp_events_lost_total", ""),
            "sessions" => ("classifier_ftp_sessions", "control"),
            "refused" => ("classifier_ftp_sessions_table_full_total", ""),
            "evicted" => ("classifier_ftp_sessions_evicted_total", ""),
            "map" => ("classifier_map_entries", "map"),
            "memory" => ("process_resident_memory_bytes", ""),
            "packets" => ("classifier_packets_total", "protocol"),
            "data" => ("classifier_ftp_data_packets_total", "mode"),
            _ => panic!("no number: {name}"),
        };
        let labels: &[(&str, &str)] = if value.is_empty() { &[] } else { &[(label, value)] };
        self.sum(name, labels)
    }
}

/// Waits until these numbers have these values, for at most ten seconds.
pub fn until(agent: &Agent, wanted: &[(&str, u64)]) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let samples = agent.metrics();
        let wrong: Vec<_> = wanted
            .iter()
            .map(|(name, wanted)| (*name, samples.number(name), *wanted))
            .filter(|(_, found, wanted)| found != wanted)
            .collect();
        if wrong.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "name, found, wanted: {wrong:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for the same values of both agents.
pub fn both_until(agents: &[Agent; 2], wanted: &[(&str, u64)]) {
    for agent in agents {
        until(agent, wanted);
    }
}

/// Returns the upper bounds of the buckets of the median and the 99th percentile of the agent's times.
pub fn learn_times(agent: &Agent) -> String {
    let samples = agent.metrics();
    let mut buckets: Vec<_> = samples
        .of("classifier_ftp_learn_duration_seconds_bucket", &[("by", "agent")])
        .map(|sample| (sample.label("le").parse::<f64>().expect("a bound"), sample.value))
        .collect();
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all = buckets.last().map_or(0.0, |(_, count)| *count);
    let at =
        |share: f64| buckets.iter().find(|(_, count)| *count >= all * share).map_or(0.0, |(bound, _)| *bound);
    let within = buckets.iter().find(|(bound, _)| *bound >= 0.001).map_or(0.0, |(_, count)| *count);
    format!("{within} of {all} within 1 ms, half within {} s, 99 % within {} s", at(0.5), at(0.99))
}
