// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors of the pin directory, with remedies for an operator.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// Reason why the pin directory cannot be used.
#[derive(Debug, Error)]
pub enum PinError {
    /// The path is not on a bpf filesystem.
    #[error(
        "`{}` is not on a bpf filesystem; run `mount -t bpf bpf /sys/fs/bpf`, or pin nothing with --pin-dir \"\"", .0.display()
    )]
    NotBpffs(PathBuf),
    /// No bpf filesystem is mounted, and mounting one is refused.
    #[error(
        "cannot mount the bpf filesystem at {at}: {cause}; run `mount -t bpf bpf {at}` as root, or pin nothing with \
         --pin-dir \"\""
    )]
    Mount {
        /// Mount point.
        at: &'static str,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// Another process uses the directory.
    #[error(
        "pin directory {} is in use by {}; stop it, or give each agent its own directory with --pin-dir",
        .path.display(), by(.holder.as_ref())
    )]
    Held {
        /// The directory.
        path: PathBuf,
        /// Process that uses it, if visible from here.
        holder: Option<u32>,
    },
    /// A TC filter, which cannot be pinned, or its qdisc, cannot be removed.
    #[error(
        "cannot remove the TC filters of interface `{interface}`: {cause}; list them with `tc filter show dev \
         {interface} ingress` (and `egress`), as root in its network namespace"
    )]
    Filter {
        /// Name of the interface.
        interface: String,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// The layout record of the pinned maps has an unknown grammar.
    #[error(
        "pins in {} have a layout record that this build cannot read; start the `classifier` of the build that \
         pinned them, or give another --pin-dir", .0.display()
    )]
    Layout(PathBuf),
    /// The kernel refuses an operation in the directory.
    #[error("cannot {what} {}: {cause}; {}", .path.display(), remedy(.cause))]
    Refused {
        /// Name of the operation.
        what: &'static str,
        /// Path of the operation.
        path: PathBuf,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
}

impl PinError {
    /// Maps an I/O error of an operation on a path to a [`PinError`].
    pub(super) fn refused(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Refused { what, path, cause }
    }

    /// Maps an error of aya to a [`PinError`].
    pub(super) fn of<E: std::error::Error + 'static>(
        what: &'static str,
        path: &Path,
    ) -> impl FnOnce(E) -> Self {
        let refused = Self::refused(what, path);
        move |error| {
            let cause = super::os_error::os_error(&error);
            refused(cause.unwrap_or_else(|| io::Error::other(error.to_string())))
        }
    }

    /// Maps the refusal to remove filters or their qdisc to a [`PinError`].
    pub(super) fn filter(interface: &str) -> impl FnOnce(io::Error) -> Self {
        let interface = interface.to_owned();
        move |cause| Self::Filter { interface, cause }
    }
}

fn by(holder: Option<&u32>) -> String {
    holder.map_or_else(|| "another process".into(), |process| format!("process {process}"))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "forty kinds more")]
fn remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::ReadOnlyFilesystem => {
            "mount it read-write (in a container or unit: ReadWritePaths=/sys/fs/bpf), or give another --pin-dir"
        }
        io::ErrorKind::PermissionDenied => {
            "give the directory to the user of the agent, or give another --pin-dir"
        }
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            "another program uses that name; list the pin directory with `ls -lR`, or give another --pin-dir"
        }
        io::ErrorKind::OutOfMemory | io::ErrorKind::StorageFull => "free memory and restart",
        _ => "see `dmesg`, or give another --pin-dir to start without these pins",
    }
}
