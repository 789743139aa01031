// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Commands of the client that the tracking distinguishes.

use super::word::Word;

/// A command line of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Command {
    /// A command without an announcement, a request for a port, or a request for TLS.
    Other = 0,
    /// Request for a port: PASV (RFC 959 §4.1.2) and LPSV (RFC 1639 §3), with any argument. Includes
    /// spellings of PASV that hide it from firewalls (`P@SW`), ask for a secured connection between servers
    /// (`CPSV`), or ask for a short reply (`SPSV`).
    Passive = 1,
    /// Request for a port by EPSV (RFC 2428 §3). `EPSV ALL` is no request, and counts as [`Command::Other`].
    Epsv = 2,
    /// Announcement by PORT (RFC 959 §4.1.2).
    Port = 3,
    /// Announcement by EPRT (RFC 2428 §2).
    Eprt = 4,
    /// Announcement by LPRT (RFC 1639 §2).
    Lprt = 5,
    /// Request for TLS by `AUTH TLS` (RFC 4217 §4) and its older names.
    AuthTls = 6,
    /// PORT, EPRT, LPRT or EPSV with an invalid argument.
    Malformed = 7,
    /// PORT, EPRT or LPRT on a line longer than [`LINE_MAX`](super::LINE_MAX).
    Overlong = 8,
}

impl Command {
    /// Returns the command of a word, before its argument is read: AUTH counts as AUTH TLS until then.
    #[inline(always)]
    pub(super) const fn from_word(word: Word) -> Self {
        const fn is(text: &[u8]) -> u64 {
            Word::of(text).0
        }
        const PASV: u64 = is(b"PASV");
        const EPSV: u64 = is(b"EPSV");
        const LPSV: u64 = is(b"LPSV");
        const P_AT_SW: u64 = is(b"P@SW");
        const SPSV: u64 = is(b"SPSV");
        const CPSV: u64 = is(b"CPSV");
        const PORT: u64 = is(b"PORT");
        const EPRT: u64 = is(b"EPRT");
        const LPRT: u64 = is(b"LPRT");
        const AUTH: u64 = is(b"AUTH");
        match word.0 {
            PASV | LPSV | P_AT_SW | SPSV | CPSV => Self::Passive,
            EPSV => Self::Epsv,
            PORT => Self::Port,
            EPRT => Self::Eprt,
            LPRT => Self::Lprt,
            AUTH => Self::AuthTls,
            _ => Self::Other,
        }
    }

    /// Returns the command with its argument.
    ///
    /// EPSV takes 1, 2 or ALL (RFC 2428 §3); servers answer another argument by 522. AUTH takes `TLS` or
    /// `TLS-C`, and `SSL` and `TLS-P` from before RFC 4217 (its §17). Other mechanisms leave FTP's commands
    /// visible, or are refused.
    #[inline(always)]
    pub(super) const fn with_argument(self, word: Word) -> Self {
        const NONE: u64 = 0;
        const V4: u64 = Word::of(b"1").0;
        const V6: u64 = Word::of(b"2").0;
        const ALL: u64 = Word::of(b"ALL").0;
        const TLS: u64 = Word::of(b"TLS").0;
        const TLS_C: u64 = Word::of(b"TLS-C").0;
        const TLS_P: u64 = Word::of(b"TLS-P").0;
        const SSL: u64 = Word::of(b"SSL").0;
        match (self, word.0) {
            (Self::Epsv, NONE | V4 | V6) => Self::Epsv,
            (Self::Epsv, ALL) => Self::Other,
            (Self::Epsv, _) => Self::Malformed,
            (Self::AuthTls, TLS | TLS_C | TLS_P | SSL) => Self::AuthTls,
            (Self::AuthTls, _) => Self::Other,
            (command, _) => command,
        }
    }

    /// Returns the command with this number.
    #[inline(always)]
    pub(super) const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Passive,
            2 => Self::Epsv,
            3 => Self::Port,
            4 => Self::Eprt,
            5 => Self::Lprt,
            6 => Self::AuthTls,
            7 => Self::Malformed,
            8 => Self::Overlong,
            _ => Self::Other,
        }
    }
}
