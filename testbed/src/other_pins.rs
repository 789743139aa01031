//! What is pinned in bpf filesystems that this process has nothing to do with: those of other tests, which run beside it.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use aya::programs::links::PinnedLink;
use rustix::fs::statfs;

/// `BPF_FS_MAGIC` of linux/magic.h.
const BPF_FS: i64 = 0xcafe_4a11;

/// Everything that is pinned there, opened: what a process has open, `/proc` tells.
pub fn open() -> Vec<PinnedLink> {
    let mut seen: BTreeSet<u64> = opened("self").iter().filter_map(|root| device(root)).collect();
    let mut pinned = Vec::new();
    for root in processes().iter().flat_map(|process| [opened(process), mounted(process)].concat()) {
        if device(&root).is_some_and(|device| seen.insert(device)) {
            walk(&root, &mut pinned);
        }
    }
    pinned
}

/// Which filesystem it is.
fn device(root: &Path) -> Option<u64> {
    fs::metadata(root).ok().map(|metadata| metadata.dev())
}

fn processes() -> Vec<String> {
    let own = std::process::id().to_string();
    let names = fs::read_dir("/proc").expect("there is /proc").filter_map(Result::ok);
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()) && *name != own).collect()
}

/// Folders of bpf filesystems that a process has open.
fn opened(process: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().filter_map(Result::ok);
    let files = files.map(|file| file.path());
    files.filter(|path| path.is_dir() && statfs(path).is_ok_and(|fs| fs.f_type == BPF_FS)).collect()
}

/// Bpf filesystems that are mounted where a process is, and not where this one is.
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

/// Opens what is pinned below a folder. What ends in the meantime is no more; a program or a map is opened as a link is.
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
