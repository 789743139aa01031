//! Who sent a packet, and the key under which the prefixes that hold its address are found.

use crate::{
    classify::network,
    endpoint::Address,
    family::Family,
    packet::{Frame, Packet},
};

/// A source address. Families are told apart: a prefix of IPv6 never holds an IPv4 address, nor a mapped one that
/// stands in an IPv6 header an IPv4 prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Of the packet.
    pub family: Family,
    /// As [`Address`] has it.
    pub address: Address,
}

/// A prefix of a [`Source`] in the kernel's trie.
///
/// Laid out as the key of the map, without padding: behind the number of bits that count, the bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C)]
pub struct SourceKey {
    /// Bits that count of what follows.
    pub bits: u32,
    /// Which of the two policies in the maps it belongs to.
    pub generation: u8,
    /// 4 or 6.
    pub family: u8,
    /// Zero.
    pub reserved: [u8; 2],
    /// In IPv4 the first four bytes, zeros behind them.
    pub address: [u8; 16],
}

/// Bits before the address.
const HEAD: u32 = 32;

impl SourceKey {
    /// The key of a prefix, whose bits behind `length` are 0.
    #[must_use]
    pub const fn new(generation: u8, family: u8, address: [u8; 16], length: u8) -> Self {
        Self { bits: HEAD + length as u32, generation, family, reserved: [0; 2], address }
    }

    /// The key by which the longest prefix is found that holds an address.
    #[inline(always)]
    #[must_use]
    pub const fn of(generation: u8, source: Source) -> Self {
        let [high, low] = source.address.to_words();
        match source.family {
            Family::V4 => Self::new(generation, 4, bytes(low.to_be() << 32, 0), 32),
            Family::V6 => Self::new(generation, 6, bytes(high.to_be(), low.to_be()), 128),
        }
    }

    /// Bits of the address that count.
    #[must_use]
    pub const fn length(&self) -> u32 {
        self.bits - HEAD
    }
}

/// Sixteen bytes of two numbers, the highest first.
#[inline(always)]
#[expect(clippy::many_single_char_names, reason = "a name a byte: the kernel programs index no slice")]
const fn bytes(high: u64, low: u64) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h] = high.to_be_bytes();
    let [i, j, k, l, m, n, o, p] = low.to_be_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

/// The source in the IP header of a frame, as far as the header's fixed part is there and of the version that the frame
/// says; `None` where it is not, and of what is not IP.
#[inline(always)]
pub fn source<P: Packet + ?Sized>(packet: &P, frame: Frame) -> Option<Source> {
    let (family, start) = network(packet, frame).ok()?;
    let [first] = packet.read(start)?;
    match family {
        Family::V4 if first >> 4 == 4 && packet.reaches(start + 20) => {
            Some(Source { family, address: Address::v4(packet.read(start + 12)?) })
        }
        Family::V6 if first >> 4 == 6 && packet.reaches(start + 40) => {
            Some(Source { family, address: Address::v6(packet.read(start + 8)?) })
        }
        Family::V4 | Family::V6 => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_bytes_of_the_address_in_front() {
        let v4 = SourceKey::of(1, Source { family: Family::V4, address: Address::v4([192, 0, 2, 1]) });
        assert_eq!(v4, SourceKey::new(1, 4, [192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 32));
        let bytes = core::array::from_fn(|index| 0xa0 + u8::try_from(index).unwrap());
        let v6 = SourceKey::of(0, Source { family: Family::V6, address: Address::v6(bytes) });
        assert_eq!((v6.bits, v6.length(), v6.family, v6.address), (160, 128, 6, bytes));
    }
}
