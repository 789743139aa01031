//! The kernel's counters as samples, straight from a snapshot.

use classifier_common::{
    abi::Direction,
    counter::{Counters, TCP_FLAGS, Tally},
    endpoint::{Evidence, Mode},
    icmp_types::{CellLabels, ERRORS, cells},
    outcome::Limit,
    protocol::{Class, Protocol, Sides},
    wire::Family as IpFamily,
};

use super::{
    catalog::{self, Family, label},
    connections::Connections,
    exposition::{Exposition, Value},
    labels::Labels,
    policy::Policy,
};
use crate::{
    config::ProtocolNames,
    counters::{InterfaceSnapshot, Snapshot},
};

/// The labels that no scrape changes, rendered once.
#[derive(Debug)]
pub struct Datapath {
    names: ProtocolNames,
    classes: Vec<(Class, Labels)>,
    protocols: Vec<ProtocolLabels>,
    icmp: Vec<Labels>,
    errors: [Labels; ERRORS.len()],
    limits: [Labels; Limit::ALL.len()],
    ftp_data: Vec<(usize, Evidence, Labels)>,
    /// Of the policy that is tried, if one is.
    policy: Option<Policy>,
    connections: Connections,
}

#[derive(Debug)]
struct ProtocolLabels {
    protocol: Protocol,
    labels: Labels,
    /// With each of its TCP flags.
    flags: [Labels; TCP_FLAGS.len()],
    /// Its TCP flag series exist before their first packet.
    flags_from_start: bool,
}

/// The counters of one interface and direction.
pub(super) struct Side<'s> {
    pub labels: Labels,
    pub counters: &'s Counters,
}

impl Datapath {
    /// The names that the configuration adds.
    pub(super) const fn names(&self) -> &ProtocolNames {
        &self.names
    }

    /// Renders the labels of the fixed protocols and of those that the configuration names.
    #[must_use]
    pub fn new(names: &ProtocolNames) -> Self {
        let fixed = Protocol::FIXED.iter().copied();
        let configured = names.iter().map(|(protocol, name)| (protocol, name, Sides::Server));
        let mut classes = Vec::new();
        let mut protocols = Vec::new();
        for (protocol, name, sides) in fixed.chain(configured) {
            let both = [protocol.to_server(), protocol.from_server()];
            let existing = if sides == Sides::Server { &both[..] } else { &both[..1] };
            for class in existing {
                let labels = [(label::PROTOCOL, name), (label::ROLE, class.role().label())];
                classes.push((*class, Labels::of(&labels)));
            }
            protocols.push(ProtocolLabels {
                protocol,
                labels: Labels::of(&[(label::PROTOCOL, name)]),
                flags: TCP_FLAGS.map(|flag| Labels::of(&[(label::PROTOCOL, name), (label::FLAG, flag)])),
                flags_from_start: protocol == Protocol::TCP_OTHER || is_fixed_server(protocol),
            });
        }
        Self {
            names: names.clone(),
            classes,
            protocols,
            icmp: cells().map(cell_labels).collect(),
            errors: ERRORS.map(|(family, kind)| {
                Labels::of(&[(label::FAMILY, family_label(family)), (label::TYPE, &kind.to_string())])
            }),
            limits: Limit::ALL.map(|(_, limit)| Labels::of(&[(label::LIMIT, limit)])),
            ftp_data: ftp_data(),
            policy: None,
            connections: Connections::new(names),
        }
    }

    /// Has what a policy would have done written too; `None`: no policy is tried.
    pub fn set_policy(&mut self, policy: Option<Policy>) {
        self.policy = policy;
    }

    /// The same labels, but for the names.
    pub(super) fn set_names(&mut self, names: &ProtocolNames) {
        *self = Self { policy: self.policy.take(), ..Self::new(names) };
    }

    /// Writes every family that counts packets.
    pub fn write(&self, out: &mut Exposition, snapshot: &Snapshot) {
        let sides: Vec<_> = snapshot.interfaces.iter().flat_map(sides).collect();
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
        of: fn(&Tally) -> u64,
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
        let mut samples = out.family(&catalog::FRAGMENTS_UNREMEMBERED);
        for side in sides {
            samples.add(&[&side.labels], Value::Whole(side.counters.unremembered));
        }
    }
}

/// What FTP data is told apart by; port 20 is evidence of active mode alone.
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

fn is_fixed_server(protocol: Protocol) -> bool {
    Protocol::FIXED.iter().any(|(fixed, _, sides)| *fixed == protocol && *sides == Sides::Server)
}

fn sides(interface: &InterfaceSnapshot) -> impl Iterator<Item = Side<'_>> {
    let counters = [&interface.ingress_counters, &interface.egress_counters];
    Direction::ALL.into_iter().zip(counters).filter_map(|(direction, counters)| {
        let labels = [(label::INTERFACE, interface.name.as_str()), (label::DIRECTION, direction.label())];
        Some(Side { labels: Labels::of(&labels), counters: counters.as_deref()? })
    })
}

fn cell_labels(cell: CellLabels) -> Labels {
    let number = |number: Option<u8>| number.map_or_else(|| "other".into(), |number| number.to_string());
    Labels::of(&[
        (label::FAMILY, family_label(cell.family)),
        (label::TYPE, &number(cell.kind)),
        (label::CODE, &number(cell.code)),
        (label::NAME, cell.name),
    ])
}

pub(crate) const fn family_label(family: IpFamily) -> &'static str {
    match family {
        IpFamily::V4 => "ipv4",
        IpFamily::V6 => "ipv6",
    }
}
