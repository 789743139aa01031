// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Actions of an attacker. None of them does harm if it is permitted.

use std::{
    ffi::c_void,
    fs, io,
    net::{Ipv4Addr, SocketAddrV4},
    os::fd::OwnedFd,
    path::Path,
};

use libc::{c_int, c_long};
use rustix::{
    mm::{MapFlags, ProtFlags, mmap_anonymous},
    net::{AddressFamily, SocketType, connect, socket},
    process::{Pid, getppid, test_kill_process},
    thread::{Uid, UnshareFlags, set_thread_uid, unshare_unsafe},
};

/// Objects of a trial.
pub struct Scene<'a> {
    /// Directory of the configuration, with a file `removed` in it.
    pub folder: &'a Path,
    /// Socket that was opened before.
    pub open: &'a OwnedFd,
    /// Port with a listener.
    pub port: u16,
}

type Trial = (&'static str, fn(&Scene<'_>) -> io::Result<()>);

/// Trials, each by its action.
pub const ALL: [Trial; 20] = [
    ("read a foreign file", |_| fs::read("/etc/shadow").map(drop)),
    ("list a foreign folder", |_| fs::read_dir("/etc").map(drop)),
    ("write beside the configuration", |scene| fs::write(scene.folder.join("written"), "x")),
    ("remove the configuration", |scene| fs::remove_file(scene.folder.join("removed"))),
    ("start a process", |_| start_process()),
    ("run a program", |_| call(libc::SYS_execve, [0; 3])),
    ("open a socket", |_| Ok(socket(AddressFamily::INET, SocketType::STREAM, None).map(drop)?)),
    ("open a packet socket", |_| Ok(socket(AddressFamily::PACKET, SocketType::RAW, None).map(drop)?)),
    ("connect an open socket", |scene| {
        Ok(connect(scene.open, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, scene.port))?)
    }),
    ("trace a process", |_| call(libc::SYS_ptrace, [libc::PTRACE_ATTACH.into(), 0, 0])),
    ("signal a process", |_| Ok(test_kill_process(getppid().unwrap_or(Pid::INIT))?)),
    ("mount", |_| call(libc::SYS_mount, [0; 3])),
    ("load a module", |_| call(libc::SYS_init_module, [0; 3])),
    ("change the root", |_| call(libc::SYS_chroot, [0; 3])),
    ("take a kernel program by its number", |_| {
        const GET_BY_ID: c_long = 13;
        call(libc::SYS_bpf, [GET_BY_ID, 0, 0])
    }),
    ("make memory executable", |_| map_executable()),
    ("queue calls past the filter", |_| call(libc::SYS_io_uring_setup, [0; 3])),
    ("watch performance events", |_| call(libc::SYS_perf_event_open, [0; 3])),
    ("leave the namespace", |_| {
        // SAFETY: the mounts change for the process of the trial, which ends then.
        Ok(unsafe { unshare_unsafe(UnshareFlags::NEWNS) }?)
    }),
    // Last, since success ends root's privileges.
    ("become another user", |_| Ok(set_thread_uid(Uid::from_raw(1))?)),
];

/// Calls the system with numbers and null pointers alone: a permitted call fails with another error.
fn call(number: c_long, arguments: [c_long; 3]) -> io::Result<()> {
    let [a, b, c] = arguments;
    // SAFETY: the kernel checks null pointers before it follows them.
    let answer = unsafe { libc::syscall(number, a, b, c, 0, 0) };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn start_process() -> io::Result<()> {
    // SAFETY: as fork(2): the child has a copy of everything, and ends at once.
    match unsafe { libc::syscall(libc::SYS_clone, c_long::from(libc::SIGCHLD), 0, 0, 0, 0) } {
        // SAFETY: the child only ends.
        0 => unsafe { libc::_exit(0) },
        child if child < 0 => Err(io::Error::last_os_error()),
        child => {
            let mut status: c_int = 0;
            // SAFETY: a child of this process, and memory for its status.
            unsafe { libc::waitpid(child.try_into().unwrap_or(-1), &raw mut status, 0) };
            Ok(())
        }
    }
}

fn map_executable() -> io::Result<()> {
    const PAGE: usize = 4096;
    let rights = ProtFlags::READ | ProtFlags::EXEC;
    // SAFETY: nothing is mapped there before, and nothing accesses it.
    unsafe { mmap_anonymous(std::ptr::null_mut::<c_void>(), PAGE, rights, MapFlags::PRIVATE) }?;
    Ok(())
}
