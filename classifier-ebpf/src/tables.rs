//! The kernel's tables behind the classification's trait.

use classifier_common::{
    connection::Speech,
    endpoint::{ExpectKey, PackedEndpoint},
    fragment::FragmentKey,
    label::Label,
    ports::{PortEntry, Transport},
    tables::Tables,
};

use crate::{
    connections, endpoints,
    maps::{self, FRAGMENTS},
    ports::Ports,
};

/// The kernel's tables, with the port table already found.
pub struct KernelTables {
    pub ports: Ports,
}

impl KernelTables {
    /// Finds the tables. `None` never happens: see [`Ports::open`].
    #[inline(always)]
    pub fn open() -> Option<Self> {
        Some(Self { ports: Ports::open()? })
    }
}

impl Tables for KernelTables {
    const SEES_CONNECTIONS: bool = true;

    #[inline(always)]
    fn connected(&self, key: &ExpectKey, peer_port: u16) -> PackedEndpoint {
        endpoints::connected(key, peer_port, &self.ports)
    }

    #[inline(always)]
    fn inspects(&self, speech: &Speech) -> bool {
        connections::inspects(speech)
    }

    #[inline(always)]
    fn infers(&self) -> bool {
        maps::policy().infers()
    }

    #[inline(always)]
    fn port(&self, transport: Transport, port: u16) -> PortEntry {
        self.ports.port(transport, port)
    }

    #[inline(always)]
    fn on_wire(&self, transport: Transport, port: u16) -> PortEntry {
        self.ports.at(transport, usize::from(port))
    }

    #[inline(always)]
    fn recall(&self, key: &FragmentKey) -> Option<Label> {
        // SAFETY: the value is one u32, copied at once. A slot reused meanwhile gives another label of the
        // same map, as in any LRU map.
        unsafe { FRAGMENTS.get(key) }.map(|label| Label::unpack(*label))
    }

    #[inline(always)]
    fn remember(&self, key: &FragmentKey, label: Label) -> bool {
        FRAGMENTS.insert(key, label.pack(), 0).is_ok()
    }
}
