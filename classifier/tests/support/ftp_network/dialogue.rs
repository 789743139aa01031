// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A client and a server of FTP. Each acts on whole lines that it has read, and on nothing else.

use classifier_common::fixtures::ftp_traces::network::End;

use super::Purpose;

/// A command of the client, with all that follows from it.
#[derive(Clone, Copy, Debug)]
pub enum Exchange {
    /// A command without a port; the reply may have several lines, one of which looks like an announcement.
    Plain { is_long: bool },
    /// PASV or EPSV, and a transfer.
    Passive { is_extended: bool },
    /// PASV or EPSV, and no connection to its port before the next announcement.
    Unused { is_extended: bool },
    /// PORT or EPRT, RETR, and a transfer.
    Active { is_extended: bool, is_from_20: bool },
    /// PORT or EPRT that the server refuses, and a connection all the same.
    Refused { is_extended: bool },
}

/// A connection that a line makes an end open.
pub struct Opening {
    pub purpose: Purpose,
    pub ends: [End; 2],
    /// True if the client waits for the end of the connection.
    pub is_awaited: bool,
    /// True if the label is only certain when the observer has seen the client's bytes in order. The agent reads a PORT
    /// behind a gap, and no refusal is matched with it: it stands until the server connects.
    pub needs_order: bool,
}

/// A client, its server, and the ports between them.
pub struct Dialogue {
    client: u8,
    server: u8,
    exchanges: Vec<Exchange>,
    /// Number of the present exchange.
    at: usize,
    /// Lines that client and server have acted on.
    acted: [usize; 2],
    /// Code of a reply whose last line the client has not read.
    reply: Option<String>,
    is_transferring: bool,
    /// A server's port that was announced and not used.
    unused: Option<u16>,
}

/// Actions of the two ends after a line was read.
#[derive(Default)]
pub struct Actions {
    /// Lines that client and server write.
    pub lines: [String; 2],
    pub openings: Vec<Opening>,
    /// True if both sides end the session.
    pub is_over: bool,
    /// True if a line was read.
    pub has_read: bool,
}

/// Port of the server of a passive exchange, and of the client of an active one.
const LISTENING: u16 = 40_000;
/// Port of the client of a passive exchange, and of the server of an active one.
const CALLING: u16 = 30_000;

impl Dialogue {
    pub const fn new(client: u8, server: u8, exchanges: Vec<Exchange>) -> Self {
        Self {
            client,
            server,
            exchanges,
            at: 0,
            acted: [0, 0],
            reply: None,
            is_transferring: false,
            unused: None,
        }
    }

    fn port(&self, base: u16) -> u16 {
        base + 100 * u16::from(self.client) + u16::try_from(self.at).expect("few exchanges")
    }

    fn announced(&self) -> (u8, u8) {
        let [high, low] = self.port(LISTENING).to_be_bytes();
        (high, low)
    }

    /// Acts on what client and server have read, one line of each.
    pub fn act(&mut self, read: [&[u8]; 2]) -> Actions {
        let mut actions = Actions::default();
        let lines = read.map(|bytes| {
            bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>()
        });
        let whole = |side: usize, at: usize| {
            let line = lines[side].get(at).filter(|line| line.ends_with(b"\r\n"))?;
            Some(String::from_utf8(line.clone()).expect("ASCII"))
        };
        if let Some(line) = whole(1, self.acted[1]) {
            self.acted[1] += 1;
            actions.has_read = true;
            self.serve(&line, &mut actions);
        }
        if let Some(line) = whole(0, self.acted[0]) {
            self.acted[0] += 1;
            actions.has_read = true;
            // RFC 959 §4.2: a reply of several lines ends with the code that it begins with, and a blank.
            let (code, rest) = line.split_at(3);
            let begun = self.reply.get_or_insert_with(|| code.to_owned());
            if code == begun && rest.starts_with(' ') {
                self.reply = None;
                self.go_on(&line, &mut actions);
            }
        }
        actions
    }

