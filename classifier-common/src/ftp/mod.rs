//! The FTP control connection's grammar as push parsers: a small state, one byte in, perhaps an event out.
//!
//! [`Replies`] reads what the server says, [`Commands`] what the client says. A line may come in any number
//! of pieces; an event comes with the line feed that completes it. The kernel program keeps one state of
//! each in the session's map value, so a state is plain integers without padding, all zero at a
//! connection's start, and a push takes few ways through the code: the verifier walks every one of them for
//! every byte.
//!
//! # What is taken for what
//!
//! The grammar speaks RFC 959, 1123 §4.1.2.6, 1639, 2428 and 4217, and forgives what peers are known to
//! forgive. Whether an announcement is *believed* is the tracker's to say: what is read here is only what
//! stands there.
//!
//! Both sides:
//! - Telnet's sequences are taken out first: `telnet.rs`.
//! - A line ends with its line feed; a carriage return (RFC 854: also `CR NUL`), NUL, tab and space are
//!   blanks. Servers and clients alike (vsftpd, `ProFTPD`, curl, lftp) end a line at the line feed and drop
//!   the carriage return before it.
//! - A line that announces has a bound, [`LINE_MAX`]; other lines (a long path after STOR) have none.
//! - A port of 0 is no port. Zeros before a number change nothing (`strtoul`, `scanf`).
//!
//! The finer points stand with the file that decides them.

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
pub use reply::{Announcement, Reply};

/// Bytes that a line may have and announce something, without its line feed: `ProFTPD`'s own bound of a
/// command line, and five times what the longest announcement needs (EPRT with a written-out address).
pub const LINE_MAX: u16 = 512;

/// Where a data connection is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// IPv6, or IPv4 mapped into it; all zero after 229, which names no address.
    pub address: [u8; 16],
    /// From 1 to 65535 after an announcement.
    pub port: u16,
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
