// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Two hosts on a wire without traffic of its own, and frames on it.

use std::{cell::RefCell, thread, time::Duration};

use classifier_common::fixtures::ftp_traces::{
    connection::{TraceConnection, TraceSegment},
    network::{End as Address, Network},
    statement,
};
use testbed::{Agent, End, FrameSocket, Host, Lab, servers::Folder};

use crate::BINARY;

/// Time for frames to arrive before those of the other side are sent.
const TURN: Duration = Duration::from_micros(500);

/// The wire, the client's end first.
pub struct Wire {
    pub hosts: [Host; 2],
    pub ends: [End; 2],
    sockets: [FrameSocket; 2],
    sender: RefCell<usize>,
    pub files: Folder,
}

impl Wire {
    pub fn new() -> Self {
        let lab = Lab::new();
        let hosts = ["client", "server"].map(|name| lab.host(name));
        let (a, b) = lab.wire(&hosts[0], &hosts[1], 9000);
        let sockets = [FrameSocket::open(&hosts[0], &a), FrameSocket::open(&hosts[1], &b)];
        Self { hosts, ends: [a, b], sockets, sender: RefCell::default(), files: Folder::new("ftp-agent") }
    }

    /// Starts an agent at the client's end (0) or the server's (1), with these lines of configuration.
    pub fn agent(&self, at: usize, options: &[&str], configuration: &str) -> Agent {
        let file = self.files.write(&format!("{at}.toml"), configuration);
        let place = ["--config", &file, "-i", &self.ends[at].name];
        self.hosts[at].agent(BINARY, &[&place[..], options].concat())
    }

    /// Starts an agent at each end.
    pub fn agents(&self, options: &[&str], configuration: &str) -> [Agent; 2] {
        [0, 1].map(|at| self.agent(at, options, configuration))
    }

    /// Sends the segments of host 1 from the client's end, and those of others from the server's.
    pub fn send(&self, ends: [Address; 2], flags: u8, numbers: (u32, u32), payload: &[u8]) {
        let side = usize::from(ends[0].0 != 1);
        if self.sender.replace(side) != side {
            thread::sleep(TURN);
        }
        let frame = Network::default().frame(ends, flags, numbers, payload);
        self.sockets[side].send(&frame).expect("the wire is up");
    }

    /// Sends a frame from the client's end.
    pub fn raise(&self, frame: &[u8]) {
        self.sender.replace(0);
        self.sockets[0].send(frame).expect("the wire is up");
    }

    /// Sends a data connection: the handshake and some bytes, then both FINs. It has `FRAMES` frames.
    pub fn data(&self, from: Address, to: Address) {
        let (there, back) = ([from, to], [to, from]);
        for (ends, flags) in [(there, 2), (back, 18), (there, 16), (back, 16), (there, 17), (back, 17)] {
            let payload: &[u8] = if flags == 16 { b"data" } else { b"" };
            self.send(ends, flags, (7, 9), payload);
        }
    }
}

/// Number of frames of a data connection.
pub const FRAMES: u64 = 6;

/// A control connection on the wire, as a trace of `classifier-common`.
pub struct Control<'w> {
    wire: &'w Wire,
    connection: TraceConnection,
}

impl<'w> Control<'w> {
    pub fn on(wire: &'w Wire, client_port: u16) -> Self {
        let first = u32::from(client_port).wrapping_mul(70_001);
        let ends = [(1, client_port), (2, 21)];
        Self { wire, connection: TraceConnection::new(ends, [first, first.wrapping_add(77_000)]) }
    }

    /// Opens a control connection, up to its greeting.
    pub fn open(wire: &'w Wire, client_port: u16) -> Self {
        let mut control = Self::on(wire, client_port);
        control.say("C syn\nS syn ack\nC ack\nS> 220 ready");
        control
    }

    /// Sends segments, one on each line.
    pub fn say(&mut self, trace: &str) {
        for line in trace.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let said = statement::said(line).unwrap_or_else(|| panic!("{line}: no segment"));
            if let [skip, count] = said.words.as_slice()
                && skip == "skip"
            {
                let next = &mut self.connection.next[said.side];
                *next = next.wrapping_add(count.parse().expect("a number"));
                continue;
            }
            let opens = said.side == 0 && said.words == ["syn"];
            let resets = said.words == ["rst"];
            let flags = statement::flags(&said.words) | if opens || resets { 0 } else { 16 };
            let TraceSegment { ends, flags, numbers, bytes } =
                self.connection.segment(&said, flags, &said.bytes);
            self.wire.send(ends, flags, numbers, &bytes);
        }
    }

    /// Announces a port in a 227 after a gap of one byte, which is then filled.
    pub fn passive_behind_a_hole(&mut self, port: u16) {
        let rest = format!("27 ok (10,0,0,2,{},{})", port >> 8, port & 0xff);
        let length = rest.len() + 2;
        self.say(&format!("C> PASV\nS[+1]>> {rest}\\r\\n\nS>> 2\nS skip {length}"));
    }
}
