// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tests of listeners on streams that are cut in every way.

use proptest::prelude::*;

use super::{Listener, Said, Spoken, Unread};
use crate::protocol::Protocol;

/// Length of a part that the kernel's programs read at once.
const PART: usize = 512;

/// Data of one side, sent at once: whether the client sends it, and the bytes.
pub(super) type Turn<'a> = (bool, &'a [u8]);

/// A session with its listener, and the sequence numbers of both sides.
pub(super) struct Session {
    protocol: Protocol,
    pub(super) listener: Listener,
    pub(super) next: [u32; 2],
    pub(super) said: Said,
}

impl Session {
    pub(super) fn new(protocol: Protocol) -> Self {
        let next = [u32::MAX - 20, 7000];
        Self { protocol, listener: Listener::new(next[0], next[1]), next, said: Said::Nothing }
    }

    /// Passes a segment; `false` if it is not inspected.
    pub(super) fn segment(&mut self, of_client: bool, flags: u8, bytes: &[u8]) -> bool {
        let [client, server] = self.next;
        let (sequence, acknowledgment) = if of_client { (client, server) } else { (server, client) };
        let length = u32::try_from(bytes.len()).unwrap();
        self.next[usize::from(!of_client)] = sequence.wrapping_add(length);
        let spoken = Spoken {
            sequence,
            acknowledgment,
            length,
            flags,
            of_client: of_client.into(),
            ..Spoken::default()
        };
        let mut inspected = false;
        while let Unread::From(from) = self.listener.accept(self.protocol, &spoken) {
            inspected = true;
            let from = from as usize;
            for byte in &bytes[from..bytes.len().min(from + PART)] {
                self.said = self.said.or(self.listener.push(self.protocol, of_client, *byte));
            }
        }
        inspected
    }

