// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A session on a silent wire, with an agent at each end.

use std::path::Path;

use anyhow::{Context as _, Result};
use classifier_common::fixtures::ftp_traces::{connection::TraceConnection, network::Network, statement};
use testbed::{Agent, End, FrameSocket, Host, Lab};

/// ACK flag, set in every segment but the first.
const ACK: u8 = 16;

/// A wire whose first end is the client's.
pub struct Wire {
    hosts: [Host; 2],
    ends: [End; 2],
    sockets: [FrameSocket; 2],
    session: TraceConnection,
}

impl Wire {
    pub fn new() -> Self {
        let lab = Lab::new();
        let hosts = ["client", "server"].map(|name| lab.host(name));
        let (client, server) = lab.wire(&hosts[0], &hosts[1], 1500);
        let sockets = [FrameSocket::open(&hosts[0], &client), FrameSocket::open(&hosts[1], &server)];
        let session = TraceConnection::new([(1, 50_000), (2, 21)], [7000, 77_000]);
        Self { hosts, ends: [client, server], sockets, session }
    }

    /// Starts an agent at each end, and returns it with the names of its hooks.
    pub fn agents(&self, binary: &Path) -> Result<[(Agent, &'static str); 2]> {
        let binary = binary.to_str().context("a path in UTF-8")?;
        let agent =
            |at: usize, mode| self.hosts[at].agent(binary, &["-i", &self.ends[at].name, "--xdp-mode", mode]);
        Ok([(agent(0, "native"), "native XDP, TCX egress"), (agent(1, "auto"), "TCX")])
    }

    /// Sends the handshake and the greeting.
    pub fn open(&mut self) {
        self.say("C syn\nS syn ack\nC ack\nS> 220 ready");
    }

    /// Sends PASV, and the server's 227 with a port.
    pub fn passive(&mut self, port: u16) {
        let (high, low) = (port >> 8, port & 0xff);
        self.say(&format!("C> PASV\nS> 227 ok (10,0,0,2,{high},{low})"));
    }

    /// Sends PASV and the 227, whose first byte comes after the others.
    pub fn passive_behind_a_gap(&mut self, port: u16) {
        let rest = format!("27 ok (10,0,0,2,{},{})\r\n", port >> 8, port & 0xff);
        self.say(&format!("C> PASV\nS[+1]>> {}\nS>> 2", rest.escape_default()));
        let after = u32::try_from(rest.len()).unwrap_or_default();
        self.session.next[1] = self.session.next[1].wrapping_add(after);
    }

    /// Sends segments, one per line, in the notation of the traces of `classifier-common`.
    fn say(&mut self, trace: &str) {
        for line in trace.lines() {
            let said = statement::said(line).unwrap_or_else(|| panic!("{line}: no segment"));
            let first = said.side == 0 && said.words == ["syn"];
            let flags = statement::flags(&said.words) | if first { 0 } else { ACK };
            let segment = self.session.segment(&said, flags, &said.bytes);
            let frame =
                Network::default().frame(segment.ends, segment.flags, segment.numbers, &segment.bytes);
            self.sockets[said.side].send(&frame).expect("the wire is up");
        }
    }
}
