//! Why settings are refused, each in one line.

use std::path::PathBuf;

use thiserror::Error;

use super::FileError;
use crate::web::WebError;

/// The settings contradict themselves or the system's rules.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// No interface can have this name.
    #[error("interface `{text}`: {cause}; `ip link` lists the interfaces of this host")]
    Interface {
        /// What was given.
        text: String,
        /// What is wrong with it.
        cause: String,
    },
    /// Nothing can listen there.
    #[error(
        "listen address `{text}`: {cause}; write IP:PORT, [IP]:PORT for IPv6, or :PORT for all addresses"
    )]
    Listen {
        /// What was given.
        text: String,
        /// What is wrong with it.
        cause: String,
    },
    /// No request can ask for it.
    #[error("telemetry path `{text}`: {cause}; write one such as /metrics")]
    TelemetryPath {
        /// What was given.
        text: String,
        /// What is wrong with it.
        cause: String,
    },
    /// Nothing can be pinned there.
    #[error(
        "pin folder `{}`: no folder of a bpf filesystem, which has no names with dots; write one such as \
         /sys/fs/bpf/classifier", .0.display()
    )]
    PinDir(PathBuf),
    /// The same word stands twice.
    #[error("`{0}` is given twice; leave one out")]
    Twice(String),
    /// See [`FileError`].
    #[error(transparent)]
    File(#[from] FileError),
    /// See [`WebError`].
    #[error(transparent)]
    Web(#[from] WebError),
}
