//! The system call bpf(2), for what aya has no verb for. Its numbers and structures are those of
//! `include/uapi/linux/bpf.h`, which never change.
#![expect(unsafe_code, reason = "bpf(2) is not in rustix")]

use std::{io, os::fd::RawFd};

/// Asks the kernel; what it answers is a descriptor, or nothing.
///
/// # Safety
///
/// `attributes` must be what the command takes, and addresses in it be good for what it does with them.
pub(super) unsafe fn bpf<T>(command: libc::c_int, attributes: &mut T) -> io::Result<RawFd> {
    // SAFETY: the attributes are borrowed, and their size is said; the rest is the caller's promise.
    let answer = unsafe { libc::syscall(libc::SYS_bpf, command, &raw mut *attributes, size_of::<T>()) };
    if answer < 0 {
        Err(io::Error::last_os_error())
    } else {
        RawFd::try_from(answer).map_err(io::Error::other)
    }
}
