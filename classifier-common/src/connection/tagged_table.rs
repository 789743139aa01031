// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A table with tags for tests, and the packets that its connections see.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use super::{
    BUCKETS, ConnEvent, ConnReport, ConnTable, Connection, Ending, FlowKey, HookPoint, STEPS, Step, Tags,
    WAYS, bucket_of, expire, step,
};
use crate::{
    address::Address,
    packet::Direction,
    protocol::Protocol,
    session::{Listener, Spoken},
    table::{Bucket as _, MemoryBucket, MemoryTable},
    track::Ends,
};

pub(super) const SYN: u8 = 0x02;
pub(super) const PUSH: u8 = 0x18;

#[derive(Default)]
pub(super) struct Table {
    pub(super) entries: MemoryTable<Connection, WAYS>,
    tags: Option<RefCell<HashMap<usize, Tags>>>,
    pub(super) waiting: Cell<u64>,
    /// Numbers of listeners, by entry.
    pub(super) listening: RefCell<HashMap<u32, (u32, u32)>>,
    /// Entries whose listeners were asked whether they need a segment.
    pub(super) asked: RefCell<Vec<u32>>,
}

impl Table {
    pub(super) fn tagged() -> Self {
        Self { tags: Some(RefCell::default()), ..Self::default() }
    }

    /// Returns the entries with a connection between these ends, by their numbers.
    pub(super) fn entries_of(&self, key: &FlowKey) -> Vec<(u32, Connection)> {
        let mut all = Vec::new();
        for (number, bucket) in self.entries.buckets() {
            for way in (0..WAYS).filter(|way| bucket.matches(*way, key)) {
                all.push((u32::try_from(number * WAYS + way).unwrap(), bucket.entry(way)));
            }
        }
        all
    }
}

impl ConnTable for Table {
    type Bucket = MemoryBucket<Connection, WAYS>;

    fn bucket(&self, number: usize) -> Option<Self::Bucket> {
        assert!(number < BUCKETS);
        Some(self.entries.bucket(number))
    }

    fn tags(&self, number: usize) -> Option<Tags> {
        let tags = self.tags.as_ref()?;
        Some(tags.borrow().get(&number).copied().unwrap_or_default())
    }

    fn tag(&self, entry: u32, tag: u16) {
        let Some(tags) = &self.tags else { return };
        let (number, way) = (entry as usize / WAYS, entry as usize % WAYS);
        let mut tags = tags.borrow_mut();
        let word = &mut tags.entry(number).or_default()[way / 4];
        let at = way % 4 * 16;
        *word = *word & !(0xffff << at) | u64::from(tag) << at;
    }

    fn waits(&self) {
        self.waiting.set(self.waiting.get() + 1);
    }

    fn waits_no_more(&self) {
        self.waiting.set(self.waiting.get() - 1);
    }

    fn begin_listening(&self, entry: u32, client: u32, server: u32) {
        self.listening.borrow_mut().insert(entry, (client, server));
    }

    fn inspects(&self, entry: u32, _spoken: &Spoken) -> bool {
        self.asked.borrow_mut().push(entry);
        false
    }
}

pub(super) fn key_from(port: u16) -> FlowKey {
    FlowKey::sent(Address::v4([10, 0, 0, 1]), Address::v4([10, 0, 0, 2]), port, 25)
}

/// Returns keys of two buckets, with four in each.
pub(super) fn keys() -> Vec<FlowKey> {
    [7, 900]
        .into_iter()
        .flat_map(|bucket| {
            (0..=u16::MAX)
                .map(key_from)
                .filter(move |key| bucket_of(key) == bucket)
                .take(4)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// A packet: connection, flags, whether it is of the client, number of the SYN, interface, and seconds before it.
pub(super) type Packet = (usize, u8, bool, u32, u32, u8);

/// Result of a packet in the table.
pub(super) type Known = Vec<(Ending, u32, Direction, Protocol, u64)>;

fn known(report: &ConnReport) -> (Ending, u32, Direction, Protocol, u64) {
    (report.ending(), report.interface(), report.direction(), report.protocol(), report.nanoseconds())
}

pub(super) fn see(table: &Table, now: u64, key: &FlowKey, packet: Packet) -> Known {
    see_at(table, now, key, packet, if packet.2 { Direction::Ingress } else { Direction::Egress })
}

pub(super) fn see_at(
    table: &Table,
    now: u64,
    key: &FlowKey,
    (_, flags, of_client, number, interface, _): Packet,
    direction: Direction,
) -> Known {
    let sent = if of_client { *key } else { key.reversed() };
    let ends = Ends {
        source: sent.client,
        destination: sent.server,
        source_port: sent.client_port,
        destination_port: sent.server_port,
        sequence: if of_client { number + u32::from(flags != SYN) } else { 900 },
        acknowledgment: if of_client { 901 } else { number + 1 },
        length: if flags == PUSH { 3 } else { 0 },
        flags,
        ..Ends::default()
    };
    let class = if of_client { Protocol::SMTP.to_server() } else { Protocol::SMTP.from_server() };
    let mut event = ConnEvent { now, ..ConnEvent::default() };
    let mut all = Vec::new();
    if !event.read_segment(&ends, class, Protocol::SMTP, HookPoint::hook(interface, direction)) {
        return all;
    }
    let mut report = ConnReport::default();
    for _ in 0..STEPS {
        match step(table, &mut event, &mut report) {
            Step::Over => break,
            Step::LastReport => {
                all.push(known(&report));
                break;
            }
            Step::Report => all.push(known(&report)),
            Step::Again => {}
            Step::Listen => {
                let (client, server) = table.listening.borrow()[&event.entry];
                event.listen(&mut Listener::new(client, server), 100);
            }
        }
    }
    all
}

pub(super) fn sweep(table: &Table, now: u64) -> Known {
    let mut all = Vec::new();
    for (_, bucket) in table.entries.buckets() {
        for way in 0..WAYS {
            let mut report = ConnReport::default();
            if expire(table, &bucket, way, now, &mut report) {
                all.push(known(&report));
            }
        }
    }
    all
}
