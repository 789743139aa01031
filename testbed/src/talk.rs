// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections of the test process itself.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use socket2::{Domain, Protocol, Socket, Type};

use crate::Host;

impl Host {
    /// Listens at an address of this host.
    #[must_use]
    pub fn listen(&self, at: SocketAddr) -> TcpListener {
        self.enter(|| TcpListener::bind(at).unwrap_or_else(|error| panic!("{at}: {error}")))
    }

    /// Connects from an address of this host; port 0 means any port. A port in TIME-WAIT may be reused.
    #[must_use]
    pub fn connect(&self, from: SocketAddr, to: SocketAddr) -> TcpStream {
        self.enter(|| {
            let socket = bound(from).unwrap_or_else(|error| panic!("{from}: {error}"));
            let patience = Duration::from_secs(5);
            let connected = socket.connect_timeout(&to.into(), patience);
            connected.unwrap_or_else(|error| panic!("{from} to {to}: {error}"));
            socket.into()
        })
    }

    /// Tells if [`Self::connect`] may use an address of this host.
    #[must_use]
    pub fn is_free(&self, from: SocketAddr) -> bool {
        self.enter(|| bound(from).is_ok())
    }
}

/// Returns a TCP socket bound to an address, which it shares with others that may share it.
fn bound(from: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(from), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    // Some servers only share their ports with sockets that set this option.
    socket.set_reuse_port(true)?;
    socket.bind(&from.into())?;
    Ok(socket)
}

/// Accepts the connection of `client`, sends some bytes each way, and closes it, the listener's end first.
pub fn converse(client: &TcpStream, listener: &TcpListener) {
    let (accepted, _) = listener.accept().expect("it has connected");
    for (mut sender, mut receiver) in [(client, &accepted), (&accepted, client)] {
        sender.write_all(&[b'.'; 300]).expect("it is sent");
        receiver.read_exact(&mut [0; 300]).expect("it arrives");
    }
    drop(accepted);
    assert_eq!((&mut &*client).read(&mut [0]).expect("an end"), 0);
}
