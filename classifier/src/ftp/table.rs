// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The tables of the programs, as the tracker changes them.

use classifier_common::control::{LineEnv, SessionKey};

/// Tables that the tracker changes: endpoints through [`LineEnv`], and sessions.
pub trait Table: LineEnv {
    /// Removes a session if it still has this id.
    fn forget(&self, key: &SessionKey, session: u64);

    /// Evicts the sessions that have been silent for longest, if the table is full.
    fn make_room(&self);

    /// Takes the endpoints that were learned through this table since the last call: session and slot of
    /// each.
    fn take_learned(&self) -> Vec<(u64, u32)>;
}
