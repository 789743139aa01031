// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The system calls of an operation, as `strace` lists them.

use std::{collections::BTreeMap, fmt};

/// System calls that change pins or attachments, or read them. The `?` is for architectures without the call.
pub const TRACED: &str = "trace=bpf,?rename,?renameat,?renameat2,?mkdir,?mkdirat,?rmdir,?unlink,?unlinkat";

/// Commands of bpf(2) after which a killed process leaves another state than before.
const CHANGES: [&str; 11] = [
    "BPF_OBJ_PIN",
    "BPF_LINK_CREATE",
    "BPF_LINK_UPDATE",
    "BPF_LINK_DETACH",
    "BPF_PROG_ATTACH",
    "BPF_PROG_DETACH",
    "BPF_PROG_TEST_RUN",
    "BPF_MAP_UPDATE_ELEM",
    "BPF_MAP_UPDATE_BATCH",
    "BPF_MAP_DELETE_ELEM",
    "BPF_MAP_DELETE_BATCH",
];

/// Commands that come in thousands, one for each port.
const MANY: [&str; 2] = ["BPF_MAP_UPDATE_ELEM", "BPF_MAP_LOOKUP_ELEM"];

/// A system call of the first thread of a process.
#[derive(Clone, Debug)]
pub struct Call {
    /// Name of the call, such as `rename`.
    pub name: String,
    /// Command of bpf(2); empty for other calls.
    pub command: String,
    /// Position among the calls with this name, from 1.
    pub number: usize,
    /// Line of the list.
    line: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.name, self.number, self.line.chars().take(160).collect::<String>())
    }
}

impl Call {
    /// Tells whether the line of the call has a word.
    pub fn has(&self, word: &str) -> bool {
        self.line.contains(word)
    }

    /// Tells whether the call changes what is left when the process is killed.
    pub fn is_change(&self) -> bool {
        let is_change = self.name != "bpf" || CHANGES.contains(&&*self.command);
        is_change && !self.line.contains(") = -1 ")
    }
}

/// Reads the list of `strace -f -o`. Of a row of calls that all write or all read entries of a map, the first two and the
/// last are kept.
pub fn read(listed: &str) -> Vec<Call> {
    let mut lines = listed.lines().filter_map(|line| line.split_once(' ')).peekable();
    let first = lines.peek().map(|(thread, _)| *thread);
    let mut numbers = BTreeMap::new();
    let mut all: Vec<Call> = Vec::new();
    for (_, line) in lines.filter(|(thread, _)| Some(*thread) == first) {
        let line = line.trim_start();
        // `<... resumed>` ends a call that was interrupted by a line of another thread.
        let Some((name, arguments)) = line.split_once('(').filter(|_| !line.starts_with('<')) else {
            continue;
        };
        let number: &mut usize = numbers.entry(name.to_owned()).or_default();
        *number += 1;
        let command = if name == "bpf" { arguments.split(',').next().unwrap_or_default() } else { "" };
        let (name, command) = (name.to_owned(), command.to_owned());
        let call = Call { name, command, number: *number, line: line.to_owned() };
        let is_in_row =
            matches!(&all[..], [.., a, b, c] if [a, b, c].iter().all(|one| one.command == call.command));
        if is_in_row && MANY.contains(&&*call.command) {
            all.pop();
        }
        all.push(call);
    }
    all
}