    pub(super) fn turns(mut self, turns: &[Turn<'_>], size: usize) -> Said {
        for (of_client, bytes) in turns {
            for segment in bytes.chunks(size) {
                self.segment(*of_client, 0x18, segment);
            }
        }
        self.said
    }
}

pub(super) const SAYS: bool = true;
pub(super) const REPLIES: bool = false;

pub(super) fn said(protocol: Protocol, text: &[u8]) -> Said {
    let sizes = [1, 2, 3, 5, text.len().max(1)];
    let all = sizes.map(|size| Session::new(protocol).turns(&[(SAYS, text)], size));
    assert!(all.iter().all(|said| *said == all[0]), "{all:?}: {}", text.escape_ascii());
    all[0]
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
        (Protocol::IMAP, "DONE\r\n\r\na1 LOGIN {1}\r\n", LogsIn),
        (Protocol::POP3, "USER x\nPASS y\n", LogsIn),
    ] {
        assert_eq!(said(protocol, text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn others_decide_nothing() {
    for (protocol, text) in [
        (Protocol::FTP_CONTROL, "USER pass \r\n"),
        (Protocol::FTP_CONTROL, "PASV\r\nPAS x\r\nPASSX y\r\nPASS\r\n"),
        (Protocol::FTP_CONTROL, "AUTH GSSAPI\r\nAUTH\r\nAUTH T\r\nAUTH \r\n"),
        (Protocol::SMTP, "MAIL FROM:<auth@x>\r\n"),
        (Protocol::SMTP, "AUTHENTIC\r\nAUTHENTICATE PLAIN\r\n"),
        (Protocol::SMTP, "STARTTL\r\nSTARTTLSS\r\n"),
        (Protocol::SMTP, " AUTH PLAIN x\r\nPASS x\r\nLOGIN x\r\nSTLS\r\n"),
        (Protocol::POP3, "AUTH\r\n"),
        (Protocol::POP3, "STAT\r\nDATA\r\nBDAT 5\r\n"),
        (Protocol::IMAP, "a1 LOGOUT\r\n"),
        (Protocol::IMAP, "login x y\r\n"),
        (Protocol::IMAP, "a1 NOOP LOGIN x\r\n"),
        (Protocol::IMAP, "a1 SELECT STARTTLS \r\n"),
        (Protocol::IMAP, "a1 AUTHENTICATED x\r\n"),
    ] {
        assert_eq!(said(protocol, text.as_bytes()), Said::Other, "{text}");
    }
}

#[test]
fn a_record_of_tls_is_one_in_every_protocol_first_of_all_or_when_it_was_asked_for() {
    let asked = ["AUTH TLS\r\n", "STARTTLS\r\n", "STLS\r\n", "a STARTTLS\r\n"];
    let talked = ["NOOP\r\n", "NOOP\r\n", "NOOP\r\n", "a NOOP\r\n"];
    let protocols = [Protocol::FTP_CONTROL, Protocol::SMTP, Protocol::POP3, Protocol::IMAP];
    for (protocol, (asked, talked)) in protocols.into_iter().zip(asked.into_iter().zip(talked)) {
        for record in [&b"\x16\x03\x01\x02\x00\x01"[..], b"\x14\x03\x03\x00\x01\x01"] {
            assert_eq!(said(protocol, record), Said::Record);
            assert_eq!(said(protocol, &[asked.as_bytes(), record].concat()), Said::Record);
            assert_eq!(said(protocol, &[talked.as_bytes(), record, b"\n"].concat()), Said::Other);
            assert_eq!(said(protocol, &[talked.as_bytes(), asked.as_bytes(), record].concat()), Said::Record);
        }
        assert_eq!(said(protocol, b"\x16\x02\x01 \n"), Said::Other);
    }
}

/// Returns conversations, each with the greatest meaning of the client's data.
fn conversations() -> Vec<(Protocol, Vec<Turn<'static>>, Said)> {
    let smtp = |text: &'static [u8], last: &'static [u8]| {
        vec![
            (REPLIES, &b"220-mail.example\r\n220 ready\r\n"[..]),
            (SAYS, b"EHLO x\r\n"),
            (REPLIES, b"250-mail.example\r\n250-AUTH PLAIN\r\n250 CHUNKING\r\n"),
            (SAYS, b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"),
            (REPLIES, b"250 ok\r\n250 ok\r\n"),
            (SAYS, text),
            (REPLIES, b"250 ok\r\n"),
            (SAYS, last),
        ]
    };
    let data = |text: &'static [u8], last: &'static [u8]| {
        let mut turns = smtp(text, last);
        turns.splice(5..5, [(SAYS, &b"DATA\r\n"[..]), (REPLIES, b"354 go\r\n")]);
        turns
    };
    let proxy =
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a\0\0\x01\x0a\0\0\x02\xc3\x50\0\x15\x16\x03\x01\x02\0\x01";
    vec![
        (Protocol::SMTP, data(b"Auth x\r\nAUTH y\r\n..\r\n.\n.\r\nx\r\n.\r\n", b"QUIT\r\n"), Said::Other),
        (Protocol::SMTP, data(b".\r\n", b"AUTH PLAIN x\r\n"), Said::LogsIn),
        (Protocol::SMTP, data(b"AUTH x\r\n.\r\nAUTH PLAIN x\r\n", b"QUIT\r\n"), Said::LogsIn),
        (Protocol::SMTP, smtp(b"DATA\r\nAUTH x\r\n.\r\nQUIT\r\n", b"QUIT\r\n"), Said::Other),
        (
            Protocol::SMTP,
            smtp(b"BDAT 8\r\nAUTH x\r\nBDAT 8 LAST\r\nAUTH y\r\n", b"BDAT 0 LAST\r\nQUIT\r\n"),
            Said::Other,
        ),
        (Protocol::SMTP, smtp(b"BDAT 8 LAST\r\nAUTH x\r\n", b"AUTH y\r\n"), Said::LogsIn),
        (Protocol::SMTP, vec![(SAYS, b"PROXY TCP4 1 2 3 4\r\nEHLO x\r\nAUTH x y\r\n")], Said::LogsIn),
        (
            Protocol::POP3,
            vec![(SAYS, b"USER x\r\n"), (REPLIES, b"+OK\r\n"), (SAYS, b"PASS y\r\n")],
            Said::LogsIn,
        ),
        (Protocol::POP3, vec![(SAYS, proxy)], Said::Record),
        (Protocol::IMAP, vec![(SAYS, proxy)], Said::Record),
        (Protocol::IMAP, vec![(SAYS, b"a ID (x {12+}\r\na LOGIN x y\r\n)\r\n")], Said::Other),
        (
            Protocol::IMAP,
            vec![
                (SAYS, b"a ID (x {12}\r\n"),
                (REPLIES, b"* x\r\n+ go\r\n"),
                (SAYS, b"a LOGIN x y\r\n)\r\nb NOOP\r\n"),
            ],
            Said::Other,
        ),
        (
            Protocol::IMAP,
            vec![(SAYS, b"a ID (x {12}\r\n"), (REPLIES, b"a BAD no\r\n"), (SAYS, b"a LOGIN x y\r\n")],
            Said::LogsIn,
        ),
    ]
}

#[test]
fn what_is_said_does_not_depend_on_how_it_is_cut() {
    for (protocol, turns, expected) in conversations() {
        for size in 1..100 {
            assert_eq!(Session::new(protocol).turns(&turns, size), expected, "{turns:?} in pieces of {size}");
        }
    }
}

proptest! {
    /// Checks that a login inside the text of a mail is never detected, whatever segments are lost or
    /// repeated.
    #[test]
    fn no_loss_invents_a_login(
        is_in_chunks in any::<bool>(),
        sizes in prop::collection::vec(1_usize..40, 1..20),
        fates in prop::collection::vec(0_u8..8, 1..60),
    ) {
        let text = b"AUTH PLAIN x\r\nAUTH PLAIN x\r\n.AUTH PLAIN x\r\nAUTH PLAIN x\r\n";
        let chunks = [&b"BDAT 56\r\n"[..], text, b"BDAT 56 LAST\r\n", text].concat();
        let data = [&text[..], b".\r\n"].concat();
        let mut turns = vec![
            (REPLIES, &b"220 ready\r\n"[..]),
            (SAYS, b"EHLO x\r\n"),
            (REPLIES, b"250-mail.example\r\n250 CHUNKING\r\n"),
        ];
        for _ in 0..3 {
            if is_in_chunks {
                turns.extend([(SAYS, &b"MAIL FROM:<a@b>\r\n"[..]), (REPLIES, b"250 ok\r\n"), (SAYS, &chunks)]);
                turns.push((REPLIES, b"250 ok\r\n250 ok\r\n"));
            } else {
                turns.extend([(SAYS, &b"MAIL FROM:<a@b>\r\nDATA\r\n"[..]), (REPLIES, b"250 ok\r\n354 go\r\n")]);
                turns.extend([(SAYS, &data[..]), (REPLIES, b"250 queued\r\n")]);
            }
        }
        let (mut sizes, mut fates) = (sizes.into_iter().cycle(), fates.into_iter().cycle());
        let mut session = Session::new(Protocol::SMTP);
        for (of_client, mut bytes) in turns {
            while !bytes.is_empty() {
                let size = if of_client { bytes.len().min(sizes.next().unwrap()) } else { bytes.len() };
                let (segment, rest) = bytes.split_at(size);
                let before = session.next;
                let fate = fates.next().unwrap();
                if fate == 0 {
                    let next = &mut session.next[usize::from(!of_client)];
                    *next = next.wrapping_add(u32::try_from(size).unwrap());
                } else {
                    session.segment(of_client, if fate == 1 { 0x10 } else { 0x18 }, segment);
                }
                if fate == 2 {
                    let after = std::mem::replace(&mut session.next, before);
                    session.segment(of_client, 0x18, segment);
                    session.next = after;
                }
                bytes = rest;
            }
        }
        prop_assert!(session.said <= Said::Other, "{:?}", session.said);
    }

    /// Checks that the cut of a stream does not change the result, and that no stream makes a listener fail.
    #[test]
    fn any_stream_is_the_same_in_any_pieces(
        protocol in 0_usize..4,
        words in prop::collection::vec(0_usize..19, 1..30),
        size in 1_usize..9,
    ) {
        const WORDS: [&[u8]; 19] = [
            b"PASS ", b"AUTH ", b"APOP", b"STLS", b"STARTTLS", b"LOGIN ", b"AUTHENTICATE ", b"DATA", b"BDAT ", b"7",
            b"{3}", b"{2+}", b"\r\n", b"\r\n", b"\r\n.\r\n", b"PROXY ", b"a ", b"\r\n\r\n\0\r\nQUIT\n!\x11\0\x01", b"TLS",
        ];
        let protocols = [Protocol::FTP_CONTROL, Protocol::SMTP, Protocol::POP3, Protocol::IMAP];
        let protocol = protocols[protocol];
        let text: Vec<u8> = words.iter().flat_map(|word| WORDS[*word]).copied().collect();
        let whole = Session::new(protocol).turns(&[(SAYS, &text)], text.len());
        prop_assert_eq!(Session::new(protocol).turns(&[(SAYS, &text)], size), whole);
    }
}
