// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Watches changes of links over netlink.
#![expect(unsafe_code, reason = "the socket lends its descriptor as a number")]

use std::{
    io,
    os::fd::{AsRawFd as _, BorrowedFd},
};

use rtnetlink::sys::{
    AsyncSocket as _, AsyncSocketExt as _, SocketAddr, TokioSocket, protocols::NETLINK_ROUTE,
};
use rustix::{io::Errno, net::sockopt};

use super::{
    Interface, InterfaceError,
    dump::NEW_LINK,
    message::{LinkMessage, Message, messages},
};

/// `RTM_DELLINK`
const DELETED_LINK: u16 = 17;

/// Multicast group of links: `RTNLGRP_LINK`.
const LINKS: u32 = 1;

/// Size of the kernel's receive buffer: about two thousand changes.
pub const ROOM: usize = 8 << 20;

/// Buffer size of a message, larger than any message about a link.
const MESSAGE: usize = 64 << 10;

/// Most messages that are returned together.
const STRETCH: usize = 4096;

/// A change of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The link exists with these attributes.
    Present(Interface),
    /// The link with this index has gone, or is in another network namespace.
    Gone(u32),
}

/// Result of a read.
#[derive(Debug)]
pub enum WatchEvents {
    /// Changes, in order.
    Changes(Vec<Change>),
    /// The kernel's queue overflowed. It is empty now: a list that is requested from here on is newer than
    /// everything queued.
    Overrun,
}

/// Subscribes to link events of the current network namespace.
pub struct Watch {
    socket: TokioSocket,
    message: Vec<u8>,
}

impl Watch {
    /// Opens the subscription; `room` is the size of the kernel's receive buffer, usually [`ROOM`].
    ///
    /// # Errors
    ///
    /// When no netlink socket is available.
    pub fn open(room: usize) -> Result<Self, InterfaceError> {
        let mut socket = TokioSocket::new(NETLINK_ROUTE).map_err(InterfaceError::Socket)?;
        let inner = socket.socket_mut();
        inner.bind(&SocketAddr::new(0, 0)).map_err(InterfaceError::Socket)?;
        inner.add_membership(LINKS).map_err(InterfaceError::Socket)?;
        // SAFETY: the descriptor is the socket's, which outlives the call.
        let descriptor = unsafe { BorrowedFd::borrow_raw(inner.as_raw_fd()) };
        // Without the capability, the system's limit applies, and an overrun is noticed.
        if sockopt::set_socket_recv_buffer_size_force(descriptor, room).is_err() {
            let _ = sockopt::set_socket_recv_buffer_size(descriptor, room);
        }
        Ok(Self { socket, message: Vec::with_capacity(MESSAGE) })
    }

    /// Waits for a change, and takes everything that is queued by then.
    ///
    /// # Errors
    ///
    /// When the socket cannot be read.
    pub async fn next(&mut self) -> io::Result<WatchEvents> {
        self.message.clear();
        match self.socket.recv(&mut self.message).await {
            Ok(()) => {}
            Err(error) if is_overrun(&error) => return self.overrun(),
            Err(error) => return Err(error),
        }
        let heard = changes(&self.message).collect();
        self.more(heard)
    }

    /// Takes the queued changes, without waiting.
    ///
    /// # Errors
    ///
    /// When the socket cannot be read.
    pub fn pending(&mut self) -> io::Result<WatchEvents> {
        self.more(Vec::new())
    }

    fn more(&mut self, mut heard: Vec<Change>) -> io::Result<WatchEvents> {
        for _ in 0..STRETCH {
            match self.receive() {
                Ok(true) => heard.extend(changes(&self.message)),
                Ok(false) => break,
                Err(error) if is_overrun(&error) => return self.overrun(),
                Err(error) => return Err(error),
            }
        }
        Ok(WatchEvents::Changes(heard))
    }

