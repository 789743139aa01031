// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the kernel's counters of a snapshot as samples.

use classifier_common::{
    counter::{PacketCount, TCP_FLAGS},
    endpoint::{Evidence, Mode},
    icmp_types::{CellLabels, ERRORS, cells},
    outcome::Limit,
    protocol::{Class, Protocol},
};

use super::{
    catalog::{self, Family, label},
    connections::Connections,
    exposition::{Exposition, Value},
    labels::Labels,
    policy::PolicySeries,
    side::Side,
};
use crate::{protocol_names::ProtocolNames, snapshot::Snapshot};

/// Labels that no scrape changes, rendered once.
#[derive(Debug)]
pub struct Datapath {
    names: ProtocolNames,
    classes: Vec<(Class, Labels)>,
    protocols: Vec<ProtocolLabels>,
    icmp: Vec<Labels>,
    errors: [Labels; ERRORS.len()],
    limits: [Labels; Limit::ALL.len()],
    ftp_data: Vec<(usize, Evidence, Labels)>,
    /// Labels of the policy, if one is evaluated.
    policy: Option<PolicySeries>,
    connections: Connections,
}

#[derive(Debug)]
struct ProtocolLabels {
    protocol: Protocol,
    labels: Labels,
    /// Labels of the protocol with each TCP flag.
    flags: [Labels; TCP_FLAGS.len()],
    /// True if the TCP flag series exist before their first packet.
    flags_from_start: bool,
}

impl Datapath {
    /// Returns the names that the configuration adds.
    pub(super) const fn names(&self) -> &ProtocolNames {
        &self.names
    }

    /// Renders the labels of the fixed protocols and of those that the configuration names.
    #[must_use]
    pub fn new(names: &ProtocolNames) -> Self {
        let mut classes = Vec::new();
        let mut protocols = Vec::new();
        for (protocol, name) in names.all() {
            for class in protocol.classes() {
                let labels = [(label::PROTOCOL, name), (label::ROLE, class.role().label())];
                classes.push((class, Labels::of(&labels)));
            }
            protocols.push(ProtocolLabels {
                protocol,
                labels: Labels::of(&[(label::PROTOCOL, name)]),
                flags: TCP_FLAGS.map(|flag| Labels::of(&[(label::PROTOCOL, name), (label::FLAG, flag)])),
                flags_from_start: protocol == Protocol::TCP_OTHER
                    || protocol.fixed_label().is_some() && protocol.has_server(),
            });
        }
        Self {
            names: names.clone(),
            classes,
            protocols,
            icmp: cells().map(cell_labels).collect(),
            errors: ERRORS.map(|(family, kind)| {
                Labels::of(&[(label::FAMILY, family.label()), (label::TYPE, &kind.to_string())])
            }),
            limits: Limit::ALL.map(|(_, limit)| Labels::of(&[(label::LIMIT, limit)])),
            ftp_data: ftp_data(),
            policy: None,
            connections: Connections::new(names),
        }
    }

    /// Also writes the series of this policy's dry run; `None`: no policy is evaluated.
    pub fn set_policy(&mut self, policy: Option<PolicySeries>) {
        self.policy = policy;
    }

    /// Renders the labels again for other names.
    pub(super) fn set_names(&mut self, names: &ProtocolNames) {
        *self = Self { policy: self.policy.take(), ..Self::new(names) };
    }

    /// Writes every family that counts packets.
    pub fn write(&self, out: &mut Exposition, snapshot: &Snapshot) {
        let sides: Vec<_> = snapshot.interfaces.iter().flat_map(Side::of).collect();
        self.write_classes(out, &catalog::PACKETS, &sides, |tally| tally.packets);
        self.write_classes(out, &catalog::BYTES, &sides, |tally| tally.bytes);
        self.write_flags(out, &sides);
        self.write_icmp(out, &sides);
        self.write_quoted(out, &sides);
        self.write_limits(out, &sides);
        self.write_ftp_data(out, &sides);
        if let Some(policy) = &self.policy {
            policy.write(out, &sides);
        }
        self.connections.write(out, snapshot);
        out.family(&catalog::UNATTRIBUTED_PACKETS).add(&[], Value::Whole(snapshot.unattributed));
    }

