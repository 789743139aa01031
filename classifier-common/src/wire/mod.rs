// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parsers of protocol headers, one file per header: its fields by offset, and the walk to its payload.

use crate::{
    fragment::{FragmentKey, Position},
    packet::{Frame, Link, Packet},
    stop::Stop,
};

pub mod ethernet;
pub mod icmp;
pub mod ipv4;
pub mod ipv6;
pub mod tcp;
pub mod udp;

/// Known IANA protocol numbers.
pub mod number {
    /// ICMP (RFC 792).
    pub const ICMP: u8 = 1;
    /// TCP (RFC 9293).
    pub const TCP: u8 = 6;
    /// UDP (RFC 768).
    pub const UDP: u8 = 17;
    /// IP Authentication Header (RFC 4302).
    pub const AUTHENTICATION: u8 = 51;
    /// `ICMPv6` (RFC 4443).
    pub const ICMPV6: u8 = 58;
}

/// IP versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4 (RFC 791).
    V4,
    /// IPv6 (RFC 8200).
    V6,
}

impl Family {
    /// Returns the label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::V4 => "ipv4",
            Self::V6 => "ipv6",
        }
    }
}

/// Returns the IP version of a frame, and the offset of its IP header.
#[inline(always)]
pub(crate) fn network<P: Packet + ?Sized>(packet: &P, frame: Frame) -> Result<(Family, usize), Stop> {
    match frame.link {
        Link::Ethernet => ethernet::walk(packet, frame.tags_aside),
        Link::RawIp => {
            let start = packet.barrier(frame.before_ip.into());
            let [first] = packet.read(start).ok_or(Stop::Malformed)?;
            match first >> 4 {
                4 => Ok((Family::V4, start)),
                6 => Ok((Family::V6, start)),
                _ => Err(Stop::NonIp),
            }
        }
    }
}

/// End of a packet's bytes.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// By the packet's own IP length.
    Own,
    /// At this offset: a quote is cut, and its IP length describes the whole packet.
    Within(usize),
}

impl Bound {
    /// Returns the end of `stated` bytes from `start`.
    #[inline(always)]
    fn end<P: Packet + ?Sized>(self, packet: &P, start: usize, stated: usize) -> usize {
        match self {
            Self::Own => start + packet.ip_length(stated),
            Self::Within(end) => end,
        }
    }
}

/// Next step behind the IP headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upper {
    /// An IANA protocol number, with its header at [`Ip::payload`].
    Protocol(u8),
    /// The walk stopped before the transport header.
    Stop(Stop),
}

/// An IP packet with its headers walked.
///
/// A plain value even if the walk stopped: the compiler fills the undefined part of a `Result` from any
/// register, and the verifier refuses to see half a pointer stored.
#[derive(Clone, Copy, Debug)]
pub struct Ip {
    /// IP version.
    pub family: Family,
    /// Content behind the IP headers.
    pub upper: Upper,
    /// Offset of the IP header from the frame's start.
    pub start: usize,
    /// Offset of the payload from the frame's start.
    pub payload: usize,
    /// Offset of the end of the packet, by its own length or the quote's.
    pub end: usize,
    /// Position among fragments.
    pub position: Position,
    /// Offset of the header with the fragment's identification.
    pub identification: usize,
    /// Bytes of the IP header that the driver strips before the wire.
    pub off_wire: u32,
}

impl Ip {
    /// Creates a packet whose own header stopped the walk.
    #[inline(always)]
    const fn stopped(family: Family, stop: Stop) -> Self {
        Self {
            family,
            upper: Upper::Stop(stop),
            start: 0,
            payload: 0,
            end: 0,
            position: Position::Whole,
            identification: 0,
            off_wire: 0,
        }
    }
}

/// Returns the key of the fragment that starts at `start`; `None` only if its headers are not there.
#[inline(always)]
pub(crate) fn fragment_key<P: Packet + ?Sized>(packet: &P, start: usize, ip: &Ip) -> Option<FragmentKey> {
    match ip.family {
        Family::V4 => ipv4::fragment_key(packet, start),
        Family::V6 => ipv6::fragment_key(packet, start, ip.identification),
    }
}
