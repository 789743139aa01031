// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors of settings, each in one line.

use std::path::PathBuf;

use thiserror::Error;

/// Reason why settings are invalid.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// No interface can have this name.
    #[error("interface `{text}`: {cause}; `ip link` lists the interfaces of this host")]
    Interface {
        /// Given text.
        text: String,
        /// Cause.
        cause: String,
    },
    /// The listen address is invalid.
    #[error(
        "listen address `{text}`: {cause}; write IP:PORT, [IP]:PORT for IPv6, HOST:PORT, or :PORT for all addresses"
    )]
    Listen {
        /// Given text.
        text: String,
        /// Cause.
        cause: String,
    },
    /// No request can have this path.
    #[error("telemetry path `{text}`: {cause}; write one such as /metrics")]
    TelemetryPath {
        /// Given text.
        text: String,
        /// Cause.
        cause: String,
    },
    /// The pin directory is invalid.
    #[error(
        "pin directory `{}`: not an absolute path of a bpf filesystem, where names have no dots; write one such as \
         /sys/fs/bpf/classifier", .0.display()
    )]
    PinDir(PathBuf),
    /// The preset cannot be added.
    #[error("preset `{preset}`: {cause}")]
    Preset {
        /// Name of the preset.
        preset: &'static str,
        /// Cause, with its remedy.
        cause: String,
    },
    /// A value is repeated.
    #[error("`{0}` is given twice; leave one out")]
    Twice(String),
}
