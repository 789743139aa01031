//! What was counted, over all interfaces.

use classifier_common::{
    counter::Counters,
    protocol::{Class, Protocol, Sides},
};

use crate::{counters::InterfaceSnapshot, report::traffic::OtherTraffic};

/// What was received, and what was sent.
pub(super) struct Both {
    pub received: Box<Counters>,
    pub sent: Box<Counters>,
}

impl Both {
    pub(super) fn of(interfaces: &[InterfaceSnapshot]) -> Self {
        let sum = |of: fn(&InterfaceSnapshot) -> Option<&Counters>| {
            let mut sum = Box::new(Counters::new(0, 0));
            interfaces.iter().filter_map(of).for_each(|counters| sum.merge(counters));
            sum
        };
        Self {
            received: sum(|one| one.ingress_counters.as_deref()),
            sent: sum(|one| one.egress_counters.as_deref()),
        }
    }
}

/// Packets of a class.
pub(super) fn of_class(counters: &Counters, class: Class) -> u64 {
    counters.classes.get(class.index()).map(|tally| tally.packets).unwrap_or_default()
}

/// Packets of no service; ICMP has its own counters.
pub(super) fn others(counted: &Both) -> Vec<OtherTraffic> {
    let is_other = |protocol: Protocol| protocol != Protocol::ICMP && protocol != Protocol::ICMPV6;
    let rows = Protocol::FIXED
        .iter()
        .filter(|(protocol, _, sides)| *sides == Sides::NoServer && is_other(*protocol));
    rows.map(|(protocol, label, _)| OtherTraffic {
        protocol: (*label).to_owned(),
        received: of_class(&counted.received, protocol.to_server()),
        sent: of_class(&counted.sent, protocol.to_server()),
    })
    .filter(|other| other.received + other.sent > 0)
    .collect()
}
