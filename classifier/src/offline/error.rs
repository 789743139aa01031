// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors of reading and classifying captures.

use std::{io, path::PathBuf};

use thiserror::Error;

use super::{Fault, LinkType};
use crate::{datapath::DatapathError, snapshot::ReadError, stdout::StdoutError};

/// Reason why a capture cannot be classified, or not all of it.
#[derive(Debug, Error)]
pub enum OfflineError {
    /// The file cannot be opened.
    #[error("cannot open `{}`: {cause}; check its name and permissions", file.display())]
    Open {
        /// Name of the file.
        file: PathBuf,
        /// Cause.
        #[source]
        cause: io::Error,
    },
    /// The file is no capture.
    #[error("`{}` {fault}; give a pcap or pcapng file, plain or compressed by gzip or zstd", file.display())]
    Begin {
        /// Name of the file.
        file: PathBuf,
        /// Problem of the file.
        #[source]
        fault: Fault,
    },
    /// The file is corrupt or truncated.
    #[error(
        "`{}`: packet {packet}, at byte {offset}{}, {fault}; the packets before it are counted",
        file.display(),
        if *is_compressed { " of the decompressed data" } else { "" }
    )]
    Broken {
        /// Name of the file.
        file: PathBuf,
        /// Number that the packet would have in the file, from 1.
        packet: u64,
        /// Offset of the unreadable part.
        offset: u64,
        /// True if the offset is in decompressed data.
        is_compressed: bool,
        /// Problem of the packet.
        #[source]
        fault: Fault,
    },
    /// The file has packets of an unsupported link type.
    #[error(
        "`{}`: packet {first} has link type {link}, which is not supported; {packets} packets of unsupported link \
         types are not counted",
        file.display()
    )]
    LinkType {
        /// Name of the file.
        file: PathBuf,
        /// Number of such packets.
        packets: u64,
        /// Number of the first one in the file, from 1.
        first: u64,
        /// Link type of the first one.
        link: LinkType,
    },
    /// The kernel does not load the program.
    #[error(transparent)]
    Load(#[from] DatapathError),
    /// The kernel refuses to read the program's counters.
    #[error(transparent)]
    Counters(#[from] ReadError),
    /// The kernel refuses to run the program on a packet.
    #[error("the kernel cannot run the program over packet {packet}: {cause}; leave out --kernel")]
    Run {
        /// Number of the packet, from 1 over all files.
        packet: u64,
        /// Cause.
        #[source]
        cause: aya::programs::ProgramError,
    },
    /// The report cannot be written as JSON.
    #[error("cannot write JSON: {0}; use --format text, and report it")]
    Json(#[from] serde_json::Error),
    /// The output cannot be written.
    #[error(transparent)]
    Write(#[from] StdoutError),
}
