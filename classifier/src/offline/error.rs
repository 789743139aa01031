//! Why captures are not read, or not to their end.

use std::{io, path::PathBuf};

use thiserror::Error;

use super::{Fault, LinkType};
use crate::{counters::ReadError, datapath::DatapathError};

/// A capture cannot be judged, or not all of it.
#[derive(Debug, Error)]
pub enum OfflineError {
    /// It cannot be opened.
    #[error("cannot open `{}`: {cause}; check its name and who may read it", file.display())]
    Open {
        /// Its name.
        file: PathBuf,
        /// What the operating system says.
        #[source]
        cause: io::Error,
    },
    /// It does not begin as a capture does.
    #[error("`{}` {fault}; give a pcap or pcapng file, plain or compressed by gzip or zstd", file.display())]
    Begin {
        /// Its name.
        file: PathBuf,
        /// What is wrong.
        #[source]
        fault: Fault,
    },
    /// It does not go on as a capture does.
    #[error(
        "`{}`: packet {packet}, at byte {offset}{}, {fault}; the packets before it are counted",
        file.display(),
        if *is_compressed { " of what it decompresses to" } else { "" }
    )]
    Broken {
        /// Its name.
        file: PathBuf,
        /// The number that the packet would have in the file, from 1.
        packet: u64,
        /// Where what cannot be read begins.
        offset: u64,
        /// Whether the offset is not that of the file itself.
        is_compressed: bool,
        /// What is wrong.
        #[source]
        fault: Fault,
    },
    /// It has packets that begin with something unknown.
    #[error(
        "`{}`: packet {first} is of link type {link}, which cannot be judged; not counted are {packets} packets of such \
         link types, all others are",
        file.display()
    )]
    LinkType {
        /// Its name.
        file: PathBuf,
        /// How many.
        packets: u64,
        /// The number of the first in the file, from 1.
        first: u64,
        /// The link type of the first.
        link: LinkType,
    },
    /// The kernel does not load the program.
    #[error(transparent)]
    Load(#[from] DatapathError),
    /// The kernel does not tell what the program has counted.
    #[error(transparent)]
    Counters(#[from] ReadError),
    /// The kernel does not run the program over a packet.
    #[error("the kernel does not run the program over packet {packet}: {cause}; leave out --kernel")]
    Run {
        /// Number of the packet, from 1 over all files.
        packet: u64,
        /// What the kernel says.
        #[source]
        cause: aya::programs::ProgramError,
    },
    /// The report cannot be written as JSON.
    #[error("cannot write JSON: {0}; use --format text, and report it")]
    Json(#[from] serde_json::Error),
    /// Nobody takes the output.
    #[error("cannot write the output: {0}; check where it goes")]
    Write(#[source] io::Error),
}
