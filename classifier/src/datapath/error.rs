//! What can go wrong between the agent and the kernel, in words that an operator can act on.

use std::io;

use aya::{EbpfError, maps::MapError, programs::ProgramError};
use rustix::io::Errno;
use thiserror::Error;

use super::{
    PinError,
    os_error::{is_memory, os_error, remedy},
};

/// The kernel side cannot be set up.
#[derive(Debug, Error)]
pub enum DatapathError {
    /// The process may not load programs or attach them.
    #[error("missing {missing}: run as root, or give the program {missing} (setcap or AmbientCapabilities=)")]
    Privilege {
        /// The capabilities that are missing, as `CAP_…+CAP_…`.
        missing: String,
    },
    /// The kernel lacks something that the programs need.
    #[error("kernel {kernel} is too old: {feature} needs {minimum} or later; upgrade the kernel")]
    Kernel {
        /// Release of the running kernel.
        kernel: String,
        /// First release that has the feature.
        minimum: &'static str,
        /// The missing feature.
        feature: &'static str,
    },
    /// BPF programs would be interpreted.
    #[error("the kernel's BPF JIT is off (net.core.bpf_jit_enable=0); `sysctl -w net.core.bpf_jit_enable=1`")]
    Jit,
    /// The system does not tell what must be known before anything is loaded.
    #[error("cannot read {what}: {cause}; mount /proc and /sys, and let the agent's sandbox read them")]
    System {
        /// What was to be read.
        what: &'static str,
        /// The system's answer.
        #[source]
        cause: io::Error,
    },
    /// The kernel refuses for want of memory.
    #[error("the kernel has no memory for {what}; raise the service's memory limit (MemoryMax=, ulimit -l)")]
    Memory {
        /// What was to be created.
        what: String,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// The object cannot be loaded.
    #[error("cannot load the kernel object: {0}; `-v` shows the chain of causes, report it with `uname -r`")]
    Object(#[source] Box<EbpfError>),
    /// The programs' debug messages cannot be read.
    #[error("cannot read the kernel's debug messages: {0}; leave debug out of RUST_LOG")]
    Messages(#[source] aya_log::Error),
    /// The same, from the operating system.
    #[error("cannot watch the kernel's debug messages: {0}; leave debug out of RUST_LOG")]
    Watch(#[source] io::Error),
    /// The object lacks what the agent was built for.
    #[error("the kernel object has no `{0}`: object and agent are of different builds; build again")]
    Missing(&'static str),
    /// A program is refused.
    #[error("the kernel refuses program {program}: {cause}; report it with `uname -r` and this line")]
    Program {
        /// Name of the program.
        program: &'static str,
        /// The kernel's answer.
        cause: io::Error,
        /// The verifier's last words.
        #[source]
        log: Box<ProgramError>,
    },
    /// A map is not there, or cannot be written.
    #[error("cannot set up map {map}: {cause}; `-v` shows the chain of causes")]
    Map {
        /// Name of the map.
        map: &'static str,
        /// The kernel's answer.
        #[source]
        cause: Box<MapError>,
    },
    /// The port table cannot be mapped into memory.
    #[error("cannot map the port table: {0}; the agent's sandbox must allow mmap of BPF maps")]
    Mmap(#[source] io::Error),
    /// No room is left for an interface's counters.
    #[error("no room for the counters of interface `{0}`: 4096 interfaces are counted at most")]
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
        /// What helps.
        remedy: &'static str,
    },
    /// See [`PinError`].
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The same from a part of aya that gives no error number.
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
    /// Whether the interface was gone by then.
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
            _ => Self::Map { map, cause: Box::new(cause) },
        }
    }

    pub(super) fn object(cause: EbpfError) -> Self {
        match os_error(&cause) {
            Some(error) if is_memory(&error) => Self::Memory { what: "the maps".into(), cause: error },
            _ => Self::Object(Box::new(cause)),
        }
    }

    pub(super) fn program(program: &'static str, cause: ProgramError) -> Self {
        match os_error(&cause) {
            Some(error) if is_memory(&error) => {
                Self::Memory { what: format!("program {program}"), cause: error }
            }
            error => Self::Program {
                program,
                cause: error.unwrap_or_else(|| io::Error::other(cause.to_string())),
                log: Box::new(cause),
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
