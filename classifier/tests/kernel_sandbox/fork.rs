// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs code in a process with one thread and the test's privileges.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
};

use rustix::{
    pipe::pipe,
    process::{Pid, WaitOptions, waitpid},
};

/// Runs a closure in a fork of this process, and returns its result.
///
/// The C library keeps its heap consistent over a fork from any thread; no other state of other threads is
/// used there.
pub fn forked(action: impl FnOnce() -> String) -> String {
    let (reader, writer) = pipe().unwrap();
    // SAFETY: see above.
    match unsafe { libc::fork() } {
        0 => {
            let ended = catch_unwind(AssertUnwindSafe(action));
            let (status, said) = match ended {
                Ok(said) => (0, said),
                Err(panic) => (1, panic.downcast_ref::<String>().cloned().unwrap_or_default()),
            };
            let written = File::from(writer).write_all(said.as_bytes());
            // SAFETY: ends the process, without the exit handlers of other threads.
            unsafe { libc::_exit(if written.is_ok() { status } else { 2 }) }
        }
        child => {
            drop(writer);
            let mut said = String::new();
            File::from(reader).read_to_string(&mut said).unwrap();
            let child = Pid::from_raw(child).expect("a child");
            let (_, status) = waitpid(Some(child), WaitOptions::empty()).unwrap().unwrap();
            assert_eq!(status.exit_status(), Some(0), "{status:?}: {said}");
            said
        }
    }
}
