//! A bpf filesystem that only this process holds.

use std::{
    fs,
    os::{
        fd::{AsRawFd as _, OwnedFd},
        unix::process::CommandExt as _,
    },
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
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

/// A bpf filesystem, mounted nowhere: it is found through this process's descriptor, and whatever ends the process takes
/// it along with everything that is pinned in it.
#[derive(Debug)]
pub struct Pins {
    mounted: OwnedFd,
    /// Where else it is found.
    at: Option<PathBuf>,
}

impl Pins {
    /// An empty one.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it asks the kernel")]
    pub fn new() -> Self {
        Self::with(MountAttrFlags::empty())
    }

    /// An empty one that takes nothing.
    #[must_use]
    pub fn read_only() -> Self {
        Self::with(MountAttrFlags::MOUNT_ATTR_RDONLY)
    }

    /// An empty one that is mounted on a temporary folder until this is dropped: a process that has given up its power may
    /// not look through another's descriptors.
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
        Self { mounted, at: None }
    }

    /// Makes the filesystem itself read-only, whatever the mount, or writable again.
    pub fn set_read_only(&self, is_read_only: bool) {
        let flags = FsPickFlags::FSPICK_EMPTY_PATH | FsPickFlags::FSPICK_CLOEXEC;
        let picked = fspick(&self.mounted, "", flags).expect("it is mounted");
        let flag = if is_read_only { "ro" } else { "rw" };
        fsconfig_set_flag(&picked, flag).expect("every filesystem knows it");
        fsconfig_reconfigure(&picked).expect("it can be changed");
    }

    /// The path of a folder in it, for this process and its children.
    #[must_use]
    pub fn folder(&self, name: &str) -> String {
        if let Some(at) = &self.at {
            return at.join(name).display().to_string();
        }
        let (process, descriptor) = (std::process::id(), self.mounted.as_raw_fd());
        format!("/proc/{process}/fd/{descriptor}/{name}")
    }

    /// Everything in it, as paths from its root, in order; but for what the kernel itself puts there (`bpf_preload`).
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
        if let Some(at) = &self.at {
            // A folder that stays is empty, and in the temporary folder.
            let _ = unmount(at, UnmountFlags::DETACH);
            let _ = fs::remove_dir(at);
        }
    }
}

/// Has a command find no bpf filesystem where there is one by convention: it gets mounts of its own.
pub fn without_bpffs(command: &mut Command) {
    // SAFETY: between fork and exec the closure makes three system calls, and allocates nothing.
    unsafe {
        command.pre_exec(|| {
            unshare_unsafe(UnshareFlags::NEWNS)?;
            mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
            match unmount(c"/sys/fs/bpf", UnmountFlags::DETACH) {
                // Nothing is mounted there.
                Ok(()) | Err(Errno::INVAL) => Ok(()),
                Err(error) => Err(error.into()),
            }
        });
    }
}
