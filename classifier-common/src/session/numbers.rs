// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sequence numbers (RFC 9293 §3.4), which wrap.

/// Maximum distance of a segment from the known numbers of its direction. A segment further away comes from a
/// blind sender.
const NEAR: u32 = 1 << 20;

/// Returns whether `a` is at or behind `b`.
#[inline(always)]
pub(super) const fn reaches(a: u32, b: u32) -> bool {
    a.wrapping_sub(b) < 1 << 31
}

/// Returns whether two numbers are near each other.
#[inline(always)]
pub(super) const fn are_near(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).wrapping_add(NEAR) <= 2 * NEAR
}

/// Known numbers of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Position {
    /// Number of the next byte to read.
    pub(super) next: u32,
    /// Acknowledgment number of the last inspected segment.
    pub(super) acknowledged: u32,
}
