// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Switch for TCP segmentation offload, which netlink's link messages lack.

use std::{io, mem, net::UdpSocket, os::fd::AsRawFd};

use anyhow::{Context, Result, ensure};
use nix::libc;

/// `ETHTOOL_STSO` of linux/ethtool.h.
const SET_TSO: u32 = 0x1f;

/// `struct ethtool_value`.
#[repr(C)]
struct Value {
    command: u32,
    data: u32,
}

/// Disables TCP segmentation offload. The kernel then segments GSO packets before the wire, though after the
/// TC egress hook.
pub fn no_segmentation(interface: &str) -> Result<()> {
    // The kernel accepts this request on any kind of socket.
    let socket = UdpSocket::bind("127.0.0.1:0").context("cannot make a socket")?;
    let mut value = Value { command: SET_TSO, data: 0 };
    // SAFETY: a structure of numbers, characters and a pointer that the kernel does not follow before it is set.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    ensure!(interface.len() < request.ifr_name.len(), "interface name `{interface}` is too long");
    for (to, from) in request.ifr_name.iter_mut().zip(interface.bytes()) {
        *to = libc::c_char::from_ne_bytes([from]);
    }
    request.ifr_ifru.ifru_data = (&raw mut value).cast();
    // SAFETY: the name ends with a zero, and the pointer leads to the structure that the command asks for; both live.
    let answer =
        unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCETHTOOL as libc::Ioctl, &raw mut request) };
    ensure!(answer == 0, "cannot switch offloads of {interface} off: {}", io::Error::last_os_error());
    Ok(())
}
