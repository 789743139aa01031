// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections: two CPUs that begin and answer them, and the sweep that expires them.

use classifier_common::{
    address::Address,
    connection::{
        ConnEvent, ConnReport, ConnTable, Connection, HookPoint, PackedConnection, STEPS, Step, TIMEOUT,
        WAYS, expire, step,
    },
    evidence::ConnectionOutcome,
    protocol::Protocol,
    session::Spoken,
    table::Bucket as _,
    track::Ends,
    wire::tcp::flag,
};
use loom::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread,
};

use crate::shared::{SharedBucket, in_every_order};

const CLIENT: ([u8; 4], u16) = ([10, 0, 0, 1], 50_000);
const SERVER: ([u8; 4], u16) = ([10, 0, 0, 2], 8080);
const NUMBER: u32 = 1000;
const SYN_ACK: u8 = flag::SYN | flag::ACK;
const RST_ACK: u8 = flag::RST | flag::ACK;

/// The one bucket of a table, and the number of connections that can expire.
#[derive(Clone)]
struct Table {
    bucket: SharedBucket<Connection, WAYS>,
    waiting: Arc<AtomicU64>,
}

impl ConnTable for Table {
    type Bucket = SharedBucket<Connection, WAYS>;

    fn bucket(&self, _number: usize) -> Option<Self::Bucket> {
        Some(self.bucket.clone())
    }

    fn waits(&self) {
        self.waiting.fetch_add(1, SeqCst);
    }

    fn waits_no_more(&self) {
        self.waiting.fetch_sub(1, SeqCst);
    }

    fn begin_listening(&self, _entry: u32, _client: u32, _server: u32) {}

    fn inspects(&self, _entry: u32, _spoken: &Spoken) -> bool {
        false
    }
}

impl Table {
    fn new() -> Self {
        Self { bucket: SharedBucket::new(), waiting: Arc::new(AtomicU64::new(0)) }
    }

    /// Applies a segment of the connection, and returns the outcomes that are to be counted.
    fn segment(&self, flags: u8) -> Vec<ConnectionOutcome> {
        let is_syn = flags == flag::SYN;
        let (from, to) = if is_syn { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
        let ends = Ends {
            source: Address::v4(from.0),
            destination: Address::v4(to.0),
            source_port: from.1,
            destination_port: to.1,
            sequence: if is_syn { NUMBER } else { 7 },
            acknowledgment: if is_syn { 0 } else { NUMBER + 1 },
            flags,
            ..Ends::default()
        };
        let mut event = ConnEvent { now: 1, ..ConnEvent::default() };
        let (report, mut outcomes) = (&mut ConnReport::default(), Vec::new());
        let hook = HookPoint::wire(1);
        assert!(event.read_segment(&ends, Protocol::TCP_OTHER.to_server(), Protocol::TCP_OTHER, hook));
        for _ in 0..STEPS {
            match step(self, &mut event, report) {
                Step::Over => break,
                Step::Again | Step::Listen => {}
                Step::Report => outcomes.extend(report.finding().map(|finding| finding.outcome)),
                Step::LastReport => {
                    outcomes.extend(report.finding().map(|finding| finding.outcome));
                    break;
                }
            }
        }
        outcomes
    }

    /// Expires what has waited too long, as the sweep does.
    fn sweep(&self) -> Vec<ConnectionOutcome> {
        let mut outcomes = Vec::new();
        // The connection is in the first entry: others are free.
        let mut report = ConnReport::default();
        if expire(self, &self.bucket, 0, TIMEOUT + 1, &mut report) {
            outcomes.extend(report.finding().map(|finding| finding.outcome));
        }
        outcomes
    }

    fn pending(&self) -> usize {
        (0..WAYS).filter(|way| self.bucket.word(*way).is_pending()).count()
    }

    fn entries(&self) -> usize {
        (0..WAYS).filter(|way| self.bucket.word(*way) != PackedConnection::FREE).count()
    }
}

/// Applies two things at once to a connection that has begun, and returns all outcomes.
fn after_its_syn(
    one: impl FnOnce(&Table) -> Vec<ConnectionOutcome> + Send + 'static,
    other: impl FnOnce(&Table) -> Vec<ConnectionOutcome>,
) -> (Table, Vec<ConnectionOutcome>) {
    let table = Table::new();
    assert_eq!(table.segment(flag::SYN), []);
    let shared = table.clone();
    let thread = thread::spawn(move || one(&shared));
    let mut outcomes = other(&table);
    outcomes.extend(thread.join().unwrap());
    (table, outcomes)
}

#[test]
fn two_answers_at_once_count_one_outcome() {
    in_every_order(2, || {
        let (table, outcomes) = after_its_syn(|table| table.segment(SYN_ACK), |table| table.segment(RST_ACK));
        assert_eq!(outcomes.len(), 1, "{outcomes:?}");
        assert_eq!(table.waiting.load(SeqCst), 0);
    });
}

#[test]
fn a_connection_is_answered_or_expires_and_never_both() {
    in_every_order(2, || {
        let (table, outcomes) = after_its_syn(|table| table.segment(SYN_ACK), Table::sweep);
        assert_eq!(outcomes.len(), 1, "{outcomes:?}");
        assert_eq!(table.waiting.load(SeqCst), 0);
    });
}

#[test]
fn a_syn_that_is_repeated_while_it_is_answered_begins_no_second_connection() {
    in_every_order(2, || {
        let (table, outcomes) =
            after_its_syn(|table| table.segment(SYN_ACK), |table| table.segment(flag::SYN));
        assert_eq!(outcomes, [ConnectionOutcome::Established]);
        assert_eq!((table.entries(), table.waiting.load(SeqCst)), (1, 0));
    });
}

/// A known limit: see ARCHITECTURE.md. A program that looks for the other CPU's claim is too long for the verifier.
#[test]
#[should_panic(expected = "(1, 1)")]
fn a_syn_that_two_cpus_see_at_once_may_begin_two_connections() {
    in_every_order(2, || {
        let table = Table::new();
        let shared = table.clone();
        let thread = thread::spawn(move || shared.segment(flag::SYN));
        let here = table.segment(flag::SYN);
        assert_eq!([here, thread.join().unwrap()].concat(), []);
        assert_eq!((table.pending(), table.waiting.load(SeqCst)), (1, 1));
    });
}
