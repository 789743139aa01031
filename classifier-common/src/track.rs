// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Selection of packets for the FTP tracking: control connections, and packets whose class is not decided by
//! their ports alone.

use crate::{
    address::Address,
    control::{LineEnv, Segment, SegmentEnv, infer},
    endpoint::{DataSide, ExpectKey, Kind, PackedEndpoint, Query, bucket_of, connected},
    label::Label,
    location::{Location, QuotedTcp},
    outcome::Outcome,
    packet::Packet,
    protocol::{Class, Protocol},
    wire::{
        Family,
        ipv4::{self, Ipv4Header},
        ipv6::{self, Ipv6Header},
        tcp::{self, TcpHeader, flag},
    },
};

/// Ends and numbers of a TCP packet.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Ends {
    /// Source address.
    pub source: Address,
    /// Destination address.
    pub destination: Address,
    /// Source port, in host order.
    pub source_port: u16,
    /// Destination port, in host order.
    pub destination_port: u16,
    /// Sequence number (RFC 9293 §3.1).
    pub sequence: u32,
    /// Acknowledgment number (RFC 9293 §3.1).
    pub acknowledgment: u32,
    /// Offset of the payload from the frame's start.
    pub payload: u32,
    /// Length of the payload by the IP header.
    pub length: u32,
    /// TCP flags.
    pub flags: u8,
    /// Reserved; zero.
    pub reserved: [u8; 3],
}

impl Ends {
    /// Reads the ends of a packet; `false` only if its headers are no longer there.
    #[inline(always)]
    pub fn read<P: Packet + ?Sized>(&mut self, packet: &P, location: Location, headers: u32) -> bool {
        self.fill(packet, location, headers).is_some()
    }

    /// Reads the ends of a packet that an ICMP error quotes, as far as RFC 792 promises them: addresses,
    /// ports and sequence number. `false` if the quote is shorter.
    #[inline(always)]
    pub fn read_quote<P: Packet + ?Sized>(&mut self, packet: &P, family: Family, quoted: QuotedTcp) -> bool {
        self.fill_quote(packet, family, quoted).is_some()
    }

    #[inline(always)]
    fn fill_quote<P: Packet + ?Sized>(
        &mut self,
        packet: &P,
        family: Family,
        quoted: QuotedTcp,
    ) -> Option<()> {
        let (ip, tcp) = (packet.barrier(quoted.ip()), packet.barrier(quoted.tcp()));
        match family {
            Family::V4 => {
                let ip = packet.read::<{ ipv4::HEADER }>(ip).map(Ipv4Header)?;
                self.source = Address::v4(ip.source());
                self.destination = Address::v4(ip.destination());
            }
            Family::V6 => {
                let ip = packet.read::<{ ipv6::HEADER }>(ip).map(Ipv6Header)?;
                self.source = Address::of_words(ip.source());
                self.destination = Address::of_words(ip.destination());
            }
        }
        let tcp = packet.read::<{ tcp::QUOTED }>(tcp).map(TcpHeader)?;
        self.source_port = tcp.source();
        self.destination_port = tcp.destination();
        self.sequence = tcp.sequence();
        Some(())
    }

    #[inline(always)]
    fn fill<P: Packet + ?Sized>(&mut self, packet: &P, location: Location, headers: u32) -> Option<()> {
        let start = location.start();
        let end = match location.family() {
            Family::V4 => {
                let ip = packet.read::<{ ipv4::HEADER }>(start).map(Ipv4Header)?;
                self.source = Address::v4(ip.source());
                self.destination = Address::v4(ip.destination());
                start + packet.ip_length(ip.total_length())
            }
            Family::V6 => {
                let ip = packet.read::<{ ipv6::HEADER }>(start).map(Ipv6Header)?;
                self.source = Address::of_words(ip.source());
                self.destination = Address::of_words(ip.destination());
                start + ipv6::HEADER + packet.ip_length(ip.payload_length())
            }
        };
        let payload = headers as usize;
        let tcp = packet.barrier(payload.wrapping_sub(location.transport_length()));
        let tcp = packet.read::<{ tcp::HEADER }>(tcp).map(TcpHeader)?;
        self.source_port = tcp.source();
        self.destination_port = tcp.destination();
        self.sequence = tcp.sequence();
        self.acknowledgment = tcp.acknowledgment();
        self.flags = tcp.flags();
        self.payload = headers;
        #[expect(clippy::cast_possible_truncation, reason = "packets are far below 4 GiB")]
        {
            self.length = end.saturating_sub(payload) as u32;
        }
        Some(())
    }

    /// Returns the server's port, by the class of the packet.
    #[inline(always)]
    #[must_use]
    pub const fn server_port(&self, class: Class) -> u16 {
        if class.index() & 1 == 0 { self.destination_port } else { self.source_port }
    }

