// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Telnet commands within a line (RFC 854), which a control connection may contain (RFC 959 §3.1).
//!
//! Clients send `IAC IP IAC DM` before ABOR (RFC 959 §4.1.3), and some negotiate options. Commands are
//! removed anywhere in a line, as by `ProFTPD`: two bytes, three with an option, a subnegotiation up to `IAC
//! SE` (RFC 855). Two bytes of 255 stand for one in the text.
//!
//! A line feed counts, and ends a subnegotiation or an incomplete command. No FTP peer negotiates with one,
//! and a stray byte of a file name must not silence the parser.

use super::LINE_FEED;

const IAC: u8 = 255;
const DONT: u8 = 254;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

/// States; zero is text.
const TEXT: u8 = 0;
const COMMAND: u8 = 1;
const OPTION: u8 = 2;
const SUBNEGOTIATION: u8 = 3;
const SUBNEGOTIATION_COMMAND: u8 = 4;

/// Returns the byte if it belongs to the text.
#[inline(always)]
pub(super) fn text(state: &mut u8, byte: u8) -> Option<u8> {
    if *state == TEXT && byte != IAC {
        return Some(byte);
    }
    sequence(state, byte)
}

#[inline(always)]
fn sequence(state: &mut u8, byte: u8) -> Option<u8> {
    let was = *state;
    if byte == LINE_FEED && was != OPTION {
        *state = TEXT;
        return Some(byte);
    }
    *state = match (was, byte) {
        (TEXT, _) => COMMAND,
        (COMMAND, WILL..=DONT) => OPTION,
        (SUBNEGOTIATION, IAC) => SUBNEGOTIATION_COMMAND,
        (COMMAND, SB) | (SUBNEGOTIATION, _) | (SUBNEGOTIATION_COMMAND, ..SE | SB..) => SUBNEGOTIATION,
        _ => TEXT,
    };
    (was == COMMAND && byte == IAC).then_some(IAC)
}
