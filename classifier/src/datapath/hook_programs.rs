// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the programs of TCX hooks, and the interface of a pinned link.
#![expect(
    unsafe_code,
    reason = "aya lists the programs of a hook only for a process that may look up programs by number"
)]

use std::{io, path::Path};

use aya_obj::generated::bpf_cmd;
use classifier_common::abi::Direction;
use rustix::io::Errno;

use super::{
    link_info::{pinned_program, pinned_target},
    syscall::{self, attributes, bpf},
};
use crate::{hook, interfaces::Interface};

/// Most programs of a hook (`BPF_MPROG_MAX`).
const PROGRAMS: usize = 64;

/// Tells whether a pinned link is attached to this interface. A link tells its interface's index alone: an
/// interface that was moved to another network namespace keeps its index there, and another interface may
/// have the same index here.
pub(super) fn is_at(pin: &Path, hook: &str, direction: Direction, interface: &Interface) -> bool {
    let is_its_index = pinned_target(pin).is_ok_and(|target| target.interface == interface.index);
    is_its_index
        && pinned_program(pin).is_ok_and(|program| match hook {
            // Without the capability to ask, the link's answer has to do.
            hook::TCX => tcx(interface.index, direction).map_or(true, |programs| programs.contains(&program)),
            _ => interface.xdp.contains(&program),
        })
}

/// Tells whether the program of a pinned TCX link is the first of its hook.
pub(super) fn is_first(pin: &Path, index: u32, direction: Direction) -> io::Result<bool> {
    Ok(tcx(index, direction)?.first() == Some(&pinned_program(pin)?))
}

/// Lists the numbers of the TCX programs on an interface; none if the interface has gone.
pub(super) fn tcx(interface: u32, direction: Direction) -> io::Result<Vec<u32>> {
    let mut programs = [0_u32; PROGRAMS];
    let mut attributes = attributes();
    attributes.query.__bindgen_anon_1.target_ifindex = interface;
    attributes.query.attach_type = syscall::tcx(direction);
    attributes.query.prog_ids = programs.as_mut_ptr().expose_provenance() as u64;
    attributes.query.__bindgen_anon_2.count = u32::try_from(PROGRAMS).map_err(io::Error::other)?;
    // SAFETY: the command writes numbers to the attributes, and at most `count` of them to `programs`, which
    // has that length and outlives the call.
    let answer = unsafe { bpf(bpf_cmd::BPF_PROG_QUERY, &mut attributes) };
    // SAFETY: it is the count of a query.
    let count = unsafe { attributes.query.__bindgen_anon_2.count };
    match answer {
        Ok(_) => Ok(programs.into_iter().take(count as usize).collect()),
        Err(error) if error.raw_os_error() == Some(Errno::NODEV.raw_os_error()) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
