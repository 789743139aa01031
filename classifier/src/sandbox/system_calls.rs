// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The system calls of a running agent, with either C library.

use libc::c_long;

macro_rules! calls {
    ($($name:ident)*) => { &[$(libc::$name),*] };
}

/// Calls that are permitted with any arguments.
pub(super) const PLAIN: &[c_long] = calls! {
    // Memory and threads.
    SYS_brk SYS_madvise SYS_mremap SYS_munmap SYS_exit SYS_exit_group SYS_futex SYS_getpid SYS_getppid
    SYS_gettid SYS_membarrier SYS_restart_syscall SYS_rseq SYS_rt_sigaction SYS_rt_sigprocmask
    SYS_rt_sigreturn SYS_sched_getaffinity SYS_sched_yield SYS_set_robust_list SYS_set_tid_address
    SYS_sigaltstack
    // Time, random numbers, and the process itself.
    SYS_clock_getres SYS_clock_gettime SYS_clock_nanosleep SYS_getrandom SYS_gettimeofday SYS_nanosleep
    SYS_capget SYS_getegid SYS_geteuid SYS_getgid SYS_getrusage SYS_getuid SYS_sysinfo SYS_uname
    // Files. Landlock restricts the paths.
    SYS_close SYS_dup SYS_dup3 SYS_faccessat SYS_fcntl SYS_flock SYS_fstat SYS_fstatfs SYS_getcwd
    SYS_getdents64 SYS_lseek SYS_newfstatat SYS_openat SYS_pread64 SYS_preadv SYS_pwrite64 SYS_read
    SYS_readlinkat SYS_readv SYS_statfs SYS_statx SYS_write SYS_writev
    // Waiting.
    SYS_epoll_create1 SYS_epoll_ctl SYS_epoll_pwait SYS_eventfd2 SYS_pipe2 SYS_ppoll SYS_timerfd_create
    SYS_timerfd_gettime SYS_timerfd_settime
    // Sockets. `filter.rs` restricts the families.
    SYS_accept SYS_accept4 SYS_bind SYS_connect SYS_getpeername SYS_getsockname SYS_getsockopt SYS_recvfrom
    SYS_recvmmsg SYS_recvmsg SYS_sendmmsg SYS_sendmsg SYS_sendto SYS_setsockopt SYS_shutdown
};

/// Calls that newer architectures have only in newer forms.
#[cfg(target_arch = "x86_64")]
pub(super) const OLDER: &[c_long] = calls! {
    SYS_access SYS_dup2 SYS_epoll_create SYS_epoll_wait SYS_eventfd SYS_getrlimit SYS_lstat SYS_open
    SYS_pipe SYS_poll SYS_readlink SYS_stat SYS_time
};
#[cfg(not(target_arch = "x86_64"))]
pub(super) const OLDER: &[c_long] = &[];

/// Calls that change directories.
pub(super) const WRITING: &[c_long] = calls! {
    SYS_fchmod SYS_fchmodat SYS_fsync SYS_ftruncate SYS_linkat SYS_mkdirat SYS_renameat2
    SYS_symlinkat SYS_unlinkat SYS_utimensat
};
/// Older calls that change directories.
#[cfg(target_arch = "x86_64")]
pub(super) const OLDER_WRITING: &[c_long] = calls! {
    SYS_chmod SYS_link SYS_mkdir SYS_rename SYS_renameat SYS_rmdir SYS_symlink SYS_unlink
};
/// Older calls that change directories: the C libraries rename by the oldest call that the architecture has.
#[cfg(target_arch = "aarch64")]
pub(super) const OLDER_WRITING: &[c_long] = calls! { SYS_renameat };
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) const OLDER_WRITING: &[c_long] = &[];

/// Calls that must seem absent: the C library then uses an older call, which it does not if a call is
/// forbidden. clone3 starts threads and processes alike, with arguments that no filter sees.
pub(super) const ABSENT: &[c_long] = calls! {
    SYS_clone3 SYS_close_range SYS_epoll_pwait2 SYS_faccessat2 SYS_openat2 SYS_preadv2 SYS_pwritev2
};

