// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! TC programs on filters. A filter cannot be pinned, stays when the agent ends, and is found by its priority
//! and handle.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use aya::programs::{Link as _, tc::SchedClassifierLink};

use super::clsact;

/// A program on a filter. Dropping it removes the filter, unless pins are kept; the next agent then finds the
/// filter.
pub(super) struct AttachedFilter {
    pub(super) filter: Option<SchedClassifierLink>,
    pub(super) index: u32,
    /// The qdisc was added for this filter, and is removed with the last filter.
    pub(super) added: bool,
    pub(super) kept: Arc<AtomicBool>,
}

impl AttachedFilter {
    /// Leaves the filter for the next agent.
    pub(super) fn leave(mut self) {
        std::mem::forget(self.filter.take());
    }

    /// Removes the filter, pinned or not. The caller removes the pins.
    pub(super) fn release(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // A filter that cannot be removed has gone already, or the caller has no remedy.
        if let Some(filter) = self.filter.take() {
            let _ = filter.detach();
            if self.added {
                let _ = clsact::remove_if_empty(self.index);
            }
        }
    }
}

impl Drop for AttachedFilter {
    fn drop(&mut self) {
        if self.kept.load(Ordering::Relaxed) {
            std::mem::forget(self.filter.take());
        } else {
            self.end();
        }
    }
}
