//! ICMP errors that end a connection before it is one.

use core::num::NonZeroU32;

use super::{Attempt, Seen, Signal, Vantage};
use crate::{endpoint::Address, family::Family, packet::Packet};

/// Whether an ICMP error about a SYN says that there will be no connection.
///
/// RFC 1122 §4.2.3.9 asks TCP to try on after some of them; while a connection is not established every stack in use gives
/// up at once (RFC 5461 §4.1, Linux' `tcp_v4_err`): on unreachable destinations whatever the code, on exceeded time and on
/// problems with the header. Not on what the path's size is found by, nor on redirects and source quenches.
#[inline(always)]
#[must_use]
pub const fn rejects(family: Family, kind: u8, code: u8) -> bool {
    const FRAGMENTATION_NEEDED: u8 = 4;
    match family {
        Family::V4 => kind == 3 && code != FRAGMENTATION_NEEDED || kind == 11 || kind == 12,
        Family::V6 => kind == 1 || kind == 3 || kind == 4,
    }
}

/// Where an ICMP error quotes a TCP header, and the IP header before it: bits 0–14 the offset of the one from the frame's
/// start, 15–22 the words of four bytes between the two, of which there is at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection(NonZeroU32);

const TCP: u32 = 0x7fff;

impl Rejection {
    /// From the offsets of both headers, of which the excess over their bounds is cut off; `None` where they are one.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "bits are kept")]
    pub(crate) const fn new(ip: usize, tcp: usize) -> Option<Self> {
        let words = (tcp.wrapping_sub(ip) >> 2) as u32 & 0xff;
        Self::from_number(tcp as u32 & TCP | words << 15)
    }

    /// The number, of 23 bits.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0.get()
    }

    /// What has this number; `None` for 0.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    const fn tcp(self) -> usize {
        (self.0.get() & TCP) as usize
    }

    const fn ip(self) -> usize {
        self.tcp().wrapping_sub((self.0.get() >> 15 & 0xff) as usize * 4)
    }
}

impl Seen {
    /// Reads whose connection an error rejects; `false` if that is not there.
    ///
    /// Ports and the SYN's number are in the first eight bytes of the header, which are all that RFC 792 promises.
    #[inline(always)]
    pub fn read_rejection<P: Packet + ?Sized>(
        &mut self,
        packet: &P,
        family: Family,
        rejection: Rejection,
        vantage: Vantage,
    ) -> bool {
        self.fill_rejection(packet, family, rejection, vantage).is_some()
    }

    #[inline(always)]
    fn fill_rejection<P: Packet + ?Sized>(
        &mut self,
        packet: &P,
        family: Family,
        rejection: Rejection,
        vantage: Vantage,
    ) -> Option<()> {
        let tcp = packet.forget(rejection.tcp());
        let ip = packet.forget(rejection.ip());
        let attempt: &mut Attempt = &mut self.attempt;
        match family {
            Family::V4 => {
                attempt.client = Address::v4(packet.read(ip + 12)?);
                attempt.server = Address::v4(packet.read(ip + 16)?);
            }
            Family::V6 => {
                attempt.client = Address::v6(packet.read(ip + 8)?);
                attempt.server = Address::v6(packet.read(ip + 24)?);
            }
        }
        attempt.client_port = u16::from_be_bytes(packet.read(tcp)?);
        attempt.server_port = u16::from_be_bytes(packet.read(tcp + 2)?);
        attempt.interface = vantage.interface;
        self.number = u32::from_be_bytes(packet.read(tcp + 4)?);
        self.data = 0;
        self.signal = Signal::Rejected;
        self.direction = vantage.answers;
        self.along = vantage.dials;
        Some(())
    }
}
