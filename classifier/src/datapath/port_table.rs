//! The port table, shared with the running programs through memory.
#![expect(unsafe_code, reason = "the table is memory that the kernel shares")]

use std::sync::atomic::{AtomicU32, Ordering};

use aya::maps::MapData;
use classifier_common::{
    ports::{DEFAULT_TCP, PORTS, PortEntry, PortTable, Transport},
    protocol::Protocol,
};
use memmap2::{MmapOptions, MmapRaw};

use super::DatapathError;

/// The map's value, mapped for as long as this lives.
pub(super) struct SharedPorts {
    table: MmapRaw,
    /// Ports that belong to a protocol, of either transport.
    known: usize,
    /// Programs that are still to be loaded name their maps by descriptor.
    _map: MapData,
}

impl SharedPorts {
    /// Maps the value of the port map.
    pub(super) fn map(map: MapData) -> Result<Self, DatapathError> {
        use std::os::fd::{AsFd as _, AsRawFd as _};
        let length = size_of::<PortTable>();
        let table = MmapOptions::new().len(length).map_raw(map.fd().as_fd().as_raw_fd());
        Ok(Self { table: table.map_err(DatapathError::Mmap)?, known: 0, _map: map })
    }

    /// Writes the whole table: the ports that are known without any configuration, and those of one, which
    /// take precedence. An entry that stays the same is never anything else meanwhile. Port 0 keeps its 0,
    /// on which the programs count.
    pub(super) fn write(&mut self, configured: &[(Transport, u16, Protocol)]) {
        let defaults = DEFAULT_TCP.map(|(port, protocol)| (Transport::Tcp, port, protocol));
        let mut entries = vec![PortEntry::default(); 2 * PORTS];
        for (transport, port, protocol) in defaults.iter().chain(configured).filter(|(_, port, _)| *port != 0)
        {
            entries[place(*transport, *port)] = PortEntry::of(*protocol, *transport);
        }
        for transport in [Transport::Tcp, Transport::Udp] {
            for port in 0..=u16::MAX {
                self.entry(transport, port).store(entries[place(transport, port)].0, Ordering::Relaxed);
            }
        }
        self.known = entries.iter().filter(|entry| entry.is_known()).count();
    }

    /// Ports that belong to a protocol.
    pub(super) const fn known(&self) -> u64 {
        self.known as u64
    }

    fn entry(&self, transport: Transport, port: u16) -> &AtomicU32 {
        #[expect(clippy::cast_ptr_alignment, reason = "a mapping starts at a page")]
        // SAFETY: the mapping is as long as a `PortTable`, which begins with the 65,536 TCP entries and the
        // 65,536 UDP entries, 32 bits each and aligned as the page is; the programs read them as whole
        // words, and an atomic is shared with them soundly.
        unsafe {
            &*self.table.as_ptr().cast::<AtomicU32>().add(place(transport, port))
        }
    }
}

/// Index of a port's entry in the table, seen as one array.
fn place(transport: Transport, port: u16) -> usize {
    let first = match transport {
        Transport::Tcp => 0,
        Transport::Udp => PORTS,
    };
    first + usize::from(port)
}

const _: () = assert!(std::mem::offset_of!(PortTable, udp) == PORTS * size_of::<PortEntry>());

impl std::fmt::Debug for SharedPorts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedPorts").field("known", &self.known()).finish()
    }
}