    /// Fills in the segment of a control connection, whose class gives the sender. Reserved fields stay zero.
    #[inline(always)]
    pub fn segment(&self, of_client: bool, now: u64, segment: &mut Segment) {
        let (client, server) = if of_client {
            ((self.source, self.source_port), (self.destination, self.destination_port))
        } else {
            ((self.destination, self.destination_port), (self.source, self.source_port))
        };
        // Field by field: a whole one would be built elsewhere and copied by a call.
        (segment.key.client, segment.key.client_port) = client;
        (segment.key.server, segment.key.server_port) = server;
        segment.now = now;
        segment.sequence = self.sequence;
        segment.acknowledgment = self.acknowledgment;
        segment.length = self.length;
        segment.payload = self.payload;
        segment.side = u8::from(!of_client);
        segment.flags = self.flags;
    }
}

/// Returns the label of a packet that may belong to an announced data connection. `class` is no known
/// protocol or port 20's; `None` keeps it.
#[inline(always)]
pub fn data<E: SegmentEnv>(env: &E, ends: &Ends, class: Class) -> Option<Label> {
    let key = ExpectKey { address: ends.destination, peer: ends.source, port: ends.destination_port };
    let (peer_port, sender) = (ends.source_port, DataSide::Initiator);
    let number =
        if ends.flags & flag::ACK == 0 { ends.sequence } else { ends.acknowledgment.wrapping_sub(1) };
    let mut query = Query { key, peer_port, sender, flags: ends.flags, number };
    if let Some(hit) = env.look(&query) {
        return Some(label(hit.kind, DataSide::Initiator));
    }
    query.key = ExpectKey { address: ends.source, peer: ends.destination, port: ends.source_port };
    (query.peer_port, query.sender) = (ends.destination_port, DataSide::Listener);
    if let Some(hit) = env.look(&query) {
        return Some(label(hit.kind, DataSide::Listener));
    }
    let is_syn = ends.flags & (flag::SYN | flag::ACK) == flag::SYN;
    if !is_syn || !env.config().infers() {
        return None;
    }
    (query.key, query.peer_port) = (key, ends.source_port);
    let active = class.protocol() == Protocol::FTP_DATA_ACTIVE;
    infer(env, &query, active).map(|hit| label(hit.kind, DataSide::Initiator))
}

/// Returns whether a packet is an ICMP error that may quote a learned data connection, by the quoted ports.
#[inline(always)]
#[must_use]
pub fn may_quote_data(outcome: &Outcome) -> bool {
    outcome.quoted.is_some_and(|quoted| may_be_data(quoted.protocol().to_server()))
}

/// Returns the protocol of a learned data connection's packet that an ICMP error quotes; `None` keeps the
/// protocol of its ports.
#[inline(always)]
pub fn quoted_data<E: LineEnv>(env: &E, quoted: &Ends) -> Option<Protocol> {
    let to = ExpectKey { address: quoted.destination, peer: quoted.source, port: quoted.destination_port };
    if let Some(protocol) = connected_to(env, &to, quoted.source_port) {
        return Some(protocol);
    }
    let from = ExpectKey { address: quoted.source, peer: quoted.destination, port: quoted.source_port };
    connected_to(env, &from, quoted.destination_port)
}

#[inline(always)]
fn connected_to<E: LineEnv>(env: &E, key: &ExpectKey, peer_port: u16) -> Option<Protocol> {
    let word = connected(&env.endpoints(bucket_of(key))?, key, peer_port);
    (word != PackedEndpoint::FREE).then(|| label(word.kind(), DataSide::Initiator).class.protocol())
}

/// Returns whether endpoints may change a packet of this class. A learned port never overrides a fixed or
/// configured one; to port 20 it adds its evidence.
#[inline(always)]
#[must_use]
pub fn may_be_data(class: Class) -> bool {
    class == Protocol::TCP_OTHER.to_server() || class.protocol() == Protocol::FTP_DATA_ACTIVE
}

/// Returns whether the tracking applies to a class.
#[inline(always)]
pub(crate) fn has_a_say(class: Class) -> bool {
    class.protocol() == Protocol::FTP_CONTROL || may_be_data(class)
}

/// Returns the label of a packet. The server owns a passive port, and connects to an active one. By
/// arithmetic, because this runs for every packet of FTP data.
#[inline(always)]
pub(crate) fn label(kind: Kind, sender: DataSide) -> Label {
    const { assert!(Protocol::FTP_DATA_PASSIVE.index() == Protocol::FTP_DATA_ACTIVE.index() + 1) };
    let (passive, by_listener) = (kind.mode as u32, u32::from(sender == DataSide::Listener));
    let from_server = 1 ^ passive ^ by_listener;
    let class = Protocol::FTP_DATA_ACTIVE.to_server().further(2 * passive + from_server);
    Label { class, evidence: kind.evidence }
}
