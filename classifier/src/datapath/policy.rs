// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the policy of the dry run into the programs' maps. The next policy is written beside the current
//! one, and one word selects between them.
#![expect(unsafe_code, reason = "the policy is memory that the programs share")]

use std::{
    mem::offset_of,
    os::fd::{AsFd as _, AsRawFd as _},
    ptr,
    sync::atomic::{AtomicU64, Ordering},
};

use aya::maps::{
    Array, IterableMap as _, Map, MapData, MapError,
    lpm_trie::{Key, LpmTrie},
};
use classifier_common::{
    abi::{MAP_DRY_RUN, MAP_PREFIXES},
    dry_run::{DryRunPolicy, Generation, PrefixKey},
};
use memmap2::{MmapOptions, MmapRaw};

use super::{DatapathError, quiesce::quiesce};
use crate::policy::Compiled;

/// [`PrefixKey`] without its number of bits.
type Bits = [u8; size_of::<PrefixKey>() - size_of::<u32>()];

/// The map of the policy, and the map of its prefixes.
pub(super) struct SharedPolicy {
    map: Array<MapData, [u8; size_of::<DryRunPolicy>()]>,
    prefixes: LpmTrie<MapData, Bits, u64>,
    /// Memory of the map, once there is a policy.
    memory: Option<MmapRaw>,
    /// Keys in the trie, by generation.
    keys: [Vec<PrefixKey>; 2],
}

impl SharedPolicy {
    /// Takes the two maps.
    pub(super) fn new(map: Map, prefixes: Map) -> Result<Self, DatapathError> {
        let map = map.try_into().map_err(|cause| DatapathError::map(MAP_DRY_RUN, cause))?;
        let prefixes = prefixes.try_into().map_err(refused)?;
        Ok(Self { map, prefixes, memory: None, keys: [Vec::new(), Vec::new()] })
    }

    /// Number of prefixes of the current policy.
    pub(super) fn len(&self) -> u64 {
        self.keys[self.current()].len() as u64
    }

    /// Writes the next policy. The current one applies until [`Self::apply`], also after an error.
    pub(super) fn stage(&mut self, policy: &Compiled) -> Result<(), DatapathError> {
        if self.memory.is_none() {
            let mapped = MmapOptions::new()
                .len(size_of::<DryRunPolicy>())
                .map_raw(self.map.map().fd().as_fd().as_raw_fd());
            self.memory = Some(mapped.map_err(DatapathError::Mmap)?);
        }
        let next = 1 - self.current();
        // Programs that began with an earlier policy have finished.
        quiesce();
        self.clear(next)?;
        #[expect(clippy::cast_possible_truncation, reason = "it is 0 or 1")]
        let number = next as u8;
        for (prefix, rules) in &policy.prefixes {
            let key = prefix.key(number);
            self.prefixes.insert(&trie_key(&key), rules, 0).map_err(refused)?;
            self.keys[next].push(key);
        }
        if let Some(memory) = &self.memory {
            let offset = offset_of!(DryRunPolicy, generations) + next * size_of::<Generation>();
            #[expect(clippy::cast_ptr_alignment, reason = "a mapping starts at a page")]
            // SAFETY: the mapping has the length of a `Shadow` and the alignment of a page, and no program
            // reads the generation that is not current.
            unsafe {
                let to = memory.as_mut_ptr().add(offset).cast::<Generation>();
                ptr::copy_nonoverlapping(&raw const *policy.generation, to, 1);
            }
        }
        Ok(())
    }

    /// Selects the policy that was written last: later packets see all of it, earlier ones nothing.
    pub(super) fn apply(&self) {
        if let Some(word) = self.word() {
            word.fetch_xor(1, Ordering::Release);
        }
    }

    fn clear(&mut self, generation: usize) -> Result<(), DatapathError> {
        while let Some(key) = self.keys[generation].pop() {
            match self.prefixes.remove(&trie_key(&key)) {
                Ok(()) | Err(MapError::KeyNotFound) => {}
                Err(cause) => {
                    self.keys[generation].push(key);
                    return Err(refused(cause));
                }
            }
        }
        Ok(())
    }

    fn current(&self) -> usize {
        usize::from(self.word().is_some_and(|word| word.load(Ordering::Relaxed) & 1 == 1))
    }

    fn word(&self) -> Option<&AtomicU64> {
        let memory = self.memory.as_ref()?;
        #[expect(clippy::cast_ptr_alignment, reason = "a mapping starts at a page")]
        // SAFETY: the word is at the start of the mapping, aligned to a page, and programs read it in one
        // step.
        Some(unsafe { &*memory.as_ptr().add(offset_of!(DryRunPolicy, current)).cast::<AtomicU64>() })
    }
}

fn trie_key(key: &PrefixKey) -> Key<Bits> {
    let mut bits = [0; size_of::<Bits>()];
    let (head, address) = bits.split_at_mut(size_of::<Bits>() - key.address.len());
    (head[0], head[1]) = (key.generation, key.family);
    address.copy_from_slice(&key.address);
    Key::new(key.bits, bits)
}

fn refused(cause: MapError) -> DatapathError {
    DatapathError::map(MAP_PREFIXES, cause)
}
