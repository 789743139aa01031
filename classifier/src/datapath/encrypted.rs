//! Which hosts have encrypted sessions with each other, as the programs count them.
#![expect(unsafe_code, reason = "the count of all is memory that the kernel shares")]

use std::{
    mem::offset_of,
    os::fd::{AsFd as _, AsRawFd as _},
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

use aya::maps::{HashMap, Map, MapData};
use classifier_common::{
    abi::{MAP_ENCRYPTED, MAP_POLICY},
    control::{Policy, SessionKey},
    endpoint::Address,
};
use memmap2::{MmapOptions, MmapRaw};

use super::DatapathError;

/// The counts, of all and by client and server.
pub(super) struct EncryptedPairs {
    policy: MmapRaw,
    pairs: HashMap<MapData, [Address; 2], i64>,
    /// Programs that are still to be loaded name their maps by descriptor.
    _policy: MapData,
}

impl EncryptedPairs {
    /// Takes the map of pairs, and the one that holds the policy with the count of all.
    pub(super) fn new(pairs: Map, policy: Map) -> Result<Self, DatapathError> {
        let Map::Array(policy) = policy else { return Err(DatapathError::Missing(MAP_POLICY)) };
        let mapped = MmapOptions::new().len(size_of::<Policy>()).map_raw(policy.fd().as_fd().as_raw_fd());
        Ok(Self {
            policy: mapped.map_err(DatapathError::Mmap)?,
            pairs: pairs.try_into().map_err(|cause| DatapathError::map(MAP_ENCRYPTED, cause))?,
            _policy: policy,
        })
    }

    /// Has the programs follow control connections so from now on, but for the count of all, which is theirs.
    pub(super) fn set_policy(&self, policy: &Policy) {
        let at = |field: usize| self.policy.as_mut_ptr().wrapping_byte_add(field);
        let fields = [
            (offset_of!(Policy, allow_foreign_address), policy.allow_foreign_address),
            (offset_of!(Policy, infer_encrypted), policy.infer_encrypted),
        ];
        for (field, value) in fields {
            // SAFETY: four aligned bytes of the mapping, which this borrows; programs read them in one step.
            unsafe { AtomicU32::from_ptr(at(field).cast()) }.store(value, Ordering::Relaxed);
        }
        // SAFETY: eight of them, likewise.
        let rate = unsafe { AtomicU64::from_ptr(at(offset_of!(Policy, control_rate)).cast()) };
        rate.store(policy.control_rate, Ordering::Relaxed);
    }

    /// One session less is encrypted: one that the programs will not see the end of.
    pub(super) fn leave(&mut self, key: &SessionKey) {
        let all = offset_of!(Policy, encrypted);
        // SAFETY: eight aligned bytes of the mapping, which this borrows; programs change them in one step too.
        let all = unsafe { AtomicU64::from_ptr(self.policy.as_mut_ptr().byte_add(all).cast()) };
        // Never below none, whatever is in the map.
        let _ = all.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |sessions| sessions.checked_sub(1));
        let pair = [key.client, key.server];
        let Ok(sessions) = self.pairs.get(&pair, 0) else { return };
        // A session of the pair that begins or ends in between is counted wrong: the map has no other way.
        let _ =
            if sessions > 1 { self.pairs.insert(pair, sessions - 1, 0) } else { self.pairs.remove(&pair) };
    }
}
