//! Memory that a start needs and a running agent does not.
#![expect(unsafe_code, reason = "the C library's and the kernel's own verbs")]

use std::{fs, ops::Range, ptr};

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

/// Lets the machine code go that a start has run, most of all that is resident; what goes on running comes back from
/// the files.
pub fn leave_code() {
    let Ok(mappings) = fs::read_to_string("/proc/self/maps") else { return };
    for Range { start, end } in mappings.lines().filter_map(code) {
        let begin = ptr::with_exposed_provenance_mut(start);
        // SAFETY: the pages are a private mapping of a file that is executable and not writable: they are as the file
        // has them, before and after. A refusal leaves all as it is.
        let _ = unsafe { madvise(begin, end - start, Advice::LinuxDontNeed) };
    }
}

/// Where a line of `/proc/self/maps` says that a file's machine code is (proc(5)).
fn code(line: &str) -> Option<Range<usize>> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let is_code = words.next()? == "r-xp";
    let is_of_a_file = words.nth(2)? != "0";
    let address = |text| usize::from_str_radix(text, 16).ok();
    if is_code && is_of_a_file { Some(address(start)?..address(end)?) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_files_is_left() {
        let code = |rest| code(&format!("7f0000001000-7f0000003000 {rest}"));
        assert_eq!(
            code("r-xp 00001000 fe:00 42 /usr/bin/classifier"),
            Some(0x7f00_0000_1000..0x7f00_0000_3000)
        );
        // Relocated constants are private copies: they would be lost.
        assert_eq!(code("r--p 00001000 fe:00 42 /usr/bin/classifier"), None);
        assert_eq!(code("r-xp 00000000 00:00 0 [vdso]"), None);
        assert_eq!(code("rw-p 00000000 00:00 0"), None);
    }

    #[test]
    fn what_was_left_runs_on() {
        leave_code();
        leave_code();
        assert_eq!("7".parse(), Ok(7));
    }
}
