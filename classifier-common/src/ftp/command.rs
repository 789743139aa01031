//! The commands that a tracker tells apart.

use super::word::Word;

/// A line of the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Command {
    /// None of the others.
    Other = 0,
    /// RFC 959 §4.1.2: a 227 is asked for. What stands behind it is not looked at.
    Pasv = 1,
    /// RFC 2428 §3: a 229 is asked for, in the family of the control connection.
    Epsv = 2,
    /// `EPSV 1`: in IPv4.
    EpsvV4 = 3,
    /// `EPSV 2`: in IPv6.
    EpsvV6 = 4,
    /// `EPSV ALL`: nothing but EPSV from here on; no 229 is asked for.
    EpsvAll = 5,
    /// RFC 1639 §3: a 228 is asked for.
    Lpsv = 6,
    /// RFC 959 §4.1.2: an announcement.
    Port = 7,
    /// RFC 2428 §2: an announcement.
    Eprt = 8,
    /// RFC 1639 §2: an announcement.
    Lprt = 9,
    /// RFC 4217 §4: `AUTH TLS` and its older names.
    AuthTls = 10,
    /// RFC 4217 §6: back to clear text.
    Ccc = 11,
    /// RFC 959 §3.4.1: a file ends with its connection.
    ModeStream = 12,
    /// RFC 959 §3.4.2: a connection may carry several files.
    ModeBlock = 13,
    /// RFC 959 §3.4.3: a connection may carry several files.
    ModeCompressed = 14,
    /// Another mode, such as Z.
    ModeOther = 15,
    /// RFC 959 §4.1.3.
    Abor = 16,
    /// RFC 959 §4.1.1.
    Quit = 17,
    /// RFC 959 §4.1.1.
    Rein = 18,
    /// A command that uses a data connection: RETR, STOR, STOU, APPE, LIST, NLST (RFC 959 §4.1.3), MLSD
    /// (RFC 3659 §7).
    Transfer = 19,
    /// PORT, EPRT, LPRT or EPSV with another argument than they can have.
    Malformed = 20,
    /// PORT, EPRT or LPRT on a line longer than [`LINE_MAX`](super::LINE_MAX).
    Overlong = 21,
}

impl Command {
    /// The command that a word stands for, before its argument is read: AUTH is taken for TLS, MODE for one
    /// of the others.
    #[inline(always)]
    pub(super) const fn from_word(word: Word) -> Self {
        const fn is(text: &[u8]) -> u64 {
            Word::of(text).0
        }
        const PASV: u64 = is(b"PASV");
        const EPSV: u64 = is(b"EPSV");
        const LPSV: u64 = is(b"LPSV");
        const PORT: u64 = is(b"PORT");
        const EPRT: u64 = is(b"EPRT");
        const LPRT: u64 = is(b"LPRT");
        const AUTH: u64 = is(b"AUTH");
        const CCC: u64 = is(b"CCC");
        const MODE: u64 = is(b"MODE");
        const ABOR: u64 = is(b"ABOR");
        const QUIT: u64 = is(b"QUIT");
        const REIN: u64 = is(b"REIN");
        const RETR: u64 = is(b"RETR");
        const STOR: u64 = is(b"STOR");
        const STOU: u64 = is(b"STOU");
        const APPE: u64 = is(b"APPE");
        const LIST: u64 = is(b"LIST");
        const NLST: u64 = is(b"NLST");
        const MLSD: u64 = is(b"MLSD");
        match word.0 {
            PASV => Self::Pasv,
            EPSV => Self::Epsv,
            LPSV => Self::Lpsv,
            PORT => Self::Port,
            EPRT => Self::Eprt,
            LPRT => Self::Lprt,
            AUTH => Self::AuthTls,
            CCC => Self::Ccc,
            MODE => Self::ModeOther,
            ABOR => Self::Abor,
            QUIT => Self::Quit,
            REIN => Self::Rein,
            RETR | STOR | STOU | APPE | LIST | NLST | MLSD => Self::Transfer,
            _ => Self::Other,
        }
    }

    /// What the command is with the word that it was given.
    ///
    /// EPSV takes 1, 2 or ALL (RFC 2428 §3); servers answer another argument by 522. AUTH takes `TLS` or
    /// `TLS-C`, and `SSL` and `TLS-P` from before RFC 4217 (its §17); other mechanisms leave FTP's commands
    /// in sight or the replies refused.
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
        const STREAM: u64 = Word::of(b"S").0;
        const BLOCK: u64 = Word::of(b"B").0;
        const COMPRESSED: u64 = Word::of(b"C").0;
        match (self, word.0) {
            (Self::Epsv, NONE) => Self::Epsv,
            (Self::Epsv, V4) => Self::EpsvV4,
            (Self::Epsv, V6) => Self::EpsvV6,
            (Self::Epsv, ALL) => Self::EpsvAll,
            (Self::Epsv, _) => Self::Malformed,
            (Self::AuthTls, TLS | TLS_C | TLS_P | SSL) => Self::AuthTls,
            (Self::AuthTls, _) => Self::Other,
            (Self::ModeOther, STREAM) => Self::ModeStream,
            (Self::ModeOther, BLOCK) => Self::ModeBlock,
            (Self::ModeOther, COMPRESSED) => Self::ModeCompressed,
            (command, _) => command,
        }
    }

    /// The command from its number.
    #[inline(always)]
    pub(super) const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Pasv,
            2 => Self::Epsv,
            3 => Self::EpsvV4,
            4 => Self::EpsvV6,
            5 => Self::EpsvAll,
            6 => Self::Lpsv,
            7 => Self::Port,
            8 => Self::Eprt,
            9 => Self::Lprt,
            10 => Self::AuthTls,
            11 => Self::Ccc,
            12 => Self::ModeStream,
            13 => Self::ModeBlock,
            14 => Self::ModeCompressed,
            15 => Self::ModeOther,
            16 => Self::Abor,
            17 => Self::Quit,
            18 => Self::Rein,
            19 => Self::Transfer,
            20 => Self::Malformed,
            21 => Self::Overlong,
            _ => Self::Other,
        }
    }
}
