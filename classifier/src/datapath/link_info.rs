// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the interface of a link from the kernel. aya reads it too, and does not expose it.
#![expect(unsafe_code, reason = "aya does not tell it")]

use std::{
    io, mem,
    os::fd::{AsFd as _, AsRawFd as _, OwnedFd},
    path::Path,
};

use aya_obj::generated::{bpf_cmd, bpf_link_info, bpf_link_type};

use super::syscall::{Access, attributes, bpf, describe, open, open_pin};

/// The target of an XDP or TCX link. For an XDP link, `attach_type` is 0.
pub(super) struct Target {
    /// Index of the interface, 0 if it has gone.
    pub interface: u32,
    /// Hook of the interface.
    pub attach_type: u32,
}

/// Reads the target of an XDP or TCX link.
pub(super) fn target(link: u32) -> io::Result<Target> {
    let mut attributes = attributes();
    attributes.__bindgen_anon_6.__bindgen_anon_1.link_id = link;
    // SAFETY: the command reads the attributes alone, and returns a descriptor.
    of(&unsafe { open(bpf_cmd::BPF_LINK_GET_FD_BY_ID, &mut attributes) }?)
}

/// Reads the target of a pinned XDP or TCX link; an error if the pin is something else.
pub(super) fn pinned_target(pin: &Path) -> io::Result<Target> {
    of(&open_pin(pin, Access::Whole)?)
}

/// Returns the number of the program of a pinned XDP or TCX link.
pub(super) fn pinned_program(pin: &Path) -> io::Result<u32> {
    Ok(info(&open_pin(pin, Access::Whole)?)?.prog_id)
}

/// Detaches the program of a pinned link at once. After the removal of a pin, the kernel would detach it at
/// some later time, and the hook is needed now. A link that has gone is no error.
pub(super) fn detach(pin: &Path) {
    let Ok(link) = open_pin(pin, Access::Whole) else { return };
    let mut attributes = attributes();
    attributes.link_detach.link_fd = link.as_raw_fd().cast_unsigned();
    // SAFETY: the command reads the attributes alone.
    let _ = unsafe { bpf(bpf_cmd::BPF_LINK_DETACH, &mut attributes) };
}

/// Reads the target of an open XDP or TCX link.
pub(super) fn of(descriptor: &OwnedFd) -> io::Result<Target> {
    // SAFETY: the kernel's answer for an XDP link is a prefix of that for a TCX link; the rest is 0.
    let target = unsafe { info(descriptor)?.__bindgen_anon_1.tcx };
    Ok(Target { interface: target.ifindex, attach_type: target.attach_type })
}

fn info(descriptor: &OwnedFd) -> io::Result<bpf_link_info> {
    // SAFETY: the structure consists of integers, for which 0 is a value.
    let mut info: bpf_link_info = unsafe { mem::zeroed() };
    // SAFETY: it is the structure of a link, with integers alone, of which every bit pattern is a value. Its
    // addresses and lengths are 0, as the kernel wants them for XDP and TCX links.
    unsafe { describe(descriptor.as_fd(), &mut info) }?;
    let kinds = [bpf_link_type::BPF_LINK_TYPE_XDP, bpf_link_type::BPF_LINK_TYPE_TCX];
    let is_known = kinds.into_iter().any(|kind| kind as u32 == info.type_);
    if is_known { Ok(info) } else { Err(io::ErrorKind::InvalidInput.into()) }
}
