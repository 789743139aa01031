// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Capture of the wire, by a packet socket at the client's end.

use std::{
    os::fd::{AsRawFd, OwnedFd},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use anyhow::{Context, Result};
use nix::{
    libc,
    sys::socket::{
        AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, recvfrom, setsockopt, socket, sockopt,
    },
};

use super::{
    counts::{Counts, Direction},
    frames,
    host::Host,
};

/// Receive buffer, large enough for a round that arrives while this thread waits for a CPU.
const BUFFER: usize = 32 << 20;

const FRAME: usize = 1 << 17;

pub struct Capture(Arc<Mutex<Counts>>);

impl Capture {
    /// Starts a capture on all interfaces of a host. The host has one wire, and the demo does not use
    /// loopback.
    pub fn start(client: &Host) -> Result<Self> {
        let socket = client.run(|| {
            let kind = (SockType::Raw, SockFlag::SOCK_CLOEXEC);
            let socket = socket(AddressFamily::Packet, kind.0, kind.1, SockProtocol::EthAll)
                .context("cannot open a packet socket")?;
            setsockopt(&socket, sockopt::RcvBufForce, &BUFFER).context("cannot enlarge its buffer")?;
            Ok(socket)
        })?;
        let counts = Arc::<Mutex<Counts>>::default();
        let shared = Arc::clone(&counts);
        thread::spawn(move || read(&socket, &shared));
        Ok(Self(counts))
    }

    pub fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Counts captured frames until the socket fails. The comparison then shows the missing frames.
fn read(socket: &OwnedFd, counts: &Mutex<Counts>) {
    let mut buffer = vec![0; FRAME];
    while let Ok((length, Some(address))) = recvfrom::<LinkAddr>(socket.as_raw_fd(), &mut buffer) {
        // An outgoing packet of the client is an ingress packet of the server.
        let sent = address.pkttype() == libc::PACKET_OUTGOING;
        let direction = if sent { Direction::Ingress } else { Direction::Egress };
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.add(direction, length, &frames::look(&buffer[..length]));
    }
}
