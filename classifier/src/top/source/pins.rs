// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads samples from the pinned maps.

use std::{collections::BTreeMap, path::Path, time::SystemTime};

use classifier_common::{
    counter::Counters,
    dry_run::{DEFAULT_ROW, Verdict},
    icmp_types::cells,
    protocol::Class,
};

use super::peers::{self, Peers};
use crate::{
    clock::now,
    datapath::{self, PinnedState, View, ViewError},
    metrics::live_sessions,
    policy::RuleRows,
    protocol_names::ProtocolNames,
    snapshot::{EndpointReport, InterfaceSnapshot, SessionReport},
    top::{
        sample::{Decision, Flow, Ftp, Hooks, Listing, Message, Sample, Tally},
        word::Word,
    },
};

const NOBODY: &str =
    "no agent process uses this directory: the kernel continues to count, and no agent serves the counters";

/// A source that reads counters straight from the pinned maps, without a running agent.
#[derive(Debug)]
pub struct Pins {
    view: View,
    folder: String,
}

impl Pins {
    /// Opens a pin directory.
    ///
    /// # Errors
    ///
    /// As [`datapath::view`].
    pub fn open(folder: &Path) -> Result<Self, ViewError> {
        Ok(Self { view: datapath::view(folder)?, folder: folder.display().to_string() })
    }

    /// Reads a sample.
    ///
    /// # Errors
    ///
    /// As [`View::look`].
    pub fn read(&mut self, peers: Peers) -> Result<Sample, ViewError> {
        let mut sample = sample(&self.view.look()?, &self.folder, now());
        if peers != Peers::None {
            (sample.sources, sample.services) = match self.view.evidence() {
                Ok(evidence) => peers::listed(&evidence, peers, SystemTime::now()),
                Err(reason) => {
                    let reason = reason.to_string();
                    (Listing::Untold(reason.clone()), Listing::Untold(reason))
                }
            };
        }
        Ok(sample)
    }
}

/// Converts the content of a directory to a sample, at a moment of the kernel's clock.
#[must_use]
pub fn sample(look: &PinnedState, folder: &str, now: u64) -> Sample {
    let mut problems = look.problems.clone();
    let origin = if let Some(process) = look.process {
        format!("{folder}, agent {process}")
    } else {
        problems.push(NOBODY.to_owned());
        format!("{folder}, no agent")
    };
    let mut sample = Sample { origin, problems, ftp: ftp(look, now), ..Sample::default() };
    let fills = look.snapshot.maps.iter().map(|fill| (fill.map.to_owned(), (fill.entries, fill.capacity)));
    sample.maps = fills.collect();
    let labels = Labels::new(&look.names, &look.rules);
    for interface in &look.snapshot.interfaces {
        add(&mut sample, interface, &labels);
    }
    sample
}

fn ftp(look: &PinnedState, now: u64) -> Ftp {
    let ftp = &look.snapshot.ftp;
    let [clear_sessions, encrypted_sessions] = live_sessions(&ftp.tallies);
    let mut living: Vec<_> = look.sessions.iter().filter(|(_, session)| !session.has_ended()).collect();
    living.sort_by_key(|(key, session)| (session.since, *key));
    Ftp {
        clear_sessions,
        encrypted_sessions,
        announced_endpoints: ftp.endpoints.iter().map(|[announced, _]| announced).sum(),
        connected_endpoints: ftp.endpoints.iter().map(|[_, connected]| connected).sum(),
        sessions: Some(living.into_iter().map(|(key, one)| SessionReport::of(key, one, now)).collect()),
        endpoints: Some(look.endpoints.iter().map(|one| EndpointReport::of(one, now)).collect()),
    }
}

fn add(sample: &mut Sample, interface: &InterfaceSnapshot, labels: &Labels) {
    let name: Word = interface.name.as_str().into();
    let hooks = Hooks { ingress: interface.ingress.into(), egress: interface.egress.into() };
    sample.interfaces.insert(name.clone(), hooks);
    for (direction, counters) in interface.sides() {
        labels.add(sample, &name, &direction.label().into(), counters);
    }
}

/// Labels of the numbers in a counter block.
struct Labels {
    classes: Vec<(Class, Word, Word)>,
    /// Labels by cell: family, type, code and name.
    icmp: Vec<[Word; 4]>,
    /// Rows of the rules, with their names.
    rules: Vec<(usize, Word)>,
}

impl Labels {
    fn new(names: &ProtocolNames, rules: &RuleRows) -> Self {
        let label = |class: Class, name: &str| (class, name.into(), class.role().label().into());
        let all = names.all();
        let classes =
            all.flat_map(|(protocol, name)| protocol.classes().map(move |class| label(class, name)));
        let classes = classes.collect();
        let number = |number: Option<u8>| {
            number.map_or_else(|| Word::from("other"), |number| number.to_string().as_str().into())
        };
        let cell = cells()
            .map(|cell| [cell.family.label().into(), number(cell.kind), number(cell.code), cell.name.into()]);
        let decided = rules.names().enumerate().chain([(DEFAULT_ROW, "default")]);
        let rules = decided.map(|(row, name)| (row, name.into())).collect();
        Self { classes, icmp: cell.collect(), rules }
    }

    fn add(&self, sample: &mut Sample, interface: &Word, direction: &Word, counters: &Counters) {
        for (class, protocol, role) in &self.classes {
            let tally = counters.classes[class.index()];
            let [interface, direction, protocol, role] =
                [interface, direction, protocol, role].map(Word::clone);
            let flow = Flow { interface, direction, protocol, role };
            sample.traffic.insert(flow, Tally { packets: tally.packets, bytes: tally.bytes });
        }
        let seen = self.icmp.iter().zip(&counters.icmp).filter(|(_, count)| **count != 0);
        let seen: BTreeMap<_, _> = seen
            .map(|([family, kind, code, name], count)| {
                let [interface, direction] = [interface, direction].map(Word::clone);
                let [family, kind, code, name] = [family, kind, code, name].map(Word::clone);
                (Message { interface, direction, family, kind, code, name }, *count)
            })
            .collect();
        sample.icmp.extend(seen);
        for (row, rule) in &self.rules {
            for (verdict, count) in Verdict::ALL.into_iter().zip(counters.policy[*row]) {
                let [interface, direction, rule] = [interface, direction, rule].map(Word::clone);
                let decision = Decision { interface, direction, rule, verdict: verdict.label().into() };
                // Without a policy, and for the other verdict of a rule, there is no packet.
                if count > 0 {
                    sample.policy.insert(decision, count);
                }
            }
        }
    }
}
