//! The counters as the history takes them: by protocol and direction, without what else is known of the packets.

use classifier_common::{
    abi::Direction,
    counter::{Counters, Tally},
    protocol::{PROTOCOLS, Protocol},
};

use super::Losses;
use crate::counters::{InterfaceSnapshot, Snapshot};

/// Packets and bytes by protocol, then by direction as in [`Direction::ALL`].
pub type Rows = [[Tally; Direction::ALL.len()]; PROTOCOLS];

/// What all counters stand at.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    /// The interfaces that are or were attached.
    pub interfaces: Vec<InterfaceReading>,
    /// What has gone missing.
    pub losses: Losses,
}

/// What the counters of an interface stand at.
#[derive(Clone, Debug)]
pub struct InterfaceReading {
    /// Its name.
    pub name: String,
    /// Both roles of a protocol together.
    pub rows: Box<Rows>,
}

impl InterfaceReading {
    /// From the counters of each direction that is counted.
    #[must_use]
    pub fn of(name: &str, sides: [Option<&Counters>; Direction::ALL.len()]) -> Self {
        let mut rows = Box::new([[Tally::default(); Direction::ALL.len()]; PROTOCOLS]);
        for (index, row) in rows.iter_mut().enumerate() {
            let protocol = Protocol::from_index(index);
            for (sum, side) in row.iter_mut().zip(sides) {
                let Some(counters) = side else { continue };
                for class in [protocol.to_server(), protocol.from_server()] {
                    let Tally { packets, bytes } = counters.classes[class.index()];
                    sum.packets = sum.packets.saturating_add(packets);
                    sum.bytes = sum.bytes.saturating_add(bytes);
                }
            }
        }
        Self { name: name.to_owned(), rows }
    }
}

impl Readings {
    /// From what a scrape reads.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let interface = |one: &InterfaceSnapshot| {
            let sides = [one.ingress_counters.as_deref(), one.egress_counters.as_deref()];
            InterfaceReading::of(&one.name, sides)
        };
        Self {
            interfaces: snapshot.interfaces.iter().map(interface).collect(),
            losses: Losses::of(snapshot.unattributed, &snapshot.ftp.tallies, snapshot.hotplug.overruns),
        }
    }
}
