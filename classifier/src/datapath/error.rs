// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors between the agent and the kernel, with remedies for an operator.

use std::io;

use aya::{EbpfError, maps::MapError, programs::ProgramError};
use classifier_common::abi::{PROGRAM_POLICY_XDP, PROGRAM_XDP};
use rustix::io::Errno;
use thiserror::Error;

use super::{
    PinError,
    features::{self, Feature},
    os_error::{is_memory, os_error, remedy},
};
use crate::descriptors;

/// Reason why the kernel side cannot be set up.
#[derive(Debug, Error)]
pub enum DatapathError {
    /// The process lacks the capabilities to load or attach programs.
    #[error("missing {missing}: run as root, or give the program {missing} (setcap or AmbientCapabilities=)")]
    Privilege {
        /// Missing capabilities, as `CAP_…+CAP_…`.
        missing: String,
    },
    /// The kernel lacks a feature that the programs need.
    #[error("kernel {kernel} has no {feature} ({since}); {remedy}", since = feature.since(), remedy = feature.remedy())]
    Feature {
        /// Release of the running kernel.
        kernel: String,
        /// The missing feature.
        feature: Feature,
    },
    /// The system refuses to tell a fact that is needed before anything is loaded.
    #[error("cannot read {what}: {cause}; mount /proc and /sys, and allow the agent's sandbox to read them")]
    System {
        /// Name of the fact.
        what: &'static str,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// The kernel has no memory left.
    #[error("the kernel has no memory for {what}; raise the service's memory limit (MemoryMax=, ulimit -l)")]
    Memory {
        /// Object that was to be created.
        what: String,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// The object cannot be loaded.
    #[error("cannot load the kernel object: {0}; report it with the output of `-v` and `uname -r`")]
    Object(#[source] Box<EbpfError>),
    /// The programs' debug messages cannot be read.
    #[error("cannot read the kernel's debug messages: {0}; remove debug from RUST_LOG")]
    Messages(#[source] aya_log::Error),
    /// The programs' debug messages cannot be watched.
    #[error("cannot watch the kernel's debug messages: {0}; remove debug from RUST_LOG")]
    Watch(#[source] io::Error),
    /// The object lacks a map or program that the agent was built for.
    #[error("the kernel object has no `{0}`: object and agent come from different builds; rebuild")]
    Missing(&'static str),
    /// The kernel refuses a program.
    #[error("the kernel refuses program {program}: {cause}; report it with `uname -r` and this line")]
    Program {
        /// Name of the program.
        program: &'static str,
        /// The kernel's answer.
        cause: io::Error,
        /// Last lines of the verifier's log.
        #[source]
        log: Box<ProgramError>,
    },
    /// A map is missing, or cannot be written.
    #[error("cannot set up map {map}: {cause}; {remedy}")]
    Map {
        /// Name of the map.
        map: &'static str,
        /// The kernel's answer.
        #[source]
        cause: Box<MapError>,
        /// Remedy.
        remedy: &'static str,
    },
    /// The port table cannot be mapped into memory.
    #[error("cannot map the port table: {0}; the agent's sandbox must allow mmap of BPF maps")]
    Mmap(#[source] io::Error),
    /// The table of interface counters is full.
    #[error(
        "no slot is free for the counters of interface `{0}`: the limit is 4096 interfaces; count fewer with \
    --interface"
    )]
    Full(String),
    /// An interface refuses a hook.
    #[error("interface `{interface}` refuses {hook}: {cause}; {remedy}")]
    Attach {
        /// Name of the interface.
        interface: String,
        /// The hook.
        hook: &'static str,
        /// The kernel's answer.
        cause: io::Error,
        /// Remedy.
        remedy: &'static str,
    },
    /// The pin directory cannot be used.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// An interface refuses a hook, and aya gives no error number.
    #[error("interface `{interface}` refuses {hook}: {cause}; see `dmesg` for the driver's reason")]
    AttachOther {
        /// Name of the interface.
        interface: String,
        /// The hook.
        hook: &'static str,
        /// aya's answer.
        #[source]
        cause: Box<ProgramError>,
    },
}

impl DatapathError {
    /// Tells whether the error is that the interface has gone.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only two are about an interface")]
        match self {
            Self::Attach { cause, .. } => cause.raw_os_error() == Some(Errno::NODEV.raw_os_error()),
            Self::AttachOther { cause, .. } => matches!(**cause, ProgramError::UnknownInterface { .. }),
            _ => false,
        }
    }

    pub(super) fn map(map: &'static str, cause: MapError) -> Self {
        match os_error(&cause) {
            Some(error) if is_memory(&error) => Self::Memory { what: format!("map {map}"), cause: error },
            error => {
                let remedy = "`-v` shows the chain of causes";
                let remedy = error.map_or(remedy, |error| descriptors::remedy(&error, remedy));
                Self::Map { map, cause: Box::new(cause), remedy }
            }
        }
    }

    /// Maps a refusal of the object. If the kernel lacks a feature, that is the error.
    pub(super) fn object(cause: EbpfError) -> Self {
        match os_error(&cause) {
            Some(error) if is_memory(&error) => Self::Memory { what: "the maps".into(), cause: error },
            _ => Feature::missing_for(false).map_or_else(|| Self::Object(Box::new(cause)), Self::lacks),
        }
    }

    /// The running kernel lacks a feature.
    pub(super) fn lacks(feature: Feature) -> Self {
        Self::Feature { kernel: features::release(), feature }
    }

    /// Maps a refusal of a program. If the kernel lacks a feature that the program needs, that is the error:
    /// the verifier only names an instruction.
    pub(super) fn program(program: &'static str, cause: ProgramError) -> Self {
        let is_xdp = matches!(program, PROGRAM_XDP | PROGRAM_POLICY_XDP);
        match os_error(&cause) {
            Some(error) if is_memory(&error) => {
                Self::Memory { what: format!("program {program}"), cause: error }
            }
            error => match Feature::missing_for(is_xdp) {
                Some(feature) => Self::lacks(feature),
                None => Self::Program {
                    program,
                    cause: error.unwrap_or_else(|| io::Error::other(cause.to_string())),
                    log: Box::new(cause),
                },
            },
        }
    }

    pub(super) fn attach(interface: &str, hook: &'static str, cause: ProgramError) -> Self {
        let interface = interface.to_owned();
        match os_error(&cause) {
            Some(error) if is_memory(&error) => {
                Self::Memory { what: format!("{hook} on interface `{interface}`"), cause: error }
            }
            Some(error) => Self::Attach { interface, hook, remedy: remedy(&error, hook), cause: error },
            None => Self::AttachOther { interface, hook, cause: Box::new(cause) },
        }
    }
}
