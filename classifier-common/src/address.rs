// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! IP addresses as two words, so that a comparison takes two instructions for either IP version.

use core::net::{IpAddr, Ipv6Addr};

/// An IPv6 address, or an IPv4 address mapped into one (RFC 4291 §2.5.5.2), in network byte order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct Address {
    high: u64,
    low: u64,
}

impl Address {
    /// Creates an address from the bytes of an IPv6 header.
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

    /// Creates an address from the two words of an IPv6 header, in memory order.
    #[inline(always)]
    #[must_use]
    pub const fn of_words([high, low]: [u64; 2]) -> Self {
        Self { high, low }
    }

    /// Creates a mapped address from the bytes of an IPv4 header.
    #[inline(always)]
    #[must_use]
    pub const fn v4([a, b, c, d]: [u8; 4]) -> Self {
        Self { high: 0, low: u64::from_ne_bytes([0, 0, 0xff, 0xff, a, b, c, d]) }
    }

    /// Returns the sixteen bytes, as in an IPv6 header.
    #[must_use]
    pub fn octets(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        let (high, low) = bytes.split_at_mut(8);
        high.copy_from_slice(&self.high.to_ne_bytes());
        low.copy_from_slice(&self.low.to_ne_bytes());
        bytes
    }

    /// Returns whether this is a mapped IPv4 address.
    #[inline(always)]
    #[must_use]
    pub const fn is_v4(self) -> bool {
        self.high == 0 && self.low.to_be() >> 32 == 0xffff
    }

    /// Returns the network that evidence is aggregated by: the /24 of an IPv4 address, the /64 of an IPv6
    /// address.
    #[inline(always)]
    #[must_use]
    pub const fn network(self) -> Self {
        const UP_TO_24: u64 = u64::from_ne_bytes([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]);
        let low = if self.is_v4() { self.low & UP_TO_24 } else { 0 };
        Self { high: self.high, low }
    }

    /// Returns the two words of an IPv6 header, in memory order.
    #[inline(always)]
    #[must_use]
    pub const fn to_words(self) -> [u64; 2] {
        [self.high, self.low]
    }

    /// Mixes all bits of the address into a number.
    #[inline(always)]
    pub(crate) const fn mixed(self) -> u64 {
        self.high.rotate_left(32) ^ self.low
    }
}

impl From<Address> for IpAddr {
    /// Converts a mapped IPv4 address to an IPv4 address.
    fn from(address: Address) -> Self {
        Ipv6Addr::from(address.octets()).to_canonical()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        match text.parse().expect("an address") {
            IpAddr::V4(v4) => Address::v4(v4.octets()),
            IpAddr::V6(v6) => Address::v6(v6.octets()),
        }
    }

    #[test]
    fn a_mapped_address_is_the_ipv4_address_and_other_addresses_are_not() {
        for (text, is_v4) in [
            ("192.0.2.1", true),
            ("::ffff:192.0.2.1", true),
            ("0.0.0.0", true),
            ("::192.0.2.1", false),
            ("::fffe:192.0.2.1", false),
            ("::1:ffff:192.0.2.1", false),
            ("1::ffff:192.0.2.1", false),
            ("2001:db8::1", false),
            ("::", false),
        ] {
            let found = address(text);
            assert_eq!(found.is_v4(), is_v4, "{text}");
            let ip: IpAddr = text.parse().expect("an address");
            assert_eq!(IpAddr::from(found), ip.to_canonical(), "{text}");
            assert_eq!(Address::v6(found.octets()), found, "{text}");
            assert_eq!(Address::of_words(found.to_words()), found, "{text}");
        }
    }

    #[test]
    fn a_network_is_a_24_of_ipv4_and_a_64_of_ipv6() {
        for (host, network) in [
            ("192.0.2.255", "192.0.2.0"),
            ("192.0.2.0", "192.0.2.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            assert_eq!(address(host).network(), address(network), "{host}");
        }
    }

    #[test]
    fn every_bit_of_an_address_is_mixed() {
        let mixed = |number: u128| Address::v6(number.to_be_bytes()).mixed();
        for number in [0, u128::MAX, 5 << 64 | 5] {
            for bit in 0..128 {
                assert_eq!((mixed(number) ^ mixed(number ^ 1 << bit)).count_ones(), 1, "{number:x} {bit}");
            }
        }
    }
}
