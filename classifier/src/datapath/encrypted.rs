//! Which hosts have encrypted sessions with each other, as the programs count them.
#![expect(unsafe_code, reason = "the count of all is memory that the kernel shares")]

use std::{
    mem::offset_of,
    os::fd::{AsFd as _, AsRawFd as _},
    sync::atomic::{AtomicU64, Ordering},
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

    /// Writes what the configuration says. The count of all stays: programs change it meanwhile.
    pub(super) fn allow(&self, policy: &Policy) {
        #[expect(clippy::cast_ptr_alignment, reason = "a mapping starts at a page")]
        let written = self.policy.as_mut_ptr().cast::<Policy>();
        // SAFETY: the mapping is as long as a `Policy` and aligned as the page is; programs read these words each by
        // itself, and never write them.
        unsafe {
            (&raw mut (*written).allow_foreign_address).write_volatile(policy.allow_foreign_address);
            (&raw mut (*written).infer_encrypted).write_volatile(policy.infer_encrypted);
            (&raw mut (*written).control_rate).write_volatile(policy.control_rate);
        }
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
