//! What can go wrong with the pin folder, in words that an operator can act on.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// The pin folder cannot be used.
#[derive(Debug, Error)]
pub enum PinError {
    /// There is no bpf filesystem.
    #[error(
        "`{}` is not on a bpf filesystem; `mount -t bpf bpf /sys/fs/bpf`, or run with --pin-dir \"\", by which \
         nothing outlives the agent", .0.display()
    )]
    NotBpffs(PathBuf),
    /// There is none, and mounting it is refused.
    #[error(
        "no bpf filesystem is mounted at {at}, and mounting it is refused: {cause}; as root, `mount -t bpf bpf {at}`, \
         or run with --pin-dir \"\", by which nothing outlives the agent"
    )]
    Mount {
        /// Where.
        at: &'static str,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// Another process works with the folder.
    #[error(
        "{} is held by {}; stop it, or give each agent a folder of its own with --pin-dir",
        .path.display(), by(.holder.as_ref())
    )]
    Held {
        /// The folder.
        path: PathBuf,
        /// The other process, where it can be seen from here.
        holder: Option<u32>,
    },
    /// A TC filter, which cannot be pinned, or the qdisc that it was on, stays.
    #[error(
        "cannot remove the TC filters of interface `{interface}`: {cause}; as root in its network namespace, \
         `tc filter show dev {interface} ingress` (and `egress`) lists them"
    )]
    Filter {
        /// Name of the interface.
        interface: String,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
    /// The kernel refuses something in the folder.
    #[error("cannot {what} {}: {cause}; {}", .path.display(), remedy(.cause))]
    Refused {
        /// What was to be done.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// The kernel's answer.
        #[source]
        cause: io::Error,
    },
}

impl PinError {
    /// For `map_err`: the kernel refuses to do this with that.
    pub(in crate::datapath) fn refused(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Refused { what, path, cause }
    }

    /// The same, of an error of aya's.
    pub(in crate::datapath) fn of<E: std::error::Error + 'static>(
        what: &'static str,
        path: &Path,
    ) -> impl FnOnce(E) -> Self {
        let refused = Self::refused(what, path);
        move |error| {
            let cause = super::super::os_error::os_error(&error);
            refused(cause.unwrap_or_else(|| io::Error::other(error.to_string())))
        }
    }

    /// For `map_err`: the kernel refuses to remove filters or their qdisc.
    pub(in crate::datapath) fn filter(interface: &str) -> impl FnOnce(io::Error) -> Self {
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
            "the folder must belong to the agent's user, or give another --pin-dir"
        }
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            "something else has that name: look at it and remove it, or give another --pin-dir"
        }
        _ => "`classifier detach` clears the folder, counters included, or give another --pin-dir",
    }
}
