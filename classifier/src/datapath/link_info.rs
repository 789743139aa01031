//! The interface that a link hangs on: aya reads it from the kernel, and keeps it to itself.
#![expect(unsafe_code, reason = "aya does not tell it")]

use std::{
    io,
    os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd},
    path::Path,
};

use super::syscall::{Access, bpf, open_pin};

/// `attach_type` of a TCX link on egress: `BPF_TCX_EGRESS`.
pub(super) const TCX_EGRESS: u32 = 47;

/// `BPF_OBJ_GET_INFO_BY_FD`
const INFO_BY_DESCRIPTOR: libc::c_int = 15;
/// `BPF_LINK_TYPE_XDP`
const LINK_XDP: u32 = 6;
/// `BPF_LINK_TYPE_TCX`
const LINK_TCX: u32 = 11;
/// `BPF_LINK_DETACH`
const DETACH: libc::c_int = 34;
/// `BPF_LINK_GET_FD_BY_ID`
const LINK_BY_NUMBER: libc::c_int = 30;

/// Of `union bpf_attr`, what `BPF_*_GET_FD_BY_ID` reads.
#[repr(C)]
struct ByNumber {
    id: u32,
    next_id: u32,
    open_flags: u32,
}

/// Of `union bpf_attr`, what `BPF_LINK_DETACH` reads.
#[repr(C)]
struct Detached {
    link: RawFd,
}

/// Of `union bpf_attr`, what `BPF_OBJ_GET_INFO_BY_FD` reads.
#[repr(C)]
struct ByDescriptor {
    descriptor: RawFd,
    length: u32,
    info: u64,
}

/// `struct bpf_link_info`, as far as an XDP or TCX link fills it in.
#[derive(Default)]
#[repr(C)]
struct Info {
    kind: u32,
    id: u32,
    program: u32,
    padding: u32,
    target: Target,
}

/// What a link hangs on. For an XDP link, `attach_type` is 0.
#[derive(Default)]
#[repr(C)]
pub(super) struct Target {
    /// Index of the interface, 0 when it is gone.
    pub interface: u32,
    /// Which of its hooks.
    pub attach_type: u32,
}

/// Asks the kernel about an XDP or TCX link.
pub(super) fn target(link: u32) -> io::Result<Target> {
    let mut by_number = ByNumber { id: link, next_id: 0, open_flags: 0 };
    // SAFETY: the command reads a `ByNumber` and writes nothing.
    let descriptor = unsafe { bpf(LINK_BY_NUMBER, &mut by_number) }?;
    // SAFETY: the system call was checked for success, and gives a new descriptor that nobody else has.
    let descriptor = unsafe { OwnedFd::from_raw_fd(descriptor) };

    of(&descriptor)
}

/// Asks the kernel about a pinned XDP or TCX link; an error where something else is pinned.
pub(super) fn pinned_target(pin: &Path) -> io::Result<Target> {
    of(&open_pin(pin, Access::Whole)?)
}

/// Takes the program of a pinned link off its hook at once: without its pin the kernel would do so in its own time, and
/// the hook is to be another's now. One that is gone already needs no taking.
pub(super) fn detach(pin: &Path) {
    let Ok(link) = open_pin(pin, Access::Whole) else { return };
    let mut detached = Detached { link: link.as_raw_fd() };
    // SAFETY: the command reads a `Detached` and writes nothing.
    let _ = unsafe { bpf(DETACH, &mut detached) };
}

fn of(descriptor: &OwnedFd) -> io::Result<Target> {
    let mut info = Info::default();
    let length = u32::try_from(size_of::<Info>()).map_err(io::Error::other)?;
    let address = (&raw mut info).expose_provenance() as u64;
    let mut by_descriptor = ByDescriptor { descriptor: descriptor.as_raw_fd(), length, info: address };
    // SAFETY: the command reads a `ByDescriptor` and writes at most `length` bytes to `info`, which is as long and
    // lives until after the call; of its integers, every bit pattern is a value.
    unsafe { bpf(INFO_BY_DESCRIPTOR, &mut by_descriptor) }?;
    if [LINK_XDP, LINK_TCX].contains(&info.kind) {
        Ok(info.target)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}
