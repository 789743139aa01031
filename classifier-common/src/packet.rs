// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Bounded access to a packet, over which every parser is generic.

/// Maximum number of bytes that are read from a frame's start: eight tags, the longest chain of extension
/// headers, an ICMP error, and a quote with extension headers. Bytes behind it count as missing, in the
/// kernel and in user space.
pub const HEADERS_MAX: usize = 20 * 1024;

/// Access to a frame's first bytes, up to [`HEADERS_MAX`].
///
/// The kernel programs implement it over the packet's linear part and over the load helpers, the userspace
/// build over a byte slice. The verifier accepts a parser written against this trait, but not the same parser
/// over `&[u8]`.
pub trait Packet {
    /// Reads `N` bytes at `offset`; `None` unless all of them are there.
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]>;

    /// Returns the offset unchanged, behind a barrier for the verifier.
    ///
    /// The verifier follows every value that an offset can have: nine numbers of tags times eight extension
    /// headers, one by one. Behind the barrier it knows only a bound, and the paths join. The userspace build
    /// needs no barrier.
    #[inline(always)]
    fn barrier(&self, offset: usize) -> usize {
        offset
    }

    /// Resolves the length field `stated` of an IP header. GSO and GRO packets may state 0 for their whole
    /// length, as BIG TCP does.
    #[inline(always)]
    fn ip_length(&self, stated: usize) -> usize {
        stated
    }

    /// Returns the end of a quote, behind a [`Self::barrier`] if that saves the verifier paths. All ends
    /// beyond [`HEADERS_MAX`] are equal.
    #[inline(always)]
    fn barrier_end(&self, end: usize) -> usize {
        end
    }

    /// Returns whether the frame has at least `end` bytes.
    #[inline(always)]
    fn reaches(&self, end: usize) -> bool {
        end == 0 || self.read::<1>(end - 1).is_some()
    }
}

impl Packet for [u8] {
    #[inline]
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        if offset > HEADERS_MAX - N {
            return None;
        }
        self.get(offset..)?.first_chunk().copied()
    }
}

/// Link type: the first header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Link {
    /// An Ethernet header (`ARPHRD_ETHER`, `ARPHRD_LOOPBACK`).
    Ethernet = 0,
    /// An IP header: tun, `WireGuard`, raw IP (`ARPHRD_NONE`, `ARPHRD_RAWIP` and the tunnel types).
    RawIp = 1,
}

impl Link {
    /// Returns the link in the low byte of the counters' header; unknown values mean Ethernet.
    #[inline(always)]
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        if raw & 0xff == Self::RawIp as u32 { Self::RawIp } else { Self::Ethernet }
    }
}

/// Direction of a packet, and the index into the inner map of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Direction {
    /// Received.
    Ingress = 0,
    /// Sent.
    Egress = 1,
}

impl Direction {
    /// Both directions, in the order of the inner map.
    pub const ALL: [Self; 2] = [Self::Ingress, Self::Egress];

    /// Returns the direction with this number; unknown numbers mean ingress.
    #[inline(always)]
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        if raw == Self::Egress as u32 { Self::Egress } else { Self::Ingress }
    }

    /// Returns the label value.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

/// Properties of a frame that its bytes do not show.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Link type of the frame.
    pub link: Link,
    /// Number of VLAN tags that the stack moved from the frame into its metadata: 0 or 1.
    pub tags_aside: u8,
    /// Bytes before the IP header on a raw IP link: a MAC header or an outer IP header that the stack has
    /// left.
    pub before_ip: u8,
}

impl Frame {
    /// Creates the properties of a frame as on the wire.
    #[must_use]
    pub const fn on_wire(link: Link) -> Self {
        Self { link, tags_aside: 0, before_ip: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_if_all_of_them_are_there() {
        let bytes: [u8; 6] = [1, 2, 3, 4, 5, 6];
        assert_eq!(bytes[..].read::<4>(0), Some([1, 2, 3, 4]));
        assert_eq!(bytes[..].read::<4>(2), Some([3, 4, 5, 6]));
        assert_eq!(bytes[..].read::<4>(3), None);
        assert_eq!(bytes[..].read::<1>(6), None);
        assert_eq!(bytes[..].read::<1>(7), None);
    }

    #[test]
    fn bytes_behind_the_bound_of_headers_count_as_missing() {
        assert_eq!(HEADERS_MAX, 20_480);
        let bytes = vec![7; HEADERS_MAX + 100];
        assert_eq!(bytes[..].read::<4>(HEADERS_MAX - 4), Some([7; 4]));
        assert_eq!(bytes[..].read::<4>(HEADERS_MAX - 3), None);
        assert_eq!(bytes[..].read::<1>(HEADERS_MAX), None);
        assert!(bytes[..].reaches(HEADERS_MAX) && !bytes[..].reaches(HEADERS_MAX + 1));
    }

    #[test]
    fn a_frame_reaches_its_own_length() {
        let bytes = [0; 6];
        assert!((0..=6).all(|end| bytes[..].reaches(end)));
        assert!((7..20).all(|end| !bytes[..].reaches(end)));
        assert!([][..].reaches(0) && ![][..].reaches(1));
    }

    #[test]
    fn in_user_space_lengths_and_offsets_are_what_they_are() {
        for number in [0, 1, 2, 1500] {
            assert_eq!([][..].barrier(number), number);
            assert_eq!([][..].ip_length(number), number);
            assert_eq!([][..].barrier_end(number), number);
        }
    }

    #[test]
    fn an_unknown_number_is_an_ethernet_link_or_a_received_packet() {
        let links = [0, 1, 2, 0xff, 0x100, 0x101, 0x201].map(Link::from_raw);
        let (ethernet, raw) = (Link::Ethernet, Link::RawIp);
        assert_eq!(links, [ethernet, raw, ethernet, ethernet, ethernet, raw, raw]);
        let directions = [0, 1, 2, 0x101].map(Direction::from_raw);
        let (ingress, egress) = (Direction::Ingress, Direction::Egress);
        assert_eq!(directions, [ingress, egress, ingress, ingress]);
        assert_eq!(Direction::ALL.map(Direction::label), ["ingress", "egress"]);
    }
}
