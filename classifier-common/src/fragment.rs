//! Later fragments have no ports: they take the class that the first one had.

/// What ties the fragments of one packet together.
///
/// Laid out as the key of the kernel's map, without padding. IPv4 addresses are mapped into 16 bytes
/// (RFC 4291 §2.5.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct FragmentKey {
    /// Source address.
    pub source: [u8; 16],
    /// Destination address.
    pub destination: [u8; 16],
    /// IPv4 identification (16 bits) or IPv6 identification (32 bits), as on the wire.
    pub identification: [u8; 4],
    /// IPv4 protocol (RFC 791 §3.2); 44 in IPv6, where fragments of one packet may name different next
    /// headers (RFC 8200 §4.5).
    pub protocol: u8,
    /// 4 or 6: a native IPv6 packet may carry mapped addresses.
    pub family: u8,
    /// Zero.
    pub reserved: [u8; 2],
}

impl FragmentKey {
    /// A key to fill in.
    pub(crate) const EMPTY: Self = Self {
        source: [0; 16],
        destination: [0; 16],
        identification: [0; 4],
        protocol: 0,
        family: 0,
        reserved: [0; 2],
    };
}

/// Where a packet stands among the fragments of its datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Not a fragment, or an atomic one (RFC 6946).
    Whole,
    /// Offset 0, more to come: it has the ports.
    First,
    /// Any other: its bytes are payload.
    Later,
}

impl Position {
    /// From the fragment offset (any unit) and the more-fragments flag.
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

/// An IPv4 address as 16 bytes.
#[inline(always)]
pub(crate) const fn mapped([a, b, c, d]: [u8; 4]) -> [u8; 16] {
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d]
}
