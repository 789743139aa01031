// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Pins in bpf filesystems of tests that run in parallel: in other processes, and in other threads of this
//! process.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use aya::programs::links::PinnedLink;
use rustix::fs::statfs;

use crate::Pins;

/// `BPF_FS_MAGIC` of linux/magic.h.
const BPF_FS: i64 = 0xcafe_4a11;

/// Opens everything pinned there. `/proc` lists the open files of a process.
pub fn open() -> Vec<PinnedLink> {
    let mut seen: BTreeSet<u64> = opened("self").iter().filter_map(|root| device(root)).collect();
    let mut pinned = Vec::new();
    for root in Pins::of_other_threads() {
        walk(&root, &mut pinned);
    }
    for root in processes().iter().flat_map(|process| [opened(process), mounted(process)].concat()) {
        if device(&root).is_some_and(|device| seen.insert(device)) {
            walk(&root, &mut pinned);
        }
    }
    pinned
}

/// Returns the device number of the filesystem.
fn device(root: &Path) -> Option<u64> {
    fs::metadata(root).ok().map(|metadata| metadata.dev())
}

fn processes() -> Vec<String> {
    let own = std::process::id().to_string();
    let names = fs::read_dir("/proc").expect("there is /proc").filter_map(Result::ok);
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()) && *name != own).collect()
}

/// Lists the folders of bpf filesystems that a process has open.
fn opened(process: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().filter_map(Result::ok);
    let files = files.map(|file| file.path());
    files.filter(|path| path.is_dir() && statfs(path).is_ok_and(|fs| fs.f_type == BPF_FS)).collect()
}

/// Lists bpf filesystems that are mounted for a process, and not for this one.
fn mounted(process: &str) -> Vec<PathBuf> {
    let namespace = |process: &str| fs::read_link(format!("/proc/{process}/ns/mnt")).ok();
    if namespace(process) == namespace("self") {
        return Vec::new();
    }
    let mounts = fs::read_to_string(format!("/proc/{process}/mounts")).unwrap_or_default();
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let of_bpf = fields.filter(|fields| fields.get(2) == Some(&"bpf"));
    of_bpf.map(|fields| PathBuf::from(format!("/proc/{process}/root{}", fields[1]))).collect()
}

/// Opens all pins below a folder, programs and maps as links too. Pins that disappear meanwhile are skipped.
fn walk(folder: &Path, pinned: &mut Vec<PinnedLink>) {
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, pinned);
        } else {
            pinned.extend(PinnedLink::from_pin(&path));
        }
    }
}
