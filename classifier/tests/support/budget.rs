//! Budgets of the kernel programs.
//!
//! Each number is the size at the last decision, and a seventh more. A program that outgrows it costs every
//! host more memory, more of the instruction cache and a longer start: raising a number is a decision, to be
//! explained in the commit that does it. Lower them when a program has shrunk.

use classifier_common::abi::{
    PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_POLICY_EGRESS, PROGRAM_POLICY_INGRESS, PROGRAM_POLICY_XDP,
    PROGRAM_SWEEP, PROGRAM_XDP,
};

/// Size of a program by three measures, none of which depends on the speed of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Instructions after the verifier has added its own.
    pub translated: u32,
    /// Bytes of machine code, on x86-64.
    pub jitted: u32,
    /// Instructions that the verifier has processed, on Linux 6.12 or newer: older ones prune less.
    pub verified: u32,
}

/// Largest size of each program.
pub const BUDGETS: [(&str, Size); 7] = [
    (PROGRAM_XDP, Size { translated: 27_200, jitted: 126_000, verified: 294_000 }),
    (PROGRAM_INGRESS, Size { translated: 26_000, jitted: 119_000, verified: 258_000 }),
    (PROGRAM_EGRESS, Size { translated: 26_000, jitted: 119_000, verified: 258_000 }),
    (PROGRAM_SWEEP, Size { translated: 1_100, jitted: 5_000, verified: 16_000 }),
    (PROGRAM_POLICY_XDP, Size { translated: 28_000, jitted: 130_000, verified: 317_000 }),
    (PROGRAM_POLICY_INGRESS, Size { translated: 27_000, jitted: 124_000, verified: 283_000 }),
    (PROGRAM_POLICY_EGRESS, Size { translated: 27_000, jitted: 124_000, verified: 283_000 }),
];
