// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A TCP connection between two ends, of which each knows only what has arrived.

use std::ops::Range;

use classifier_common::fixtures::ftp_traces::network::{End, Network};

use super::{Purpose, Seen};

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// An item of a stream, which takes a sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Syn,
    Byte(u8),
    Fin,
}

/// One direction: the sender's items, and what the receiver has of them.
#[derive(Clone, Debug)]
struct Stream {
    first: u32,
    items: Vec<Item>,
    /// Items that the sender knows to have arrived.
    acknowledged: usize,
    /// Items that were sent at least once.
    sent: usize,
    arrived: Vec<bool>,
    /// Items that the receiver has read: all before this one have arrived.
    read: usize,
}

/// A connection. Side 0 has opened it.
#[derive(Clone, Debug)]
pub struct Connection {
    pub purpose: Purpose,
    ends: [End; 2],
    streams: [Stream; 2],
    /// Sides whose FIN has passed the observer.
    has_ended: [bool; 2],
    /// True once the observer has seen a SYN behind both FINs.
    is_another: bool,
    /// Items of each side that have passed the observer in order.
    passed: [usize; 2],
    /// Sides of which the observer has seen a segment behind a gap.
    has_gaps: [bool; 2],
}

/// A segment on its way.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Number of the connection.
    pub connection: usize,
    side: usize,
    items: Range<usize>,
    /// Items of the other side that the sender has read.
    acknowledges: usize,
}

impl Connection {
    /// Opens a connection. `first` has the initial numbers of both sides.
    pub fn new(purpose: Purpose, ends: [End; 2], first: [u32; 2]) -> Self {
        let stream = |first| Stream {
            first,
            items: vec![Item::Syn],
            acknowledged: 0,
            sent: 0,
            arrived: Vec::new(),
            read: 0,
        };
        Self {
            purpose,
            ends,
            streams: first.map(stream),
            has_ended: [false; 2],
            is_another: false,
            passed: [0; 2],
            has_gaps: [false; 2],
        }
    }

    /// Adds bytes to those that a side sends.
    pub fn write(&mut self, side: usize, bytes: &[u8]) {
        self.streams[side].items.extend(bytes.iter().map(|byte| Item::Byte(*byte)));
    }

    /// Ends what a side sends.
    pub fn close(&mut self, side: usize) {
        self.streams[side].items.push(Item::Fin);
    }

    /// Returns the bytes that a side has read from the other, in order.
    pub fn read(&self, side: usize) -> Vec<u8> {
        let stream = &self.streams[1 - side];
        let bytes = stream.items[..stream.read].iter();
        bytes.filter_map(|item| if let Item::Byte(byte) = item { Some(*byte) } else { None }).collect()
    }

    /// Tells whether a side has read the end of the other.
    pub fn is_closed(&self, side: usize) -> bool {
        let stream = &self.streams[1 - side];
        stream.items[..stream.read].last() == Some(&Item::Fin)
    }

    /// Returns how many items a side may have sent by now. Until a SYN is acknowledged, nothing follows it; and who
    /// has not opened the connection first waits for the other's.
    fn limit(&self, side: usize) -> usize {
        let stream = &self.streams[side];
        match (side, self.streams[1 - side].read, stream.acknowledged) {
            (1, 0, _) => 0,
            (_, _, 0) => 1,
            _ => stream.items.len(),
        }
    }

    /// Returns the next packet of a side: `length` items from `back` items behind the first that is not known to have
    /// arrived, or an acknowledgment where there are none. `None` if the side has nothing to say yet.
    pub fn send(&mut self, number: usize, side: usize, back: usize, length: usize) -> Option<Packet> {
        let limit = self.limit(side);
        let (known, acknowledges) = (self.streams[side].acknowledged, self.streams[1 - side].read);
        let start = (known + back).min(limit);
        let end = (start + length).min(limit);
        if start == end && (acknowledges == 0 || self.streams[side].sent == 0) {
            return None;
        }
        // An acknowledgment has the number behind all that was sent.
        let items = if start == end { self.streams[side].sent..self.streams[side].sent } else { start..end };
        self.streams[side].sent = self.streams[side].sent.max(items.end);
        Some(Packet { connection: number, side, items, acknowledges })
    }

    /// Takes a packet at its receiver. Returns whether that has read more.
    pub fn arrive(&mut self, packet: &Packet) -> bool {
        let other = &mut self.streams[1 - packet.side];
        other.acknowledged = other.acknowledged.max(packet.acknowledges);
        let stream = &mut self.streams[packet.side];
        stream.arrived.resize(stream.items.len(), false);
        stream.arrived[packet.items.clone()].fill(true);
        let before = stream.read;
        stream.read = stream.arrived.iter().take_while(|has_arrived| **has_arrived).count();
        stream.read > before
    }

    fn purpose_now(&self) -> Purpose {
        match self.purpose {
            Purpose::Passive | Purpose::Active if self.is_another && self.ends[0].1 == 20 => Purpose::Port20,
            Purpose::Passive | Purpose::Active if self.is_another => Purpose::Other,
            Purpose::Control | Purpose::Passive | Purpose::Active | Purpose::Port20 | Purpose::Other => {
                self.purpose
            }
        }
    }

    /// Tells whether the observer has seen a segment of a side behind a gap.
    pub const fn had_gaps(&self, side: usize) -> bool {
        self.has_gaps[side]
    }

    /// Tells whether both sides know that all has arrived.
    pub fn is_done(&self) -> bool {
        self.streams.iter().all(|stream| stream.acknowledged == stream.items.len())
    }

    /// Returns the frame of a packet that passes the observer, with the label that it must get.
    pub fn seen(&mut self, network: Network, packet: &Packet) -> Seen {
        let stream = &self.streams[packet.side];
        let items = &stream.items[packet.items.clone()];
        let of = |item, flag| if items.contains(&item) { flag } else { 0 };
        let payload: Vec<u8> = items
            .iter()
            .filter_map(|item| if let Item::Byte(byte) = item { Some(*byte) } else { None })
            .collect();
        let acknowledges = if packet.acknowledges > 0 { ACK } else { 0 };
        let push = if payload.is_empty() { 0 } else { PSH };
        let flags = of(Item::Syn, SYN) | of(Item::Fin, FIN) | acknowledges | push;
        let number = |first: u32, items: usize| first.wrapping_add(u32::try_from(items).expect("few items"));
        let numbers = (
            number(stream.first, packet.items.start),
            if acknowledges == 0 {
                0
            } else {
                number(self.streams[1 - packet.side].first, packet.acknowledges)
            },
        );
        let ends = [self.ends[packet.side], self.ends[1 - packet.side]];
        // A SYN after both FINs begins another connection, which a late repetition cannot be told from: an announcement
        // is for one.
        self.is_another |= flags & SYN != 0 && self.has_ended == [true, true];
        let (class, evidence) = self.purpose_now().class(packet.side == 0);
        self.has_ended[packet.side] |= flags & FIN != 0;
        let passed = &mut self.passed[packet.side];
        if packet.items.start > *passed {
            self.has_gaps[packet.side] |= !packet.items.is_empty();
        } else {
            *passed = packet.items.end.max(*passed);
        }
        Seen {
            frame: network.frame(ends, flags, numbers, &payload),
            class,
            evidence,
            what: format!(
                "{:?} {ends:?} flags {flags:#x} {:?} {:?}",
                self.purpose,
                packet.items,
                String::from_utf8_lossy(&payload)
            ),
        }
    }
}
