// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A bpf filesystem that only this process holds.

use std::{
    fs,
    os::{
        fd::{AsRawFd as _, OwnedFd},
        unix::process::CommandExt as _,
    },
    path::PathBuf,
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread::{self, ThreadId},
};

use rustix::{
    fs::CWD,
    io::Errno,
    mount::{
        FsMountFlags, FsOpenFlags, FsPickFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags,
        UnmountFlags, fsconfig_create, fsconfig_reconfigure, fsconfig_set_flag, fsmount, fsopen, fspick,
        mount_change, move_mount, unmount,
    },
    thread::{UnshareFlags, unshare_unsafe},
};

/// Filesystems of this process, each with the thread that created it: a test has its own thread.
static ALL: Mutex<Vec<(ThreadId, PathBuf)>> = Mutex::new(Vec::new());

/// A bpf filesystem that is mounted nowhere. It is reached through this process's descriptor, and disappears
/// with the process and all its pins.
#[derive(Debug)]
pub struct Pins {
    mounted: OwnedFd,
    /// Mount point, if it is mounted.
    at: Option<PathBuf>,
}

impl Pins {
    /// Creates an empty filesystem.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it asks the kernel")]
    pub fn new() -> Self {
        Self::with(MountAttrFlags::empty())
    }

    /// Creates an empty read-only filesystem.
    #[must_use]
    pub fn read_only() -> Self {
        Self::with(MountAttrFlags::MOUNT_ATTR_RDONLY)
    }

    /// Creates an empty filesystem, mounted on a temporary folder until this guard is dropped. A process that
    /// has dropped its privileges may not look through another's descriptors.
    #[must_use]
    pub fn mounted() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let at = std::env::temp_dir().join(format!("classifier-pins-{}-{number}", std::process::id()));
        fs::create_dir(&at).expect("a temporary folder");
        let mut pins = Self::new();
        let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
        move_mount(&pins.mounted, "", CWD, &at, flags).expect("it can be mounted on a folder");
        pins.at = Some(at);
        pins
    }

    fn with(attributes: MountAttrFlags) -> Self {
        let made = fsopen("bpf", FsOpenFlags::FSOPEN_CLOEXEC).expect("the kernel has a bpf filesystem");
        fsconfig_create(&made).expect("it can be made");
        let mounted = fsmount(&made, FsMountFlags::FSMOUNT_CLOEXEC, attributes).expect("it can be mounted");
        let pins = Self { mounted, at: None };
        let all = ALL.lock();
        all.unwrap_or_else(PoisonError::into_inner).push((thread::current().id(), pins.root()));
        pins
    }

    /// Returns the path of the filesystem in this process.
    fn root(&self) -> PathBuf {
        format!("/proc/{}/fd/{}", std::process::id(), self.mounted.as_raw_fd()).into()
    }

    /// Returns the paths of filesystems that other threads of this process have created.
    pub(crate) fn of_other_threads() -> Vec<PathBuf> {
        let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        let others = all.iter().filter(|(thread, _)| *thread != thread::current().id());
        others.map(|(_, root)| root.clone()).collect()
    }

    /// Makes the filesystem itself read-only or writable, whatever its mount.
    pub fn set_read_only(&self, is_read_only: bool) {
        let flags = FsPickFlags::FSPICK_EMPTY_PATH | FsPickFlags::FSPICK_CLOEXEC;
        let picked = fspick(&self.mounted, "", flags).expect("it is mounted");
        let flag = if is_read_only { "ro" } else { "rw" };
        fsconfig_set_flag(&picked, flag).expect("every filesystem knows it");
        fsconfig_reconfigure(&picked).expect("it can be changed");
    }

    /// Returns the path of a folder in it, for this process and its children.
    #[must_use]
    pub fn folder(&self, name: &str) -> String {
        if let Some(at) = &self.at {
            return at.join(name).display().to_string();
        }
        self.root().join(name).display().to_string()
    }

    /// Lists everything in it, as sorted paths from its root, without the kernel's own files (`bpf_preload`).
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        let root = PathBuf::from(self.folder(""));
        let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder can be listed") {
                let path = entry.expect("an entry").path();
                let relative = path.strip_prefix(&root).expect("it is below").to_string_lossy().into_owned();
                if path.extension().is_none() {
                    found.push(relative);
                }
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort_unstable();
        found
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        let root = self.root();
        ALL.lock().unwrap_or_else(PoisonError::into_inner).retain(|(_, other)| *other != root);
        if let Some(at) = &self.at {
            // A remaining folder is empty, and in the temporary folder.
            let _ = unmount(at, UnmountFlags::DETACH);
            let _ = fs::remove_dir(at);
        }
    }
}

/// Hides the conventional bpf filesystem from a command, by a mount namespace of its own.
pub fn without_bpffs(command: &mut Command) {
    // SAFETY: between fork and exec the closure makes system calls alone, and allocates nothing.
    unsafe {
        command.pre_exec(|| {
            unshare_unsafe(UnshareFlags::NEWNS)?;
            mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
            // One filesystem may be mounted over another.
            loop {
                match unmount(c"/sys/fs/bpf", UnmountFlags::DETACH) {
                    Ok(()) => {}
                    // No filesystem is mounted there.
                    Err(Errno::INVAL) => return Ok(()),
                    Err(error) => return Err(error.into()),
                }
            }
        });
    }
}