/// Commands of bpf(2), numbered as `enum bpf_cmd` in `include/uapi/linux/bpf.h`.
pub(super) mod bpf {
    /// Commands on open descriptors and paths of pins: look up, update, delete, next key, pin, get, test run,
    /// info, query, freeze, look up and delete, the batches, link create, link update, link detach.
    pub const ALWAYS: [u64; 18] = [1, 2, 3, 4, 6, 7, 10, 15, 16, 21, 22, 24, 25, 26, 27, 28, 29, 34];
    /// Commands that need capabilities: create a map, load a program, load types, bind a map to a program.
    pub const LOADING: [u64; 4] = [0, 5, 18, 35];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// System calls of functions of the C library that differ between glibc 2.36 and musl 1.2: on x86-64,
    /// `AArch64` and RISC-V. The test checks all three on each architecture.
    const CALLED: [(&str, [&[&str]; 3]); 16] = [
        ("access", [&["access"], &["faccessat"], &["faccessat"]]),
        ("chmod", [&["chmod"], &["fchmodat"], &["fchmodat"]]),
        ("dup2", [&["dup2"], &["dup3"], &["dup3"]]),
        ("epoll_wait", [&["epoll_wait"], &["epoll_pwait"], &["epoll_pwait"]]),
        ("eventfd", [&["eventfd2"], &["eventfd2"], &["eventfd2"]]),
        ("fstat", [&["fstat", "newfstatat"], &["fstat", "newfstatat"], &["fstat", "newfstatat"]]),
        ("link", [&["link"], &["linkat"], &["linkat"]]),
        ("mkdir", [&["mkdir"], &["mkdirat"], &["mkdirat"]]),
        ("open", [&["open", "openat"], &["openat"], &["openat"]]),
        ("pipe", [&["pipe", "pipe2"], &["pipe2"], &["pipe2"]]),
        ("poll", [&["poll"], &["ppoll"], &["ppoll"]]),
        ("readlink", [&["readlink"], &["readlinkat"], &["readlinkat"]]),
        ("rename", [&["rename"], &["renameat"], &["renameat2"]]),
        ("rmdir", [&["rmdir"], &["unlinkat"], &["unlinkat"]]),
        ("symlink", [&["symlink"], &["symlinkat"], &["symlinkat"]]),
        ("unlink", [&["unlink"], &["unlinkat"], &["unlinkat"]]),
    ];

    /// Lists the calls above of an architecture by their names in this file: numbers are known only when
    /// compiled for it.
    fn listed(architecture: &str) -> BTreeSet<&'static str> {
        let (lists, _) = include_str!("system_calls.rs").split_once("#[cfg(test)]").unwrap();
        let mut condition = None;
        let mut names = BTreeSet::new();
        for line in lists.lines() {
            if let Some(text) = line.strip_prefix("#[cfg(") {
                condition = Some(text);
            } else if line.is_empty() || line.starts_with("///") {
                condition = None;
            }
            let is_meant = condition
                .is_none_or(|text| text.contains(&format!("\"{architecture}\"")) != text.starts_with("not("));
            if is_meant && !line.starts_with("//") {
                let words = line.split(|character: char| !character.is_alphanumeric() && character != '_');
                names.extend(words.filter_map(|word| word.strip_prefix("SYS_")));
            }
        }
        names
    }

    #[test]
    fn what_the_c_libraries_call_is_listed_on_every_architecture() {
        let mut missing = Vec::new();
        for (nth, architecture) in ["x86_64", "aarch64", "riscv64"].into_iter().enumerate() {
            let listed = listed(architecture);
            assert!(listed.len() > 80, "{listed:?}");
            for (function, calls) in CALLED {
                let calls = calls[nth].iter().filter(|call| !listed.contains(*call));
                missing.extend(calls.map(|call| format!("{call} of {function} on {architecture}")));
            }
        }
        assert_eq!(missing, [""; 0]);
    }
}
