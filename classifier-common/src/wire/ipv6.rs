// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! IPv6 and its extension headers (RFC 8200).

use crate::{
    address::Address,
    fragment::{FragmentKey, Position},
    packet::Packet,
    stop::Stop,
    view::HeaderBytes,
    wire::{Bound, Family, Ip, Upper, number},
};

/// Maximum number of extension headers. A longer chain is `ip_other`, and counted as a parser limit.
pub const EXTENSIONS: usize = 8;

/// Length of the fixed header.
pub const HEADER: usize = 40;

/// Minimum length of an extension header.
pub const EXTENSION: usize = 8;

/// Extension headers by their next-header number (IANA).
mod extension {
    pub const HOP_BY_HOP: u8 = 0;
    pub const ROUTING: u8 = 43;
    pub const FRAGMENT: u8 = 44;
    pub const ESP: u8 = 50;
    pub const AUTHENTICATION: u8 = super::number::AUTHENTICATION;
    pub const NO_NEXT_HEADER: u8 = 59;
    pub const DESTINATION_OPTIONS: u8 = 60;
    pub const MOBILITY: u8 = 135;
    pub const HIP: u8 = 139;
    pub const SHIM6: u8 = 140;
}

/// Number of the fragment header.
pub(crate) const FRAGMENT: u8 = extension::FRAGMENT;

/// Length of the hop-by-hop header with which the stack marks a BIG TCP packet.
const JUMBO_HEADER: u32 = 8;

/// Offsets of the fields.
const PAYLOAD_LENGTH: usize = 4;
const NEXT_HEADER: usize = 6;
const SOURCE: usize = 8;
const DESTINATION: usize = 24;
/// Offset of the identification in a fragment header.
const IDENTIFICATION: usize = 4;

/// Fields of an IPv6 header.
#[derive(Clone, Copy)]
pub struct Ipv6Header<H>(pub H);

impl<H: HeaderBytes> Ipv6Header<H> {
    /// Returns the key of the packet's fragments, given their fragment header.
    #[inline(always)]
    pub(crate) fn fragment_key(self, fragment: ExtensionHeader<impl HeaderBytes>) -> FragmentKey {
        FragmentKey {
            source: Address::of_words(self.source()),
            destination: Address::of_words(self.destination()),
            identification: fragment.0.four::<IDENTIFICATION>(),
            protocol: extension::FRAGMENT,
            family: 6,
            reserved: 0,
        }
    }

    /// Returns the version, 6.
    #[inline(always)]
    pub fn version(self) -> u8 {
        self.0.byte::<0>() >> 4
    }

    /// Returns the bytes behind the header, extension headers included.
    #[inline(always)]
    pub fn payload_length(self) -> usize {
        self.0.be16::<PAYLOAD_LENGTH>().into()
    }

    /// Returns the protocol of the payload, or of the first extension header.
    #[inline(always)]
    pub fn next_header(self) -> u8 {
        self.0.byte::<NEXT_HEADER>()
    }

    /// Returns the source address, as two words in memory order.
    #[inline(always)]
    pub fn source(self) -> [u64; 2] {
        [self.0.eight::<SOURCE>(), self.0.eight::<{ SOURCE + 8 }>()]
    }

    /// Returns the destination address, as two words in memory order.
    #[inline(always)]
    pub fn destination(self) -> [u64; 2] {
        [self.0.eight::<DESTINATION>(), self.0.eight::<{ DESTINATION + 8 }>()]
    }
}

/// Common fields of extension headers, and those of a fragment header.
#[derive(Clone, Copy)]
pub struct ExtensionHeader<H>(pub H);

impl<H: HeaderBytes> ExtensionHeader<H> {
    /// Returns the type of the next header.
    #[inline(always)]
    pub fn next_header(self) -> u8 {
        self.0.byte::<0>()
    }

    /// Returns the length field, whose unit depends on the kind of header.
    #[inline(always)]
    pub fn stated_length(self) -> u8 {
        self.0.byte::<1>()
    }

    /// Returns the position by a fragment header.
    #[inline(always)]
    pub(crate) fn position(self) -> Position {
        let field = self.0.be16::<2>();
        Position::new(field >> 3, field & 1 != 0)
    }
}

