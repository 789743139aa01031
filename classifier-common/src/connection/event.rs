// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Events of a connection, read from its packets.

use super::{
    ConnState, Connection, FlowKey, HookPoint, PackedConnection, WAYS,
    entry::{hash_of, units},
};
use crate::{
    packet::Direction,
    protocol::{Class, Protocol},
    session::{Listener, Said, Spoken, Unread},
    track::Ends,
    wire::tcp::flag,
};

/// Maximum number of parts of a segment that are read.
pub(super) const PARTS: u8 = 4;

/// Kind of a packet's event in a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum ConnEventKind {
    /// SYN.
    #[default]
    Syn = 0,
    /// SYN-ACK.
    SynAck = 1,
    /// RST. Taken as the server's first; if no entry matches, `ConnEvent::reverse` makes it the client's.
    Reset = 2,
    /// An ICMP error about the SYN.
    Rejected = 3,
    /// Payload of the client.
    Spoken = 4,
    /// FIN, with or without payload, or RST by the client.
    Ended = 5,
    /// Payload of the server.
    Replied = 6,
}

/// Entries that a packet looks for, by their states: the first state, and the number of states left out
/// behind the last. Numbers instead of cases, so that the verifier follows one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Sought {
    /// Every entry.
    #[default]
    Any = 0x00,
    /// Connections that wait for an answer.
    Unanswered = 0x24,
    /// Followed sessions.
    Followed = 0x31,
}

impl Sought {
    /// Returns whether an entry is in one of these states.
    #[inline(always)]
    pub(super) const fn is_met(self, word: PackedConnection) -> bool {
        let (first, last) = (self as u32 >> 4, ConnState::Claimed as u32 - (self as u32 & 0xf));
        word.state_number().wrapping_sub(first) <= last - first
    }
}

/// A packet's event in a connection.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct ConnEvent {
    /// The connection.
    pub key: FlowKey,
    /// Time of the packet in nanoseconds.
    pub now: u64,
    /// Way of an entry that a SYN may claim; the number of ways if there is none.
    pub place: usize,
    /// Number of the client. For a SYN: its own. For a packet of the server: the SYN or last byte that it
    /// acknowledges. For other packets of the client: the byte before the payload.
    pub number: u32,
    /// Index of the interface.
    pub interface: u32,
    /// Bit mask of the bucket's ways that were inspected.
    pub looked_at: u32,
    /// Number of the SYN that the packet has answered, in a connection that is counted now.
    pub answered: u32,
    /// Direction of the connection's SYN.
    pub direction: Direction,
    /// Direction of the packet.
    pub along: Direction,
    /// Protocol of a SYN.
    pub protocol: Protocol,
    /// Protocol that sessions of the server's port speak; `tcp_other` if they are not followed.
    pub speaks: Protocol,
    /// Kind of the event.
    pub kind: ConnEventKind,
    /// Entries to look for.
    pub sought: Sought,
    /// True if [`Self::answered`] is set.
    pub has_answered: bool,
    /// Meaning of the client's payload.
    pub said: Said,
    /// Number of the payload's parts that the listener still needs.
    pub parts: u8,
    /// True if the packet belongs to the session of the listener.
    pub is_of_session: bool,
    /// Number of the entry whose listener gets the payload.
    pub entry: u32,
    /// The packet as a TCP segment.
    pub spoken: Spoken,
}

impl Default for ConnEvent {
    fn default() -> Self {
        Self {
            key: FlowKey::default(),
            now: 0,
            place: WAYS,
            number: 0,
            interface: 0,
            looked_at: 0,
            answered: 0,
            direction: Direction::Ingress,
            along: Direction::Ingress,
            protocol: Protocol::TCP_OTHER,
            speaks: Protocol::TCP_OTHER,
            kind: ConnEventKind::default(),
            sought: Sought::default(),
            has_answered: false,
            said: Said::Nothing,
            parts: 0,
            is_of_session: false,
            entry: 0,
            spoken: Spoken::default(),
        }
    }
}

/// Returns whether a TCP packet may concern a connection: it begins or decides one, or belongs to an
/// inspected session.
#[inline(always)]
#[must_use]
pub fn concerns(class: Class, flags: u8) -> bool {
    flags & (flag::SYN | flag::RST) != 0 || class.protocol().may_have_session()
}

/// Returns whether a packet of this class comes from the end that sent the SYN: the client, or the server for
/// active FTP data.
#[inline(always)]
#[must_use]
pub const fn is_of_client(class: Class) -> bool {
    let active = class.protocol().index() == Protocol::FTP_DATA_ACTIVE.index();
    (class.index() & 1 == 0) != active
}

impl ConnEvent {
    /// Creates the connection that this SYN begins.
    #[inline(always)]
    pub(super) const fn connection(&self, word: PackedConnection) -> Connection {
        let FlowKey { client, server, client_port, server_port, .. } = self.key;
        let Self { now: since, spoken: Spoken { length: sent, .. }, interface, .. } = *self;
        Connection {
            client,
            server,
            word,
            since,
            seen: units(since),
            sent,
            client_port,
            server_port,
            interface,
        }
    }

