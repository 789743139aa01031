// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The port table and the table of first fragments.

use std::cell::Cell;

use crate::{
    abi::FRAGMENT_BUCKETS,
    assigned_port::{AssignedPort, DEFAULT_TCP},
    fragment::{FirstFragment, FragmentKey},
    label::Label,
    ports::{COUNTED, ENDPOINT, PORTS, PortEntry, TRACKED, Transport},
    table::{
        MemoryBucket, MemoryTable, hash,
        recent::{self, RecentTable, Remembered},
    },
    tables::Tables,
};

/// Distance of two first fragments in the time of their table.
const TICK: u64 = 1 << 20;

/// A port table and the table of first fragments.
pub struct HostTables {
    tcp: Vec<Cell<PortEntry>>,
    udp: Vec<Cell<PortEntry>>,
    fragments: MemoryTable<FirstFragment, { recent::WAYS }>,
    /// Number of first fragments until now: their clock.
    firsts: Cell<u64>,
    /// True if UDP flows are followed.
    pub follows_flows: bool,
}

impl HostTables {
    /// Creates tables without known ports.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            tcp: vec![Cell::default(); PORTS],
            udp: vec![Cell::default(); PORTS],
            fragments: MemoryTable::default(),
            firsts: Cell::new(0),
            follows_flows: false,
        }
    }

    /// Assigns a port to a protocol, instead of its previous one.
    pub fn assign(&mut self, port: &AssignedPort) {
        if let Some(entry) = self.entry(port.transport, port.port) {
            entry.set(port.entry());
        }
    }

    /// Counts one more endpoint on this TCP port.
    pub(super) fn endpoint_taken(&self, port: u16) {
        let Some(entry) = self.entry(Transport::Tcp, port) else { return };
        let mut now = entry.get();
        if !now.is_tracked() {
            let full = now.endpoints() >= COUNTED;
            now.0 += ENDPOINT;
            if full {
                now.0 |= TRACKED;
            }
        }
        entry.set(now);
    }

    /// Counts one endpoint less on this TCP port.
    pub(super) fn endpoint_left(&self, port: u16) {
        let Some(entry) = self.entry(Transport::Tcp, port) else { return };
        let now = entry.get();
        if !now.is_tracked() {
            entry.set(PortEntry(now.0.wrapping_sub(ENDPOINT)));
        }
    }

    fn entry(&self, transport: Transport, port: u16) -> Option<&Cell<PortEntry>> {
        let table = match transport {
            Transport::Tcp => &self.tcp,
            Transport::Udp => &self.udp,
        };
        table.get(usize::from(port))
    }

    /// Removes every fragment, as if the program had just been loaded.
    pub fn clear_fragments(&self) {
        self.fragments.clear();
    }
}

impl Default for HostTables {
    /// Creates tables with the default ports.
    fn default() -> Self {
        let mut tables = Self::empty();
        for (port, protocol) in DEFAULT_TCP {
            tables.assign(&AssignedPort::new(Transport::Tcp, port, protocol));
        }
        tables
    }
}

impl Tables for HostTables {
    fn follows_flows(&self) -> bool {
        self.follows_flows
    }

    fn port(&self, transport: Transport, port: u16) -> PortEntry {
        self.entry(transport, port).map(Cell::get).unwrap_or_default()
    }

    fn recall(&self, key: &FragmentKey) -> Option<Label> {
        RecentTable::recall(self, key).map(Label::unpack)
    }

    fn remember(&self, key: &FragmentKey, label: Label) -> bool {
        RecentTable::remember(self, key, label.pack()) != Remembered::Refused
    }
}

/// The table of first fragments.
impl RecentTable for HostTables {
    type Key = FragmentKey;
    type Value = u32;
    type Bucket = MemoryBucket<FirstFragment, { recent::WAYS }>;

    fn bucket(&self, hash: u64) -> Option<Self::Bucket> {
        Some(self.fragments.bucket(hash::bucket(hash, FRAGMENT_BUCKETS)))
    }

    fn now(&self) -> u64 {
        self.firsts.set(self.firsts.get() + TICK);
        self.firsts.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{address::Address, protocol::Protocol, table::recent::Key as _};

    fn key(identification: u32) -> FragmentKey {
        FragmentKey {
            source: Address::v4([192, 0, 2, 1]),
            destination: Address::v4([192, 0, 2, 2]),
            identification,
            protocol: 6,
            family: 4,
            reserved: 0,
        }
    }

    #[test]
    fn the_oldest_first_fragment_of_a_bucket_makes_room() {
        let tables = HostTables::default();
        let label = Label::of(Protocol::SMTP.to_server());
        let bucket = |id| hash::bucket(key(id).hash(), FRAGMENT_BUCKETS);
        let same = |id: &u32| bucket(*id) == bucket(0);
        let ids: Vec<_> = (0..).filter(same).take(recent::WAYS + 1).collect();
        assert!(ids.iter().all(|id| Tables::remember(&tables, &key(*id), label)));
        assert_eq!(Tables::recall(&tables, &key(ids[0])), None, "the oldest");
        assert!(ids[1..].iter().all(|id| Tables::recall(&tables, &key(*id)) == Some(label)));
        tables.clear_fragments();
        assert_eq!(Tables::recall(&tables, &key(ids[1])), None);
    }

    #[test]
    fn an_assigned_port_leaves_its_old_protocol_and_the_other_transport_alone() {
        let mut tables = HostTables::default();
        let taken = Protocol::configured(0).unwrap();
        tables.assign(&AssignedPort::new(Transport::Tcp, 25, taken));
        assert_eq!(tables.port(Transport::Tcp, 25), AssignedPort::new(Transport::Tcp, 25, taken).entry());
        assert_eq!(tables.port(Transport::Udp, 25), PortEntry::default());
    }
    #[test]
    fn a_port_with_more_endpoints_than_can_be_counted_stays_tracked() {
        let tables = HostTables::default();
        let port = || tables.port(Transport::Tcp, 40_000);
        for count in 1..=COUNTED {
            tables.endpoint_taken(40_000);
            assert_eq!((port().endpoints(), port().is_tracked()), (count, false));
        }
        tables.endpoint_left(40_000);
        assert_eq!((port().endpoints(), port().is_tracked()), (COUNTED - 1, false));
        (0..2).for_each(|_| tables.endpoint_taken(40_000));
        assert!(port().is_tracked());
        let full = port();
        tables.endpoint_taken(40_000);
        assert_eq!(port(), full, "no longer counted");
        tables.endpoint_left(40_000);
        assert_eq!(port(), full, "no longer counted");
        assert_eq!(tables.port(Transport::Udp, 40_000), PortEntry::default());
    }

    #[test]
    fn an_entry_is_evicted_by_its_age_and_not_by_its_place() {
        let tables = HostTables::default();
        let label = Label::of(Protocol::SMTP.to_server());
        let bucket = |id| hash::bucket(key(id).hash(), FRAGMENT_BUCKETS);
        let ids: Vec<_> = (0..).filter(|id| bucket(*id) == bucket(0)).take(recent::WAYS + 1).collect();
        let again = [&ids[..recent::WAYS], &ids[..1], &ids[recent::WAYS..]].concat();
        assert!(again.iter().all(|id| Tables::remember(&tables, &key(*id), label)));
        let missed: Vec<_> = ids.iter().filter(|id| Tables::recall(&tables, &key(**id)).is_none()).collect();
        assert_eq!(missed, [&ids[1]], "the first was seen again");
    }
}
