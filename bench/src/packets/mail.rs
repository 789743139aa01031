// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A session of SMTP in which the client sends the text of a mail.

use classifier_common::{fixtures::ftp_traces::connection::TraceConnection, wire::tcp::flag};

use super::conversation::{CLIENT, SERVER, segment};

const SESSION: [(u8, u16); 2] = [(CLIENT, 49_153), (SERVER, 25)];

/// A full segment of text.
const TEXT: &str = "C>> \\*1460";

/// The session, up to the first segment of the text.
pub struct Mail {
    /// Frames, each with its sender.
    pub frames: Vec<(u8, Vec<u8>)>,
    /// Next segment of the text, not yet sent.
    pub text: Vec<u8>,
}

impl Mail {
    pub fn new() -> Self {
        let mut connection = TraceConnection::new(SESSION, [1000, 5000]);
        let mut segment = |line: &str, flags: u8| segment(&mut connection, line, flags);
        let (ack, push) = (flag::ACK, flag::ACK | flag::PSH);
        let frames = vec![
            segment("C syn", flag::SYN),
            segment("S syn ack", flag::SYN | ack),
            segment("S> 220 ready", push),
            segment("C> EHLO client.example", push),
            segment("S> 250 ok", push),
            segment("C> MAIL FROM:<a@client.example>\\r\\nRCPT TO:<b@mail.example>\\r\\nDATA", push),
            segment("S> 250 ok\\r\\n250 ok\\r\\n354 go", push),
            segment(TEXT, ack),
        ];
        let (_, text) = segment(TEXT, ack);
        Self { frames, text }
    }
}
