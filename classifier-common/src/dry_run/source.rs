// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Source of a packet, and the key of the trie of prefixes.

use crate::{
    address::Address,
    packet::{Frame, Packet},
    wire::{
        Family,
        ipv4::{self, Ipv4Header},
        ipv6::{self, Ipv6Header},
        network,
    },
};

/// Source address of a packet. IP versions are distinguished: an IPv6 prefix never contains an IPv4 address,
/// and an IPv4 prefix no mapped address of an IPv6 header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketSource {
    /// IP version of the packet.
    pub family: Family,
    /// Source address.
    pub address: Address,
}

/// Key of the kernel's trie: a prefix of a [`PacketSource`].
///
/// Laid out as the key of the map, without padding: the number of significant bits, then the bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct PrefixKey {
    /// Number of significant bits behind this field.
    pub bits: u32,
    /// Generation of the policy.
    pub generation: u8,
    /// IP version, 4 or 6.
    pub family: u8,
    /// Reserved; zero.
    pub reserved: [u8; 2],
    /// Address; IPv4 uses the first four bytes, with zeros behind them.
    pub address: [u8; 16],
}

/// Number of bits before the address.
const HEAD: u32 = 32;

impl PrefixKey {
    /// Creates the key of a prefix, whose bits behind `length` are 0.
    #[must_use]
    pub const fn new(generation: u8, family: u8, address: [u8; 16], length: u8) -> Self {
        Self { bits: HEAD + length as u32, generation, family, reserved: [0; 2], address }
    }

    /// Creates the key that looks up the longest prefix of an address.
    #[inline(always)]
    #[must_use]
    pub const fn of(generation: u8, source: PacketSource) -> Self {
        let [high, low] = source.address.to_words();
        match source.family {
            Family::V4 => Self::new(generation, 4, bytes(low.to_be() << 32, 0), 32),
            Family::V6 => Self::new(generation, 6, bytes(high.to_be(), low.to_be()), 128),
        }
    }

    /// Returns the number of significant bits in the address.
    #[must_use]
    pub const fn length(&self) -> u32 {
        self.bits - HEAD
    }
}

/// Returns the sixteen bytes of two numbers, the highest first.
#[inline(always)]
#[expect(clippy::many_single_char_names, reason = "a name a byte: the kernel programs index no slice")]
const fn bytes(high: u64, low: u64) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h] = high.to_be_bytes();
    let [i, j, k, l, m, n, o, p] = low.to_be_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

/// Reads the source from the IP header of a frame. `None` if the fixed header is cut, has another version
/// than the frame claims, or is not IP.
#[inline(always)]
pub fn source<P: Packet + ?Sized>(packet: &P, frame: Frame) -> Option<PacketSource> {
    let (family, start) = network(packet, frame).ok()?;
    let address = match family {
        Family::V4 => {
            let ip = packet.read::<{ ipv4::HEADER }>(start).map(Ipv4Header)?;
            if ip.version() != 4 {
                return None;
            }
            Address::v4(ip.source())
        }
        Family::V6 => {
            let ip = packet.read::<{ ipv6::HEADER }>(start).map(Ipv6Header)?;
            if ip.version() != 6 {
                return None;
            }
            Address::of_words(ip.source())
        }
    };
    Some(PacketSource { family, address })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_bytes_of_the_address_in_front() {
        let v4 = PrefixKey::of(1, PacketSource { family: Family::V4, address: Address::v4([192, 0, 2, 1]) });
        assert_eq!(v4, PrefixKey::new(1, 4, [192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 32));
        let bytes = core::array::from_fn(|index| 0xa0 + u8::try_from(index).unwrap());
        let v6 = PrefixKey::of(0, PacketSource { family: Family::V6, address: Address::v6(bytes) });
        assert_eq!((v6.bits, v6.length(), v6.family, v6.address), (160, 128, 6, bytes));
    }
}
