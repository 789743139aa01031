// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads which inner map is in each slot of a map of maps.
#![expect(unsafe_code, reason = "aya reads no maps of maps without their inner maps' types")]

use std::{
    io,
    os::fd::{AsRawFd as _, BorrowedFd},
};

use aya_obj::generated::bpf_cmd;

use super::syscall::{attributes, bpf};

/// Returns the kernel's number of the map in a slot of a map of maps; `None` if the slot is empty.
///
/// Do not read every slot: old kernels (6.1) wait for a grace period of RCU after each lookup
/// (`bpf_map_copy_value`), some milliseconds, in a batch too.
///
/// # Errors
///
/// The kernel's error.
pub(super) fn number_at(outer: BorrowedFd<'_>, slot: u32) -> io::Result<Option<u32>> {
    let mut number = 0_u32;
    let mut attributes = attributes();
    attributes.__bindgen_anon_2.map_fd = outer.as_raw_fd().cast_unsigned();
    attributes.__bindgen_anon_2.key = (&raw const slot).expose_provenance() as u64;
    attributes.__bindgen_anon_2.__bindgen_anon_1.value = (&raw mut number).expose_provenance() as u64;
    // SAFETY: the command reads a key and writes a value, four bytes each: `Blocks` alone calls this, with a
    // map of maps by number.
    match unsafe { bpf(bpf_cmd::BPF_MAP_LOOKUP_ELEM, &mut attributes) } {
        Ok(_) => Ok(Some(number)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
