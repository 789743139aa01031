//! Programs that have been replaced run to their end.
#![expect(unsafe_code, reason = "membarrier(2) is not in rustix")]

use std::{thread, time::Duration};

/// `MEMBARRIER_CMD_GLOBAL` (`include/uapi/linux/membarrier.h`)
const GLOBAL: libc::c_int = 1;

/// Waits until no CPU runs a program that was replaced or detached before: they run within one read-side section of RCU,
/// and the command is `synchronize_rcu` (`kernel/sched/membarrier.c`).
pub(super) fn quiesce() {
    // SAFETY: the command takes no memory.
    let done = unsafe { libc::syscall(libc::SYS_membarrier, GLOBAL, 0, 0) } == 0;
    if !done {
        // With CPUs that have no tick it is refused. A packet is judged in microseconds.
        thread::sleep(Duration::from_millis(100));
    }
}
