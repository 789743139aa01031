//! The port in a 229 (RFC 2428 §3).

use super::{is_delimiter, numbers::Numbers};

/// The stages: delimiters seen so far, and with `BRACKET` set, that the first stood behind a bracket.
const NONE: u8 = 0;
const ALL_SEEN: u8 = 3;
const BRACKET: u8 = 4;

/// Looks for `<d><d><d>port<d>`; true once the port stands in `numbers`.
///
/// The delimiter is any that RFC 2428 allows, letters only behind a bracket. The bracket may be missing, as
/// lftp has it, and so may the one that closes, as for curl. Behind a bracket the two fields before the
/// port may be filled, as Python's `ftplib` and lftp's CEPR have it; what they say does not count. Brackets
/// elsewhere in the text do no harm, as for Wireshark.
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

/// The stage with `byte` as the first of something.
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
