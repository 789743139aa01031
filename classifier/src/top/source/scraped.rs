// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Converts an agent's answer to a sample.

use thiserror::Error;

use super::{
    exposition::{BadLine, Line, lines},
    scraped_evidence::{self, Bounds},
};
use crate::{
    metrics::catalog::{self, label},
    top::{
        sample::{Decision, Flow, Hooks, Message, Sample},
        word::Words,
    },
};

/// Reason why a text has no counters of an agent.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Unlike {
    /// The text has another format.
    #[error(transparent)]
    Bad(#[from] BadLine),
    /// The text lacks this metric.
    #[error("the answer has no {0}; give the metrics URL of a classifier agent")]
    Foreign(&'static str),
}

/// Converts a text to a sample.
///
/// # Errors
///
/// When the text is not an agent's.
pub fn sample(text: &str, words: &mut Words) -> Result<Sample, Unlike> {
    let mut sample = Sample::default();
    let mut is_ours = false;
    let [mut sources, mut ports] = [Bounds::SOURCES, Bounds::PORTS];
    for line in lines(text) {
        let line = line?;
        is_ours |= line.name == catalog::BUILD_INFO.name;
        if !(sources.add(&line) || ports.add(&line)) {
            add(&mut sample, &line, words);
        }
    }
    sample.sources = scraped_evidence::sources(sources, words);
    sample.services = scraped_evidence::services(ports, words);
    if is_ours { Ok(sample) } else { Err(Unlike::Foreign(catalog::BUILD_INFO.name)) }
}

fn add(sample: &mut Sample, line: &Line<'_>, words: &mut Words) {
    let name = line.name;
    if name == catalog::PACKETS.name {
        let flow = flow(sample, line, words);
        sample.traffic.entry(flow).or_default().packets = line.whole();
    } else if name == catalog::BYTES.name {
        let flow = flow(sample, line, words);
        sample.traffic.entry(flow).or_default().bytes = line.whole();
    } else if name == catalog::ICMP_PACKETS.name {
        let mut of = |name| words.of(line.label(name));
        let message = Message {
            interface: of(label::INTERFACE),
            direction: of(label::DIRECTION),
            family: of(label::FAMILY),
            kind: of(label::TYPE),
            code: of(label::CODE),
            name: of(label::NAME),
        };
        sample.icmp.insert(message, line.whole());
    } else if name == catalog::POLICY_PACKETS.name {
        let mut of = |name| words.of(line.label(name));
        let decision = Decision {
            interface: of(label::INTERFACE),
            direction: of(label::DIRECTION),
            rule: of(label::RULE),
            verdict: of(label::VERDICT),
        };
        sample.policy.insert(decision, line.whole());
    } else if name == catalog::INTERFACE_INFO.name {
        let mut of = |name| words.of(line.label(name));
        let hooks = Hooks { ingress: of(label::INGRESS), egress: of(label::EGRESS) };
        sample.interfaces.insert(of(label::INTERFACE), hooks);
    } else if name == catalog::FTP_SESSIONS.name {
        let is_encrypted = line.label(label::CONTROL) == "encrypted";
        let ftp = &mut sample.ftp;
        *(if is_encrypted { &mut ftp.encrypted_sessions } else { &mut ftp.clear_sessions }) += line.whole();
    } else if name == catalog::FTP_ENDPOINTS.name {
        let is_connected = line.label(label::STATE) == "connected";
        let ftp = &mut sample.ftp;
        *(if is_connected { &mut ftp.connected_endpoints } else { &mut ftp.announced_endpoints }) +=
            line.whole();
    } else if name == catalog::MAP_ENTRIES.name {
        sample.maps.entry(line.label(label::MAP).to_owned()).or_default().0 = line.whole();
    } else if name == catalog::MAP_CAPACITY.name {
        sample.maps.entry(line.label(label::MAP).to_owned()).or_default().1 = line.whole();
    } else if name == catalog::SCRAPE_SUCCESS.name && line.whole() == 0 {
        sample
            .problems
            .push("the agent cannot read the counters of the kernel; its log gives the reason".into());
    } else if name == catalog::CONFIG_SUCCESSFUL.name && line.whole() == 0 {
        sample.problems.push("the agent refused its last configuration; its log gives the reason".into());
    } else if name == catalog::UNATTRIBUTED_PACKETS.name && line.whole() > 0 {
        let count = line.whole();
        sample.problems.push(format!(
            "{count} packets crossed a hook on an interface without counters: this is a bug; report it"
        ));
    }
}

/// Returns the labels of a line, and lists its interface, attached or not.
fn flow(sample: &mut Sample, line: &Line<'_>, words: &mut Words) -> Flow {
    let mut of = |name| words.of(line.label(name));
    let (interface, direction) = (of(label::INTERFACE), of(label::DIRECTION));
    let (protocol, role, none) = (of(label::PROTOCOL), of(label::ROLE), words.of("none"));
    if !sample.interfaces.contains_key(&interface) {
        let hooks = Hooks { ingress: none.clone(), egress: none };
        sample.interfaces.insert(interface.clone(), hooks);
    }
    Flow { interface, direction, protocol, role }
}
