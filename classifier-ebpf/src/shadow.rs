//! The policy that is tried on every packet: its maps, and what its evaluation asks of them.

use core::ptr::from_ref;

use aya_ebpf::{
    bindings::BPF_F_MMAPABLE,
    btf_maps::{Array, LpmTrie, lpm_trie::Key},
    helpers::{bpf_ktime_get_ns, bpf_map_lookup_elem},
    macros::btf_map,
};
use classifier_common::{
    abi::Direction,
    counter::Counters,
    shadow::{
        self, Bucket, Facts, Generation, RULES, Rule, Shadow, Source, SourceKey, Verdict, World, by_first,
        by_rates,
    },
};

use crate::{atomic, counters, verifier::opaque};

/// [`SourceKey`] behind its number of bits.
type Prefix = [u8; size_of::<SourceKey>() - size_of::<u32>()];

#[btf_map]
static SHADOW: Array<Shadow, 1, { BPF_F_MMAPABLE as usize }> = Array::new();

#[btf_map]
static PREFIXES: LpmTrie<Prefix, u64, { 2 * shadow::PREFIXES }> = LpmTrie::new();

const _: () = assert!(size_of::<Key<Prefix>>() == size_of::<SourceKey>());

/// Tries to take from a bucket. Each failure is another CPU's success, in the same moment and for the same rule.
const TRIES: usize = 16;

/// The policy that applies, and the counters of the packet's interface and direction.
struct Kernel<'a> {
    place: Place,
    generation: &'a Generation,
    counters: &'a mut Counters,
}

/// Which they are, in what is handed to a function with a name of its own.
#[derive(Clone, Copy)]
struct Place {
    ifindex: u32,
    /// Bit 0 the generation, bit 1 the direction.
    number: u32,
}

impl Place {
    #[inline(always)]
    fn new(ifindex: u32, direction: Direction, generation: u64) -> Self {
        Self { ifindex, number: generation as u32 & 1 | (direction as u32) << 1 }
    }

    #[inline(always)]
    fn open<'a>(self) -> Option<Kernel<'a>> {
        let counters = counters::of(self.ifindex, Direction::from_raw(self.number >> 1 & 1))?;
        let shadow = SHADOW.get_ptr(0)?;
        // SAFETY: the map's value. A generation is not written to before every program that has found it to apply has
        // ended, but for its buckets, which are read apart.
        let generation = unsafe { (*shadow).generation(self.number.into()) };
        Some(Kernel { place: self, generation, counters })
    }
}

/// Counts packets under the rules that decide about them; `source` says who sent them, seen by the link of the interface.
#[inline(always)]
pub fn decide(ifindex: u32, facts: u32, packets: u32, source: impl FnOnce(u32) -> Option<Source>) {
    let facts = Facts::from_number(facts);
    let Some(shadow) = SHADOW.get_ptr(0) else { return };
    // SAFETY: the map's value. The word is read once: the packet sees one policy as a whole.
    let current = unsafe { (&raw const (*shadow).current).read_volatile() };
    let Some(mut world) = Place::new(ifindex, facts.direction(), current).open() else { return };
    let link = world.counters.link;
    shadow::decide(&mut world, facts, packets.into(), || source(link));
}

impl World for Kernel<'_> {
    #[inline(always)]
    fn generation(&self) -> &Generation {
        self.generation
    }

    #[inline(always)]
    fn holding(&self, source: Source) -> u64 {
        let key = SourceKey::of(self.place.number as u8 & 1, source);
        // SAFETY: the map is this program's, and the key is as long as its keys.
        let rules =
            unsafe { bpf_map_lookup_elem((&raw const PREFIXES).cast_mut().cast(), from_ref(&key).cast()) };
        // SAFETY: null or the value, eight bytes that are never changed.
        unsafe { rules.cast::<u64>().as_ref() }.map_or(0, |rules| *rules)
    }

    #[inline(always)]
    fn take(&self, rule: usize, packets: u64) -> u64 {
        let number = (self.place.number & 1) << 8 | rule as u32;
        classifier_policy_take(number, packets as u32).into()
    }

    #[inline(always)]
    fn count(&mut self, row: usize, verdict: Verdict, packets: u64) {
        self.counters.count_decided(row, verdict, packets, opaque);
    }

    #[inline(always)]
    fn by_rates(&mut self, rules: u64, packets: u64) {
        classifier_policy_rates(self.place.ifindex, self.place.number, rules, packets as u32);
    }

    #[inline(always)]
    fn by_first(&mut self, rules: u64, packets: u64) -> u64 {
        classifier_policy_rule(self.place.ifindex, self.place.number, rules, packets as u32).into()
    }

    #[inline(always)]
    fn opaque(number: usize) -> usize {
        opaque(number)
    }
}

/// Counts packets under these rules. A function with a name of its own, which the verifier checks once; so are those below.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_policy_rates(ifindex: u32, number: u32, rules: u64, packets: u32) -> u32 {
    if let Some(mut world) = (Place { ifindex, number }).open() {
        by_rates(&mut world, rules, packets.into());
    }
    0
}

/// Counts packets under the first of these rules; those that are left.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_policy_rule(ifindex: u32, number: u32, rules: u64, packets: u32) -> u32 {
    let Some(mut world) = (Place { ifindex, number }).open() else { return 0 };
    by_first(&mut world, rules, packets.into()) as u32
}

/// As many of these packets as are within the rate of a rule, by its place and, from bit 8 on, its generation.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_policy_take(number: u32, packets: u32) -> u32 {
    let Some(shadow) = SHADOW.get_ptr_mut(0) else { return 0 };
    let nth = opaque(number as usize) % RULES;
    // SAFETY: the map's value, and the place is below its number of rules; the word is read anew with each try.
    unsafe {
        let generations = (&raw mut (*shadow).generations).cast::<Generation>();
        let generation = generations.add(opaque((number >> 8) as usize) & 1);
        let rule = (&raw mut (*generation).rules).cast::<Rule>().add(nth);
        let bucket = Bucket { cost: (*rule).cost, most: (*rule).most };
        for _ in 0..TRIES {
            let word = (&raw const (*rule).word).read_volatile();
            let granted = bucket.take(word, bpf_ktime_get_ns(), packets.into());
            if granted.packets == 0
                || atomic::compare_exchange(&raw mut (*rule).word, word, granted.word) == word
            {
                return granted.packets as u32;
            }
        }
    }
    0
}
