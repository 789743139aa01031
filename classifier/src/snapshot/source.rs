// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The interface between a source of snapshots and the readers of them.

use classifier_common::evidence::Summary;
use thiserror::Error;

use super::{FtpNow, Readings, Snapshot};

/// A source of snapshots: the running agent, or test data.
pub trait SnapshotSource: Send + Sync {
    /// Reads all counters.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read a map or to describe a program.
    fn snapshot(&self) -> Result<Snapshot, ReadError>;

    /// Reports whether every wanted interface is attached.
    fn readiness(&self) -> Readiness;

    /// Reads the part of the counters that the history keeps.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read a map.
    fn readings(&self) -> Result<Readings, ReadError> {
        Ok(Readings::of(&self.snapshot()?))
    }

    /// Reads the connections to other services.
    ///
    /// # Errors
    ///
    /// When the kernel refuses to read the map.
    fn services_now(&self) -> Result<Summary, ReadError> {
        Ok(Summary::default())
    }

    /// Returns the live FTP sessions and data ports, at most `most` of each.
    fn ftp_now(&self, _most: usize) -> FtpNow {
        FtpNow::default()
    }
}

/// The readiness of the agent: whether every wanted interface is attached, and every background task runs.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    /// True if every wanted interface is attached, and every background task runs.
    pub ready: bool,
    /// The interfaces, attached or not.
    pub interfaces: Vec<InterfaceState>,
    /// Reasons against readiness, one sentence each; empty when ready.
    pub reasons: Vec<String>,
}

/// The hooks of an interface.
#[derive(Clone, Debug)]
pub struct InterfaceState {
    /// Name of the interface.
    pub name: String,
    /// Hook as in [`InterfaceSnapshot::ingress`](super::InterfaceSnapshot::ingress).
    pub ingress: &'static str,
    /// Hook as in [`InterfaceSnapshot::egress`](super::InterfaceSnapshot::egress).
    pub egress: &'static str,
    /// Reason for the choice of these hooks.
    pub why: String,
}

/// Reason why a map or program cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A map could not be read.
    #[error("cannot read map {map}: {cause}; it may be gone, restart the agent")]
    Map {
        /// Name of the map.
        map: &'static str,
        /// The kernel's answer.
        #[source]
        cause: aya::maps::MapError,
    },
    /// A program could not be described.
    #[error("cannot read about program {program}: {cause}; it may be gone, restart the agent")]
    Program {
        /// Name of the program.
        program: &'static str,
        /// The kernel's answer.
        #[source]
        cause: aya::programs::ProgramError,
    },
}

impl ReadError {
    /// Adds the name of a map to aya's error.
    pub(crate) fn map(map: &'static str) -> impl Fn(aya::maps::MapError) -> Self {
        move |cause| Self::Map { map, cause }
    }
}
