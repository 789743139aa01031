// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs tshark, which shares no code with the classifier.

use std::{path::Path, process::Command};

use crate::packet::{AGGREGATOR, FIELDS};

/// Dissection of a file.
pub struct Dissected {
    /// Lines, one for each packet, for [`Packet`](crate::packet::Packet).
    pub lines: Vec<String>,
    /// True if the file is truncated or unreadable after them.
    pub is_broken: bool,
}

pub fn dissect(file: &Path) -> Dissected {
    let mut tshark = Command::new("tshark");
    // Fragments and segments are not reassembled.
    for preference in ["ip.defragment", "ipv6.defragment", "tcp.desegment_tcp_streams"] {
        tshark.args(["-o", &format!("{preference}:FALSE")]);
    }
    tshark.args([
        "-n",
        "-t",
        "e",
        "-T",
        "fields",
        "-E",
        "occurrence=a",
        "-E",
        &format!("aggregator={AGGREGATOR}"),
    ]);
    tshark.args(FIELDS.map(|field| ["-e", field]).as_flattened());
    let output = tshark.arg("-r").arg(file).output().expect("tshark is installed");
    // A truncated file is dissected as far as possible.
    let lines = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    let said = String::from_utf8_lossy(&output.stderr);
    let is_broken = [
        "appears to be damaged",
        "appears to have been cut short",
        "isn't a capture file",
        "unknown SHB version",
        "pcap: major version",
    ]
    .iter()
    .any(|word| said.contains(word));
    Dissected { lines, is_broken }
}
