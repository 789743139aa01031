//! The system call bpf(2), for what aya has no verb for. Its numbers and structures are those of
//! `include/uapi/linux/bpf.h`, which never change.
#![expect(unsafe_code, reason = "bpf(2) is not in rustix")]

use std::{
    ffi::CString,
    io,
    os::{
        fd::{FromRawFd as _, OwnedFd, RawFd},
        unix::ffi::OsStrExt as _,
    },
    path::Path,
};

/// `BPF_OBJ_GET`
const BY_PATH: libc::c_int = 7;
/// `BPF_F_RDONLY`
const READ_ONLY: u32 = 1 << 3;

/// Of `union bpf_attr`, what `BPF_OBJ_GET` reads.
#[repr(C)]
struct ByPath {
    path: u64,
    descriptor: RawFd,
    flags: u32,
}

/// What a pinned object is opened for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    /// Everything.
    Whole,
    /// To read a map: a read-only filesystem allows it. Links know no such thing.
    Read,
}

/// `BPF_MAP_LOOKUP_ELEM`
pub(super) const LOOK_UP: libc::c_int = 1;

/// Of `union bpf_attr`, what `BPF_MAP_LOOKUP_ELEM` reads.
#[repr(C)]
pub(super) struct Element {
    pub map: u32,
    pub key: u64,
    pub value: u64,
    pub flags: u64,
}

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

/// Opens what is pinned at a path.
pub(super) fn open_pin(pin: &Path, access: Access) -> io::Result<OwnedFd> {
    let path = CString::new(pin.as_os_str().as_bytes())?;
    let flags = match access {
        Access::Whole => 0,
        Access::Read => READ_ONLY,
    };
    let mut by_path = ByPath { path: path.as_ptr().expose_provenance() as u64, descriptor: 0, flags };
    // SAFETY: the command reads a `ByPath` and the path in it, which ends with a zero and lives until after the call.
    let descriptor = unsafe { bpf(BY_PATH, &mut by_path) }?;
    // SAFETY: the system call was checked for success, and gives a new descriptor that nobody else has.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}
