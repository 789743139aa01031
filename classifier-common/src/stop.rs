// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reasons why a parser stops: facts about the packet, none an error of the program.

use crate::protocol::{Class, Protocol};

/// Reason why a parser stopped. Each is an outcome of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A fixed header exceeds the frame or the IP length, or contradicts itself.
    Malformed,
    /// The frame carries something other than IP.
    NonIp,
    /// More VLAN tags than [`crate::wire::ethernet::VLAN_TAGS`].
    TooManyTags,
    /// An IP protocol without a parser, or ICMP of the other IP version.
    IpOther,
    /// A later fragment inside the first fragment of another datagram: its bytes are no ports.
    LaterFragment,
    /// More extension headers than [`crate::wire::ipv6::EXTENSIONS`].
    TooManyExtensions,
}

impl Stop {
    /// Returns the class of a stopped packet.
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

    /// Returns the exceeded bound, if there is one.
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

/// A bound of the parser, counted when a packet exceeds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Limit {
    /// Limit of VLAN tags: [`Stop::TooManyTags`].
    VlanTags = 0,
    /// Limit of extension headers: [`Stop::TooManyExtensions`].
    Ipv6Extensions = 1,
}

impl Limit {
    /// All bounds with their labels, in the order of the counters.
    pub const ALL: [(Self, &'static str); 2] =
        [(Self::VlanTags, "vlan_tags"), (Self::Ipv6Extensions, "ipv6_extensions")];
}
