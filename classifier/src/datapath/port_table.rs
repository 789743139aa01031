// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Maps the port table, which the agent shares with the running programs.
#![expect(unsafe_code, reason = "the table is memory that the kernel shares")]

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use aya::maps::MapData;
use classifier_common::{
    assigned_port::{AssignedPort, DEFAULT_TCP},
    ports::{COUNTED, ENDPOINT, PORTS, PortEntry, PortTable, TRACKED, Transport},
};
use memmap2::{MmapOptions, MmapRaw};

use super::DatapathError;

/// The port table in mapped memory.
pub(super) struct SharedPorts {
    table: MmapRaw,
    /// Number of assigned ports, of both transports.
    known: AtomicUsize,
    /// Kept open: programs that are loaded later name their maps by descriptor.
    _map: MapData,
}

impl SharedPorts {
    /// Maps the value of the port map.
    pub(super) fn map(map: MapData) -> Result<Self, DatapathError> {
        use std::os::fd::{AsFd as _, AsRawFd as _};
        let length = size_of::<PortTable>();
        let table = MmapOptions::new().len(length).map_raw(map.fd().as_fd().as_raw_fd());
        Ok(Self { table: table.map_err(DatapathError::Mmap)?, known: AtomicUsize::new(0), _map: map })
    }

    /// Writes the whole table: the default ports, and the configured ones, which win. An unchanged entry
    /// never has another value in between, and keeps its count of endpoints. Port 0 stays unassigned, which
    /// the programs rely on.
    pub(super) fn write(&self, configured: &[AssignedPort]) {
        let defaults = DEFAULT_TCP.map(|(port, protocol)| AssignedPort::new(Transport::Tcp, port, protocol));
        let mut entries = vec![PortEntry::default(); 2 * PORTS];
        for port in defaults.iter().chain(configured).filter(|port| port.port != 0) {
            entries[entry_index(port.transport, port.port)] = port.entry();
        }
        for transport in [Transport::Tcp, Transport::Udp] {
            for port in 0..=u16::MAX {
                let wanted = entries[entry_index(transport, port)];
                let change = |there| {
                    let changed = PortEntry(there).become_of(wanted).0;
                    (changed != there).then_some(changed)
                };
                // The exchange retries after a program's change, and is refused only if there is nothing to
                // change.
                let _ =
                    self.entry(transport, port).fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
            }
        }
        self.known.store(entries.iter().filter(|entry| entry.is_known()).count(), Ordering::Relaxed);
    }

    /// Returns the number of ports that are assigned to a protocol.
    pub(super) fn known(&self) -> u64 {
        self.known.load(Ordering::Relaxed) as u64
    }

    /// Tells whether a TCP port is assigned to a protocol.
    pub(super) fn is_known(&self, port: u16) -> bool {
        PortEntry(self.entry(Transport::Tcp, port).load(Ordering::Relaxed)).is_known()
    }

    /// Counts an endpoint on this TCP port, before programs can find the endpoint.
    pub(super) fn endpoint_taken(&self, port: u16) {
        let entry = self.entry(Transport::Tcp, port);
        let counted = !PortEntry(entry.load(Ordering::Relaxed)).is_tracked();
        if counted && PortEntry(entry.fetch_add(ENDPOINT, Ordering::Relaxed)).endpoints() >= COUNTED {
            entry.fetch_or(TRACKED, Ordering::Relaxed);
        }
    }

    /// Uncounts an endpoint on this TCP port.
    pub(super) fn endpoint_left(&self, port: u16) {
        let entry = self.entry(Transport::Tcp, port);
        if !PortEntry(entry.load(Ordering::Relaxed)).is_tracked() {
            entry.fetch_sub(ENDPOINT, Ordering::Relaxed);
        }
    }

    fn entry(&self, transport: Transport, port: u16) -> &AtomicU32 {
        #[expect(clippy::cast_ptr_alignment, reason = "a mapping starts at a page")]
        // SAFETY: the mapping has the length of a `PortTable`. It begins with the 65,536 TCP entries and the
        // 65,536 UDP entries, of 32 bits each, aligned to a page. The programs read whole words, and share an
        // atomic soundly.
        unsafe {
            &*self.table.as_ptr().cast::<AtomicU32>().add(entry_index(transport, port))
        }
    }
}

/// Index of a port's entry in the table, as one array.
fn entry_index(transport: Transport, port: u16) -> usize {
    let first = match transport {
        Transport::Tcp => 0,
        Transport::Udp => PORTS,
    };
    first + usize::from(port.to_be())
}

const _: () = assert!(std::mem::offset_of!(PortTable, udp) == PORTS * size_of::<PortEntry>());

impl std::fmt::Debug for SharedPorts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedPorts").field("known", &self.known()).finish()
    }
}
