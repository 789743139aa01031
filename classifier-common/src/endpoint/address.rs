//! Addresses as two words, so that a comparison is two instructions in either family.

use core::net::{IpAddr, Ipv6Addr};

/// An IPv6 address, or an IPv4 address mapped into one (RFC 4291 §2.5.5.2), as it lies in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct Address {
    high: u64,
    low: u64,
}

impl Address {
    /// From the bytes of an IPv6 header.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::many_single_char_names, reason = "a name a byte: the kernel programs index no slice")]
    pub const fn v6(bytes: [u8; 16]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = bytes;
        Self {
            high: u64::from_ne_bytes([a, b, c, d, e, f, g, h]),
            low: u64::from_ne_bytes([i, j, k, l, m, n, o, p]),
        }
    }

    /// From the two words that it is in an IPv6 header, as they lie in memory.
    #[inline(always)]
    #[must_use]
    pub const fn words(high: u64, low: u64) -> Self {
        Self { high, low }
    }

    /// From the bytes of an IPv4 header.
    #[inline(always)]
    #[must_use]
    pub const fn v4([a, b, c, d]: [u8; 4]) -> Self {
        Self { high: 0, low: u64::from_ne_bytes([0, 0, 0xff, 0xff, a, b, c, d]) }
    }

    /// The sixteen bytes, as in an IPv6 header.
    #[must_use]
    pub fn octets(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        let (high, low) = bytes.split_at_mut(8);
        high.copy_from_slice(&self.high.to_ne_bytes());
        low.copy_from_slice(&self.low.to_ne_bytes());
        bytes
    }

    /// Whether it is an IPv4 address, mapped.
    #[inline(always)]
    #[must_use]
    pub const fn is_v4(self) -> bool {
        self.high == 0 && self.low.to_be() >> 32 == 0xffff
    }

    /// The network that it is counted in: the /24 of an IPv4 address, the /64 of an IPv6 one.
    #[inline(always)]
    #[must_use]
    pub const fn network(self) -> Self {
        const UP_TO_24: u64 = u64::from_ne_bytes([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]);
        let low = if self.is_v4() { self.low & UP_TO_24 } else { 0 };
        Self { high: self.high, low }
    }

    /// The two words that it is in an IPv6 header, as they lie in memory.
    #[inline(always)]
    #[must_use]
    pub const fn to_words(self) -> [u64; 2] {
        [self.high, self.low]
    }

    /// A number in which every bit of the address has a part.
    #[inline(always)]
    pub(crate) const fn mixed(self) -> u64 {
        self.high.rotate_left(32) ^ self.low
    }
}

impl From<Address> for IpAddr {
    /// A mapped IPv4 address becomes the IPv4 address that it is.
    fn from(address: Address) -> Self {
        Ipv6Addr::from(address.octets()).to_canonical()
    }
}

/// Whose an announced port is, and who may dial it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Owner {
    /// The host that announced the port.
    pub address: Address,
    /// The host at the other end of the control connection.
    pub peer: Address,
    /// The port, in host order.
    pub port: u16,
}
