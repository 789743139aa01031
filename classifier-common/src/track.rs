//! From the judgement to the tracking: packets whose class their ports alone do not decide, and control
//! connections, whose payload is looked into.

use crate::{
    control::{Segment, SessionKey, Side as Talker, Tally, World, infer},
    endpoint::{Address, Hit, Kind, Owner, Query, Side, judge, set_of},
    family::Family,
    label::Label,
    packet::Packet,
    protocol::{Class, Protocol},
    tracked::Tracked,
    wire::tcp::flag,
};

/// A TCP packet's ends and numbers.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Ends {
    /// Who sent it.
    pub source: Address,
    /// To whom.
    pub destination: Address,
    /// From which port, in host order.
    pub source_port: u16,
    /// To which.
    pub destination_port: u16,
    /// RFC 9293 §3.1.
    pub sequence: u32,
    /// The same.
    pub acknowledgment: u32,
    /// Offset of the payload from the frame's start.
    pub payload: u32,
    /// Bytes of payload, as the IP header says.
    pub length: u32,
    /// Flags byte.
    pub flags: u8,
    /// Zero.
    pub reserved: [u8; 3],
}

impl Ends {
    /// Reads them; `false` only if they are not there any more.
    #[inline(always)]
    pub fn read<P: Packet + ?Sized>(&mut self, packet: &P, tracked: Tracked, headers: u32) -> bool {
        self.fill(packet, tracked, headers).is_some()
    }

    #[inline(always)]
    fn fill<P: Packet + ?Sized>(&mut self, packet: &P, tracked: Tracked, headers: u32) -> Option<()> {
        let start = tracked.start();
        let end = match tracked.family() {
            Family::V4 => {
                self.source = Address::v4(packet.read(start + 12)?);
                self.destination = Address::v4(packet.read(start + 16)?);
                start + packet.ip_length(be16(packet.read(start + 2)?))
            }
            Family::V6 => {
                self.source = Address::v6(packet.read(start + 8)?);
                self.destination = Address::v6(packet.read(start + 24)?);
                start + 40 + packet.ip_length(be16(packet.read(start + 4)?))
            }
        };
        let payload = headers as usize;
        let tcp = packet.forget(payload.wrapping_sub(tracked.tcp_length()));
        self.source_port = u16::from_be_bytes(packet.read(tcp)?);
        self.destination_port = u16::from_be_bytes(packet.read(tcp + 2)?);
        self.sequence = u32::from_be_bytes(packet.read(tcp + 4)?);
        self.acknowledgment = u32::from_be_bytes(packet.read(tcp + 8)?);
        let [flags] = packet.read(tcp + 13)?;
        self.flags = flags;
        self.payload = headers;
        #[expect(clippy::cast_possible_truncation, reason = "packets are far below 4 GiB")]
        {
            self.length = end.saturating_sub(payload) as u32;
        }
        Some(())
    }

    /// The segment of a control connection, of which the class says who is the server.
    #[inline(always)]
    pub fn segment(&self, class: Class, now: u64, segment: &mut Segment) {
        let from_server = class == Protocol::FTP_CONTROL.from_server();
        let mut key = SessionKey {
            client: self.source,
            server: self.destination,
            client_port: self.source_port,
            server_port: self.destination_port,
            reserved: 0,
        };
        if from_server {
            (key.client, key.server) = (self.destination, self.source);
            (key.client_port, key.server_port) = (self.destination_port, self.source_port);
        }
        *segment = Segment {
            key,
            now,
            sequence: self.sequence,
            acknowledgment: self.acknowledgment,
            length: self.length,
            payload: self.payload,
            side: if from_server { Talker::Server as u8 } else { Talker::Client as u8 },
            flags: self.flags,
            reserved: [0; 6],
        };
    }
}

#[inline(always)]
const fn be16(bytes: [u8; 2]) -> usize {
    u16::from_be_bytes(bytes) as usize
}

/// The label of a packet that may be of an announced data connection, by `class` none or from port 20;
/// `None` leaves it at that.
#[inline(always)]
pub fn data<W: World>(world: &W, ends: &Ends, class: Class) -> Option<Label> {
    let owner = Owner { address: ends.destination, peer: ends.source, port: ends.destination_port };
    let mut query = Query { owner, peer_port: ends.source_port, sender: Side::Peer, flags: ends.flags };
    if let Some(hit) = look(world, &query) {
        return Some(label(hit.kind, Side::Peer));
    }
    query.owner = Owner { address: ends.source, peer: ends.destination, port: ends.source_port };
    (query.peer_port, query.sender) = (ends.destination_port, Side::Owner);
    if let Some(hit) = look(world, &query) {
        return Some(label(hit.kind, Side::Owner));
    }
    let dials = ends.flags & (flag::SYN | flag::ACK) == flag::SYN;
    if !dials || !world.policy().infers() {
        return None;
    }
    (query.owner, query.peer_port) = (owner, ends.source_port);
    let active = class.protocol() == Protocol::FTP_DATA_ACTIVE;
    infer(world, &query, active).map(|hit| label(hit.kind, Side::Peer))
}

/// Whether the endpoints have a say in a packet of this class: a learned port never beats a fixed or
/// configured one; to port 20 it adds its evidence.
#[inline(always)]
#[must_use]
pub fn may_be_data(class: Class) -> bool {
    class == Protocol::TCP_OTHER.to_server() || class.protocol() == Protocol::FTP_DATA_ACTIVE
}

#[inline(always)]
fn look<W: World>(world: &W, query: &Query) -> Option<Hit> {
    let hit = judge(&world.endpoints(set_of(&query.owner))?, query)?;
    if hit.confirmed {
        world.tally(Tally::learned(hit.kind), 1);
    }
    Some(hit)
}

/// The server owns a passive port and dials an active one. By arithmetic: this is asked for every packet of FTP data.
#[inline(always)]
pub(crate) fn label(kind: Kind, sender: Side) -> Label {
    const { assert!(Protocol::FTP_DATA_PASSIVE.index() == Protocol::FTP_DATA_ACTIVE.index() + 1) };
    let (passive, by_owner) = (kind.mode as u32, u32::from(sender == Side::Owner));
    let from_server = 1 ^ passive ^ by_owner;
    let class = Protocol::FTP_DATA_ACTIVE.to_server().further(2 * passive + from_server);
    Label { class, evidence: kind.evidence }
}