/// Walks the header that starts at `start`, and the extension headers behind it.
#[inline(always)]
pub fn walk<P: Packet + ?Sized>(packet: &P, start: usize, bound: Bound) -> Ip {
    let malformed = Ip::stopped(Family::V6, Stop::Malformed);
    let Some(header) = packet.read::<HEADER>(start).map(Ipv6Header) else { return malformed };
    if header.version() != 6 {
        return malformed;
    }
    let (next, length) = (header.next_header(), header.payload_length());
    let payload = start + HEADER;
    let jumbo = length == 0 && matches!(bound, Bound::Own) && packet.ip_length(0) != 0;
    let end = bound.end(packet, payload, length);
    if payload > end {
        return malformed;
    }
    let mut ip = Ip {
        family: Family::V6,
        upper: Upper::Protocol(next),
        start,
        payload,
        end,
        position: Position::Whole,
        identification: start,
        off_wire: if jumbo && next == extension::HOP_BY_HOP { JUMBO_HEADER } else { 0 },
    };
    if is_walked(next) {
        ip.upper = extensions(packet, &mut ip, next);
    }
    ip
}

/// Returns whether the number belongs to a header that this walk skips or ends at.
#[inline(always)]
pub(crate) const fn is_walked(next: u8) -> bool {
    is_extension(next) || is_end(next)
}

#[inline(always)]
const fn is_end(next: u8) -> bool {
    matches!(next, extension::ESP | extension::NO_NEXT_HEADER)
}

/// Returns whether the number belongs to an extension header that can be skipped.
#[inline(always)]
pub(crate) const fn is_extension(next: u8) -> bool {
    use extension::{
        AUTHENTICATION, DESTINATION_OPTIONS, FRAGMENT, HIP, HOP_BY_HOP, MOBILITY, ROUTING, SHIM6,
    };
    matches!(
        next,
        HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION_OPTIONS | MOBILITY | HIP | SHIM6
    )
}

/// Returns the length of an authentication header by its length field: words of four bytes, minus two (RFC
/// 4302 §2.2).
#[inline(always)]
pub(super) const fn authentication_length(stated: u8) -> usize {
    (stated as usize + 2) * 4
}

/// Returns the length of an extension header by its length field; a fragment header has none.
#[inline(always)]
pub(crate) const fn extension_length(next: u8, stated: u8) -> usize {
    match next {
        extension::FRAGMENT => EXTENSION,
        extension::AUTHENTICATION => authentication_length(stated),
        _ => (stated as usize + 1) * 8,
    }
}

/// Returns whether the number belongs to an extension header that can be skipped and is no fragment header.
#[inline(always)]
pub(crate) const fn is_unfragmenting(next: u8) -> bool {
    is_extension(next) && next != extension::FRAGMENT
}

/// Skips the chain of extension headers. Leaves `ip` at the last complete header.
#[inline(always)]
fn extensions<P: Packet + ?Sized>(packet: &P, ip: &mut Ip, mut next: u8) -> Upper {
    for _ in 0..EXTENSIONS {
        if !is_extension(next) {
            break;
        }
        let Some(header) = packet.read::<EXTENSION>(ip.payload).map(ExtensionHeader) else {
            return Upper::Stop(Stop::Malformed);
        };
        let length = extension_length(next, header.stated_length());
        let after = ip.payload + length;
        if after > ip.end || !packet.reaches(after) {
            return Upper::Stop(Stop::Malformed);
        }
        if next == extension::FRAGMENT {
            let position = header.position();
            let outermost = matches!(ip.position, Position::Whole);
            if outermost {
                ip.position = position;
                ip.identification = packet.barrier(ip.payload);
            }
            if matches!(position, Position::Later) {
                return if outermost {
                    Upper::Protocol(header.next_header())
                } else {
                    Upper::Stop(Stop::LaterFragment)
                };
            }
        }
        next = header.next_header();
        ip.payload = packet.barrier(after);
    }
    match next {
        _ if is_extension(next) => Upper::Stop(Stop::TooManyExtensions),
        _ if is_end(next) => Upper::Stop(Stop::IpOther),
        _ => Upper::Protocol(next),
    }
}

/// Returns the key of the fragment whose fixed header starts at `start`, and its fragment header at
/// `fragment`.
#[inline(always)]
pub(crate) fn fragment_key<P: Packet + ?Sized>(
    packet: &P,
    start: usize,
    fragment: usize,
) -> Option<FragmentKey> {
    let header = packet.read::<HEADER>(start).map(Ipv6Header)?;
    Some(header.fragment_key(packet.read::<EXTENSION>(fragment).map(ExtensionHeader)?))
}
