// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Later fragments, which have no ports and get the class of the first fragment.

use crate::{
    address::Address,
    table::{
        hash,
        recent::{self, Recent},
    },
};

/// Key of a datagram's fragments.
///
/// Laid out without padding. It is created with all fields and never cleared first. The kernel programs would call `memset` to clear it, and Linux 6.1 counts 32 bytes of stack for
/// that call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct FragmentKey {
    /// Source address.
    pub source: Address,
    /// Destination address.
    pub destination: Address,
    /// IPv4 identification (16 bits) or IPv6 identification (32 bits), as in memory.
    pub identification: u32,
    /// IPv4 protocol (RFC 791 §3.2); 44 in IPv6, where fragments of one packet may name different next
    /// headers (RFC 8200 §4.5).
    pub protocol: u8,
    /// IP version, 4 or 6: a native IPv6 packet may carry mapped addresses.
    pub family: u8,
    /// Reserved; zero.
    pub reserved: u16,
}

impl recent::Key for FragmentKey {
    #[inline(always)]
    fn hash(&self) -> u64 {
        let kind = u64::from(self.protocol) | u64::from(self.family) << 8;
        let rest = u64::from(self.identification) | kind << 32;
        hash::ends(self.source, self.destination, rest)
    }
}

/// Entry of the table of first fragments: the packed [label](crate::label::Label) of a datagram.
pub type FirstFragment = Recent<FragmentKey, u32>;

/// Position of a packet among the fragments of its datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// No fragment, or an atomic one (RFC 6946).
    Whole,
    /// First fragment: offset 0, more to come. It has the ports.
    First,
    /// Later fragment, which contains payload only.
    Later,
}

impl Position {
    /// Creates a position from the fragment offset (any unit) and the more-fragments flag.
    #[inline(always)]
    #[must_use]
    pub const fn new(offset: u16, more: bool) -> Self {
        match (offset, more) {
            (0, false) => Self::Whole,
            (0, true) => Self::First,
            _ => Self::Later,
        }
    }
}
