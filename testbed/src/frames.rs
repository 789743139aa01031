// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Raw frames: send and receive.

use std::{io, mem::MaybeUninit, time::Duration};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::{End, Host};

/// Limit of bytes in flight, so that a slow receiver blocks the sender and no queue overflows.
const UNDER_WAY: usize = 64 * 1024;

/// A packet socket on one end of a link.
pub struct FrameSocket {
    socket: Socket,
}

impl FrameSocket {
    /// Opens a socket that receives nothing.
    #[must_use]
    pub fn open(host: &Host, end: &End) -> Self {
        Self::bound(host, end.index)
    }

    /// Opens a socket on an interface, given by its index.
    #[must_use]
    pub fn bound(host: &Host, index: u32) -> Self {
        let none = Some(Protocol::from(0));
        let socket = host.enter(|| Socket::new(Domain::PACKET, Type::RAW, none)).expect("a packet socket");
        socket.bind(&address(index)).expect("the interface is there");
        socket.set_send_buffer_size(UNDER_WAY).expect("a size");
        socket.set_write_timeout(Some(Duration::from_secs(10))).expect("a time");
        Self { socket }
    }

    /// Sends a frame, and blocks at the limit of bytes in flight.
    ///
    /// # Errors
    ///
    /// The kernel refuses frames that are too short or too long.
    pub fn send(&self, frame: &[u8]) -> io::Result<()> {
        let sent = self.socket.send(frame)?;
        assert_eq!(sent, frame.len());
        Ok(())
    }

    /// Returns the underlying socket.
    #[must_use]
    pub fn socket(&self) -> &Socket {
        &self.socket
    }
}

#[expect(clippy::cast_possible_truncation, reason = "17 and 20")]
const FAMILY: libc::sa_family_t = libc::AF_PACKET.cast_unsigned() as libc::sa_family_t;
#[expect(clippy::cast_possible_truncation, reason = "17 and 20")]
const LENGTH: libc::socklen_t = size_of::<libc::sockaddr_ll>() as libc::socklen_t;

fn address(index: u32) -> SockAddr {
    // SAFETY: all zeros is an address of no family; it is filled in as the kernel's packet(7) says, and the
    // length given is that of what was filled in.
    let made = unsafe {
        SockAddr::try_init(|storage, length| {
            storage.write(MaybeUninit::zeroed().assume_init());
            let packet = storage.cast::<libc::sockaddr_ll>();
            (*packet).sll_family = FAMILY;
            (*packet).sll_ifindex = index.cast_signed();
            *length = LENGTH;
            Ok(())
        })
    };
    made.expect("nothing in it fails").1
}
