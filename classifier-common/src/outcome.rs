// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Outcome of a packet's classification.

use core::num::NonZeroU16;

pub use crate::stop::{Limit, Stop};
use crate::{
    endpoint::Evidence,
    icmp_types::IcmpCell,
    label::Label,
    location::{Location, QuotedTcp},
    protocol::{Class, Protocol},
    wire::Family,
};

/// An ICMP error type and the protocol of its quoted packet, in one number that is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted(NonZeroU16);

impl Quoted {
    /// Creates the quote of an error in the given row of [`crate::icmp_types::ERRORS`].
    #[inline(always)]
    #[must_use]
    pub const fn new(error: u8, protocol: Protocol) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a protocol's index is below 64")]
        let number = ((error as u16) << 6) | protocol.index() as u16;
        Self(NonZeroU16::MIN.saturating_add(number))
    }

    /// Returns the row of the error type, an index into [`crate::icmp_types::ERRORS`].
    #[inline(always)]
    #[must_use]
    pub const fn error(self) -> u8 {
        #[expect(clippy::cast_possible_truncation, reason = "there are nine errors")]
        {
            ((self.0.get() - 1) >> 6) as u8
        }
    }

    /// Returns the quote of a packet of another protocol in the same error.
    #[inline(always)]
    #[must_use]
    pub const fn of_protocol(self, protocol: Protocol) -> Self {
        Self::new(self.error(), protocol)
    }

    /// Returns the protocol of the quoted packet; `malformed` if the quote is too short.
    #[inline(always)]
    #[must_use]
    pub const fn protocol(self) -> Protocol {
        Protocol::from_index((self.0.get() - 1) as usize)
    }

    #[inline(always)]
    pub(crate) const fn number(self) -> NonZeroU16 {
        self.0
    }

    #[inline(always)]
    pub(crate) const fn from_number(number: NonZeroU16) -> Self {
        Self(number)
    }
}

/// All counted properties of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Class: protocol and role.
    pub class: Class,
    /// TCP flags of a whole packet or first fragment, 0 for other packets.
    pub tcp_flags: u8,
    /// ICMP type and code of a whole message or first fragment.
    pub icmp: Option<IcmpCell>,
    /// Quote of an ICMP error.
    pub quoted: Option<Quoted>,
    /// Position of the quoted TCP packet, if it may be FTP data, or if the error may reject its connection.
    pub quoted_tcp: Option<QuotedTcp>,
    /// Bound of the parser that the packet exceeds.
    pub limit: Option<Limit>,
    /// Bytes from the frame's start to the TCP or UDP payload; 0 for other packets.
    pub headers: u32,
    /// Bytes among `headers` that the driver strips: the jumbo option of BIG TCP.
    pub off_wire: u32,
    /// Evidence of FTP data.
    pub evidence: Evidence,
    /// Position of a TCP or UDP packet's headers, if it may need more than counting.
    pub tracked: Option<Location>,
    /// True for a first fragment until its label is stored for the later ones.
    pub unremembered: bool,
}

impl Outcome {
    /// Creates the outcome of a packet with a known class.
    #[inline(always)]
    #[must_use]
    pub const fn of(class: Class) -> Self {
        Self {
            class,
            tcp_flags: 0,
            icmp: None,
            quoted: None,
            quoted_tcp: None,
            limit: None,
            headers: 0,
            off_wire: 0,
            evidence: Evidence::Port20,
            tracked: None,
            unremembered: false,
        }
    }

    /// Creates the outcome of a packet with a known label.
    #[inline(always)]
    #[must_use]
    pub const fn labelled(Label { class, evidence }: Label) -> Self {
        Self { evidence, ..Self::of(class) }
    }

    /// Returns class and evidence.
    #[inline(always)]
    #[must_use]
    pub const fn label(&self) -> Label {
        Label { class: self.class, evidence: self.evidence }
    }

    /// Creates the outcome of a packet at which a parser stopped.
    #[inline(always)]
    #[must_use]
    pub const fn stopped(stop: Stop) -> Self {
        Self { limit: stop.limit(), ..Self::of(stop.class()) }
    }

    /// Creates the outcome of an ICMP message, without its quote.
    #[inline(always)]
    #[must_use]
    pub fn message(family: Family, kind: u8, code: u8) -> Self {
        Self::of_cell(family, IcmpCell::of(family, kind, code))
    }

    /// Creates the outcome of an ICMP message with a known counter.
    #[inline(always)]
    #[must_use]
    pub const fn of_cell(family: Family, cell: IcmpCell) -> Self {
        let protocol = match family {
            Family::V4 => Protocol::ICMP,
            Family::V6 => Protocol::ICMPV6,
        };
        Self { icmp: Some(cell), ..Self::of(protocol.to_server()) }
    }

    /// Returns the IP version of an ICMP message.
    #[inline(always)]
    #[must_use]
    pub fn family(&self) -> Family {
        if self.class.protocol() == Protocol::ICMPV6 { Family::V6 } else { Family::V4 }
    }

    /// Returns whether the packet is an ICMP redirect, which may divert packets to another path.
    #[inline(always)]
    #[must_use]
    pub fn is_redirect(&self) -> bool {
        self.icmp.is_some_and(IcmpCell::is_redirect)
    }

    /// Returns whether more bytes of the frame could change the outcome, because something was cut.
    #[inline(always)]
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.class == Stop::Malformed.class()
            || matches!(self.quoted, Some(quoted) if quoted.protocol() == Protocol::MALFORMED)
    }
}
