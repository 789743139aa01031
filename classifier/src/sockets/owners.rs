// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds the processes that hold sockets.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
};

use serde::Serialize;

use super::table::Row;

/// Initial PID namespace (`PROC_PID_INIT_INO` in `include/linux/proc_ns.h`), which sees every process.
const FIRST: &str = "pid:[4026531836]";

/// A process with a socket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Process {
    /// Name of the program, at most 15 characters; others than letters, digits and `._-+@` are `?`.
    pub name: String,
    /// Unit of systemd, written the same way; `None` if it has none.
    pub unit: Option<String>,
}

/// Processes by the number of their sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owners {
    /// Processes by socket.
    pub by_inode: BTreeMap<u64, Vec<Process>>,
    /// True if every process of the machine is visible, and its descriptors could be read.
    pub are_all_seen: bool,
}

impl Owners {
    /// Lists the processes with this socket.
    pub fn of(&self, inode: u64) -> &[Process] {
        self.by_inode.get(&inode).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Tells whether this process sees every other.
pub(crate) fn are_all_seen() -> bool {
    fs::read_link("/proc/self/ns/pid").is_ok_and(|namespace| namespace.as_os_str() == FIRST)
}

/// Finds the processes with these sockets, by their descriptors.
pub(super) fn owners(rows: &[Row]) -> Owners {
    let wanted: BTreeSet<u64> = rows.iter().map(|row| row.inode).collect();
    // Sockets of a network namespace may belong to processes of any PID namespace.
    let mut owners = Owners { are_all_seen: are_all_seen(), ..Owners::default() };
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let descriptors = match fs::read_dir(format!("/proc/{id}/fd")) {
            Ok(descriptors) => descriptors,
            Err(error) => {
                // A process that has ended holds nothing.
                owners.are_all_seen &= error.kind() != ErrorKind::PermissionDenied;
                continue;
            }
        };
        let targets = descriptors.flatten().filter_map(|descriptor| fs::read_link(descriptor.path()).ok());
        let inodes: BTreeSet<u64> = targets.filter_map(|target| inode(target.to_str()?)).collect();
        let held: Vec<_> = inodes.intersection(&wanted).collect();
        if held.is_empty() {
            continue;
        }
        let process = process_of(id);
        for inode in held {
            let of_inode = owners.by_inode.entry(*inode).or_default();
            if !of_inode.contains(&process) {
                of_inode.push(process.clone());
            }
        }
    }
    owners
}

fn inode(target: &str) -> Option<u64> {
    target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

fn process_of(id: u32) -> Process {
    let read = |file| fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default();
    Process { name: plain(read("comm").trim_end()), unit: unit(&read("cgroup")) }
}

/// Replaces characters that rulesets and tables give a meaning: any user can choose the name of a process.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-+@".contains(c) { c } else { '?' };
    name.chars().map(plain).collect()
}

/// Returns the innermost unit in a process's control groups.
fn unit(groups: &str) -> Option<String> {
    let is_unit = |name: &&str| name.ends_with(".service") || name.ends_with(".socket");
    let name = groups.lines().find_map(|line| line.rsplit('/').find(is_unit))?;
    Some(plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_the_innermost_one_of_the_control_groups() {
        for (groups, expected) in [
            ("0::/system.slice/ssh.service\n", Some("ssh.service")),
            (
                "1:name=systemd:/\n0::/system.slice/system-getty.slice/getty@tty1.service/sub\n",
                Some("getty@tty1.service"),
            ),
            ("0::/user.slice/user-0.slice/session-1.scope\n", None),
            ("0::/\n", None),
            ("", None),
        ] {
            assert_eq!(unit(groups).as_deref(), expected, "{groups}");
        }
    }

    #[test]
    fn a_name_cannot_write_rules() {
        assert_eq!(plain("a\" accept\n;}"), "a??accept???");
        assert_eq!(plain("sshd-session"), "sshd-session");
    }

    #[test]
    fn sockets_are_told_from_other_descriptors() {
        assert_eq!((inode("socket:[17]"), inode("pipe:[17]"), inode("/socket:[17]")), (Some(17), None, None));
    }
}
