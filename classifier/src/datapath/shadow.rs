//! The policy that the programs try, in their maps: the next one is written beside the one that applies, and one word
//! says which it is.
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
    abi::{MAP_PREFIXES, MAP_SHADOW},
    shadow::{Generation, Shadow, SourceKey},
};
use memmap2::{MmapOptions, MmapRaw};

use super::{DatapathError, quiesce::quiesce};
use crate::shadow::Compiled;

/// [`SourceKey`] behind its number of bits.
type Bits = [u8; size_of::<SourceKey>() - size_of::<u32>()];

/// Both maps.
pub(super) struct SharedShadow {
    map: Array<MapData, [u8; size_of::<Shadow>()]>,
    prefixes: LpmTrie<MapData, Bits, u64>,
    /// The map, once there is a policy.
    memory: Option<MmapRaw>,
    /// Keys in the trie, by generation.
    keys: [Vec<SourceKey>; 2],
}

impl SharedShadow {
    /// Over the two maps.
    pub(super) fn new(map: Map, prefixes: Map) -> Result<Self, DatapathError> {
        let map = map.try_into().map_err(|cause| DatapathError::map(MAP_SHADOW, cause))?;
        let prefixes = prefixes.try_into().map_err(refused)?;
        Ok(Self { map, prefixes, memory: None, keys: [Vec::new(), Vec::new()] })
    }

    /// Prefixes in the trie that belong to the policy that applies.
    pub(super) fn len(&self) -> u64 {
        self.keys[self.current()].len() as u64
    }

    /// Writes the next policy; the one before applies until [`Self::apply`], also after an error.
    pub(super) fn stage(&mut self, policy: &Compiled) -> Result<(), DatapathError> {
        if self.memory.is_none() {
            let mapped =
                MmapOptions::new().len(size_of::<Shadow>()).map_raw(self.map.map().fd().as_fd().as_raw_fd());
            self.memory = Some(mapped.map_err(DatapathError::Mmap)?);
        }
        let next = 1 - self.current();
        // Programs that have begun with the policy before the one that applies are through.
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
            let place = offset_of!(Shadow, generations) + next * size_of::<Generation>();
            #[expect(clippy::cast_ptr_alignment, reason = "a mapping starts at a page")]
            // SAFETY: the mapping is as long as a `Shadow` and aligned as the page is, and no program reads the generation
            // that does not apply.
            unsafe {
                let to = memory.as_mut_ptr().add(place).cast::<Generation>();
                ptr::copy_nonoverlapping(&raw const *policy.generation, to, 1);
            }
        }
        Ok(())
    }

    /// The policy that was written last applies: packets that are looked at from now on see all of it, others nothing.
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
        // SAFETY: the word is at the start of the mapping, aligned as the page is; programs read it as a whole.
        Some(unsafe { &*memory.as_ptr().add(offset_of!(Shadow, current)).cast::<AtomicU64>() })
    }
}

fn trie_key(key: &SourceKey) -> Key<Bits> {
    let mut bits = [0; size_of::<Bits>()];
    let (head, address) = bits.split_at_mut(size_of::<Bits>() - key.address.len());
    (head[0], head[1]) = (key.generation, key.family);
    address.copy_from_slice(&key.address);
    Key::new(key.bits, bits)
}

fn refused(cause: MapError) -> DatapathError {
    DatapathError::map(MAP_PREFIXES, cause)
}
