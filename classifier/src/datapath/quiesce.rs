// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Waits for replaced programs to finish.
#![expect(unsafe_code, reason = "membarrier(2) is not in rustix")]

use std::{thread, time::Duration};

/// `MEMBARRIER_CMD_GLOBAL` (`include/uapi/linux/membarrier.h`)
const GLOBAL: libc::c_int = 1;

/// Waits until no CPU runs a program that was replaced or detached earlier. Programs run within one read-side
/// section of RCU, and the command is `synchronize_rcu` (`kernel/sched/membarrier.c`).
pub(super) fn quiesce() {
    // SAFETY: the command takes no memory.
    let done = unsafe { libc::syscall(libc::SYS_membarrier, GLOBAL, 0, 0) } == 0;
    if !done {
        // The command is refused with tickless CPUs. A packet is classified in microseconds.
        thread::sleep(Duration::from_millis(100));
    }
}
