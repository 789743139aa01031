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

/// Lets go what a start has looked at of the binary: machine code and constants, most of all that is resident. What is
/// needed again comes back from the file.
pub fn leave_binary() {
    let Ok(mappings) = fs::read_to_string("/proc/self/smaps") else { return };
    for Range { start, end } in unchanged(&mappings) {
        let begin = ptr::with_exposed_provenance_mut(start);
        // SAFETY: the pages are a private mapping of a file, cannot be written to, and none of them is a copy: they are
        // as the file has them, before and after. A refusal leaves all as it is.
        let _ = unsafe { madvise(begin, end - start, Advice::LinuxDontNeed) };
    }
}

/// Where, as `/proc/self/smaps` has it (proc(5)), a file is mapped that nobody can write to, and of which no page is a
/// copy: relocated constants are.
fn unchanged(mappings: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut last = None;
    for line in mappings.lines() {
        match line.split_once(':') {
            Some(("Anonymous", size)) if size.trim() == "0 kB" => found.extend(last.take()),
            // A heading has colons only behind its range.
            Some((field, _)) if !field.contains('-') => {}
            _ => last = of_file(line),
        }
    }
    found
}

/// The range of a heading, if it is of a file that cannot be written to.
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
