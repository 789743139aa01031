// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Port of a 229 reply (RFC 2428 §3).

use super::{is_delimiter, numbers::Numbers};

/// Stages: the number of delimiters so far, with `BRACKET` if the first stood behind a bracket.
const NONE: u8 = 0;
const ALL_SEEN: u8 = 3;
const BRACKET: u8 = 4;

/// Searches for `<d><d><d>port<d>`; `true` once the port is in `numbers`.
///
/// The delimiter is any that RFC 2428 allows, letters only behind a bracket. The opening bracket may be
/// missing, as for lftp, and the closing one, as for curl. Behind a bracket the two fields before the port
/// may be filled, as for Python's `ftplib` and lftp's CEPR; they are ignored. Other brackets in the text are
/// ignored, as by Wireshark.
#[inline(always)]
pub(super) fn scan(numbers: &mut Numbers, delimiter: &mut u8, stage: &mut u8, byte: u8) -> bool {
    let was = *stage;
    let seen = was & ALL_SEEN;
    if seen != 0 && byte == *delimiter {
        if seen < ALL_SEEN {
            *stage = was + 1;
            numbers.number = 0;
        } else if numbers.number != 0 {
            *stage = NONE;
            return numbers.take_port();
        }
    } else if seen == ALL_SEEN && byte.is_ascii_digit() {
        numbers.digit(byte - b'0');
    } else if seen == ALL_SEEN || was <= BRACKET || matches!(byte, b' ' | b'(' | b')') {
        *delimiter = byte;
        *stage = start(was, byte);
    }
    false
}

/// Returns the stage after `byte` as the first of a candidate.
#[inline(always)]
const fn start(was: u8, byte: u8) -> u8 {
    if was == BRACKET && is_delimiter(byte) {
        return BRACKET + 1;
    }
    if byte == b'(' {
        return BRACKET;
    }
    (is_delimiter(byte) && !byte.is_ascii_alphabetic()) as u8
}
