// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connects the tracker to the kernel's maps.

use std::{io, os::fd::OwnedFd};

use classifier_common::{
    abi::EVENT_BYTES,
    control::{EventHeader, Session, SessionKey, Tallies, Tally},
    endpoint::{Endpoint, EndpointState},
};

use tokio::io::unix::AsyncFd;

use super::{Event, Lifetimes, Tracker, kernel_table};
use crate::{
    clock::now,
    config::FtpSettings,
    datapath::Tracking,
    metrics::LearnTimes,
    snapshot::{FtpSnapshot, ReadError},
};

/// Events in a batch, before other tasks get their turn.
const STRETCH: usize = 256;

/// Batches that hold as many events as the ring buffer.
const MANY: usize = EVENT_BYTES / size_of::<EventHeader>() / STRETCH;

/// The tracker with the kernel's maps.
pub struct FtpRuntime {
    tracking: Tracking,
    tracker: Tracker,
    times: LearnTimes,
    /// Number of events that the programs could not send, at the last check.
    lost: u64,
    /// True if the last check was after the last event.
    looked: bool,
}

impl FtpRuntime {
    /// Creates the runtime from the content of the maps.
    #[must_use]
    pub fn new(tracking: Tracking, lifetimes: Lifetimes, times: LearnTimes) -> Self {
        let mut runtime = Self { tracking, tracker: Tracker::new(lifetimes), times, lost: 0, looked: true };
        if runtime.tracking.continues() {
            runtime.take_stock();
            runtime.lost =
                runtime.tracking.tallies().map_or(0, |tallies| tallies[Tally::EventsLost as usize]);
        }
        runtime
    }

    /// Applies other settings.
    pub fn set(&mut self, settings: &FtpSettings) {
        self.tracking.set_policy(settings);
        self.tracker.set_lifetimes(Lifetimes::new(settings.endpoint_ttl));
    }

    /// Returns a descriptor that is readable when there are events.
    ///
    /// # Errors
    ///
    /// When the system has no descriptor left, or cannot wait for this one.
    pub fn readiness(&self) -> io::Result<AsyncFd<OwnedFd>> {
        self.tracking.readiness()
    }

    /// Takes a batch of events; `true` if there may be more.
    pub fn take_events(&mut self) -> bool {
        let mut taken = 0;
        while taken < STRETCH {
            let mut event = None;
            if !self.tracking.next_event(|bytes| event = Event::read(bytes)) {
                return false;
            }
            taken += 1;
            match event {
                Some(event) => self.take(event),
                None => self.tracking.agent_counters().add(Tally::EventsLost, 1),
            }
        }
        true
    }

    fn take(&mut self, event: Event) {
        self.looked = false;
        if let Event::Learned { nanoseconds, .. } = &event {
            self.times.by_kernel(*nanoseconds);
        }
        let came = event.came();
        kernel_table::change(&mut self.tracking, |table| {
            self.tracker.take(table, event, now());
            if let Some(came) = came {
                (0..table.count()).for_each(|_| self.times.by_agent(now().saturating_sub(came)));
            }
        });
    }

    /// Removes expired entries.
    pub fn tick(&mut self) {
        self.look_for_losses();
        kernel_table::change(&mut self.tracking, |table| self.tracker.tick(table, now()));
    }

    /// Tells whether nothing can expire.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.tracker.is_idle() && self.looked
    }

    /// Checks for lost events, after which the maps themselves are read.
    fn look_for_losses(&mut self) {
        self.looked = true;
        let lost = self.tracking.tallies().map_or(self.lost, |tallies| tallies[Tally::EventsLost as usize]);
        if lost == self.lost {
            return;
        }
        self.lost = lost;
        self.take_stock();
    }

    /// Reads endpoints and ended sessions from the maps.
    fn take_stock(&mut self) {
        let endpoints = self.tracking.endpoints();
        let slots = (1..=u32::try_from(endpoints.capacity()).unwrap_or(u32::MAX))
            .filter(|slot| endpoints.at(*slot).word.state() != EndpointState::Free);
        self.tracker.take_stock(slots);
        let mut ended: Vec<_> = self.tracking.sessions().filter_map(Result::ok).collect();
        ended.retain(|(_, session)| session.has_ended());
        // By the time of their end: an agent that begins must not give them another lifetime.
        ended.sort_unstable_by_key(|(_, session)| session.last);
        for (key, Session { id, last, .. }) in ended {
            let event = Event::Ended { key, session: id };
            kernel_table::change(&mut self.tracking, |table| self.tracker.take(table, event, last));
        }
        self.looked = true;
    }

    /// Returns the data of a scrape, after all events that were sent before.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read its numbers.
    pub fn snapshot(&mut self) -> Result<FtpSnapshot, ReadError> {
        // At most one ring of events: a flood must not delay a scrape.
        let _ = (0..MANY).all(|_| self.take_events());
        kernel_table::snapshot(&self.tracking, &self.tracker)
    }

    /// Sums the numbers of the programs and the agent.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read its numbers.
    pub fn tallies(&self) -> Result<Tallies, ReadError> {
        kernel_table::tallies(&self.tracking)
    }

    /// Iterates over the endpoints in the table.
    pub fn endpoints(&self) -> impl Iterator<Item = Endpoint> {
        self.tracker.slots().map(|slot| self.tracking.endpoints().at(slot))
    }

    /// Iterates over every session.
    pub fn sessions(&self) -> impl Iterator<Item = Result<(SessionKey, Session), ReadError>> {
        self.tracking.sessions()
    }
}
