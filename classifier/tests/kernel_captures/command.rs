// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs the command under test.

use std::{path::Path, process::Command};

/// Class of a packet in the output: protocol and role.
pub type Class = (String, String);

/// Output of the command for a capture.
pub struct Classified {
    /// Classes by number of the packet, from 1; `None` for unclassified ones.
    pub packets: Vec<Option<Class>>,
    /// Error of the command, if it has failed.
    pub failure: Option<String>,
}

pub fn classifier(arguments: &[&str], file: &Path) -> (String, Option<String>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_classifier"));
    command.arg("pcap").args(arguments).arg(file).env_remove("RUST_LOG").env_remove("CLASSIFIER_CONFIG");
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), said.is_empty(), "{}: {said}", file.display());
    assert!(output.status.success() || output.status.code() == Some(1), "{}: {said}", file.display());
    let written = String::from_utf8(output.stdout).expect("text");
    (written, (!output.status.success()).then_some(said))
}

/// Classifies a capture of this many packets, or more.
pub fn classified(file: &Path, count: usize) -> Classified {
    let (written, failure) = classifier(&["--packets"], file);
    let mut packets = vec![None; count];
    for line in written.lines() {
        let fields: Vec<_> = line.split('\t').collect();
        let [number, protocol, role] = fields[..] else { panic!("{line}") };
        let number: usize = number.parse().expect("a number");
        packets.resize(packets.len().max(number), None);
        packets[number - 1] = Some((protocol.to_owned(), role.to_owned()));
    }
    Classified { packets, failure }
}
