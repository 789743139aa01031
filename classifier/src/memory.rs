// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Frees memory that a start needs and a running agent does not.
#![expect(unsafe_code, reason = "the C library's and the kernel's own verbs")]

use std::{fs, ops::Range, ptr};

use rustix::mm::{Advice, madvise};
use rustix::param::page_size;

/// Makes threads share one heap: a heap for each thread would never be freed completely. Call this before
/// there is a second thread.
pub fn share() {
    #[cfg(target_env = "gnu")]
    // SAFETY: the function takes two numbers. No other thread exists that could allocate.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Returns freed memory to the system. The GNU C library keeps what is freed as long as anything behind it is
/// in use, and several megabytes always. Other C libraries return it at once.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: the function takes a number, and may be called at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Drops the pages of a constant; a later access loads them from the binary's file again.
pub fn leave(constant: &'static [u8]) {
    let page = page_size();
    let range = constant.as_ptr_range();
    let first = range.start.addr().next_multiple_of(page);
    let length = (range.end.addr() & !(page - 1)).saturating_sub(first);
    let begin = range.start.with_addr(first).cast_mut().cast();
    // SAFETY: the pages lie completely within a constant that is never written. They equal the file before
    // and after. A refusal changes nothing.
    let _ = unsafe { madvise(begin, length, Advice::LinuxDontNeed) };
}

/// Drops the pages of the binary that a start has used: machine code and constants, most of the resident
/// memory. A later access loads them from the file again.
pub fn leave_binary() {
    let Ok(mappings) = fs::read_to_string("/proc/self/smaps") else { return };
    for Range { start, end } in unchanged(&mappings) {
        let begin = ptr::with_exposed_provenance_mut(start);
        // SAFETY: the pages are a private mapping of a file, read-only, and no page is a copy. They equal the
        // file before and after. A refusal changes nothing.
        let _ = unsafe { madvise(begin, end - start, Advice::LinuxDontNeed) };
    }
}

/// Lists the mappings of `/proc/self/smaps` (proc(5)) that are of a file, read-only, and without copied
/// pages. Relocated constants are copies.
fn unchanged(mappings: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut last = None;
    for line in mappings.lines() {
        match line.split_once(':') {
            Some(("Anonymous", size)) if size.trim() == "0 kB" => found.extend(last.take()),
            // A heading has colons only after its range.
            Some((field, _)) if !field.contains('-') => {}
            _ => last = of_file(line),
        }
    }
    found
}

/// Returns the range of a heading, if it is of a read-only mapping of a file.
fn of_file(heading: &str) -> Option<Range<usize>> {
    let mut words = heading.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let is_constant = matches!(words.next()?, "r-xp" | "r--p");
    let is_of_a_file = words.nth(2)? != "0";
    let address = |text| usize::from_str_radix(text, 16).ok();
    if is_constant && is_of_a_file { Some(address(start)?..address(end)?) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(heading: &str, anonymous: u32) -> Vec<Range<usize>> {
        unchanged(&format!(
            "7f0000001000-7f0000003000 {heading}\nSize: 8 kB\nAnonymous:      {anonymous} kB\nVmFlags: rd mr mw me\n"
        ))
    }

    #[test]
    fn only_what_is_as_in_the_file_is_left() {
        let whole = vec![Range { start: 0x7f00_0000_1000_usize, end: 0x7f00_0000_3000 }];
        assert_eq!(found("r-xp 00001000 fe:00 42 /usr/bin/classifier", 0), whole);
        assert_eq!(found("r--p 00001000 fe:00 42 /usr/bin/classifier", 0), whole);
        assert_eq!(found("r--p 00001000 fe:00 42 /usr/bin/classifier", 4), []);
        assert_eq!(found("rw-p 00001000 fe:00 42 /usr/bin/classifier", 0), []);
        assert_eq!(found("r-xp 00000000 00:00 0 [vdso]", 0), []);
        assert_eq!(found("rw-p 00000000 00:00 0", 0), []);
    }

    #[test]
    fn what_was_left_runs_on() {
        leave_binary();
        leave_binary();
        assert_eq!("7".parse(), Ok(7));
    }
}
