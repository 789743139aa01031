//! Memory that a start needs and a running agent does not.
#![expect(unsafe_code, reason = "the C library's and the kernel's own verbs")]

use rustix::mm::{Advice, madvise};
use rustix::param::page_size;

/// Keeps what threads allocate in one heap, in place of one each that is never given back whole. To be called before
/// there is a second thread.
pub fn share() {
    #[cfg(target_env = "gnu")]
    // SAFETY: takes two numbers; nothing else is allocating, for there is no other thread yet.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Gives freed memory back to the system: the C library keeps what was needed to read the kernel's types, 12 MB, for
/// as long as anything behind it is in use. Other C libraries give back at once.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: takes a number, and may be called at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Lets the pages of a constant go; they come back from the binary's file if they are looked at again.
pub fn leave(constant: &'static [u8]) {
    let page = page_size();
    let range = constant.as_ptr_range();
    let first = range.start.addr().next_multiple_of(page);
    let length = (range.end.addr() & !(page - 1)).saturating_sub(first);
    let begin = range.start.with_addr(first).cast_mut().cast();
    // SAFETY: the pages are whole ones of a constant, which nobody writes to: they are as the file has them, before
    // and after. A refusal leaves all as it is.
    let _ = unsafe { madvise(begin, length, Advice::LinuxDontNeed) };
}
