// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Payload of a segment, as far as the frame contains it.

use crate::control::{SEGMENT_MAX, Segment};

/// Returns `count` bytes of the payload from its byte `from`, or none if any is missing, as the kernel's
/// helpers do.
pub fn span<'a>(frame: &'a [u8], segment: &Segment, from: u32, count: u32) -> &'a [u8] {
    let start = segment.payload as usize + from as usize;
    frame.get(start..start + count as usize).unwrap_or_default()
}

/// Returns the bytes of the payload that are forwarded to the agent.
pub fn forwarded<'a>(frame: &'a [u8], segment: &Segment) -> &'a [u8] {
    let count = usize::try_from(segment.length).map_or(SEGMENT_MAX, |length| length.min(SEGMENT_MAX));
    let start = segment.payload as usize;
    frame.get(start..start + count).unwrap_or_default()
}

/// Returns whether bytes are text that ends with a line feed.
pub fn is_text(bytes: &[u8]) -> bool {
    let text = |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    bytes.ends_with(b"\n") && bytes.iter().all(text)
}
