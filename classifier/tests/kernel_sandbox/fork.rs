//! A process with one thread, and everything that the test has.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
};

use rustix::{
    pipe::pipe,
    process::{Pid, WaitOptions, waitpid},
};

/// Runs this in a fork of this process, and gives what it returns.
///
/// The C library keeps its heap whole over a fork, whichever thread makes it; nothing else of the other threads is
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
            // SAFETY: ends the process, without what the other threads had registered for its end.
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
