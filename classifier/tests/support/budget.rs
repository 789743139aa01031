// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Budgets of the kernel programs.
//!
//! Each number is the size at the last decision, and a seventh more. A program that outgrows it costs every
//! host more memory, more of the instruction cache and a longer start: raising a number is a decision, to be
//! explained in the commit that does it. Lower them when a program has shrunk.

use aya::util::KernelVersion;
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

impl Size {
    /// Largest number of instructions that this kernel's verifier processes. Before Linux 6.12 it prunes less: a quarter
    /// more is left.
    #[must_use]
    pub fn verified_here(&self) -> u32 {
        let is_old = KernelVersion::current().is_ok_and(|version| version < KernelVersion::new(6, 12, 0));
        if is_old { self.verified / 4 * 5 } else { self.verified }
    }
}

/// Largest size of each program.
pub const BUDGETS: [(&str, Size); 7] = [
    (PROGRAM_XDP, Size { translated: 32_600, jitted: 148_000, verified: 365_000 }),
    (PROGRAM_INGRESS, Size { translated: 32_100, jitted: 144_500, verified: 330_000 }),
    (PROGRAM_EGRESS, Size { translated: 32_100, jitted: 144_500, verified: 307_800 }),
    (PROGRAM_SWEEP, Size { translated: 1_100, jitted: 5_000, verified: 10_400 }),
    (PROGRAM_POLICY_XDP, Size { translated: 33_300, jitted: 151_000, verified: 364_900 }),
    (PROGRAM_POLICY_INGRESS, Size { translated: 33_200, jitted: 149_000, verified: 360_000 }),
    (PROGRAM_POLICY_EGRESS, Size { translated: 33_200, jitted: 149_000, verified: 360_000 }),
];
