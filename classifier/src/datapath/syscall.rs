// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Calls bpf(2) for commands that aya does not offer, with aya's generated numbers and structures.
#![expect(unsafe_code, reason = "bpf(2) is not in rustix")]

use std::{
    ffi::CString,
    io, mem,
    os::{
        fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd},
        unix::ffi::OsStrExt as _,
    },
    path::Path,
    ptr,
};

use aya_obj::generated::{BPF_F_RDONLY, bpf_attach_type, bpf_attr, bpf_cmd};
use classifier_common::abi::Direction;

/// Access to a pinned object.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    /// Full access.
    Whole,
    /// Reading a map, which a read-only filesystem allows. Links have no such access.
    Read,
}

/// `ENOTSUPP` of the kernel, which no header for userspace names: the kernel has no such operation for a kind of
/// map, or its JIT no such instruction.
pub(super) const NOT_SUPPORTED: i32 = 524;

/// The TCX hook of a direction, as bpf(2) names it.
pub(super) const fn tcx(direction: Direction) -> u32 {
    match direction {
        Direction::Ingress => bpf_attach_type::BPF_TCX_INGRESS as u32,
        Direction::Egress => bpf_attach_type::BPF_TCX_EGRESS as u32,
    }
}

/// Attributes for [`bpf`], all 0. The kernel refuses other values in fields that its command does not read,
/// or that it does not know.
pub(super) const fn attributes() -> bpf_attr {
    // SAFETY: the structure consists of integers, for which 0 is a value.
    unsafe { mem::zeroed() }
}

/// Calls bpf(2), and returns its answer: a descriptor, or nothing.
///
/// # Safety
///
/// Addresses in the attributes must be valid for the command's accesses.
pub(super) unsafe fn bpf(command: bpf_cmd, attributes: &mut bpf_attr) -> io::Result<RawFd> {
    // SAFETY: the attributes are borrowed, and their size is passed. The caller promises the rest.
    let answer = unsafe {
        libc::syscall(libc::SYS_bpf, command as libc::c_int, &raw mut *attributes, size_of::<bpf_attr>())
    };
    if answer < 0 {
        Err(io::Error::last_os_error())
    } else {
        RawFd::try_from(answer).map_err(io::Error::other)
    }
}

/// Calls bpf(2) for a new descriptor.
///
/// # Safety
///
/// As for [`bpf`], and the command must answer with a descriptor.
pub(super) unsafe fn open(command: bpf_cmd, attributes: &mut bpf_attr) -> io::Result<OwnedFd> {
    // SAFETY: the caller's promise.
    let descriptor = unsafe { bpf(command, attributes) }?;
    // SAFETY: the system call was checked for success, and returns a new descriptor without another owner.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Reads the kernel's description of an object into a structure of bpf(2).
///
/// # Safety
///
/// The structure must be the one of the object's kind. Addresses in it must be valid for as many elements as its
/// lengths say.
pub(super) unsafe fn describe<T>(object: BorrowedFd<'_>, info: &mut T) -> io::Result<()> {
    let mut attributes = attributes();
    attributes.info.bpf_fd = object.as_raw_fd().cast_unsigned();
    attributes.info.info_len = u32::try_from(size_of::<T>()).map_err(io::Error::other)?;
    attributes.info.info = ptr::from_mut(info).expose_provenance() as u64;
    // SAFETY: the command writes at most `info_len` bytes to `info`, which has that length and outlives the
    // call. The caller promises the rest.
    unsafe { bpf(bpf_cmd::BPF_OBJ_GET_INFO_BY_FD, &mut attributes) }.map(drop)
}

/// Pins the object of a descriptor.
pub(super) fn pin(object: BorrowedFd<'_>, pin: &Path) -> io::Result<()> {
    let path = CString::new(pin.as_os_str().as_bytes())?;
    let mut attributes = attributes();
    attributes.__bindgen_anon_4.pathname = path.as_ptr().expose_provenance() as u64;
    attributes.__bindgen_anon_4.bpf_fd = object.as_raw_fd().cast_unsigned();
    // SAFETY: the command reads the path, which ends with a zero and outlives the call.
    unsafe { bpf(bpf_cmd::BPF_OBJ_PIN, &mut attributes) }.map(drop)
}

/// Opens the object that is pinned at a path.
pub(super) fn open_pin(pin: &Path, access: Access) -> io::Result<OwnedFd> {
    let path = CString::new(pin.as_os_str().as_bytes())?;
    let mut attributes = attributes();
    attributes.__bindgen_anon_4.pathname = path.as_ptr().expose_provenance() as u64;
    attributes.__bindgen_anon_4.file_flags = match access {
        Access::Whole => 0,
        Access::Read => BPF_F_RDONLY,
    };
    // SAFETY: the command reads the path, which ends with a zero and outlives the call, and returns a
    // descriptor.
    unsafe { open(bpf_cmd::BPF_OBJ_GET, &mut attributes) }
}
