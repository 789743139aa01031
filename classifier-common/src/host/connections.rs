// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connection tracking in the memory of a process, like the kernel's hooks do it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use crate::{
    connection::{
        BUCKETS, ConnEvent, ConnReport, ConnTable, Connection, HookPoint, PackedConnection, STEPS, Step,
        WAYS, concerns, expire, step,
    },
    control::PARSE_MAX,
    host::HostTables,
    outcome::Outcome,
    ports::Transport,
    session::{Listener, Spoken},
    table::{Bucket as _, MemoryBucket, MemoryTable},
    tables::Tables as _,
    track::Ends,
};

/// Connection table of a process.
#[derive(Default)]
pub struct HostConnections {
    table: MemoryTable<Connection, WAYS>,
    listeners: RefCell<HashMap<u32, Listener>>,
    waiting: Cell<u64>,
    now: Cell<u64>,
}

impl HostConnections {
    /// Applies a frame with its outcome (tracking included: `HostTracking::classify`), and returns the results. `ports`
    /// are the tables that it was classified by; `now` is in nanoseconds of a clock that never goes back.
    pub fn see(
        &self,
        bytes: &[u8],
        outcome: &Outcome,
        ports: &HostTables,
        hook: HookPoint,
        now: u64,
    ) -> Vec<ConnReport> {
        self.now.set(self.now.get().max(now));
        let mut event = ConnEvent { now: self.now.get(), ..ConnEvent::default() };
        let mut ends = Ends::default();
        if !read(bytes, outcome, (ports, hook), &mut ends, &mut event) {
            return Vec::new();
        }
        let mut report = ConnReport::default();
        let mut reports = Vec::new();
        for _ in 0..STEPS {
            match step(self, &mut event, &mut report) {
                Step::Over => break,
                Step::LastReport => {
                    reports.push(report);
                    break;
                }
                Step::Report => reports.push(report),
                Step::Again => {}
                Step::Listen => self.listen(bytes, &ends, &mut event),
            }
        }
        reports
    }

    /// Passes a part of the segment to an event's listener, as much as the kernel's programs read at once.
    fn listen(&self, bytes: &[u8], ends: &Ends, event: &mut ConnEvent) {
        let mut listeners = self.listeners.borrow_mut();
        let listener = listeners.entry(event.entry).or_default();
        let (from, count) = event.listen(listener, PARSE_MAX);
        let from = ends.payload as usize + from as usize;
        let Some(part) = bytes.get(from..from + count as usize) else {
            event.parts = 0;
            return;
        };
        for byte in part {
            if !event.push(listener, *byte) {
                break;
            }
        }
    }

    /// Expires connections like the kernel's sweep program, and returns the results.
    pub fn sweep(&self, now: u64) -> Vec<ConnReport> {
        self.now.set(self.now.get().max(now));
        let buckets = self.table.buckets().into_iter();
        let entries = buckets.flat_map(|(_, bucket)| (0..WAYS).map(move |way| (bucket.clone(), way)));
        let expired = entries.filter_map(|(bucket, way)| {
            let mut report = ConnReport::default();
            expire(self, &bucket, way, self.now.get(), &mut report).then_some(report)
        });
        expired.collect()
    }

    /// Returns the number of inspected client segments in all current sessions.
    #[must_use]
    pub fn inspected(&self) -> u32 {
        self.listeners.borrow().values().map(Listener::inspected).sum()
    }

    /// Returns the number of connections that can expire.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.waiting.get()
    }

    /// Returns the words of all entries that are not free, by number.
    #[must_use]
    pub fn words(&self) -> Vec<(usize, PackedConnection)> {
        let buckets = self.table.buckets().into_iter();
        let words = buckets
            .flat_map(|(number, bucket)| (0..WAYS).map(move |way| (number * WAYS + way, bucket.word(way))));
        words.filter(|(_, word)| *word != PackedConnection::FREE).collect()
    }
}

/// Reads the event of a frame; `false` if it concerns no connection.
fn read(
    bytes: &[u8],
    outcome: &Outcome,
    (ports, hook): (&HostTables, HookPoint),
    ends: &mut Ends,
    event: &mut ConnEvent,
) -> bool {
    if let Some(quoted_tcp) = outcome.quoted_tcp {
        let rejects = quoted_tcp.rejects() && ends.read_quote(bytes, outcome.family(), quoted_tcp);
        if rejects {
            event.read_rejection(ends, hook);
        }
        return rejects;
    }
    let Some(tracked) = outcome.tracked.filter(|_| concerns(outcome.class, outcome.tcp_flags)) else {
        return false;
    };
    if !ends.read(bytes, tracked, outcome.headers) {
        return false;
    }
    let speaks = ports.port(Transport::Tcp, ends.server_port(outcome.class)).speaks();
    event.read_segment(ends, outcome.class, speaks, hook)
}

impl ConnTable for HostConnections {
    type Bucket = MemoryBucket<Connection, WAYS>;

    fn bucket(&self, number: usize) -> Option<Self::Bucket> {
        (number < BUCKETS).then(|| self.table.bucket(number))
    }

    fn waits(&self) {
        self.waiting.set(self.waiting.get() + 1);
    }

    fn waits_no_more(&self) {
        self.waiting.set(self.waiting.get() - 1);
    }

    fn begin_listening(&self, entry: u32, client: u32, server: u32) {
        self.listeners.borrow_mut().insert(entry, Listener::new(client, server));
    }

    fn inspects(&self, entry: u32, spoken: &Spoken) -> bool {
        self.listeners.borrow().get(&entry).is_some_and(|listener| listener.inspects(spoken))
    }
}
