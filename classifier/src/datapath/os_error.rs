// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds the operating system's error in an error of aya, and a remedy.

use std::{error::Error, io};

use aya::programs::{ProgramError, tc::TcError};
use rustix::io::Errno;

use crate::descriptors::{REMEDY, is_exhausted};

/// Returns the first operating system error in the chain of causes.
pub(super) fn os_error(error: &(dyn Error + 'static)) -> Option<io::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // A transparent wrapper returns its error's cause as its own, and hides that error.
        let wrapped = match error.downcast_ref::<ProgramError>() {
            Some(ProgramError::TcError(TcError::IoError(wrapped)) | ProgramError::IOError(wrapped)) => {
                Some(wrapped)
            }
            _ => error.downcast_ref::<io::Error>(),
        };
        if let Some(code) = wrapped.and_then(io::Error::raw_os_error) {
            return Some(io::Error::from_raw_os_error(code));
        }
        cause = error.source();
    }
    None
}

/// Tells whether the kernel had no memory left.
pub(super) fn is_memory(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NOMEM.raw_os_error())
}

/// Returns the remedy for a refused hook.
pub(super) fn remedy(error: &io::Error, hook: &str) -> &'static str {
    let xdp = hook.ends_with("XDP");
    if is_exhausted(error) {
        return REMEDY;
    }
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NODEV) => "it is gone; `ip link` lists the interfaces",
        Some(Errno::BUSY | Errno::EXIST) if xdp => {
            "another XDP program is attached there (`ip link`); detach it, or use --xdp-mode off"
        }
        Some(Errno::OPNOTSUPP) if xdp => "its driver has no such hook; use --xdp-mode auto",
        Some(Errno::RANGE | Errno::INVAL) if xdp => {
            "its driver refuses in this configuration (MTU, channels, offloads); use --xdp-mode auto"
        }
        _ if xdp => "use --xdp-mode auto",
        Some(Errno::EXIST) => {
            "another agent's filter is attached there; remove it with `classifier detach` or `tc filter del`"
        }
        _ => "`bpftool net` lists what is attached there; report it with `uname -r` and this line",
    }
}
