//! What happens to links, as the kernel tells it over netlink.
#![expect(unsafe_code, reason = "the socket lends its descriptor as a number")]

use std::{
    io,
    os::fd::{AsRawFd as _, BorrowedFd},
};

use rtnetlink::{
    packet_core::{NetlinkMessage, NetlinkPayload},
    packet_route::{AddressFamily, RouteNetlinkMessage},
    sys::{AsyncSocket as _, AsyncSocketExt as _, SocketAddr, TokioSocket, protocols::NETLINK_ROUTE},
};
use rustix::{io::Errno, net::sockopt};
use tracing::warn;

use super::{Interface, InterfaceError};

/// Multicast group of links: `RTNLGRP_LINK`.
const LINKS: u32 = 1;

/// Bytes that the kernel keeps until they are read: about two thousand changes.
pub const ROOM: usize = 8 << 20;

/// More than any message about a link.
const MESSAGE: usize = 64 << 10;

/// Messages that are taken together at most.
const STRETCH: usize = 4096;

/// Something that happened to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is there, and as this says.
    Present(Interface),
    /// The link of this index is gone, or in another network namespace.
    Gone(u32),
}

/// What was heard at a time.
#[derive(Debug)]
pub enum Heard {
    /// These, one after the other.
    Changes(Vec<Change>),
    /// More than could be kept: what there is now has to be listed.
    Overrun,
}

/// Hears what happens to the links of this network namespace, from its opening on.
pub struct Watch {
    socket: TokioSocket,
    message: Vec<u8>,
}

impl Watch {
    /// Opens it; `room` is how many bytes the kernel keeps until they are read, usually [`ROOM`].
    ///
    /// # Errors
    ///
    /// When there is no netlink socket to be had.
    pub fn open(room: usize) -> Result<Self, InterfaceError> {
        let mut socket = TokioSocket::new(NETLINK_ROUTE).map_err(InterfaceError::Socket)?;
        let inner = socket.socket_mut();
        inner.bind(&SocketAddr::new(0, 0)).map_err(InterfaceError::Socket)?;
        inner.add_membership(LINKS).map_err(InterfaceError::Socket)?;
        // SAFETY: the descriptor is the socket's, which lives until after the call.
        let descriptor = unsafe { BorrowedFd::borrow_raw(inner.as_raw_fd()) };
        // Without the capability the system's own bound holds; an overrun is noticed.
        if sockopt::set_socket_recv_buffer_size_force(descriptor, room).is_err() {
            let _ = sockopt::set_socket_recv_buffer_size(descriptor, room);
        }
        Ok(Self { socket, message: Vec::with_capacity(MESSAGE) })
    }

    /// Waits until something happens, and takes whatever else has happened by then.
    ///
    /// # Errors
    ///
    /// When the socket cannot be read.
    pub async fn next(&mut self) -> io::Result<Heard> {
        self.message.clear();
        match self.socket.recv(&mut self.message).await {
            Ok(()) => {}
            Err(error) if is_overrun(&error) => return Ok(Heard::Overrun),
            Err(error) => return Err(error),
        }
        let mut changes = changes(&self.message);
        match self.more(&mut changes) {
            Ok(()) => Ok(Heard::Changes(changes)),
            Err(error) if is_overrun(&error) => Ok(Heard::Overrun),
            Err(error) => Err(error),
        }
    }

    /// What has happened by now, without waiting.
    ///
    /// # Errors
    ///
    /// When the socket cannot be read.
    pub fn pending(&mut self) -> io::Result<Heard> {
        let mut changes = Vec::new();
        match self.more(&mut changes) {
            Ok(()) => Ok(Heard::Changes(changes)),
            Err(error) if is_overrun(&error) => Ok(Heard::Overrun),
            Err(error) => Err(error),
        }
    }

    fn more(&mut self, heard: &mut Vec<Change>) -> io::Result<()> {
        for _ in 0..STRETCH {
            self.message.clear();
            match self.socket.socket_ref().recv(&mut self.message, libc::MSG_DONTWAIT) {
                Ok(_) => heard.extend(changes(&self.message)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn is_overrun(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NOBUFS.raw_os_error())
}

/// What a datagram says.
fn changes(mut bytes: &[u8]) -> Vec<Change> {
    let mut changes = Vec::new();
    while !bytes.is_empty() {
        let message = match NetlinkMessage::<RouteNetlinkMessage>::deserialize(bytes) {
            Ok(message) => message,
            Err(error) => {
                warn!(%error, "a message about a link is not understood");
                break;
            }
        };
        // Messages begin at multiples of four.
        let length = (message.header.length as usize).next_multiple_of(4);
        bytes = bytes.get(length..).unwrap_or_default();
        if let NetlinkPayload::InnerMessage(message) = message.payload {
            changes.extend(change(message));
        }
    }
    changes
}

/// Bridges speak of their ports in messages of a family of their own, which are not about the links.
fn change(message: RouteNetlinkMessage) -> Option<Change> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the group has no others")]
    match message {
        RouteNetlinkMessage::NewLink(link) if link.header.interface_family == AddressFamily::Unspec => {
            Interface::from_message(link).map(Change::Present)
        }
        RouteNetlinkMessage::DelLink(link) if link.header.interface_family == AddressFamily::Unspec => {
            Some(Change::Gone(link.header.index))
        }
        _ => None,
    }
}
