//! Programs at the hooks of interfaces, and the words for them that metrics, `/` and `status` share.

use classifier_common::abi::Direction;

/// XDP in the driver.
pub const XDP_NATIVE: &str = "xdp_native";
/// XDP in the stack.
pub const XDP_GENERIC: &str = "xdp_generic";
/// XDP, where it is not known which: outside the network namespace the kernel tells no more.
pub const XDP: &str = "xdp";
/// TC by a link of its own.
pub const TCX: &str = "tcx";
/// TC by a filter of the clsact qdisc.
pub const TC: &str = "tc";
/// What cannot be seen from here: a filter in another network namespace.
pub const UNKNOWN: &str = "unknown";
/// No program.
pub const NONE: &str = "none";

/// A program at a hook of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Index of the interface, in its network namespace.
    pub interface: u32,
    /// The direction that is seen there.
    pub direction: Direction,
    /// One of this module's words.
    pub hook: &'static str,
    /// The kernel's number of the program.
    pub program: u32,
}
