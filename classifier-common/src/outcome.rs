//! What the classifier says of one packet.

use core::num::NonZeroU16;

pub use crate::stop::{Limit, Stop};
use crate::{
    connection::Rejection,
    endpoint::Evidence,
    family::Family,
    icmp_types::IcmpCell,
    label::Label,
    protocol::{Class, Protocol},
    tracked::Tracked,
};

/// An ICMP error message and the protocol of the packet that it quotes, in one number that is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted(NonZeroU16);

impl Quoted {
    /// The quote of an error in the given row of [`crate::icmp_types::ERRORS`].
    #[inline(always)]
    #[must_use]
    pub const fn new(error: u8, protocol: Protocol) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a protocol's index is below 64")]
        let number = ((error as u16) << 6) | protocol.index() as u16;
        Self(NonZeroU16::MIN.saturating_add(number))
    }

    /// Row of the error type, an index into [`crate::icmp_types::ERRORS`].
    #[inline(always)]
    #[must_use]
    pub const fn error(self) -> u8 {
        #[expect(clippy::cast_possible_truncation, reason = "there are nine errors")]
        {
            ((self.0.get() - 1) >> 6) as u8
        }
    }

    /// Protocol of the quoted packet; `malformed` where the quote is too short to tell.
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

/// Everything that is counted about one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Protocol and role.
    pub class: Class,
    /// TCP flags byte of a whole packet or first fragment, 0 for the rest.
    pub tcp_flags: u8,
    /// ICMP type and code of a whole message or a first fragment.
    pub icmp: Option<IcmpCell>,
    /// The quote of an ICMP error message.
    pub quoted: Option<Quoted>,
    /// Where that quotes a TCP packet, if the error may reject a connection.
    pub rejection: Option<Rejection>,
    /// The bound that the parser ran into.
    pub limit: Option<Limit>,
    /// Bytes from the frame's start to the TCP or UDP payload; 0 for other packets.
    pub headers: u32,
    /// Bytes among `headers` that the driver strips: the jumbo option of BIG TCP.
    pub off_wire: u32,
    /// Why FTP data is taken for it.
    pub evidence: Evidence,
    /// A TCP packet about which more may have to be done than counting.
    pub tracked: Option<Tracked>,
    /// A first fragment whose class could not be kept for the later ones.
    pub unremembered: bool,
}

impl Outcome {
    /// A packet of which only the class is known.
    #[inline(always)]
    #[must_use]
    pub const fn of(class: Class) -> Self {
        Self {
            class,
            tcp_flags: 0,
            icmp: None,
            quoted: None,
            rejection: None,
            limit: None,
            headers: 0,
            off_wire: 0,
            evidence: Evidence::Port20,
            tracked: None,
            unremembered: false,
        }
    }

    /// A packet of which only the label is known.
    #[inline(always)]
    #[must_use]
    pub const fn labelled(Label { class, evidence }: Label) -> Self {
        Self { evidence, ..Self::of(class) }
    }

    /// Class and evidence.
    #[inline(always)]
    #[must_use]
    pub const fn label(&self) -> Label {
        Label { class: self.class, evidence: self.evidence }
    }

    /// A packet at which a parser stopped.
    #[inline(always)]
    #[must_use]
    pub const fn stopped(stop: Stop) -> Self {
        Self { limit: stop.limit(), ..Self::of(stop.class()) }
    }

    /// An ICMP message, without its quote.
    #[inline(always)]
    #[must_use]
    pub fn message(family: Family, kind: u8, code: u8) -> Self {
        Self::of_cell(family, IcmpCell::of(family, kind, code))
    }

    /// An ICMP message that is counted in this cell.
    #[inline(always)]
    #[must_use]
    pub const fn of_cell(family: Family, cell: IcmpCell) -> Self {
        let protocol = match family {
            Family::V4 => Protocol::ICMP,
            Family::V6 => Protocol::ICMPV6,
        };
        Self { icmp: Some(cell), ..Self::of(protocol.to_server()) }
    }

    /// Whether it is an ICMP redirect, which somebody may send to have packets go another way.
    #[inline(always)]
    #[must_use]
    pub fn is_redirect(&self) -> bool {
        self.icmp.is_some_and(IcmpCell::is_redirect)
    }

    /// Whether a longer look at the frame could change the outcome: something was not whole.
    #[inline(always)]
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.class == Stop::Malformed.class()
            || matches!(self.quoted, Some(quoted) if quoted.protocol() == Protocol::MALFORMED)
    }
}
