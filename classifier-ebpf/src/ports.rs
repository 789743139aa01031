// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel programs' view of the port table.

use core::ptr::from_ref;

use aya_ebpf::helpers::bpf_map_lookup_elem;
use classifier_common::ports::{self, COUNTED, ENDPOINT, PortEntry, PortTable, TRACKED, Transport};

use crate::{atomic, maps::PORTS, verifier::barrier_var};

/// The port table, found in its map.
pub struct Ports {
    table: *const PortTable,
}

impl Ports {
    /// Finds the port table. `None` never happens, because the map has this one entry; the verifier demands
    /// the check.
    #[inline(always)]
    pub fn open() -> Option<Self> {
        // A static, because a key must be in memory: this saves a store per packet.
        const KEY: &u32 = &0;
        // SAFETY: the map is this program's, and the key is as long as its keys.
        let table =
            unsafe { bpf_map_lookup_elem((&raw const PORTS).cast_mut().cast(), from_ref(KEY).cast()) };
        if table.is_null() { None } else { Some(Self { table: table.cast() }) }
    }

    /// Returns a 0 that neither the compiler nor the verifier knows.
    #[inline(always)]
    pub fn zero(&self) -> usize {
        self.at(Transport::Tcp, 0).0 as usize
    }

    /// Returns the entry of a port in host order.
    #[inline(always)]
    pub fn port(&self, transport: Transport, port: u16) -> PortEntry {
        // A u16 already, but most kernels' verifiers take the result of a byte swap for any number.
        self.at(transport, barrier_var(usize::from(port.to_be())) & (ports::PORTS - 1))
    }

    /// Counts an endpoint on this TCP port. Counted before the endpoint can be found, so that none of its
    /// packets passes without a look-up.
    #[inline(always)]
    pub fn endpoint_taken(&self, port: u16) {
        let entry = self.entry(port);
        // SAFETY: four aligned bytes of the map's value.
        unsafe {
            if !PortEntry(entry.read_volatile()).is_tracked()
                && PortEntry(atomic::fetch_add32(entry, ENDPOINT)).endpoints() >= COUNTED
            {
                atomic::or32(entry, TRACKED);
            }
        }
    }

    /// Removes an endpoint from the count of this TCP port.
    #[inline(always)]
    pub fn endpoint_left(&self, port: u16) {
        let entry = self.entry(port);
        // SAFETY: four aligned bytes of the map's value.
        unsafe {
            if !PortEntry(entry.read_volatile()).is_tracked() {
                atomic::fetch_add32(entry, ENDPOINT.wrapping_neg());
            }
        }
    }

    /// Returns the entry at an index: a port in network order.
    #[inline(always)]
    pub fn at(&self, transport: Transport, index: usize) -> PortEntry {
        // SAFETY: `table` is the value of the port map, as long as a table, and a u16 indexes within it.
        // Volatile: user space rewrites entries while programs run.
        unsafe {
            let entries = match transport {
                Transport::Tcp => &raw const (*self.table).tcp,
                Transport::Udp => &raw const (*self.table).udp,
            };
            entries.cast::<PortEntry>().add(index).read_volatile()
        }
    }

    #[inline(always)]
    fn entry(&self, port: u16) -> *mut u32 {
        let index = barrier_var(usize::from(port.to_be())) & (ports::PORTS - 1);
        // SAFETY: `table` is the value of the port map, and a u16 indexes within its table.
        unsafe { (&raw const (*self.table).tcp).cast_mut().cast::<u32>().add(index) }
    }
}
