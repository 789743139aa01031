// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packets that a program must see before the measured packets make sense to it.

use classifier_common::{
    fixtures::{
        ftp_traces::{connection::TraceConnection, network::Network, statement::said},
        layers::{Layer, ethernet, ipv4_fragment, tcp},
    },
    wire::{number, tcp::flag},
};

/// Number of the FTP client's host.
pub const CLIENT: u8 = 1;
/// Number of the FTP server's host.
pub const SERVER: u8 = 2;
/// Number of a host that is neither client nor server.
pub const STRANGER: u8 = 3;

/// Port that the server announces.
pub const ANNOUNCED: u16 = 40_000;
/// Port from which the client connects to the announced port.
pub const INITIATOR: u16 = 50_000;

const CONTROL: [(u8, u16); 2] = [(CLIENT, 49_152), (SERVER, 21)];

/// Offset of the sequence number behind Ethernet and IPv4.
pub const SEQUENCE: u32 = 14 + 20 + 4;

/// Identification of the datagram whose fragments are measured.
const FRAGMENTED: u16 = 77;

/// The conversation on a control connection, up to the announced data connection.
pub struct Conversation {
    pub frames: Vec<Vec<u8>>,
    /// Last acknowledgment of the client.
    pub quiet: Vec<u8>,
    /// Command of the client and reply of the server.
    pub command: Vec<u8>,
    pub reply: Vec<u8>,
    /// Next command of the client, not yet sent.
    pub next: Vec<u8>,
}

impl Conversation {
    pub fn new() -> Self {
        let mut connection = TraceConnection::new(CONTROL, [1000, 5000]);
        let mut segment = |line: &str, flags: u8| segment(&mut connection, line, flags).1;
        let ack = flag::ACK;
        let handshake = [
            segment("C syn", flag::SYN),
            segment("S syn ack", flag::SYN | ack),
            segment("C ack", ack),
            segment("S> 220 ready", ack),
        ];
        let command = segment("C> PASV", ack);
        let reply = segment("S> 227 Entering Passive Mode (10,0,0,2,156,64)", ack);
        let quiet = segment("C ack", ack);
        let next = segment("C> NOOP", ack);
        let syn = data(CLIENT, flag::SYN, &[]);
        let rest = [command.clone(), reply.clone(), quiet.clone(), syn, first_fragment()];
        Self { frames: [handshake.as_slice(), &rest].concat(), quiet, command, reply, next }
    }
}

/// Returns the frame of a trace's line in a connection, with its sender.
pub fn segment(connection: &mut TraceConnection, line: &str, flags: u8) -> (u8, Vec<u8>) {
    let said = said(line).expect("a line of a trace");
    let segment = connection.segment(&said, flags, &said.bytes);
    let frame = Network::default().frame(segment.ends, segment.flags, segment.numbers, &segment.bytes);
    (segment.ends[0].0, frame)
}

/// Returns a packet from a host's data port to the announced port.
pub fn data(from: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let ends = [(from, INITIATOR), (SERVER, ANNOUNCED)];
    Network::default().frame(ends, flags, (9000, 7000), payload)
}

fn first_fragment() -> Vec<u8> {
    ethernet(ipv4_fragment(FRAGMENTED, 0, true, tcp(INITIATOR, 25))).into()
}

/// Returns a later fragment, which inherits the first fragment's class.
pub fn later_fragment(payload: &[u8]) -> Vec<u8> {
    ethernet(ipv4_fragment(FRAGMENTED, 3, false, Layer::of(number::TCP, payload))).into()
}
