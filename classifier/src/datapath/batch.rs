//! Many entries of a map in one system call.
#![expect(unsafe_code, reason = "aya has no batches")]

use std::{
    io,
    os::fd::{AsRawFd as _, BorrowedFd},
};

use super::syscall::bpf;

/// `BPF_MAP_UPDATE_BATCH`
const UPDATE: libc::c_int = 26;

/// Of `union bpf_attr`, what `BPF_MAP_*_BATCH` read.
#[repr(C)]
struct Batch {
    from: u64,
    to: u64,
    keys: u64,
    values: u64,
    count: u32,
    map: u32,
    entry_flags: u64,
    flags: u64,
}

/// Puts maps into a map of maps, each at its place.
///
/// # Errors
///
/// What the kernel says of the first that it refuses, or of batches; those before it are in then.
pub(super) fn put(outer: BorrowedFd<'_>, places: &[u32], inner: &[BorrowedFd<'_>]) -> io::Result<()> {
    let inner: Vec<u32> = inner.iter().map(|map| map.as_raw_fd().cast_unsigned()).collect();
    assert_eq!(places.len(), inner.len(), "a map for every place");
    let mut batch = Batch {
        from: 0,
        to: 0,
        keys: places.as_ptr().expose_provenance() as u64,
        values: inner.as_ptr().expose_provenance() as u64,
        count: u32::try_from(places.len()).map_err(io::Error::other)?,
        map: outer.as_raw_fd().cast_unsigned(),
        entry_flags: 0,
        flags: 0,
    };
    // SAFETY: the command reads a `Batch` and as many keys and values as it says, four bytes each where the map is
    // one of maps by number, else as many as the map says, which `Blocks` alone calls this with; it writes the count.
    unsafe { bpf(UPDATE, &mut batch) }.map(drop)
}
