// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! seccomp: the system calls of a running agent, and no others.
//!
//! An unlisted call fails with EPERM: a forgotten one becomes an error with a name, and does not kill the
//! agent.

use std::{collections::BTreeMap, env::consts::ARCH, process};

use libc::{
    AF_NETLINK, AF_UNIX, CLONE_THREAD, ENOSYS, EPERM, PR_GET_NAME, PR_SET_NAME, PROT_EXEC, SYS_bpf,
    SYS_clone, SYS_ioctl, SYS_mmap, SYS_mprotect, SYS_prctl, SYS_prlimit64, SYS_socket, SYS_socketpair,
    SYS_tgkill, c_long,
};
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Is, SeccompCondition,
    SeccompFilter, SeccompRule, apply_filter_all_threads,
};

use super::system_calls::{ABSENT, OLDER, OLDER_WRITING, PLAIN, WRITING, bpf};

/// Option of prctl(2) that names memory areas for `/proc/self/maps`: the C library uses it, and the kernel
/// may refuse.
const PR_SET_VMA: u64 = 0x5356_4d41;

/// Requests of ioctl(2): FIONBIO, SIOCGIFNAME, SIOCGIFINDEX, SIOCETHTOOL. The C libraries do not agree on their type.
const REQUESTS: [u64; 4] = [0x5421, 0x8910, 0x8933, 0x8946];

/// Operations of the agent beyond serving.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wants {
    /// Creates and removes files in directories.
    pub writes: bool,
    /// Loads programs and creates maps.
    pub loads: bool,
}

/// Filters the system calls of this process.
///
/// # Errors
///
/// The reason why they are not filtered.
pub(super) fn install(wants: Wants) -> Result<(), String> {
    let programs = compiled(wants).map_err(|error| error.to_string())?;
    programs.iter().try_for_each(|program| apply_filter_all_threads(program)).map_err(|error| match error {
        Error::Prctl(cause) | Error::Seccomp(cause) => cause.to_string(),
        other @ (Error::Backend(_) | Error::EmptyFilter | Error::ThreadSync(_)) => other.to_string(),
    })
}

/// Compiles the filter of absent calls and the filter of permitted ones, in this order: installing a filter
/// takes calls that the second one forbids.
fn compiled(wants: Wants) -> Result<[BpfProgram; 2], Error> {
    let architecture = ARCH.try_into()?;
    #[expect(clippy::cast_sign_loss, reason = "error numbers are positive")]
    let refused = |number: i32| SeccompAction::Errno(number as u32);
    let allowed = SeccompFilter::new(allowed(wants)?, refused(EPERM), SeccompAction::Allow, architecture)?;
    let absent = ABSENT.iter().map(|call| (*call, Vec::new())).collect();
    let absent = SeccompFilter::new(absent, SeccompAction::Allow, refused(ENOSYS), architecture)?;
    Ok([absent.try_into()?, allowed.try_into()?])
}

fn allowed(wants: Wants) -> Result<BTreeMap<c_long, Vec<SeccompRule>>, Error> {
    let writing = [WRITING, OLDER_WRITING].into_iter().filter(|_| wants.writes);
    let plain = [PLAIN, OLDER, ABSENT].into_iter().chain(writing).flatten();
    let mut rules: BTreeMap<_, _> = plain.map(|call| (*call, Vec::new())).collect();
    let loading = bpf::LOADING.into_iter().filter(|_| wants.loads);
    rules.insert(SYS_bpf, any_of(0, bpf::ALWAYS.into_iter().chain(loading))?);
    // Permit threads, and no processes.
    rules.insert(SYS_clone, masked(0, bits(CLONE_THREAD), bits(CLONE_THREAD))?);
    // Written memory cannot become executable.
    for call in [SYS_mmap, SYS_mprotect] {
        rules.insert(call, masked(2, bits(PROT_EXEC), 0)?);
    }
    // Permit sockets of the kernel and of the service manager: none leads out of the host.
    for call in [SYS_socket, SYS_socketpair] {
        rules.insert(call, any_of(0, [AF_NETLINK, AF_UNIX].map(bits))?);
    }
    rules.insert(SYS_ioctl, any_of(1, REQUESTS)?);
    rules.insert(SYS_prctl, any_of(0, [bits(PR_GET_NAME), bits(PR_SET_NAME), PR_SET_VMA])?);
    // Limits are read, and never set.
    let unset = SeccompCondition::new(2, Length::Qword, Is::Eq, 0)?;
    rules.insert(SYS_prlimit64, vec![SeccompRule::new(vec![unset])?]);
    // The process aborts itself by this call.
    rules.insert(SYS_tgkill, any_of(0, [process::id().into()])?);
    Ok(rules)
}

/// Permits a call if an argument is one of these.
fn any_of(argument: u8, values: impl IntoIterator<Item = u64>) -> Result<Vec<SeccompRule>, Error> {
    let rule =
        |value| Ok(SeccompRule::new(vec![SeccompCondition::new(argument, Length::Dword, Is::Eq, value)?])?);
    values.into_iter().map(rule).collect()
}

/// Permits a call if these bits of an argument have this value.
fn masked(argument: u8, mask: u64, value: u64) -> Result<Vec<SeccompRule>, Error> {
    let condition = SeccompCondition::new(argument, Length::Qword, Is::MaskedEq(mask), value)?;
    Ok(vec![SeccompRule::new(vec![condition])?])
}

#[expect(clippy::cast_sign_loss, reason = "constants of the C library that are positive")]
const fn bits(constant: i32) -> u64 {
    constant as u64
}
