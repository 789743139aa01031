//! One file per header, each walking from its own first byte to what it carries.

pub use crate::family::Family;
use crate::{
    fragment::{FragmentKey, Position},
    packet::Packet,
    stop::Stop,
};

pub mod ethernet;
pub mod icmp;
pub mod ipv4;
pub mod ipv6;
pub mod tcp;
pub mod udp;

/// IANA protocol numbers that the walk knows.
pub mod number {
    /// RFC 792.
    pub const ICMP: u8 = 1;
    /// RFC 9293.
    pub const TCP: u8 = 6;
    /// RFC 768.
    pub const UDP: u8 = 17;
    /// RFC 4443.
    pub const ICMPV6: u8 = 58;
}

/// How far a packet's bytes belong to it.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// As far as its own IP length says.
    Own,
    /// Up to this offset: a quote is cut, and its IP length speaks of the whole.
    Within(usize),
}

impl Bound {
    /// Where the bytes end that `stated` counts from `start` on.
    #[inline(always)]
    fn end<P: Packet + ?Sized>(self, packet: &P, start: usize, stated: usize) -> usize {
        match self {
            Self::Own => start + packet.ip_length(stated),
            Self::Within(end) => end,
        }
    }
}

/// What follows the IP headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upper {
    /// An IANA protocol number, its header at [`Ip::payload`].
    Protocol(u8),
    /// The walk over the headers ended before it.
    Stop(Stop),
}

/// An IP packet, its headers walked.
///
/// A plain value even where the walk stopped: what a `Result` leaves undefined, the compiler fills from
/// any register, and the verifier refuses to see half a pointer stored.
#[derive(Clone, Copy, Debug)]
pub struct Ip {
    /// The family.
    pub family: Family,
    /// What the IP headers carry.
    pub upper: Upper,
    /// Offset of the IP header from the frame's start.
    pub start: usize,
    /// Offset of what they carry from the frame's start.
    pub payload: usize,
    /// Offset at which the packet's bytes end, by its own length or the quote's.
    pub end: usize,
    /// Its place among fragments.
    pub position: Position,
    /// Offset of the header that holds the fragment's identification.
    pub identification: usize,
    /// Bytes of IP header that the driver strips before the wire.
    pub off_wire: u32,
}

impl Ip {
    /// A packet whose own header stopped the walk.
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

/// Fills in the key of the fragment that starts at `start`; `false` only if its headers are not there.
#[inline(always)]
pub(crate) fn fragment_key<P: Packet + ?Sized>(
    packet: &P,
    start: usize,
    ip: &Ip,
    key: &mut FragmentKey,
) -> bool {
    match ip.family {
        Family::V4 => ipv4::fragment_key(packet, start, key).is_some(),
        Family::V6 => ipv6::fragment_key(packet, start, ip.identification, key).is_some(),
    }
}
