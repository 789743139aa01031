//! The table of announced data ports, as the programs see it.

use aya_ebpf::{
    Global, bindings::BPF_F_MMAPABLE, btf_maps::Array, helpers::bpf_ktime_get_ns, macros::btf_map,
};
use classifier_common::endpoint::{self, Endpoint, Owner, SETS, Set, WAYS, Word};

use crate::{atomic, tables::Maps, verifier::opaque};

/// A set as the map holds it.
pub type Places = [Endpoint; WAYS];

#[btf_map]
static ENDPOINTS: Array<Places, SETS, { BPF_F_MMAPABLE as usize }> = Array::new();

/// Number of the table's last set, one less than a power of two: written before the program is loaded.
#[unsafe(no_mangle)]
static LAST_SET: Global<u32> = Global::new(SETS as u32 - 1);

/// One set of the map, shared with other CPUs and the agent.
pub struct SharedSet<'a> {
    places: *mut Places,
    tables: &'a Maps,
}

impl<'a> SharedSet<'a> {
    /// The set with this number.
    #[inline(always)]
    pub fn find(number: usize, tables: &'a Maps) -> Option<Self> {
        ENDPOINTS.get_ptr_mut(Self::number(number) as u32).map(|places| Self { places, tables })
    }

    /// The number of the set that this one is in the table as it is.
    #[inline(always)]
    pub fn number(number: usize) -> usize {
        number & LAST_SET.load() as usize
    }

    #[inline(always)]
    fn place(&self, way: usize) -> *mut Endpoint {
        // SAFETY: the remainder is below WAYS, so the place lies within the map's value.
        unsafe { self.places.cast::<Endpoint>().add(opaque(way) % WAYS) }
    }

    /// Puts `new` where `old` still is, as one step for every CPU and the agent.
    #[inline(always)]
    fn exchange(&self, way: usize, old: Word, new: Word) -> bool {
        // SAFETY: in range as above, and aligned as every place is.
        let seen = unsafe {
            let word = (&raw mut (*self.place(way)).word).cast();
            atomic::compare_exchange(word, old.bits(), new.bits())
        };
        seen == old.bits()
    }
}

impl Set for SharedSet<'_> {
    #[inline(always)]
    fn word(&self, way: usize) -> Word {
        // SAFETY: in range as above; volatile, for others change it meanwhile.
        unsafe { (&raw const (*self.place(way)).word).read_volatile() }
    }

    #[inline(always)]
    fn words(&self) -> [Word; WAYS] {
        let place = self.places.cast::<Endpoint>();
        // SAFETY: each number is below WAYS; volatile, for others change it meanwhile.
        core::array::from_fn(|way| unsafe { (&raw const (*place.add(way)).word).read_volatile() })
    }

    #[inline(always)]
    fn is_of(&self, way: usize, owner: &Owner) -> bool {
        // SAFETY: in range as above. Torn by a writer, the addresses do not match, or the word that is
        // replaced afterwards is not the one that was read.
        let (address, peer) = unsafe {
            let place = self.place(way);
            ((&raw const (*place).address).read_volatile(), (&raw const (*place).peer).read_volatile())
        };
        address == owner.address && peer == owner.peer
    }

    #[inline(always)]
    fn replace(&self, way: usize, old: Word, new: Word) -> bool {
        let replaced = self.exchange(way, old, new);
        if replaced {
            // SAFETY: in range as above; a clock reading has no requirements.
            unsafe { (&raw mut (*self.place(way)).since).write_volatile(bpf_ktime_get_ns()) };
        }
        replaced
    }

    #[inline(always)]
    fn fill(&self, way: usize, owner: &Owner, session: u64, word: Word) {
        let place = self.place(way);
        // SAFETY: in range as above; the place is claimed, so nobody else writes to it.
        unsafe {
            (&raw mut (*place).address).write_volatile(owner.address);
            (&raw mut (*place).peer).write_volatile(owner.peer);
            (&raw mut (*place).since).write_volatile(bpf_ktime_get_ns());
            (&raw mut (*place).session).write_volatile(session);
        }
        self.exchange(way, Word::CLAIMED, word);
    }

    #[inline(always)]
    fn since(&self, way: usize) -> u64 {
        // SAFETY: in range as above.
        unsafe { (&raw const (*self.place(way)).since).read_volatile() }
    }

    #[inline(always)]
    fn session(&self, way: usize) -> u64 {
        // SAFETY: in range as above.
        unsafe { (&raw const (*self.place(way)).session).read_volatile() }
    }

    #[inline(always)]
    fn port_taken(&self, port: u16) {
        self.tables.endpoint_taken(port);
    }

    #[inline(always)]
    fn port_left(&self, port: u16) {
        self.tables.endpoint_left(port);
    }
}

/// The word of the endpoint whose connection a packet in its midst belongs to; a free one if there is none.
#[inline(always)]
pub fn connected(owner: &Owner, peer_port: u16, tables: &Maps) -> Word {
    match SharedSet::find(endpoint::set_of(owner), tables) {
        Some(set) => endpoint::connected(&set, owner, peer_port),
        None => Word::FREE,
    }
}
