//! What stands where in a map of maps.
#![expect(unsafe_code, reason = "aya reads no maps of maps without their inner maps' types")]

use std::{
    io,
    os::fd::{AsRawFd as _, BorrowedFd},
};

use super::syscall::{Element, LOOK_UP, bpf};

/// The kernel's number of the map at a place of a map of maps; `None` where there is none.
///
/// Not to be asked of every place: old kernels (6.1) wait for a grace period of RCU after each (`bpf_map_copy_value`),
/// some milliseconds, in a batch too.
///
/// # Errors
///
/// What the kernel says.
pub(super) fn number_at(outer: BorrowedFd<'_>, place: u32) -> io::Result<Option<u32>> {
    let mut number = 0_u32;
    let mut element = Element {
        map: outer.as_raw_fd().cast_unsigned(),
        key: (&raw const place).expose_provenance() as u64,
        value: (&raw mut number).expose_provenance() as u64,
        flags: 0,
    };
    // SAFETY: the command reads an `Element` and a key, and writes a value, four bytes each where the map is one of maps
    // by number, which `Blocks` alone calls this with.
    match unsafe { bpf(LOOK_UP, &mut element) } {
        Ok(_) => Ok(Some(number)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
