//! A session on a wire that says nothing of its own, and the agents at its ends.

use std::path::Path;

use anyhow::{Context as _, Result};
use classifier_common::fixtures::ftp_traces::{connection::Connection, network::Network, statement};
use testbed::{Agent, End, FrameSocket, Host, Lab};

/// ACK, which every segment but the first has.
const ACK: u8 = 16;

/// The client's end first.
pub struct Wire {
    hosts: [Host; 2],
    ends: [End; 2],
    sockets: [FrameSocket; 2],
    session: Connection,
}

impl Wire {
    pub fn new() -> Self {
        let lab = Lab::new();
        let hosts = ["client", "server"].map(|name| lab.host(name));
        let (client, server) = lab.wire(&hosts[0], &hosts[1], 1500);
        let sockets = [FrameSocket::open(&hosts[0], &client), FrameSocket::open(&hosts[1], &server)];
        let session = Connection::new([(1, 50_000), (2, 21)], [7000, 77_000]);
        Self { hosts, ends: [client, server], sockets, session }
    }

    /// An agent at each end, with its hooks in words.
    pub fn agents(&self, binary: &Path) -> Result<[(Agent, &'static str); 2]> {
        let binary = binary.to_str().context("a path in UTF-8")?;
        let agent =
            |at: usize, mode| self.hosts[at].agent(binary, &["-i", &self.ends[at].name, "--xdp-mode", mode]);
        Ok([(agent(0, "native"), "native XDP, TCX egress"), (agent(1, "auto"), "TCX")])
    }

    /// The handshake and the greeting.
    pub fn open(&mut self) {
        self.say("C syn\nS syn ack\nC ack\nS> 220 ready");
    }

    /// PASV, and the server's 227 for a port.
    pub fn passive(&mut self, port: u16) {
        let (high, low) = (port >> 8, port & 0xff);
        self.say(&format!("C> PASV\nS> 227 ok (10,0,0,2,{high},{low})"));
    }

    /// The same, but the reply's first byte comes after the others.
    pub fn passive_behind_a_hole(&mut self, port: u16) {
        let rest = format!("27 ok (10,0,0,2,{},{})\r\n", port >> 8, port & 0xff);
        self.say(&format!("C> PASV\nS[+1]>> {}\nS>> 2", rest.escape_default()));
        let after = u32::try_from(rest.len()).unwrap_or_default();
        self.session.next[1] = self.session.next[1].wrapping_add(after);
    }

    /// Sends segments, one a line, as the traces of `classifier-common` say them.
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
