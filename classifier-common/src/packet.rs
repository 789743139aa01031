//! The bounded reader that every parser is generic over.

/// Bytes from a frame's start past which nothing is read: room for eight tags, the longest chain of
/// extension headers that is walked, an ICMP error behind it and a quote with some more of them. What a
/// frame holds past this counts as not there, for the kernel and the host alike.
pub const HEADERS_MAX: usize = 20 * 1024;

/// A frame, as far as it can be read: up to [`HEADERS_MAX`].
///
/// The kernel programs implement it over the packet's linear part and over the load helpers, the host
/// over a byte slice. The verifier accepts a parser written against this trait, but not the same parser
/// over `&[u8]`.
pub trait Packet {
    /// The `N` bytes that start `offset` bytes into the frame; `None` unless all of them are there.
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]>;

    /// The same offset, its history forgotten.
    ///
    /// The verifier follows every value that an offset can have: nine numbers of tags times eight
    /// extension headers would be gone through one by one. An offset that it knows only a bound of makes
    /// the ways one again. User space has nothing to forget.
    #[inline(always)]
    fn forget(&self, offset: usize) -> usize {
        offset
    }

    /// The IP length that a header which states `stated` means: super-packets (GSO, GRO) may state 0 and
    /// mean all of it, as BIG TCP does.
    #[inline(always)]
    fn ip_length(&self, stated: usize) -> usize {
        stated
    }

    /// Whether the frame reaches to `end` bytes from its start.
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

/// What the first byte of a frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Link {
    /// An Ethernet header (`ARPHRD_ETHER`, `ARPHRD_LOOPBACK`).
    Ethernet = 0,
    /// An IP header: tun, `WireGuard`, raw IP (`ARPHRD_NONE`, `ARPHRD_RAWIP` and the tunnel types).
    RawIp = 1,
}

impl Link {
    /// The link in the low byte of what the counters' header stores; anything unknown reads as Ethernet.
    #[inline(always)]
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        if raw & 0xff == Self::RawIp as u32 { Self::RawIp } else { Self::Ethernet }
    }
}

/// What is known about a frame beside its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// What the frame starts with.
    pub link: Link,
    /// VLAN tags that the stack moved out of the frame into its metadata: 0 or 1.
    pub tags_aside: u8,
}

impl Frame {
    /// A frame as it stands on the wire.
    #[must_use]
    pub const fn on_wire(link: Link) -> Self {
        Self { link, tags_aside: 0 }
    }
}
