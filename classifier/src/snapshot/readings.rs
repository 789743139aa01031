// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The part of the counters that the history keeps: packets and bytes by protocol and direction.

use classifier_common::{
    abi::Direction,
    counter::{Counters, PacketCount},
    protocol::{PROTOCOLS, Protocol},
};

use super::{InterfaceSnapshot, Losses, Snapshot};

/// Packets and bytes by protocol, then by direction as in [`Direction::ALL`].
pub type Rows = [[PacketCount; Direction::ALL.len()]; PROTOCOLS];

/// Values of the counters.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    /// The interfaces that are or were attached.
    pub interfaces: Vec<InterfaceReading>,
    /// Losses by kind.
    pub losses: Losses,
}

/// Values of the counters of one interface.
#[derive(Clone, Debug)]
pub struct InterfaceReading {
    /// Name of the interface.
    pub name: String,
    /// Packets and bytes by protocol, both roles together.
    pub rows: Box<Rows>,
}

impl InterfaceReading {
    /// Sums the counters of each direction; `None` for one that is not counted.
    #[must_use]
    pub fn of(name: &str, sides: [Option<&Counters>; Direction::ALL.len()]) -> Self {
        let mut rows = Box::new([[PacketCount::default(); Direction::ALL.len()]; PROTOCOLS]);
        for (index, row) in rows.iter_mut().enumerate() {
            let protocol = Protocol::from_index(index);
            for (sum, side) in row.iter_mut().zip(sides) {
                let Some(counters) = side else { continue };
                for class in [protocol.to_server(), protocol.from_server()] {
                    let PacketCount { packets, bytes } = counters.classes[class.index()];
                    sum.packets = sum.packets.saturating_add(packets);
                    sum.bytes = sum.bytes.saturating_add(bytes);
                }
            }
        }
        Self { name: name.to_owned(), rows }
    }
}

impl Readings {
    /// Extracts the readings of a snapshot.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let interface = |one: &InterfaceSnapshot| {
            InterfaceReading::of(&one.name, Direction::ALL.map(|direction| one.side(direction)))
        };
        Self {
            interfaces: snapshot.interfaces.iter().map(interface).collect(),
            losses: Losses::of(snapshot.unattributed, &snapshot.ftp.tallies, snapshot.hotplug.overruns),
        }
    }
}
