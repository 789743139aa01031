// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Kernels that lack features: a filter of system calls answers as such a kernel does.

use std::{env::consts::ARCH, io, os::unix::process::CommandExt as _, process::Command};

use aya_obj::generated::bpf_cmd;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};

/// Makes bpf(2) answer this command with this error, in the command's process and those that it starts.
pub fn refuse(command: &mut Command, bpf_command: bpf_cmd, error: i32) {
    let condition = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, bpf_command as u64)
        .expect("the filter is valid");
    let rule = SeccompRule::new(vec![condition]).expect("the filter is valid");
    let filter = SeccompFilter::new(
        [(libc::SYS_bpf, vec![rule])].into(),
        SeccompAction::Allow,
        SeccompAction::Errno(error.cast_unsigned()),
        ARCH.try_into().expect("the filter is valid"),
    );
    let program: BpfProgram = filter.expect("the filter is valid").try_into().expect("the filter is valid");
    // SAFETY: between fork and exec the closure makes two system calls, and allocates nothing unless they fail.
    unsafe { command.pre_exec(move || apply_filter(&program).map_err(io::Error::other)) };
}
