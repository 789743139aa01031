// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! TUN and TAP devices: interfaces whose other end is this process.

use std::{
    ffi::{c_int, c_short},
    fs::{File, OpenOptions},
    io::{self, IoSlice, Read as _, Write as _},
    os::{fd::AsRawFd as _, unix::fs::OpenOptionsExt as _},
};

use crate::{Host, netlink};

/// `TUNSETIFF` of `linux/if_tun.h`.
const TUNSETIFF: libc::Ioctl = 0x4004_54ca_u32 as libc::Ioctl;

/// A TUN device that is up, and on which the kernel sends nothing by itself.
pub struct Tun {
    file: File,
    /// Index of the interface.
    pub index: u32,
}

impl Tun {
    /// Creates a device that carries IP packets, each behind four bytes that name its protocol.
    #[must_use]
    pub fn raw_ip(host: &Host, name: &str) -> Self {
        Self::make(host, name, libc::IFF_TUN)
    }

    /// Creates a device that carries Ethernet frames. It passes each part of a write to the stack as a
    /// separate fragment: all parts but the first are outside the linear part of the buffer.
    #[must_use]
    pub fn in_parts(host: &Host, name: &str) -> Self {
        Self::make(host, name, libc::IFF_TAP | libc::IFF_NO_PI | libc::IFF_NAPI | libc::IFF_NAPI_FRAGS)
    }

    fn make(host: &Host, name: &str, flags: c_int) -> Self {
        let file = host.enter(|| {
            let mut options = OpenOptions::new();
            let options = options.read(true).write(true).custom_flags(libc::O_NONBLOCK);
            let file = options.open("/dev/net/tun").expect("the kernel has TUN");
            // SAFETY: all zeros is a request with an empty name.
            let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
            for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
                *to = libc::c_char::from_ne_bytes([from]);
            }
            request.ifr_ifru.ifru_flags = c_short::try_from(flags).expect("flags of 16 bits");
            // SAFETY: the request outlives the call, and is what TUNSETIFF takes.
            let result = unsafe { libc::ioctl(file.as_raw_fd(), TUNSETIFF, &raw const request) };
            assert_eq!(result, 0, "{name}: {}", io::Error::last_os_error());
            file
        });
        host.sysctl(&format!("net/ipv6/conf/{name}/disable_ipv6"), "1");
        let index = host.index(name);
        host.enter(|| netlink::set_mute(index, 9000));
        Self { file, index }
    }

    /// Passes a packet, given in parts, to the interface as received.
    ///
    /// # Errors
    ///
    /// The kernel refuses the packet.
    pub fn receive(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        let parts: Vec<_> = parts.iter().map(|part| IoSlice::new(part)).collect();
        self.file.write_vectored(&parts).map(|_| ())
    }

    /// Returns the next packet that the interface has sent, if there is one.
    #[must_use]
    pub fn sent(&mut self) -> Option<Vec<u8>> {
        let mut packet = vec![0; 65_536];
        let length = self.file.read(&mut packet).ok()?;
        packet.truncate(length);
        Some(packet)
    }
}
