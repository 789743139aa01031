// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A session of FTP that announces a data port: the programs count what they learn beside the interfaces' counters.

use classifier_common::fixtures::ftp_traces::network::Network;

const NETWORK: Network = Network { v6: false, tagged: false };

const SYN: u8 = 0x02;
const SYN_ACK: u8 = 0x12;
const ACK: u8 = 0x10;
const PSH_ACK: u8 = 0x18;

/// First numbers of client and server.
const NUMBERS: (u32, u32) = (1_000, 9_000);

/// Returns the frames of a session, in their order. Each number has ports of its own.
pub fn session(number: u16) -> [Vec<u8>; 5] {
    let ends = [(1, 30_000 + number), (2, 21)];
    let [high, low] = (40_000 + number).to_be_bytes();
    let reply = format!("227 Entering Passive Mode (10,0,0,2,{high},{low})\r\n");
    let (client, server) = (NUMBERS.0 + 1, NUMBERS.1 + 1);
    let asks = |flags, numbers, text: &[u8]| NETWORK.frame(ends, flags, numbers, text);
    let answers = |flags, numbers, text: &[u8]| NETWORK.frame([ends[1], ends[0]], flags, numbers, text);
    [
        asks(SYN, (NUMBERS.0, 0), b""),
        answers(SYN_ACK, (NUMBERS.1, client), b""),
        asks(ACK, (client, server), b""),
        asks(PSH_ACK, (client, server), b"PASV\r\n"),
        answers(PSH_ACK, (server, client + 6), reply.as_bytes()),
    ]
}
