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