    fn write_classes(
        &self,
        out: &mut Exposition,
        family: &Family,
        sides: &[Side<'_>],
        of: fn(&PacketCount) -> u64,
    ) {
        let mut samples = out.family(family);
        for side in sides {
            let mut samples = samples.under(&side.labels);
            for (class, labels) in &self.classes {
                samples.add(labels, of(&side.counters.classes[class.index()]));
            }
        }
    }

    fn write_flags(&self, out: &mut Exposition, sides: &[Side<'_>]) {
        let mut samples = out.family(&catalog::TCP_FLAG_PACKETS);
        for side in sides {
            let mut samples = samples.under(&side.labels);
            for ProtocolLabels { protocol, flags, flags_from_start, .. } in &self.protocols {
                let counts = &side.counters.tcp_flags[protocol.index()];
                if *flags_from_start || counts.iter().any(|count| *count != 0) {
                    flags.iter().zip(counts).for_each(|(labels, count)| samples.add(labels, *count));
                }
            }
        }
    }

    fn write_icmp(&self, out: &mut Exposition, sides: &[Side<'_>]) {
        let mut samples = out.family(&catalog::ICMP_PACKETS);
        for side in sides {
            let seen = self.icmp.iter().zip(&side.counters.icmp).filter(|(_, count)| **count != 0);
            let mut samples = samples.under(&side.labels);
            seen.for_each(|(labels, count)| samples.add(labels, *count));
        }
    }

    fn write_quoted(&self, out: &mut Exposition, sides: &[Side<'_>]) {
        let mut samples = out.family(&catalog::ICMP_QUOTED_PACKETS);
        for side in sides {
            for (error, counts) in self.errors.iter().zip(&side.counters.quoted) {
                for ProtocolLabels { protocol, labels, .. } in &self.protocols {
                    let count = counts[protocol.index()];
                    if count != 0 {
                        samples.add(&[&side.labels, error, labels], Value::Whole(count));
                    }
                }
            }
        }
    }

    fn write_ftp_data(&self, out: &mut Exposition, sides: &[Side<'_>]) {
        let mut samples = out.family(&catalog::FTP_DATA_PACKETS);
        for side in sides {
            let mut samples = samples.under(&side.labels);
            for (mode, evidence, labels) in &self.ftp_data {
                samples.add(labels, side.counters.ftp_data[*mode][*evidence as usize]);
            }
        }
    }

    fn write_limits(&self, out: &mut Exposition, sides: &[Side<'_>]) {
        let mut samples = out.family(&catalog::PARSE_LIMITS);
        for side in sides {
            let mut samples = samples.under(&side.labels);
            self.limits
                .iter()
                .zip(side.counters.limits)
                .for_each(|(labels, count)| samples.add(labels, count));
        }
        let mut samples = out.family(&catalog::FRAGMENTS_NOT_STORED);
        for side in sides {
            samples.add(&[&side.labels], Value::Whole(side.counters.unremembered));
        }
    }
}

/// Lists the labels of FTP data; port 20 is evidence of active mode alone.
fn ftp_data() -> Vec<(usize, Evidence, Labels)> {
    let mut all = Vec::new();
    for mode in Mode::ALL {
        for evidence in Evidence::ALL {
            if evidence != Evidence::Port20 || mode == Mode::Active {
                let labels = [(label::MODE, mode.label()), (label::EVIDENCE, evidence.label())];
                all.push((mode as usize, evidence, Labels::of(&labels)));
            }
        }
    }
    all
}

fn cell_labels(cell: CellLabels) -> Labels {
    let number = |number: Option<u8>| number.map_or_else(|| "other".into(), |number| number.to_string());
    Labels::of(&[
        (label::FAMILY, cell.family.label()),
        (label::TYPE, &number(cell.kind)),
        (label::CODE, &number(cell.code)),
        (label::NAME, cell.name),
    ])
}
