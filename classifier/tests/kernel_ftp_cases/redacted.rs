// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The ring buffer has no part of a client's credentials, however its segments are cut.

use classifier_common::{
    abi::{PROGRAM_INGRESS, PROGRAM_XDP},
    control::{EventHeader, EventKind, TrackingConfig},
    fixtures::ftp_traces::network::Network,
};
use testbed::Lab;

use crate::hook::Hook;

/// A client's segment after a gap, and the forwarded part of it.
const SEGMENTS: [(&str, &str); 12] = [
    ("hunter2\r\n", "xxxxxxx\r\n"),
    ("T hunter2\r\n", "x xxxxxxx\r\n"),
    ("RT hunter2\r\n", "xx xxxxxxx\r\n"),
    ("ORT hunter2\r\n", "xxx xxxxxxx\r\n"),
    ("PRT hunter2\r\n", "xxx xxxxxxx\r\n"),
    ("12345678\r\nPASS hunter2\r\n", "xxxxxxxx\r\nPASS xxxxxxx\r\n"),
    ("PASS hunter2\r\n", "xxxx xxxxxxx\r\n"),
    ("NOOP\r\nPASS h\u{fc}nter 2", "xxxx\r\nPASS xxxxxxx x"),
    ("RT 10,0,0,1,156,64\r\n", "RT 10,0,0,1,156,64\r\n"),
    ("|2|2001:db8::1|40000|\r\n", "|2|2001:db8::1|40000|\r\n"),
    ("SV\r\nUSER hunter\r\nPORT 10,0,0,1,1,2\r\n", "SV\r\nUSER xxxxxx\r\nPORT 10,0,0,1,1,2\r\n"),
    ("H TLS\r\n", "H TLS\r\n"),
];

const SYN: u8 = 2;
const ACK: u8 = 16;

fn forwarded(hook: &mut Hook, piece: &str) -> Vec<Vec<u8>> {
    let (client, server) = ((1, 49_152), (2, 21));
    let network = Network::default();
    for frame in [
        network.frame([client, server], SYN, (100, 0), b""),
        network.frame([server, client], SYN | ACK, (900, 101), b""),
        network.frame([client, server], ACK, (101, 901), b""),
        network.frame([server, client], ACK, (901, 101), b"220 ready\r\n"),
        network.frame([client, server], ACK, (150, 912), piece.as_bytes()),
    ] {
        hook.run(&frame).unwrap();
    }
    let mut pieces = Vec::new();
    while hook.tracking.next_event(|event| {
        let (header, body) = EventHeader::split(event).expect("a whole event");
        if header.kind == EventKind::Segment as u32 {
            pieces.push(body.to_vec());
        }
    }) {}
    pieces
}

fn every_piece_is_redacted_in(program: &'static str) {
    let lab = Lab::new();
    lab.host("harness").enter(|| {
        let mut hook = Hook::load(program, TrackingConfig::default());
        for (piece, left) in SEGMENTS {
            hook.forget();
            assert_eq!(forwarded(&mut hook, piece), [left.as_bytes()], "{piece:?}");
        }
        let long = format!("{}hunter2", "T hunter2 ".repeat(204));
        hook.forget();
        let [piece] = &forwarded(&mut hook, &long)[..] else { panic!("no segment") };
        assert!(piece.len() > 2000 && piece.iter().all(|byte| b"x ".contains(byte)), "{piece:?}");
    });
}

#[test]
fn every_piece_is_redacted_in_xdp() {
    every_piece_is_redacted_in(PROGRAM_XDP);
}

#[test]
fn every_piece_is_redacted_in_tc() {
    every_piece_is_redacted_in(PROGRAM_INGRESS);
}
