// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counts encrypted sessions by pair of hosts, together with the programs.
#![expect(unsafe_code, reason = "the count of all is memory that the kernel shares")]

use std::{
    mem::offset_of,
    os::fd::{AsFd as _, AsRawFd as _},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use aya::maps::{Map, MapData};
use classifier_common::{
    abi::MAP_POLICY,
    address::Address,
    control::{SessionKey, TrackingConfig},
};
use memmap2::{MmapOptions, MmapRaw};

use super::DatapathError;

/// Pairs of hosts with an encrypted session that the agent has removed and not yet subtracted. A program
/// subtracts it: userspace has no atomic operation on a hash map.
pub(super) type LeftPairs = Arc<Mutex<Vec<[Address; 2]>>>;

/// The counts of encrypted sessions: total, and by client and server.
pub(super) struct EncryptedPairs {
    policy: MmapRaw,
    left: LeftPairs,
    /// Kept open: programs that are loaded later name their maps by descriptor.
    _maps: (MapData, Map),
}

impl EncryptedPairs {
    /// Takes the map of pairs, and the map of the tracking configuration, which has the total.
    pub(super) fn new(pairs: Map, policy: Map, left: LeftPairs) -> Result<Self, DatapathError> {
        let Map::Array(policy) = policy else { return Err(DatapathError::Missing(MAP_POLICY)) };
        let mapped =
            MmapOptions::new().len(size_of::<TrackingConfig>()).map_raw(policy.fd().as_fd().as_raw_fd());
        Ok(Self { policy: mapped.map_err(DatapathError::Mmap)?, left, _maps: (policy, pairs) })
    }

    /// Applies a tracking configuration, except the total, which the programs write.
    pub(super) fn set_policy(&self, policy: &TrackingConfig) {
        let at = |field: usize| self.policy.as_mut_ptr().wrapping_byte_add(field);
        let fields = [
            (offset_of!(TrackingConfig, allow_foreign_address), policy.allow_foreign_address),
            (offset_of!(TrackingConfig, infer_encrypted), policy.infer_encrypted),
        ];
        for (field, value) in fields {
            // SAFETY: four aligned bytes of the mapping, which this borrows. Programs read them in one step.
            unsafe { AtomicU32::from_ptr(at(field).cast()) }.store(value, Ordering::Relaxed);
        }
        // SAFETY: eight aligned bytes of the mapping, as above.
        let rate = unsafe { AtomicU64::from_ptr(at(offset_of!(TrackingConfig, control_rate)).cast()) };
        rate.store(policy.control_rate, Ordering::Relaxed);
    }

    /// Queues the subtraction of an encrypted session whose end the programs will not see.
    pub(super) fn leave(&self, key: &SessionKey) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).push([key.client, key.server]);
    }
}
