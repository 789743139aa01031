//! The policy that is tried on every packet: its maps, and what its evaluation asks of them.

use core::ptr::{from_mut, from_ref};

use aya_ebpf::{
    bindings::BPF_F_MMAPABLE,
    btf_maps::{Array, LpmTrie, lpm_trie::Key},
    helpers::{bpf_ktime_get_ns, bpf_map_lookup_elem},
    macros::btf_map,
};
use classifier_common::{
    counter::Counters,
    shadow::{
        self, Bucket, Facts, Generation, RULES, Rule, Shadow, Source, SourceKey, Verdict, World, by_first,
        by_rates,
    },
};

use crate::{atomic, hook::Hook, verifier::opaque};

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
    /// Of the generation, in its lowest bit.
    number: u32,
    generation: &'a Generation,
    counters: &'a mut Counters,
}

impl Kernel<'_> {
    /// `counters` are those that a program has found, handed from function to function.
    #[inline(always)]
    fn open(number: u32, counters: *mut Counters) -> Option<Self> {
        // SAFETY: null, which the verifier wants ruled out, or this CPU's value of the map, and nobody else's.
        let counters = unsafe { counters.as_mut() }?;
        let shadow = SHADOW.get_ptr(0)?;
        // SAFETY: the map's value. A generation is not written to before every program that has found it to apply has
        // ended, but for its buckets, which are read apart.
        let generation = unsafe { (*shadow).generation(number.into()) };
        Some(Self { number, generation, counters })
    }
}

/// Counts packets under the rules that decide about them.
#[inline(always)]
pub fn decide<H: Hook>(ctx: H, facts: u32, packets: u32, counters: *mut Counters) -> u32 {
    let Some(shadow) = SHADOW.get_ptr(0) else { return 0 };
    // SAFETY: the map's value. The word is read once: the packet sees one policy as a whole.
    let current = unsafe { (&raw const (*shadow).current).read_volatile() };
    let Some(mut world) = Kernel::open(current as u32 & 1, counters) else { return 0 };
    let link = world.counters.link;
    shadow::decide(&mut world, Facts::from_number(facts), packets.into(), || ctx.sender(link));
    0
}

impl World for Kernel<'_> {
    #[inline(always)]
    fn generation(&self) -> &Generation {
        self.generation
    }

    #[inline(always)]
    fn holding(&self, source: Source) -> u64 {
        let key = SourceKey::of(self.number as u8, source);
        // SAFETY: the map is this program's, and the key is as long as its keys.
        let rules =
            unsafe { bpf_map_lookup_elem((&raw const PREFIXES).cast_mut().cast(), from_ref(&key).cast()) };
        // SAFETY: null or the value, eight bytes that are never changed.
        unsafe { rules.cast::<u64>().as_ref() }.map_or(0, |rules| *rules)
    }

    #[inline(always)]
    fn take(&self, rule: usize, packets: u64) -> u64 {
        let number = self.number << 8 | rule as u32;
        classifier_policy_take(number, packets as u32).into()
    }

    #[inline(always)]
    fn count(&mut self, row: usize, verdict: Verdict, packets: u64) {
        self.counters.count_decided(row, verdict, packets, opaque);
    }

    #[inline(always)]
    fn by_rates(&mut self, rules: u64, packets: u64) {
        classifier_policy_rates(from_mut(self.counters), self.number, rules, packets as u32);
    }

    #[inline(always)]
    fn by_first(&mut self, rules: u64, packets: u64) -> u64 {
        classifier_policy_rule(from_mut(self.counters), self.number, rules, packets as u32).into()
    }

    #[inline(always)]
    fn opaque(number: usize) -> usize {
        opaque(number)
    }
}

/// Counts packets under these rules. A function with a name of its own, which the verifier checks once; so are those below.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_policy_rates(counters: *mut Counters, number: u32, rules: u64, packets: u32) -> u32 {
    if let Some(mut world) = Kernel::open(number, counters) {
        by_rates(&mut world, rules, packets.into());
    }
    0
}

/// Counts packets under the first of these rules; those that are left.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn classifier_policy_rule(counters: *mut Counters, number: u32, rules: u64, packets: u32) -> u32 {
    let Some(mut world) = Kernel::open(number, counters) else { return 0 };
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
