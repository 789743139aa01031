//! What the kernel programs may grow to.
//!
//! Each number is what there was when it was last decided on, and a seventh more. A program that outgrows it costs
//! every host more memory, more of the instruction cache and a longer start: raising a number is a decision, to be
//! explained in the commit that does it. Lower them when a program has shrunk.

use classifier_common::abi::{
    PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_POLICY_EGRESS, PROGRAM_POLICY_INGRESS, PROGRAM_POLICY_XDP,
    PROGRAM_SWEEP, PROGRAM_XDP,
};

/// The size of a program by three measures, none of which depends on how fast a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Instructions after the verifier has put its own in.
    pub translated: u32,
    /// Bytes of machine code, on x86-64.
    pub jitted: u32,
    /// Instructions that the verifier has gone through, on Linux 6.12 or newer: older ones prune less.
    pub verified: u32,
}

/// The most that each program may have.
pub const BUDGETS: [(&str, Size); 7] = [
    (PROGRAM_XDP, Size { translated: 22_600, jitted: 105_000, verified: 340_000 }),
    (PROGRAM_INGRESS, Size { translated: 21_000, jitted: 95_000, verified: 315_000 }),
    (PROGRAM_EGRESS, Size { translated: 21_000, jitted: 95_000, verified: 315_000 }),
    (PROGRAM_SWEEP, Size { translated: 1_060, jitted: 4_800, verified: 16_000 }),
    (PROGRAM_POLICY_XDP, Size { translated: 24_200, jitted: 112_000, verified: 390_000 }),
    (PROGRAM_POLICY_INGRESS, Size { translated: 22_600, jitted: 102_000, verified: 390_000 }),
    (PROGRAM_POLICY_EGRESS, Size { translated: 22_600, jitted: 102_000, verified: 390_000 }),
];
