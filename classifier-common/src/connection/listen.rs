//! What a client's segment begins with: a word of few that matter, or TLS. Nothing behind the word is looked at.

use crate::protocol::Protocol;

/// Bytes at the beginning of a segment that are looked at.
pub const BEGINNING: usize = 32;

/// What a client has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Said {
    /// What decides nothing.
    Other = 0,
    /// That it wants TLS.
    AsksForTls = 1,
    /// That it logs in.
    LogsIn = 2,
    /// A record of TLS.
    Record = 3,
}

/// Kinds of TLS records (RFC 8446 §5.1); the version behind each is 3 and something.
const RECORDS: core::ops::RangeInclusive<u8> = 20..=23;

/// The letters of four bytes, as if they were capital.
#[inline(always)]
const fn upper(bytes: [u8; 4]) -> u32 {
    u32::from_be_bytes(bytes) & !0x2020_2020
}

const fn word(text: [u8; 4]) -> u32 {
    u32::from_be_bytes(text) & !0x2020_2020
}

/// What a segment says that begins with these bytes, zeros behind its end.
#[inline(always)]
#[must_use]
#[expect(clippy::many_single_char_names, reason = "a name a byte: the kernel programs index no slice")]
pub fn said(protocol: Protocol, bytes: &[u8; BEGINNING]) -> Said {
    let [kind, version, ..] = *bytes;
    if RECORDS.contains(&kind) && version == 3 {
        return Said::Record;
    }
    if protocol == Protocol::IMAP {
        return behind_tag(bytes);
    }
    let [a, b, c, d, e, f, g, h, ..] = *bytes;
    let (first, second) = (upper([a, b, c, d]), upper([e, f, g, h]));
    let argued = e == b' ';
    if protocol == Protocol::FTP_CONTROL {
        return match first {
            _ if !argued => Said::Other,
            PASS => Said::LogsIn,
            AUTH if upper([f, g, h, b' ']) == TLS || upper([f, g, h, b' ']) == SSL => Said::AsksForTls,
            _ => Said::Other,
        };
    }
    if protocol == Protocol::SMTP {
        return match (first, second) {
            (STAR, TTLS) => Said::AsksForTls,
            (AUTH, _) if argued => Said::LogsIn,
            _ => Said::Other,
        };
    }
    match first {
        STLS if e == b'\r' || e == b'\n' || argued => Said::AsksForTls,
        PASS | APOP | AUTH if argued => Said::LogsIn,
        _ => Said::Other,
    }
}

const PASS: u32 = word(*b"PASS");
const APOP: u32 = word(*b"APOP");
const AUTH: u32 = word(*b"AUTH");
const STLS: u32 = word(*b"STLS");
const STAR: u32 = word(*b"STAR");
const TTLS: u32 = word(*b"TTLS");
const TLS: u32 = word(*b"TLS ");
const SSL: u32 = word(*b"SSL ");

/// Characters of a tag that are looked through.
const TAG_MAX: usize = BEGINNING - 9;

/// IMAP's commands stand behind a tag of the client's own making (RFC 9051 §2.2.1). The way out of the loop is at a number
/// that the verifier knows: it goes through what follows once for each.
#[inline(always)]
fn behind_tag(bytes: &[u8; BEGINNING]) -> Said {
    for at in 1..TAG_MAX {
        if let Some([b' ', command @ ..]) = bytes.get(at..)
            && let Some(eight) = command.first_chunk()
        {
            return by_letters(u64::from_be_bytes(*eight) & !0x2020_2020_2020_2020);
        }
    }
    Said::Other
}

/// A command by its first eight letters, as if they were capital; a space is none.
#[inline(always)]
const fn by_letters(letters: u64) -> Said {
    match letters {
        AUTHENTI => Said::LogsIn,
        STARTTLS => Said::AsksForTls,
        _ if letters >> 16 == LOGIN => Said::LogsIn,
        _ => Said::Other,
    }
}

const LOGIN: u64 = u64::from_be_bytes(*b"\0\0LOGIN\0");
const STARTTLS: u64 = u64::from_be_bytes(*b"STARTTLS");
/// The beginning of AUTHENTICATE.
const AUTHENTI: u64 = u64::from_be_bytes(*b"AUTHENTI");

#[cfg(test)]
mod tests {
    use super::*;

    fn of(protocol: Protocol, text: &[u8]) -> Said {
        let mut bytes = [0; BEGINNING];
        for (byte, said) in bytes.iter_mut().zip(text) {
            *byte = *said;
        }
        said(protocol, &bytes)
    }

    #[test]
    fn the_words_that_matter_are_known_in_either_case() {
        use Said::{AsksForTls, LogsIn};
        for (protocol, text, expected) in [
            (Protocol::FTP_CONTROL, "PASS x\r\n", LogsIn),
            (Protocol::FTP_CONTROL, "auth tls\r\n", AsksForTls),
            (Protocol::FTP_CONTROL, "AUTH SSL\r\n", AsksForTls),
            (Protocol::FTP_CONTROL, "AUTH TLS-C\r\n", AsksForTls),
            (Protocol::SMTP, "STARTTLS\r\n", AsksForTls),
            (Protocol::SMTP, "auth plain AHg=\r\n", LogsIn),
            (Protocol::POP3, "STLS\r\n", AsksForTls),
            (Protocol::POP3, "Pass x\r\n", LogsIn),
            (Protocol::POP3, "APOP x y\r\n", LogsIn),
            (Protocol::POP3, "AUTH PLAIN\r\n", LogsIn),
            (Protocol::IMAP, "a1 LOGIN x y\r\n", LogsIn),
            (Protocol::IMAP, "A00000000001 authenticate PLAIN", LogsIn),
            (Protocol::IMAP, ". starttls\r\n", AsksForTls),
        ] {
            assert_eq!(of(protocol, text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn others_decide_nothing() {
        for (protocol, text) in [
            (Protocol::FTP_CONTROL, "USER pass \r\n"),
            (Protocol::FTP_CONTROL, "PASV\r\n"),
            (Protocol::FTP_CONTROL, "AUTH GSSAPI\r\n"),
            (Protocol::SMTP, "MAIL FROM:<auth@x>\r\n"),
            (Protocol::SMTP, "AUTHENTIC\r\n"),
            (Protocol::POP3, "AUTH\r\n"),
            (Protocol::POP3, "STAT\r\n"),
            (Protocol::IMAP, "a1 LOGOUT\r\n"),
            (Protocol::IMAP, "login x y\r\n"),
            (Protocol::IMAP, "a1 NOOP LOGIN x"),
            (Protocol::IMAP, "a1 SELECT STARTTLS \r\n"),
        ] {
            assert_eq!(of(protocol, text.as_bytes()), Said::Other, "{text}");
        }
    }

    #[test]
    fn a_record_of_tls_is_one_in_every_protocol() {
        for protocol in [Protocol::FTP_CONTROL, Protocol::SMTP, Protocol::POP3, Protocol::IMAP] {
            for record in [b"\x16\x03\x01\x02\x00\x01", b"\x14\x03\x03\x00\x01\x01"] {
                assert_eq!(of(protocol, record), Said::Record);
            }
            assert_eq!(of(protocol, b"\x16\x02\x01"), Said::Other);
        }
    }
}
