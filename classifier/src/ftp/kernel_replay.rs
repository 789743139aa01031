// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Replays captured packets with the loaded programs: the tracker, the programs' maps, and the capture's
//! clock.

use std::collections::HashMap;

use classifier_common::{endpoint::position, table::Bucket as _};

use super::{Event, Lifetimes, Tracker, kernel_table, replay::Beat};
use crate::{
    config::FtpSettings,
    datapath::Tracking,
    snapshot::{FtpSnapshot, ReadError},
};

/// The agent's half of the tracking, for programs that are run on captured packets.
pub struct KernelReplay {
    tracking: Tracking,
    tracker: Tracker,
    /// Time of each entry, by slot.
    times: HashMap<u32, u64>,
    beat: Beat,
}

impl KernelReplay {
    /// Creates a replay that has seen nothing.
    #[must_use]
    pub fn new(tracking: Tracking, settings: &FtpSettings) -> Self {
        let tracker = Tracker::new(Lifetimes::new(settings.endpoint_ttl));
        Self { tracking, tracker, times: HashMap::new(), beat: Beat::default() }
    }

    /// Does the agent's work before a packet at `now`: removes expired entries.
    pub fn before(&mut self, now: u64) {
        if self.beat.is_due(&self.tracker, now) {
            kernel_table::change(&mut self.tracking, |table| self.tracker.tick(table, now));
        }
    }

    /// Does the agent's work after a program's run: takes its events.
    pub fn behind(&mut self, now: u64) {
        let was_idle = self.tracker.is_idle();
        loop {
            let mut event = None;
            if !self.tracking.next_event(|bytes| event = Event::read(bytes)) {
                break;
            }
            let Some(event) = event else { continue };
            kernel_table::change(&mut self.tracking, |table| self.tracker.take(table, event.at(now), now));
        }
        self.beat.follow(was_idle, now);
        self.set_times(now + 1);
    }

    /// Sets the times of changed entries to the capture's, since the programs and the tracker use another
    /// clock. As in the userspace build, it is one nanosecond after the packet.
    fn set_times(&mut self, now: u64) {
        for slot in self.tracker.slots() {
            let (number, way) = position(slot);
            let bucket = self.tracking.endpoints().bucket(number);
            let known = self.times.entry(slot).or_default();
            if bucket.entry(way).since != *known {
                bucket.update(way, |entry| entry.since = now);
                *known = now;
            }
        }
    }

    /// Returns the observations of FTP, as a scrape does.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read its numbers.
    pub fn snapshot(&self) -> Result<FtpSnapshot, ReadError> {
        kernel_table::snapshot(&self.tracking, &self.tracker)
    }
}
