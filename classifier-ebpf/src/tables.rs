//! The maps that the judgement asks, behind its trait.

use core::ptr::from_ref;

use aya_ebpf::{
    bindings::BPF_F_MMAPABLE,
    btf_maps::{Array, LruHashMap},
    helpers::bpf_map_lookup_elem,
    macros::btf_map,
};
use classifier_common::{
    abi,
    endpoint::{Owner, Word},
    fragment::FragmentKey,
    label::Label,
    ports::{self, COUNTED, ENDPOINT, PortEntry, PortTable, TRACKED, Transport},
    tables::Tables,
};

use crate::{atomic, endpoints, sessions, verifier::opaque};

#[btf_map]
static PORTS: Array<PortTable, 1, { BPF_F_MMAPABLE as usize }> = Array::new();

#[btf_map]
static FRAGMENTS: LruHashMap<FragmentKey, u32, { abi::FRAGMENTS }> = LruHashMap::new();

/// The kernel's tables, the port table already found.
pub struct Maps {
    ports: *const PortTable,
}

impl Maps {
    /// `None` never happens: the port map has the one entry that is asked for. The verifier wants it said.
    #[inline(always)]
    pub fn open() -> Option<Self> {
        // In memory already, where a key has to be: a store saved is worth it here.
        const KEY: &u32 = &0;
        // SAFETY: the map is this program's, and the key is as long as its keys.
        let ports =
            unsafe { bpf_map_lookup_elem((&raw const PORTS).cast_mut().cast(), from_ref(KEY).cast()) };
        if ports.is_null() { None } else { Some(Self { ports: ports.cast() }) }
    }

    /// A 0 that neither the compiler nor the verifier knows for one.
    #[inline(always)]
    pub fn zero(&self) -> usize {
        self.port(Transport::Tcp, 0).0 as usize
    }

    /// One more endpoint has this TCP port's number: noted before it can be found, so that no packet of its
    /// passes without being looked at.
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

    /// One endpoint less has it.
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

    /// The entry at an index, which is a u16.
    #[inline(always)]
    fn at(&self, transport: Transport, index: usize) -> PortEntry {
        // SAFETY: `ports` is the value of the port map, as long as a table, and a u16 indexes within it.
        // Volatile: user space rewrites entries while programs run.
        unsafe {
            let table = match transport {
                Transport::Tcp => &raw const (*self.ports).tcp,
                Transport::Udp => &raw const (*self.ports).udp,
            };
            table.cast::<PortEntry>().add(index).read_volatile()
        }
    }

    #[inline(always)]
    fn entry(&self, port: u16) -> *mut u32 {
        let index = opaque(usize::from(port.to_be())) & (ports::PORTS - 1);
        // SAFETY: `ports` is the value of the port map, and a u16 indexes within its table.
        unsafe { (&raw const (*self.ports).tcp).cast_mut().cast::<u32>().add(index) }
    }
}

impl Tables for Maps {
    const SEES_ENDPOINTS: bool = true;

    #[inline(always)]
    fn connected(&self, owner: &Owner, peer_port: u16) -> Word {
        endpoints::connected(owner, peer_port, self)
    }

    #[inline(always)]
    fn infers(&self) -> bool {
        sessions::policy().infers()
    }

    #[inline(always)]
    fn port(&self, transport: Transport, port: u16) -> PortEntry {
        // A u16 already, but most kernels' verifiers take a number whose bytes were swapped for any number.
        self.at(transport, opaque(usize::from(port.to_be())) & (ports::PORTS - 1))
    }

    #[inline(always)]
    fn on_wire(&self, transport: Transport, port: u16) -> PortEntry {
        self.at(transport, usize::from(port))
    }

    #[inline(always)]
    fn recall(&self, key: &FragmentKey) -> Option<Label> {
        // SAFETY: the value is one u32, copied at once; a slot reused meanwhile gives another label of
        // the same map, which is what an LRU map promises.
        unsafe { FRAGMENTS.get(key) }.map(|label| Label::unpack(*label))
    }

    #[inline(always)]
    fn remember(&self, key: &FragmentKey, label: Label) -> bool {
        FRAGMENTS.insert(key, label.pack(), 0).is_ok()
    }
}
