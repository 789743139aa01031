// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! IPv4 (RFC 791).

use crate::{
    address::Address,
    fragment::{FragmentKey, Position},
    packet::Packet,
    stop::Stop,
    view::HeaderBytes,
    wire::{
        Bound, Family, Ip, Upper,
        ipv6::{EXTENSION, ExtensionHeader, authentication_length},
        number,
    },
};

/// Length of the header without options.
pub const HEADER: usize = 20;

/// Flag: more fragments of the packet follow.
const MORE_FRAGMENTS: u16 = 0x2000;
/// Mask of the fragment offset.
const OFFSET: u16 = 0x1fff;

/// Offsets of the fields.
const TOTAL_LENGTH: usize = 2;
const IDENTIFICATION: usize = 4;
const FRAGMENT: usize = 6;
const PROTOCOL: usize = 9;
const SOURCE: usize = 12;
const DESTINATION: usize = 16;

/// Fields of an IPv4 header.
#[derive(Clone, Copy)]
pub struct Ipv4Header<H>(pub H);

impl<H: HeaderBytes> Ipv4Header<H> {
    /// Returns the version, 4.
    #[inline(always)]
    pub fn version(self) -> u8 {
        self.0.byte::<0>() >> 4
    }

    /// Returns the header's length in bytes, options included.
    #[inline(always)]
    pub fn header_length(self) -> usize {
        usize::from(self.0.byte::<0>() & 0x0f) * 4
    }

    /// Returns the packet's length in bytes, header included.
    #[inline(always)]
    pub fn total_length(self) -> usize {
        self.0.be16::<TOTAL_LENGTH>().into()
    }

    /// Returns the protocol of the payload.
    #[inline(always)]
    pub fn protocol(self) -> u8 {
        self.0.byte::<PROTOCOL>()
    }

    /// Returns the packet's position among the fragments of its datagram.
    #[inline(always)]
    pub fn position(self) -> Position {
        let word = self.0.be16::<FRAGMENT>();
        Position::new(word & OFFSET, word & MORE_FRAGMENTS != 0)
    }

    /// Returns whether the packet is a fragment.
    #[inline(always)]
    pub fn is_fragment(self) -> bool {
        self.0.two::<FRAGMENT>() & (OFFSET | MORE_FRAGMENTS).to_be() != 0
    }

    /// Returns whether the packet carries TCP and is no fragment: one comparison, because the protocol is in
    /// the word behind the flags.
    #[inline(always)]
    pub fn is_whole_tcp(self) -> bool {
        const MASK: u32 = {
            let [high, low] = (OFFSET | MORE_FRAGMENTS).to_be_bytes();
            u32::from_ne_bytes([high, low, 0, 0xff])
        };
        const TCP: u32 = u32::from_ne_bytes([0, 0, 0, number::TCP]);
        const { assert!(PROTOCOL == FRAGMENT + 3) };
        self.0.four::<FRAGMENT>() & MASK == TCP
    }

    /// Returns the key of the packet's fragments.
    #[inline(always)]
    pub(crate) fn fragment_key(self) -> FragmentKey {
        FragmentKey {
            source: Address::v4(self.source()),
            destination: Address::v4(self.destination()),
            identification: self.0.two::<IDENTIFICATION>().into(),
            protocol: self.protocol(),
            family: 4,
            reserved: 0,
        }
    }

    /// Returns the source address.
    #[inline(always)]
    pub fn source(self) -> [u8; 4] {
        self.0.four::<SOURCE>().to_ne_bytes()
    }

    /// Returns the destination address.
    #[inline(always)]
    pub fn destination(self) -> [u8; 4] {
        self.0.four::<DESTINATION>().to_ne_bytes()
    }
}

/// Walks the header that starts at `start`.
#[inline(always)]
pub fn walk<P: Packet + ?Sized>(packet: &P, start: usize, bound: Bound) -> Ip {
    let malformed = Ip::stopped(Family::V4, Stop::Malformed);
    let Some(header) = packet.read::<HEADER>(start).map(Ipv4Header) else { return malformed };
    let length = header.header_length();
    if header.version() != 4 || length < HEADER {
        return malformed;
    }
    let payload = start + length;
    let end = bound.end(packet, start, header.total_length());
    if payload > end || (length > HEADER && !packet.reaches(payload)) {
        return malformed;
    }
    let mut ip = Ip {
        family: Family::V4,
        upper: Upper::Protocol(header.protocol()),
        start,
        payload,
        end,
        position: header.position(),
        identification: start,
        off_wire: 0,
    };
    if header.protocol() == number::AUTHENTICATION && !matches!(ip.position, Position::Later) {
        ip.upper = authenticated(packet, &mut ip);
    }
    ip
}

/// Steps over an authentication header (RFC 4302).
#[inline(always)]
fn authenticated<P: Packet + ?Sized>(packet: &P, ip: &mut Ip) -> Upper {
    let Some(header) = packet.read::<EXTENSION>(ip.payload).map(ExtensionHeader) else {
        return Upper::Stop(Stop::Malformed);
    };
    let after = ip.payload + authentication_length(header.stated_length());
    if after > ip.end || !packet.reaches(after) {
        return Upper::Stop(Stop::Malformed);
    }
    ip.payload = packet.barrier(after);
    Upper::Protocol(header.next_header())
}

/// Returns the key of the fragment that starts at `start`.
#[inline(always)]
pub(crate) fn fragment_key<P: Packet + ?Sized>(packet: &P, start: usize) -> Option<FragmentKey> {
    packet.read::<HEADER>(start).map(|header| Ipv4Header(header).fragment_key())
}
