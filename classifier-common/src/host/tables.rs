//! The port table and the fragment map.

use std::cell::{Cell, RefCell};

use lru::LruCache;

use super::bounded;
use crate::{
    abi::FRAGMENTS,
    fragment::FragmentKey,
    label::Label,
    ports::{COUNTED, DEFAULT_TCP, ENDPOINT, PORTS, PortEntry, TRACKED, Transport},
    protocol::Protocol,
    tables::Tables,
};

/// A port table and the fragment map, which has the size of the kernel's and evicts its least recently used
/// entry.
pub struct HostTables {
    tcp: Vec<Cell<PortEntry>>,
    udp: Vec<Cell<PortEntry>>,
    fragments: RefCell<LruCache<FragmentKey, Label>>,
}

impl HostTables {
    /// Creates tables without known ports.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            tcp: vec![Cell::default(); PORTS],
            udp: vec![Cell::default(); PORTS],
            fragments: RefCell::new(bounded(FRAGMENTS)),
        }
    }

    /// Assigns a port to a protocol, instead of its previous one.
    pub fn assign(&mut self, transport: Transport, port: u16, protocol: Protocol) {
        if let Some(entry) = self.entry(transport, port) {
            entry.set(PortEntry::of(protocol, transport));
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
        self.fragments.borrow_mut().clear();
    }
}

impl Default for HostTables {
    /// Creates tables with the default ports.
    fn default() -> Self {
        let mut tables = Self::empty();
        for (port, protocol) in DEFAULT_TCP {
            tables.assign(Transport::Tcp, port, protocol);
        }
        tables
    }
}

impl Tables for HostTables {
    fn port(&self, transport: Transport, port: u16) -> PortEntry {
        self.entry(transport, port).map(Cell::get).unwrap_or_default()
    }

    fn recall(&self, key: &FragmentKey) -> Option<Label> {
        self.fragments.borrow_mut().get(key).copied()
    }

    fn remember(&self, key: &FragmentKey, label: Label) -> bool {
        self.fragments.borrow_mut().put(*key, label);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

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
    fn the_fragment_that_was_not_used_for_longest_makes_room() {
        let tables = HostTables::default();
        let class = Label::of(Protocol::SMTP.to_server());
        let capacity = u32::try_from(FRAGMENTS).unwrap();
        assert!((0..capacity).all(|id| tables.remember(&key(id), class)));
        assert_eq!(tables.recall(&key(0)), Some(class));
        assert!(tables.remember(&key(capacity), class));
        assert_eq!(tables.recall(&key(0)), Some(class), "it was used");
        assert_eq!(tables.recall(&key(1)), None);
        tables.clear_fragments();
        assert_eq!(tables.recall(&key(0)), None);
    }

    #[test]
    fn an_assigned_port_leaves_its_old_protocol_and_the_other_transport_alone() {
        let mut tables = HostTables::default();
        let taken = Protocol::configured(0).unwrap();
        tables.assign(Transport::Tcp, 25, taken);
        assert_eq!(tables.port(Transport::Tcp, 25), PortEntry::of(taken, Transport::Tcp));
        assert_eq!(tables.port(Transport::Udp, 25), PortEntry::default());
    }
}
