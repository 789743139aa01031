// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Control groups of a machine, in the hierarchies that its systemd uses.

use std::{
    fs,
    path::{Path, PathBuf},
    process, thread,
    time::{Duration, Instant},
};

/// Control groups, one in each hierarchy.
pub(super) struct Groups(Vec<PathBuf>);

impl Groups {
    pub fn new() -> Self {
        let mounts = fs::read_to_string("/proc/self/mounts").expect("there are mounts");
        let hierarchies = mounts.lines().filter_map(hierarchy);
        let name = format!("classifier-machine-{}", process::id());
        let groups: Vec<_> = hierarchies.map(|folder| Path::new(folder).join(&name)).collect();
        assert!(!groups.is_empty(), "no control groups are mounted that a systemd could use");
        for group in &groups {
            fs::create_dir(group).unwrap_or_else(|error| panic!("{}: {error}", group.display()));
        }
        Self(groups)
    }

    /// Returns the folders, separated by spaces.
    pub fn paths(&self) -> String {
        self.0.iter().map(|group| group.to_str().expect("a path in UTF-8")).collect::<Vec<_>>().join(" ")
    }

    /// Removes the groups once their last processes have ended.
    pub fn remove(&self) {
        let deadline = Instant::now() + Duration::from_secs(5);
        while !self.0.iter().all(|group| !group.exists() || remove(group)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Returns systemd's folder in a hierarchy: cgroup version 2, or version 1 with a name.
fn hierarchy(mount: &str) -> Option<&str> {
    let mut words = mount.split(' ').skip(1);
    let [folder, kind, options] = [words.next()?, words.next()?, words.next()?];
    let named = kind == "cgroup" && options.split(',').any(|option| option == "name=systemd");
    (kind == "cgroup2" || named).then_some(folder)
}

/// Removes a group and its descendants, and returns whether it could. The files of a group go with its
/// folder.
fn remove(group: &Path) -> bool {
    let entries = fs::read_dir(group).into_iter().flatten().filter_map(Result::ok);
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let emptied = folders.map(|folder| remove(&folder.path())).fold(true, |all, one| all & one);
    emptied && fs::remove_dir(group).is_ok()
}

#[cfg(test)]
mod tests {
    use super::hierarchy;

    #[test]
    fn the_hierarchies_that_systemd_uses_are_found() {
        for (mount, folder) in [
            ("cgroup2 /sys/fs/cgroup cgroup2 rw,relatime 0 0", Some("/sys/fs/cgroup")),
            ("cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0", Some("/sys/fs/cgroup/systemd")),
            ("cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0", None),
            ("tmpfs /run tmpfs rw 0 0", None),
        ] {
            assert_eq!(hierarchy(mount), folder, "{mount}");
        }
    }
}