    /// Empties the queue. The kernel reports an overrun ahead of the queued messages, and no further one
    /// before the queue is empty. With an earlier list, older messages would overwrite it, and messages that
    /// are dropped meanwhile would be missed.
    fn overrun(&mut self) -> io::Result<WatchEvents> {
        loop {
            match self.receive() {
                Ok(true) => {}
                Ok(false) => return Ok(WatchEvents::Overrun),
                Err(error) if is_overrun(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Receives a datagram; `false` if none is queued.
    fn receive(&mut self) -> io::Result<bool> {
        self.message.clear();
        match self.socket.socket_ref().recv(&mut self.message, libc::MSG_DONTWAIT) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn is_overrun(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NOBUFS.raw_os_error())
}

/// Iterates over the changes in a datagram.
fn changes(datagram: &[u8]) -> impl Iterator<Item = Change> {
    messages(datagram).filter_map(|message| change(&message))
}

/// Parses a change. Bridges describe their ports in messages of a family of their own, which are not about
/// the links.
fn change(message: &Message<'_>) -> Option<Change> {
    let link = LinkMessage::read(message.payload)?;
    if i32::from(link.family) != libc::AF_UNSPEC {
        return None;
    }
    match message.kind {
        NEW_LINK => Interface::read(&link).map(Change::Present),
        DELETED_LINK => Some(Change::Gone(link.index)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a message about a link with these attributes.
    fn message(kind: u16, family: u8, index: u32, attributes: &[u8]) -> Vec<u8> {
        let length = u32::try_from(32 + attributes.len()).unwrap();
        let mut bytes = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &[0; 10]].concat();
        bytes.extend([family, 0, 1, 0]);
        bytes.extend(index.to_ne_bytes());
        bytes.extend([0; 8]);
        bytes.extend(attributes);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(4 + value.len()).unwrap();
        let mut bytes = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn heard(datagram: &[u8]) -> Vec<String> {
        let word = |change| match change {
            Change::Present(Interface { index, name, master, .. }) => format!("{index} {name} {master:?}"),
            Change::Gone(index) => format!("{index} gone"),
        };
        changes(datagram).map(word).collect()
    }

    #[test]
    fn what_does_not_decode_hides_nothing_else() {
        let name = |name: &[u8]| attribute(libc::IFLA_IFNAME, name);
        let odd = [
            // Attributes that are shorter than their type, or of an unknown type.
            attribute(libc::IFLA_MASTER, &[1]),
            attribute(libc::IFLA_LINKINFO, &[255; 3]),
            attribute(libc::IFLA_AF_SPEC, &[7; 5]),
            attribute(0x3fff, &[1, 2, 3]),
        ];
        for odd in odd {
            let datagram = [
                message(NEW_LINK, 0, 5, &[odd.clone(), name(b"lan5\0")].concat()),
                message(NEW_LINK, 0, 6, &[name(b"a\xff\0"), odd].concat()),
                message(DELETED_LINK, 0, 7, &[9, 0, 3, 0]),
                message(NEW_LINK, 7, 8, &name(b"port\0")),
                message(20, 0, 9, &[]),
                message(NEW_LINK, 0, 9, &[]),
                message(
                    NEW_LINK,
                    0,
                    10,
                    &[name(b"lan10\0"), attribute(libc::IFLA_MASTER, &5_u32.to_ne_bytes())].concat(),
                ),
            ];
            let expected = ["5 lan5 None", r"6 a\xff None", "7 gone", "10 lan10 Some(5)"];
            assert_eq!(heard(&datagram.concat()), expected);
        }
    }

    #[test]
    fn a_datagram_that_is_cut_says_what_it_says_up_to_there() {
        let whole = message(NEW_LINK, 0, 5, &attribute(libc::IFLA_IFNAME, b"lan5\0"));
        let two = [whole.clone(), whole.clone()].concat();
        for length in whole.len()..two.len() {
            assert_eq!(heard(&two[..length]), ["5 lan5 None"], "{length}");
        }
        assert_eq!(heard(&two).len(), 2);
    }
}
