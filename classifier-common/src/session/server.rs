// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Parser of the server's side: replies that permit or refuse a text.

use super::{
    listener::Listener,
    stage::{Place, Reply},
};
use crate::protocol::Protocol;

/// Code of "Start mail input".
const START_MAIL_INPUT: u16 = 354;

impl Listener {
    /// Pushes a byte of the server.
    #[inline(always)]
    pub(super) fn push_server(&mut self, protocol: Protocol, byte: u8) {
        if byte == b'\n' && self.place != Place::Three {
            self.place = Place::Start;
            return;
        }
        if protocol == Protocol::IMAP {
            if self.place == Place::Start {
                self.reply = match byte {
                    b'+' => Reply::GoAhead,
                    b'*' => self.reply,
                    _ => Reply::Over,
                };
            }
            self.place = Place::Rest;
            return;
        }
        if protocol != Protocol::SMTP {
            self.reply = Reply::Done;
            return;
        }
        self.place = match self.place {
            Place::Start if byte.is_ascii_digit() => self.digit(0, byte, Place::One),
            Place::One if byte.is_ascii_digit() => self.digit(self.code, byte, Place::Two),
            Place::Two if byte.is_ascii_digit() => self.digit(self.code, byte, Place::Three),
            Place::Three => {
                if byte != b'-' {
                    self.reply();
                }
                if byte == b'\n' { Place::Start } else { Place::Rest }
            }
            Place::Start | Place::One | Place::Two | Place::Rest => Place::Rest,
        };
    }

    #[inline(always)]
    const fn digit(&mut self, before: u16, byte: u8, then: Place) -> Place {
        self.code = before.wrapping_mul(10).wrapping_add((byte - b'0') as u16);
        then
    }

    /// Processes the last line of an SMTP reply.
    #[inline(always)]
    const fn reply(&mut self) {
        if self.code == START_MAIL_INPUT {
            self.granted = self.granted.wrapping_add(1);
            self.reply = Reply::GoAhead;
        } else {
            self.delivered = self.granted;
            self.reply = if self.code >= 400 { Reply::Over } else { Reply::Done };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what a listener knows after these replies: permitted and delivered texts, the last reply, and the place.
    fn replied(protocol: Protocol, text: &str) -> (u8, u8, Reply, Place) {
        let mut listener = Listener::new(0, 0);
        text.bytes().for_each(|byte| _ = listener.push(protocol, false, byte));
        (listener.granted, listener.delivered, listener.reply, listener.place)
    }

    #[test]
    fn the_last_line_of_a_reply_counts_by_its_code() {
        for (text, expected) in [
            ("354 go\r\n", (1, 0, Reply::GoAhead, Place::Start)),
            ("354\n", (1, 0, Reply::GoAhead, Place::Start)),
            ("354\r\n", (1, 0, Reply::GoAhead, Place::Start)),
            ("354", (0, 0, Reply::None, Place::Three)),
            ("35", (0, 0, Reply::None, Place::Two)),
            ("3", (0, 0, Reply::None, Place::One)),
            ("354 ", (1, 0, Reply::GoAhead, Place::Rest)),
            ("354-go\r\n", (0, 0, Reply::None, Place::Start)),
            ("354-go\r\n354 go\r\n", (1, 0, Reply::GoAhead, Place::Start)),
            ("354 go\r\n354 go\r\n", (2, 0, Reply::GoAhead, Place::Start)),
            ("354 go\r\n250 ok\r\n", (1, 1, Reply::Done, Place::Start)),
            ("354 go\r\n399 ok\r\n", (1, 1, Reply::Done, Place::Start)),
            ("354 go\r\n400 no\r\n", (1, 1, Reply::Over, Place::Start)),
            ("354 go\r\n554-no\r\n", (1, 0, Reply::GoAhead, Place::Start)),
            ("x354 go\r\n", (0, 0, Reply::None, Place::Start)),
            ("3x54 go\r\n", (0, 0, Reply::None, Place::Start)),
            ("35x4 go\r\n", (0, 0, Reply::None, Place::Start)),
            ("x 354", (0, 0, Reply::None, Place::Rest)),
            ("250 354 go\r\n", (0, 0, Reply::Done, Place::Start)),
        ] {
            assert_eq!(replied(Protocol::SMTP, text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_of_imap_counts_by_its_first_byte_and_other_replies_alone_are_none() {
        for (text, reply) in [
            ("+ go\r\n", Reply::GoAhead),
            ("a OK\r\n", Reply::Over),
            ("* x\r\n", Reply::None),
            ("+ go\r\n* x\r\n", Reply::GoAhead),
            ("a OK\r\n* +\r\n", Reply::Over),
            ("a +\r\n", Reply::Over),
            ("354 go\r\n", Reply::Over),
        ] {
            assert_eq!(replied(Protocol::IMAP, text), (0, 0, reply, Place::Start), "{text:?}");
        }
        for protocol in [Protocol::POP3, Protocol::FTP_CONTROL] {
            assert_eq!(replied(protocol, "354 go\r\n"), (0, 0, Reply::Done, Place::Start));
            assert_eq!(replied(protocol, "\n"), (0, 0, Reply::None, Place::Start));
        }
    }
}
