// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A port that the configuration lets speak a protocol, in a capture.

use std::process::Command;

use classifier_common::fixtures::ftp_traces::network::Network;
use serde_json::{Value, json};

use super::command::TempFile;
use crate::{
    capture_files::{Captured, Order, pcap},
    written::Written,
};

const SYN: u8 = 0x02;
const SYN_ACK: u8 = 0x12;
const PUSH: u8 = 0x18;

/// Writes a session with port 587, in which the client says these bytes.
fn session(client: u16, text: &[u8]) -> [Vec<u8>; 3] {
    let there = [(1, client), (2, 587)];
    let [from, to] = there;
    let frame = |ends, flags, numbers, text| Network::default().frame(ends, flags, numbers, text);
    [
        frame(there, SYN, (100, 0), b""),
        frame([to, from], SYN_ACK, (900, 101), b""),
        frame(there, PUSH, (101, 901), text),
    ]
}

/// Returns the sessions in a report of these captured frames, with a `[[port]]` of this port and these last lines.
fn sessions(frames: &[Vec<u8>], more: &str) -> Value {
    let captured: Vec<_> =
        (0..).zip(frames).map(|(nth, frame)| Captured::whole(nth * 1_000_000, frame.clone())).collect();
    let capture = TempFile::new(&pcap(Order::Little, true, 1, &captured));
    let table = "[[port]]\nprotocol = 'submission'\ntransport = 'tcp'\nports = [587]\n";
    let file = Written::new(format!("{table}{more}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.args(["report", "--format", "json", "--pcap", capture.name(), "--config", file.path()]);
    let output = command.output().expect("the command starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    report["traffic"]["sessions"].clone()
}

#[test]
fn sessions_of_a_port_that_speaks_smtp_are_followed_in_a_capture() {
    let tls = b"EHLO x\r\nSTARTTLS\r\n\x16\x03\x01\x02\x00\x01";
    let frames = [session(50_000, tls), session(50_001, b"EHLO x\r\nAUTH PLAIN AHg=\r\n")].concat();
    let followed = json!([{"protocol": "submission", "upgraded": 1, "clear_login": 1, "neither": 0}]);
    assert_eq!(sessions(&frames, "speaks = 'smtp'\n"), followed);
    assert_eq!(sessions(&frames, ""), json!([]));
}
