// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Many interfaces at once: the time to attach them, their cost, and the absence of leaks.

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

use testbed::{Agent, Samples};

use crate::{
    library::inner_maps,
    node::{Node, attached, counted, packets, wait},
};

/// Limit: half of Prometheus' time limit for a scrape (`scrape_timeout`, 10 s): every scrape is answered within it,
/// for any changes of interfaces meanwhile.
const SCRAPE: Duration = Duration::from_secs(5);

/// Name of a link's descriptor in the kernel.
const LINK: &str = "anon_inode:bpf_link";

/// Creates all pairs at once, by one process.
fn create(node: &Node, pairs: usize) {
    let commands = (0..pairs).map(|number| {
        format!(
            "link add lan{number} group 7 arp off multicast off up type veth peer name far-lan{number}\n\
             link set dev far-lan{number} arp off multicast off up\n"
        )
    });
    node.batch(&commands.collect::<String>());
}

/// Scrapes until the condition is true, each in time; returns the slowest scrape too.
fn scrape_until(agent: &Agent, is_so: impl Fn(&Samples) -> bool) -> (Samples, Duration) {
    let mut slowest = Duration::ZERO;
    let last = wait(agent, |_| {
        let began = Instant::now();
        let metrics = agent.metrics();
        slowest = slowest.max(began.elapsed());
        is_so(&metrics)
    });
    assert!(slowest < SCRAPE, "a scrape took {slowest:?}");
    (last, slowest)
}

/// Counts the agent's open files by their kind.
fn files(agent: &Agent) -> BTreeMap<String, usize> {
    let mut files = BTreeMap::new();
    for file in fs::read_dir(format!("/proc/{}/fd", agent.id())).unwrap() {
        let Ok(target) = fs::read_link(file.unwrap().path()) else { continue };
        let target = target.to_string_lossy().into_owned();
        // A connection that was accepted a moment ago may still be open.
        if !target.starts_with("socket:") {
            *files.entry(target).or_default() += 1;
        }
    }
    files
}

#[test]
fn a_hundred_interfaces_at_once_are_attached_while_scrapes_are_answered() {
    const PAIRS: usize = 100;
    for (label, arguments) in
        [("both directions", &["-i", "lan*"][..]), ("ingress", &["-i", "lan*", "--no-egress"])]
    {
        let node = Node::new();
        let agent = node.agent(arguments);
        let began = Instant::now();
        create(&node, PAIRS);
        let created = began.elapsed();
        let (_, slowest) = scrape_until(&agent, |metrics| attached(metrics).len() == PAIRS);
        let all = began.elapsed();
        println!(
            "{PAIRS} interfaces, {label}: created in {created:?}, attached after {all:?}, slowest scrape {slowest:?}"
        );
        assert!(all < Duration::from_mins(1), "{all:?}");
        agent.stop();
    }
}

#[test]
fn two_hundred_interfaces_that_leave_and_return_twice_leave_nothing() {
    const PAIRS: usize = 200;
    let node = Node::new();
    let agent = node.agent(&["-i", "lan*"]);
    let mut full = None;
    for round in 1..=3_u64 {
        create(&node, PAIRS);
        let (metrics, slowest) = scrape_until(&agent, |metrics| attached(metrics).len() == PAIRS);
        let program = metrics.of("classifier_program_info", &[]).next().unwrap().label("id").to_owned();
        for number in [0, 77, PAIRS - 1] {
            node.send(&format!("far-lan{number}"), 10);
        }
        let began = Instant::now();
        let text = agent.get("/metrics");
        let took = began.elapsed();
        let metrics = Samples::parse(&text);
        for number in [0, 77, PAIRS - 1] {
            assert_eq!(packets(&metrics, &format!("lan{number}")), [10 * round, 0]);
        }
        assert_eq!(metrics.sum("classifier_packets_total", &[]), 30 * round);
        let memory = metrics.sum("process_resident_memory_bytes", &[]);
        let is = files(&agent);
        println!(
            "round {round}: {PAIRS} interfaces, {} KiB resident, a scrape of {} bytes in {took:?}, the slowest in {slowest:?}; {is:?}",
            memory / 1024,
            text.len(),
        );
        assert_eq!(*full.get_or_insert_with(|| is.clone()), is, "round {round}");
        assert_eq!(is.get(LINK), Some(&(2 * PAIRS)));
        // The first departures put a placeholder into their slots.
        assert_eq!(inner_maps(&program).len(), PAIRS + usize::from(round > 1));

        node.ip("link del group 7");
        let (metrics, _) = scrape_until(&agent, |metrics| attached(metrics).is_empty());
        assert_eq!(counted(&metrics).len(), PAIRS, "kept");
        assert_eq!(metrics.sum("classifier_packets_total", &[]), 30 * round);
        assert_eq!(inner_maps(&program).len(), 1, "no place is taken");
        assert_eq!(metrics.sum("classifier_netlink_overruns_total", &[]), 0);
        assert_eq!(files(&agent).get(LINK), None, "no link is left");
    }
    agent.stop();
}