    /// Answers a command.
    fn serve(&mut self, line: &str, actions: &mut Actions) {
        let (high, low) = self.announced();
        let exchange = self.exchanges.get(self.at).copied();
        self.is_transferring |= line.starts_with("RETR");
        actions.lines[1] = match (line.split([' ', '\r']).next().unwrap_or_default(), exchange) {
            ("PASV", _) => format!("227 Entering Passive Mode (10,0,0,{},{high},{low})\r\n", self.server),
            ("EPSV", _) => format!("229 Entering Extended Passive Mode (|||{}|)\r\n", self.port(LISTENING)),
            ("RETR", Some(Exchange::Active { is_from_20, .. })) => {
                let from = if is_from_20 { 20 } else { self.port(CALLING) };
                let ends = [(self.server, from), (self.client, self.port(LISTENING))];
                actions.openings.push(Opening {
                    purpose: Purpose::Active,
                    ends,
                    is_awaited: true,
                    needs_order: false,
                });
                "150 here\r\n".to_owned()
            }
            ("RETR", _) => "150 here\r\n".to_owned(),
            ("PORT" | "EPRT", Some(Exchange::Refused { .. })) => "500 no\r\n".to_owned(),
            (_, Some(Exchange::Plain { is_long: true })) => {
                "200-first\r\n227 (10,0,0,2,1,2)\r\n200 ok\r\n".to_owned()
            }
            _ => "200 ok\r\n".to_owned(),
        };
    }

    /// Continues after the last line of a reply.
    fn go_on(&mut self, line: &str, actions: &mut Actions) {
        if line.starts_with("220") {
            return self.ask(actions);
        }
        let Some(exchange) = self.exchanges.get(self.at).copied() else { return };
        let to = (self.server, self.port(LISTENING));
        let from = (self.client, self.port(CALLING));
        let stray = |ends| Opening { purpose: Purpose::Other, ends, is_awaited: false, needs_order: false };
        match exchange {
            Exchange::Plain { .. } => self.next(actions),
            Exchange::Unused { .. } => {
                self.call_unused(actions);
                self.unused = Some(to.1);
                self.next(actions);
            }
            Exchange::Passive { .. } | Exchange::Active { .. } if line.starts_with("226") => {
                self.next(actions);
            }
            Exchange::Passive { .. } | Exchange::Active { .. } if line.starts_with("150") => {}
            Exchange::Passive { .. } => {
                self.call_unused(actions);
                actions.openings.push(Opening {
                    purpose: Purpose::Passive,
                    ends: [from, to],
                    is_awaited: true,
                    needs_order: false,
                });
                "RETR file\r\n".clone_into(&mut actions.lines[0]);
            }
            Exchange::Active { .. } => {
                self.call_unused(actions);
                "RETR file\r\n".clone_into(&mut actions.lines[0]);
            }
            Exchange::Refused { .. } => {
                // A PORT replaces what was announced before, refused or not.
                self.call_unused(actions);
                let ends = [(self.server, self.port(CALLING)), (self.client, self.port(LISTENING))];
                actions.openings.push(Opening { needs_order: true, ..stray(ends) });
                self.next(actions);
            }
        }
    }

    /// Connects to a port that a later announcement has replaced.
    fn call_unused(&mut self, actions: &mut Actions) {
        if let Some(port) = self.unused.take() {
            let ends = [(self.client, self.port(CALLING) + 5000), (self.server, port)];
            actions.openings.push(Opening {
                purpose: Purpose::Other,
                ends,
                is_awaited: false,
                needs_order: false,
            });
        }
    }

    /// Tells whether the server has begun a transfer, and waits for the end of its connection.
    pub const fn is_transferring(&self) -> bool {
        self.is_transferring
    }

    /// Ends a transfer at the server.
    pub fn transferred(&mut self) -> Actions {
        self.is_transferring = false;
        Actions { lines: [String::new(), "226 done\r\n".to_owned()], ..Actions::default() }
    }

    fn next(&mut self, actions: &mut Actions) {
        self.at += 1;
        self.ask(actions);
    }

    /// Writes the command of the present exchange.
    fn ask(&self, actions: &mut Actions) {
        let Some(exchange) = self.exchanges.get(self.at) else {
            actions.is_over = true;
            return;
        };
        let (high, low) = self.announced();
        let (client, port) = (self.client, self.port(LISTENING));
        actions.lines[0] = match exchange {
            Exchange::Plain { .. } => "NOOP\r\n".to_owned(),
            Exchange::Passive { is_extended: false } | Exchange::Unused { is_extended: false } => {
                "PASV\r\n".to_owned()
            }
            Exchange::Passive { .. } | Exchange::Unused { .. } => "EPSV\r\n".to_owned(),
            Exchange::Active { is_extended: false, .. } | Exchange::Refused { is_extended: false } => {
                format!("PORT 10,0,0,{client},{high},{low}\r\n")
            }
            Exchange::Active { .. } | Exchange::Refused { .. } => {
                format!("EPRT |1|10.0.0.{client}|{port}|\r\n")
            }
        };
    }

    /// Connects to the port that nobody used, after the session: it is withdrawn.
    pub fn ended(&mut self) -> Actions {
        let mut actions = Actions::default();
        self.call_unused(&mut actions);
        actions
    }
}