    /// Returns the word of an entry that waits for the answer to this packet, if it is a SYN. The words of other entries
    /// between its ends are like it.
    #[inline(always)]
    pub(super) const fn word(&self) -> PackedConnection {
        PackedConnection::pending(self.number, self.protocol, self.direction, hash_of(&self.key))
    }

    /// Reverses a reset: it becomes the client's own.
    #[inline(always)]
    pub(super) fn reverse(&mut self) {
        self.key = self.key.reversed();
        self.direction = self.along;
        self.kind = ConnEventKind::Ended;
        self.number = self.spoken.sequence.wrapping_sub(1);
        self.seek(Sought::Followed);
    }

    /// Starts the search at the first way of the bucket.
    #[inline(always)]
    pub(super) const fn seek(&mut self, sought: Sought) {
        self.looked_at = 0;
        self.place = WAYS;
        self.sought = sought;
    }

    /// Reads a TCP packet, to or from a server's port whose sessions speak a protocol; `false` if it concerns no
    /// connection.
    #[inline(always)]
    pub fn read_segment(&mut self, ends: &Ends, class: Class, speaks: Protocol, hook: HookPoint) -> bool {
        let of_client = is_of_client(class);
        let flags = ends.flags;
        let syn = flags & flag::SYN != 0;
        let ack = flags & flag::ACK != 0;
        let kind = if flags & flag::RST != 0 {
            if syn {
                return false;
            }
            ConnEventKind::Reset
        } else if syn {
            if ack { ConnEventKind::SynAck } else { ConnEventKind::Syn }
        } else if !speaks.has_session() {
            return false;
        } else if flags & flag::FIN != 0 {
            ConnEventKind::Ended
        } else if ends.length == 0 {
            return false;
        } else if of_client {
            ConnEventKind::Spoken
        } else {
            ConnEventKind::Replied
        };
        if kind == ConnEventKind::Syn && !of_client {
            return false;
        }
        let forward = match kind {
            ConnEventKind::Syn | ConnEventKind::Spoken => true,
            ConnEventKind::Ended => of_client,
            ConnEventKind::SynAck
            | ConnEventKind::Reset
            | ConnEventKind::Rejected
            | ConnEventKind::Replied => false,
        };
        let key = FlowKey::sent(ends.source, ends.destination, ends.source_port, ends.destination_port);
        self.key = if forward { key } else { key.reversed() };
        self.direction = if forward { hook.forward } else { hook.backward };
        self.along = hook.forward;
        self.number = if kind == ConnEventKind::Syn {
            ends.sequence
        } else if forward {
            ends.sequence.wrapping_sub(1)
        } else {
            ends.acknowledgment.wrapping_sub(1)
        };
        self.interface = hook.interface;
        self.has_answered = false;
        self.seek(match kind {
            ConnEventKind::Syn => Sought::Any,
            ConnEventKind::SynAck | ConnEventKind::Reset | ConnEventKind::Rejected => Sought::Unanswered,
            ConnEventKind::Spoken | ConnEventKind::Ended | ConnEventKind::Replied => Sought::Followed,
        });
        // The acknowledgment number is valid with ACK only.
        if !forward && !ack && (kind == ConnEventKind::Ended || kind == ConnEventKind::Replied) {
            return false;
        }
        self.said = Said::Nothing;
        self.is_of_session = false;
        self.parts = if self.sought == Sought::Followed && ends.length != 0 { PARTS } else { 0 };
        self.spoken = Spoken {
            sequence: ends.sequence,
            acknowledgment: ends.acknowledgment,
            length: ends.length,
            flags,
            of_client: of_client.into(),
            reserved: [0; 2],
        };
        self.protocol = class.protocol();
        self.speaks = speaks;
        self.kind = kind;
        true
    }

    /// Passes the segment to the listener of a session. Returns the first byte and the number of the next
    /// bytes to read, up to `most`; 0 bytes end the segment.
    #[inline(always)]
    pub fn listen(&mut self, listener: &mut Listener, most: u32) -> (u32, u32) {
        let inspected = listener.accept(self.speaks, &self.spoken);
        self.is_of_session |= matches!(inspected, Unread::From(_) | Unread::Known);
        let from = if let Unread::From(from) = inspected { from } else { self.spoken.length };
        let rest = self.spoken.length.saturating_sub(from);
        self.parts = if rest > most { self.parts.saturating_sub(1) } else { 0 };
        (from, rest.min(most))
    }

    /// Passes the next byte of the payload to the listener; returns whether more is needed.
    #[inline(always)]
    pub fn push(&mut self, listener: &mut Listener, byte: u8) -> bool {
        let said = listener.push(self.speaks, self.spoken.of_client != 0, byte);
        self.said = self.said.or(said);
        if said.is_last() {
            self.parts = 0;
        }
        !said.is_last()
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
