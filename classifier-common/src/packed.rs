// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packing of an outcome into one register, the only form that a global function can return.
//!
//! 0 in an optional field is `None`. Tracked TCP packets have no fields of ICMP, and errors that quote TCP have
//! no fields of TCP. The same bits then hold the position of the headers.
//!
//! | bits | any packet | tracked TCP | error that quotes TCP |
//! | --- | --- | --- | --- |
//! | 0–6 | class | | |
//! | 7–14 | TCP flags | | 7: [`QuotedTcp`], bit 23 |
//! | 15–22 | ICMP cell | 15–28: [`Location`] | ICMP cell |
//! | 23–34 | quote | | quote |
//! | 35–36 | limit | | |
//! | 37–51 | headers | | [`QuotedTcp`], bits 0–14 |
//! | 52–55 | bytes off the wire | | [`QuotedTcp`], bits 15–18 |
//! | 56 | unremembered | | |
//! | 57–58 | evidence | | |
//! | 59 | | 1 | 0 |
//! | 60–63 | | | [`QuotedTcp`], bits 19–22 |

use core::num::{NonZeroU8, NonZeroU16};

use crate::{
    endpoint::Evidence,
    icmp_types::IcmpCell,
    location::{Location, QuotedTcp},
    outcome::{Limit, Outcome, Quoted},
    protocol::Class,
};

const CLASS: Field = Field { at: 0, bits: 7 };
const FLAGS: Field = Field { at: 7, bits: 8 };
const ICMP: Field = Field { at: 15, bits: 8 };
const QUOTED: Field = Field { at: 23, bits: 12 };
const LIMIT: Field = Field { at: 35, bits: 2 };
const HEADERS: Field = Field { at: 37, bits: 15 };
const OFF_WIRE: Field = Field { at: 52, bits: 4 };
const UNREMEMBERED: Field = Field { at: 56, bits: 1 };
const EVIDENCE: Field = Field { at: 57, bits: 2 };
const IS_TRACKED: Field = Field { at: 59, bits: 1 };
const TRACKED: Field = Field { at: 15, bits: 14 };
const WORDS_LOW: Field = OFF_WIRE;
const WORDS_HIGH: Field = Field { at: 60, bits: 4 };
const REJECTS: Field = Field { at: 7, bits: 1 };

#[derive(Clone, Copy)]
struct Field {
    at: u32,
    bits: u32,
}

impl Field {
    #[inline(always)]
    const fn put(self, value: u64) -> u64 {
        (value & ((1 << self.bits) - 1)) << self.at
    }

    #[inline(always)]
    const fn get(self, packed: u64) -> u64 {
        (packed >> self.at) & ((1 << self.bits) - 1)
    }
}

impl Outcome {
    /// Packs the outcome into 64 bits.
    #[inline(always)]
    #[must_use]
    pub fn pack(&self) -> u64 {
        CLASS.put(self.class.index() as u64)
            | FLAGS.put(self.tcp_flags.into())
            | ICMP.put(self.icmp.map_or(0, |cell| cell.number().get().into()))
            | QUOTED.put(self.quoted.map_or(0, |quoted| quoted.number().get().into()))
            | LIMIT.put(self.limit.map_or(0, |limit| limit as u64 + 1))
            | HEADERS.put(self.headers.into())
            | OFF_WIRE.put(self.off_wire.into())
            | UNREMEMBERED.put(self.unremembered.into())
            | EVIDENCE.put(self.evidence as u64)
            | match self.tracked {
                Some(tracked) => IS_TRACKED.put(1) | TRACKED.put(tracked.number().get().into()),
                None => 0,
            }
            | match self.quoted_tcp {
                Some(quoted) => {
                    let number = u64::from(quoted.number());
                    HEADERS.put(number)
                        | WORDS_LOW.put(number >> 15)
                        | WORDS_HIGH.put(number >> 19)
                        | REJECTS.put(number >> 23)
                }
                None => 0,
            }
    }

