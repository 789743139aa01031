// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! XDP buffers in two parts, in test runs.

/// Bytes of an `xdp_md`, and the offset of the first part's end (`linux/bpf.h`).
const CONTEXT: usize = 24;
const DATA_END: usize = 4;

/// Builds a context for a test run, of Linux 6.18 or newer, in which the first part of a frame ends after
/// `length` bytes.
pub fn first_part(length: usize) -> Vec<u8> {
    let mut context = vec![0; CONTEXT];
    context[DATA_END..DATA_END + 4].copy_from_slice(&u32::try_from(length).unwrap().to_ne_bytes());
    context
}
