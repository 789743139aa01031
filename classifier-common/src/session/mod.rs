// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sessions of FTP, SMTP, POP3 and IMAP: whether the client asks for TLS, begins it, or logs in.
//!
//! A [`Listener`] is a push parser of both directions, about 50 bytes per session. [`Listener::accept`] finds
//! the new bytes of a segment, and [`Listener::push`] takes them one by one, with the same result for every
//! cut. No byte of the payload is kept: of a word only the set of `verbs` that it may still become.
//!
//! Behind a gap, reading resumes at the next line, or where the server has acknowledged everything before the
//! segment. The text of a mail (`DATA`, RFC 5321 §4.1.1.4) and its chunks (`BDAT`, RFC 3030) are no commands;
//! most of their segments are skipped ([`Listener::inspects`]). A PROXY header (versions 1 and 2) is not the
//! client's data.

mod accept;
mod client;
#[cfg(test)]
mod gap_tests;
mod listener;
#[cfg(test)]
mod listener_tests;
mod numbers;
mod server;
mod stage;
#[cfg(test)]
mod syntax_tests;
#[cfg(test)]
mod tests;
mod verbs;

pub use self::listener::{Listener, Spoken, Unread};

/// Meaning of the client's data. The greatest in a segment counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Said {
    /// No complete meaning yet.
    #[default]
    Nothing = 0,
    /// Data that decides nothing.
    Other = 1,
    /// Request for TLS.
    AsksForTls = 2,
    /// A record of TLS, at the beginning or after the request.
    Record = 3,
    /// That it logs in.
    LogsIn = 4,
}

impl Said {
    /// Returns whether the rest does not matter.
    #[inline(always)]
    #[must_use]
    pub const fn is_last(self) -> bool {
        self as u8 >= Self::Record as u8
    }

    /// Returns the greater one.
    #[inline(always)]
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        if self as u8 >= other as u8 { self } else { other }
    }
}
