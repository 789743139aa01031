// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Hooks of interfaces, with the words for them in metrics, `/` and `status`.

use classifier_common::abi::Direction;

/// XDP in the driver.
pub const XDP_NATIVE: &str = "xdp_native";
/// XDP in the stack.
pub const XDP_GENERIC: &str = "xdp_generic";
/// XDP of an unknown mode, which the kernel does not tell outside the network namespace.
pub const XDP: &str = "xdp";
/// TC by a link.
pub const TCX: &str = "tcx";
/// TC by a filter of the clsact qdisc.
pub const TC: &str = "tc";
/// Unknown: a filter in another network namespace.
pub const UNKNOWN: &str = "unknown";
/// No program.
pub const NONE: &str = "none";

/// A program at a hook of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Index of the interface, in its network namespace.
    pub interface: u32,
    /// Direction of the hook.
    pub direction: Direction,
    /// Hook: one of this module's words.
    pub hook: &'static str,
    /// Kernel number of the program.
    pub program: u32,
}
