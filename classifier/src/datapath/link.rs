// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Creates and updates links between programs and hooks. aya takes the name of an interface for TCX, which
//! another interface may have by then. aya also hides the descriptor of a link, which is needed to ask for
//! its state.
#![expect(
    unsafe_code,
    reason = "aya creates TCX links by name alone, and keeps the descriptors of links to itself"
)]

use std::{
    io,
    os::fd::{AsRawFd as _, BorrowedFd, OwnedFd},
};

use aya_obj::generated::{BPF_F_BEFORE, XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE, bpf_attach_type, bpf_cmd};
use classifier_common::abi::Direction;

use super::syscall::{attributes, bpf, open, tcx};

/// Hook of a link.
#[derive(Clone, Copy, Debug)]
pub(super) enum LinkHook {
    /// XDP in the driver.
    NativeXdp,
    /// XDP in the network stack.
    GenericXdp,
    /// First of a TCX hook: an earlier program could end the chain and hide its packets.
    Tcx(Direction),
}

/// Attaches a program to an interface.
pub(super) fn create(program: BorrowedFd<'_>, interface: u32, link_hook: LinkHook) -> io::Result<OwnedFd> {
    let (attach_type, flags) = match link_hook {
        LinkHook::NativeXdp => (bpf_attach_type::BPF_XDP as u32, XDP_FLAGS_DRV_MODE),
        LinkHook::GenericXdp => (bpf_attach_type::BPF_XDP as u32, XDP_FLAGS_SKB_MODE),
        // Without a reference: before all others.
        LinkHook::Tcx(direction) => (tcx(direction), BPF_F_BEFORE),
    };
    let mut attributes = attributes();
    attributes.link_create.__bindgen_anon_1.prog_fd = program.as_raw_fd().cast_unsigned();
    attributes.link_create.__bindgen_anon_2.target_ifindex = interface;
    attributes.link_create.attach_type = attach_type;
    attributes.link_create.flags = flags;
    // SAFETY: the command reads the attributes alone, and returns a descriptor.
    unsafe { open(bpf_cmd::BPF_LINK_CREATE, &mut attributes) }
}

/// Replaces the program of a link: no packet is missed.
pub(super) fn update(link: BorrowedFd<'_>, program: BorrowedFd<'_>) -> io::Result<()> {
    let mut attributes = attributes();
    attributes.link_update.link_fd = link.as_raw_fd().cast_unsigned();
    attributes.link_update.__bindgen_anon_1.new_prog_fd = program.as_raw_fd().cast_unsigned();
    // SAFETY: the command reads the attributes alone.
    unsafe { bpf(bpf_cmd::BPF_LINK_UPDATE, &mut attributes) }.map(drop)
}
