// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A cell's control connections and data connections, from the capture alone.

use std::net::SocketAddr;

use testbed::Segment;

use crate::{
    cells::{Cell, Client},
    decoys::Decoys,
};

/// Commands that announce or use a data connection.
const COMMANDS: [&str; 14] = [
    "PASV", "P@SW", "EPSV", "PORT", "EPRT", "LPSV", "LPRT", "LIST", "NLST", "MLSD", "STOR", "STOU", "APPE",
    "RETR",
];

/// Lists the segments of neither a control connection nor a decoy: in the laboratory, those are data.
pub fn data_segments<'s>(
    segments: impl IntoIterator<Item = &'s Segment>,
    decoys: &Decoys<'_>,
) -> impl Iterator<Item = &'s Segment> {
    segments.into_iter().filter(|segment| !segment.has_port(21) && decoys.kind(segment).is_none())
}

/// Asserts that the client has sent the intended command before each transfer, and no other.
pub fn commands_are_as_intended(cell: Cell, segments: &[&Segment]) {
    let intended: Vec<_> = cell.client.verbs().iter().map(|verb| [cell.command.word(), verb]).collect();
    assert_eq!(commands(segments), intended.as_flattened(), "{cell}");
    let is_ahead = segments.iter().filter(|segment| segment.to.port() == 21).any(|segment| {
        let text = String::from_utf8_lossy(&segment.data);
        intended.iter().any(|pair| pair.iter().all(|word| text.contains(word)))
    });
    assert_eq!(
        is_ahead,
        cell.client == Client::LftpAhead,
        "{cell}: a transfer asked for ahead of the answer"
    );
}

/// Lists the commands about data connections, in order.
fn commands(segments: &[&Segment]) -> Vec<String> {
    let mut streams: Vec<(SocketAddr, Vec<u8>)> = Vec::new();
    for segment in segments.iter().filter(|segment| segment.to.port() == 21) {
        let known = streams.iter().position(|(client, _)| *client == segment.from);
        let stream = known.unwrap_or_else(|| {
            streams.push((segment.from, Vec::new()));
            streams.len() - 1
        });
        streams[stream].1.extend(&segment.data);
    }
    let text: String = streams.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    let words = text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_uppercase);
    words.filter(|word| COMMANDS.contains(&word.as_str())).collect()
}
