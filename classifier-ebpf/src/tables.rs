// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel's tables behind the classification's trait.

use classifier_common::{
    connection::{FlowKey, Speech, may_be},
    control::Segment,
    endpoint::{ExpectKey, PackedEndpoint},
    fragment::FragmentKey,
    label::Label,
    ports::{PortEntry, Transport},
    tables::Tables,
};

use crate::{
    connections::{self, Connections},
    endpoints, flows, maps,
    ports::Ports,
    recent,
    track::classifier_acknowledge,
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
    fn may_be_connected(&self, key: &FlowKey) -> bool {
        may_be(&Connections, key)
    }

    #[inline(always)]
    fn acknowledges(&self, has_payload: bool, fill: impl FnOnce(&mut Segment)) -> bool {
        let Some(work) = maps::work() else { return false };
        // SAFETY: this CPU's value of the map, and nobody else's.
        fill(unsafe { &mut (*work).segment });
        !has_payload && classifier_acknowledge() != 0
    }

    #[inline(always)]
    fn infers(&self) -> bool {
        maps::policy().infers()
    }

    #[inline(always)]
    fn follows_flows(&self) -> bool {
        flows::are_followed()
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
    fn note(&self, key: FragmentKey) {
        if let Some(work) = maps::work() {
            // SAFETY: as above.
            unsafe { (*work).fragment = key };
        }
    }

    #[inline(always)]
    fn recall(&self, key: &FragmentKey) -> Option<Label> {
        let work = maps::work()?;
        // SAFETY: this CPU's value of the map, and nobody else's.
        unsafe { (*work).fragment = *key };
        recent::first_fragment()
    }
}
