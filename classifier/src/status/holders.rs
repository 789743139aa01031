// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds the processes with descriptors of programs, in `/proc`.

use std::{fs, path::Path};

/// Name of a program's descriptor in the kernel.
const PROGRAM: &str = "anon_inode:bpf-prog";

/// A process with a descriptor of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Kernel number of the program.
    pub program: u32,
    /// Number of the process.
    pub process: u32,
}

/// Finds the processes with these programs, as far as this process may inspect others. Only descriptors of
/// programs are read beyond their link, so that a machine with many files costs little.
pub(super) fn of(programs: &[u32]) -> Vec<Holder> {
    let mut holders = Vec::new();
    if programs.is_empty() {
        return holders;
    }
    for process in numbers(Path::new("/proc")) {
        let descriptors = format!("/proc/{process}/fd");
        for descriptor in numbers(Path::new(&descriptors)) {
            let is_program = fs::read_link(format!("{descriptors}/{descriptor}"))
                .is_ok_and(|target| target.as_os_str() == PROGRAM);
            let info = is_program
                .then(|| fs::read_to_string(format!("/proc/{process}/fdinfo/{descriptor}")).ok())
                .flatten();
            let program = info.as_deref().and_then(program).filter(|program| programs.contains(program));
            holders.extend(program.map(|program| Holder { program, process }));
        }
    }
    holders
}

/// Lists the numeric entries of a directory; none if it has gone or is not readable.
fn numbers(folder: &Path) -> impl Iterator<Item = u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn program(info: &str) -> Option<u32> {
    info.lines().find_map(|line| line.strip_prefix("prog_id:")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_read_from_a_descriptors_file() {
        assert_eq!(program("pos:\t0\nprog_type:\t6\nprog_id:\t42\nrun_cnt:\t0\n"), Some(42));
        assert_eq!(program("pos:\t0\n"), None);
    }
}
