//! Where a parser stops, and why: facts about the packet, none an error of the program.

use crate::protocol::{Class, Protocol};

/// Why a parser went no further. Each is an outcome of its own, none is an error of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A fixed header is not whole within the frame and the IP length, or contradicts itself.
    Malformed,
    /// The frame carries something other than IP.
    NonIp,
    /// More VLAN tags than [`crate::wire::ethernet::VLAN_TAGS`].
    TooManyTags,
    /// An IP protocol that is not looked into, or ICMP of the other family.
    IpOther,
    /// A later fragment inside the first fragment of another datagram: its bytes are no ports.
    LaterFragment,
    /// More extension headers than [`crate::wire::ipv6::EXTENSIONS`].
    TooManyExtensions,
}

impl Stop {
    /// The class that a stopped packet is counted under.
    #[inline(always)]
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::Malformed => Protocol::MALFORMED.to_server(),
            Self::NonIp | Self::TooManyTags => Protocol::NON_IP.to_server(),
            Self::LaterFragment => Protocol::FRAGMENT.to_server(),
            Self::IpOther | Self::TooManyExtensions => Protocol::IP_OTHER.to_server(),
        }
    }

    /// The parser's bound that was run into, if it was one.
    #[inline(always)]
    #[must_use]
    pub const fn limit(self) -> Option<Limit> {
        match self {
            Self::TooManyTags => Some(Limit::VlanTags),
            Self::TooManyExtensions => Some(Limit::Ipv6Extensions),
            Self::Malformed | Self::NonIp | Self::IpOther | Self::LaterFragment => None,
        }
    }
}

/// A bound of the parser, counted when a packet runs into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Limit {
    /// See [`Stop::TooManyTags`].
    VlanTags = 0,
    /// See [`Stop::TooManyExtensions`].
    Ipv6Extensions = 1,
}

impl Limit {
    /// Every bound with its label, in the order of the counters.
    pub const ALL: [(Self, &'static str); 2] =
        [(Self::VlanTags, "vlan_tags"), (Self::Ipv6Extensions, "ipv6_extensions")];
}