    /// Returns whether a packed outcome may concern a connection.
    #[inline(always)]
    #[must_use]
    pub const fn may_concern(packed: u64) -> bool {
        packed & (IS_TRACKED.put(u64::MAX) | QUOTED.put(u64::MAX)) != 0
    }

    /// Unpacks an outcome.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "each field is no wider than its type")]
    pub fn unpack(packed: u64) -> Self {
        let is_tracked = IS_TRACKED.get(packed) != 0;
        let tracked = if is_tracked { TRACKED.get(packed) as u16 } else { 0 };
        let packed = if is_tracked { packed & !TRACKED.put(u64::MAX) } else { packed };
        let is_error = !is_tracked && QUOTED.get(packed) != 0;
        let quoted_tcp = if is_error {
            let words = WORDS_LOW.get(packed) | WORDS_HIGH.get(packed) << 4 | REJECTS.get(packed) << 8;
            QuotedTcp::from_number((HEADERS.get(packed) | words << 15) as u32)
        } else {
            None
        };
        let elsewhere = HEADERS.put(u64::MAX) | OFF_WIRE.put(u64::MAX) | REJECTS.put(u64::MAX);
        let packed = if is_error { packed & !elsewhere } else { packed };
        Self {
            class: Class::from_index(CLASS.get(packed) as u32),
            tcp_flags: FLAGS.get(packed) as u8,
            icmp: NonZeroU8::new(ICMP.get(packed) as u8).map(IcmpCell::from_number),
            quoted: NonZeroU16::new(QUOTED.get(packed) as u16).map(Quoted::from_number),
            quoted_tcp,
            limit: match LIMIT.get(packed) {
                1 => Some(Limit::VlanTags),
                2 => Some(Limit::Ipv6Extensions),
                _ => None,
            },
            headers: HEADERS.get(packed) as u32,
            off_wire: OFF_WIRE.get(packed) as u32,
            evidence: Evidence::from_number(EVIDENCE.get(packed)),
            tracked: NonZeroU16::new(tracked).map(Location::from_number),
            unremembered: UNREMEMBERED.get(packed) != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{icmp_types::ERRORS, outcome::Stop, protocol::Protocol, wire::Family};

    fn survives(outcome: Outcome) {
        assert_eq!(Outcome::unpack(outcome.pack()), outcome);
    }

    #[test]
    fn every_field_survives_at_its_widest() {
        let last = Protocol::configured(31).unwrap().from_server();
        survives(Outcome { tcp_flags: 0xff, headers: 0x7fff, off_wire: 8, ..Outcome::of(last) });
        survives(Outcome { evidence: Evidence::Inferred, ..Outcome::of(last) });
        for family in [Family::V4, Family::V6] {
            let tracked = Some(Location::new(family, 46, 15, true));
            survives(Outcome { tracked, tcp_flags: 0xff, headers: 0x7fff, ..Outcome::of(last) });
        }
        survives(Outcome { unremembered: true, ..Outcome::stopped(Stop::TooManyTags) });
        survives(Outcome::stopped(Stop::TooManyExtensions));
        survives(Outcome::stopped(Stop::Malformed));
        for (row, (family, kind)) in (0..).zip(ERRORS) {
            let quoted = Some(Quoted::new(row, last.protocol()));
            survives(Outcome { quoted, ..Outcome::message(family, kind, 255) });
            for (ip, tcp) in [(28, 48), (0x7fff - 4 * 255, 0x7fff), (54, 94)] {
                for rejects in [false, true] {
                    let quoted_tcp = QuotedTcp::new(ip, tcp).map(|quoted| quoted.in_error(rejects));
                    assert_eq!(quoted_tcp.map(QuotedTcp::rejects), Some(rejects));
                    survives(Outcome { quoted, quoted_tcp, ..Outcome::message(family, kind, 255) });
                }
            }
        }
        for kind in 0..=255 {
            survives(Outcome::message(Family::V6, kind, 0));
        }
    }
}
