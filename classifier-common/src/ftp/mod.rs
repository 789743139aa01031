// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Grammar of the FTP control connection as push parsers: a small state, one byte in, an optional event out.
//!
//! [`Replies`] parses the server's lines, [`Commands`] the client's. A line may arrive in any number of chunks;
//! its event comes with the line feed that completes it. The kernel program keeps one state of each in the
//! session's map value. A state consists of plain integers without padding, all zero at a connection's start. A
//! push takes few paths through the code, because the verifier follows all of them for every byte.
//!
//! # Accepted input
//!
//! The grammar implements RFC 959, 1123 §4.1.2.6, 1639, 2428 and 4217, and tolerates the deviations of known
//! peers. It reads announcements; the tracking accepts or rejects them.
//!
//! Both sides:
//! - Telnet's sequences are removed first: `telnet.rs`.
//! - A line ends with its line feed; a carriage return (RFC 854: also `CR NUL`), NUL, tab and space are
//!   blanks. Servers and clients alike (vsftpd, `ProFTPD`, curl, lftp) end a line at the line feed and drop
//!   the carriage return before it.
//! - A line with an announcement has a bound, [`LINE_MAX`]; other lines (a long path after STOR) have none.
//! - A port of 0 is invalid. Leading zeros of a number are ignored (`strtoul`, `scanf`).
//!
//! Details are documented in the file of each rule.

mod address;
mod command;
mod commands;
mod eprt;
mod extended;
#[cfg(feature = "fixtures")]
pub mod fixtures;
mod numbers;
mod replies;
mod reply;
mod telnet;
mod word;

pub use command::Command;
pub use commands::Commands;
pub use replies::Replies;
pub use reply::{Reply, ReplyPort};

/// Maximum length of a line with an announcement, without its line feed: `ProFTPD`'s own limit of a command
/// line, and five times the longest announcement (EPRT with a written-out address).
pub const LINE_MAX: u16 = 512;

/// Destination of a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// IPv6 address, or IPv4 address mapped into it; zero if the text names none.
    pub address: [u8; 16],
    /// Port, from 1 to 65535 after an announcement.
    pub port: u16,
}

impl HostPort {
    /// Returns whether the text names an address. A 229 does not, and neither does the reply to SPSV.
    #[inline(always)]
    #[must_use]
    pub const fn names_address(&self) -> bool {
        u128::from_be_bytes(self.address) != 0
    }
}

const LINE_FEED: u8 = b'\n';

/// Space, tab, carriage return and NUL.
#[inline(always)]
const fn is_blank(byte: u8) -> bool {
    byte <= b' ' && (1u64 << b' ' | 1 << b'\r' | 1 << b'\t' | 1) >> byte & 1 != 0
}

/// A delimiter of RFC 2428 §2: visible ASCII. Digits are left out, they could not be told from the fields.
#[inline(always)]
const fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii_graphic() && !byte.is_ascii_digit()
}
