//! What a program has to have seen before it knows the packets that are measured.

use classifier_common::{
    fixtures::{
        ftp_traces::{connection::Connection, network::Network, statement::said},
        layers::{Layer, ethernet, ipv4_fragment, tcp},
    },
    wire::{number, tcp::flag},
};

/// Hosts of the FTP packets, by number: the client, the server, and one that is neither.
pub const CLIENT: u8 = 1;
/// See [`CLIENT`].
pub const SERVER: u8 = 2;
/// See [`CLIENT`].
pub const STRANGER: u8 = 3;

/// The port that the server announces.
pub const ANNOUNCED: u16 = 40_000;
/// The port that the client dials it from.
pub const DIALLER: u16 = 50_000;

const CONTROL: [(u8, u16); 2] = [(CLIENT, 49_152), (SERVER, 21)];

/// Identification of the packet whose fragments are measured.
const FRAGMENTED: u16 = 77;

/// The conversation on a control connection, up to the data connection that it announced.
pub struct Conversation {
    pub frames: Vec<Vec<u8>>,
    /// The client's last acknowledgment.
    pub quiet: Vec<u8>,
    /// The client's command, and the server's reply.
    pub command: Vec<u8>,
    pub reply: Vec<u8>,
    /// The next command that the client has not yet sent.
    pub next: Vec<u8>,
}

impl Conversation {
    pub fn new() -> Self {
        let mut connection = Connection::new(CONTROL, [1000, 5000]);
        let mut segment = |line: &str, flags: u8| {
            let said = said(line).expect("a line of a trace");
            let segment = connection.segment(&said, flags, &said.bytes);
            Network::default().frame(segment.ends, segment.flags, segment.numbers, &segment.bytes)
        };
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
        let dial = data(CLIENT, flag::SYN, &[]);
        let rest = [command.clone(), reply.clone(), quiet.clone(), dial, first_fragment()];
        Self { frames: [handshake.as_slice(), &rest].concat(), quiet, command, reply, next }
    }
}

/// A packet from a host's data port to the announced one.
pub fn data(from: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let ends = [(from, DIALLER), (SERVER, ANNOUNCED)];
    Network::default().frame(ends, flags, (9000, 7000), payload)
}

fn first_fragment() -> Vec<u8> {
    ethernet(ipv4_fragment(FRAGMENTED, 0, true, tcp(DIALLER, 25))).into()
}

/// A fragment that follows the first, and has its class.
pub fn later_fragment(payload: &[u8]) -> Vec<u8> {
    ethernet(ipv4_fragment(FRAGMENTED, 3, false, Layer::of(number::TCP, payload))).into()
}
