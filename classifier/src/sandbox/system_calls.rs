//! The system calls of a running agent, with either C library.

use libc::c_long;

macro_rules! calls {
    ($($name:ident)*) => { &[$(libc::$name),*] };
}

/// What is called whatever its arguments are.
pub(super) const PLAIN: &[c_long] = calls! {
    // Memory and threads.
    SYS_brk SYS_madvise SYS_mremap SYS_munmap SYS_exit SYS_exit_group SYS_futex SYS_getpid SYS_getppid
    SYS_gettid SYS_membarrier SYS_restart_syscall SYS_rseq SYS_rt_sigaction SYS_rt_sigprocmask
    SYS_rt_sigreturn SYS_sched_getaffinity SYS_sched_yield SYS_set_robust_list SYS_set_tid_address
    SYS_sigaltstack
    // Time, chance, and the process itself.
    SYS_clock_getres SYS_clock_gettime SYS_clock_nanosleep SYS_getrandom SYS_gettimeofday SYS_nanosleep
    SYS_capget SYS_getegid SYS_geteuid SYS_getgid SYS_getrusage SYS_getuid SYS_sysinfo SYS_uname
    // Files. What can be opened is Landlock's.
    SYS_close SYS_dup SYS_dup3 SYS_faccessat SYS_fcntl SYS_flock SYS_fstat SYS_fstatfs SYS_getcwd
    SYS_getdents64 SYS_lseek SYS_newfstatat SYS_openat SYS_pread64 SYS_preadv SYS_pwrite64 SYS_read
    SYS_readlinkat SYS_readv SYS_statfs SYS_statx SYS_write SYS_writev
    // Waiting.
    SYS_epoll_create1 SYS_epoll_ctl SYS_epoll_pwait SYS_eventfd2 SYS_pipe2 SYS_ppoll SYS_timerfd_create
    SYS_timerfd_gettime SYS_timerfd_settime
    // Sockets. What can be opened stands in `filter.rs`.
    SYS_accept SYS_accept4 SYS_bind SYS_connect SYS_getpeername SYS_getsockname SYS_getsockopt SYS_recvfrom
    SYS_recvmmsg SYS_recvmsg SYS_sendmmsg SYS_sendmsg SYS_sendto SYS_setsockopt SYS_shutdown
};

/// What newer machines have only in newer forms.
#[cfg(target_arch = "x86_64")]
pub(super) const OLDER: &[c_long] = calls! {
    SYS_access SYS_dup2 SYS_epoll_create SYS_epoll_wait SYS_eventfd SYS_getrlimit SYS_lstat SYS_open
    SYS_pipe SYS_poll SYS_readlink SYS_stat SYS_time
};
#[cfg(not(target_arch = "x86_64"))]
pub(super) const OLDER: &[c_long] = &[];

/// What changes folders.
pub(super) const WRITING: &[c_long] = calls! {
    SYS_fchmod SYS_fchmodat SYS_fsync SYS_ftruncate SYS_linkat SYS_mkdirat SYS_renameat2
    SYS_symlinkat SYS_unlinkat SYS_utimensat
};
/// The same in older forms.
#[cfg(target_arch = "x86_64")]
pub(super) const OLDER_WRITING: &[c_long] = calls! {
    SYS_chmod SYS_link SYS_mkdir SYS_rename SYS_renameat SYS_rmdir SYS_symlink SYS_unlink
};
#[cfg(not(target_arch = "x86_64"))]
pub(super) const OLDER_WRITING: &[c_long] = &[];

/// What the C library calls by an older name where the kernel does not have it, and not where it is forbidden. clone3
/// starts threads and processes alike, with arguments that no filter sees.
pub(super) const ABSENT: &[c_long] = calls! {
    SYS_clone3 SYS_close_range SYS_epoll_pwait2 SYS_faccessat2 SYS_openat2 SYS_preadv2 SYS_pwritev2
};

/// Commands of bpf(2), numbered as `enum bpf_cmd` in `include/uapi/linux/bpf.h`.
pub(super) mod bpf {
    /// On descriptors that are open, and paths of pins: look up, update, delete, next key, pin, get, test run, info,
    /// query, freeze, look up and delete, the batches, link create, link update, link detach.
    pub const ALWAYS: [u64; 18] = [1, 2, 3, 4, 6, 7, 10, 15, 16, 21, 22, 24, 25, 26, 27, 28, 29, 34];
    /// What takes capabilities: create a map, load a program, load types, bind a map to a program.
    pub const LOADING: [u64; 4] = [0, 5, 18, 35];
}
