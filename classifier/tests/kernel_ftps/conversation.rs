// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections that are unrelated to FTP.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
};

use testbed::Host;

use crate::truth::Decoy;

/// An open connection.
pub struct Conversation {
    ends: [TcpStream; 2],
    decoy: Decoy,
}

impl Conversation {
    /// Opens a connection to a port without a listener, or to any high one if it is 0, and exchanges data.
    pub fn begin(from: &Host, (to, address): (&Host, IpAddr), port: u16, protocol: &'static str) -> Self {
        let listener = to.enter(|| TcpListener::bind((address, port)).expect("a free port"));
        let there: SocketAddr = listener.local_addr().expect("it is bound");
        let client = from.enter(|| TcpStream::connect(there).expect("it listens"));
        let (server, here) = listener.accept().expect("it is connected");
        let decoy = Decoy { client: here, server: there, protocol };
        let mut begun = Self { ends: [client, server], decoy };
        begun.go_on();
        begun
    }

    /// Exchanges data.
    pub fn go_on(&mut self) {
        let [client, server] = &mut self.ends;
        pass(client, server);
        pass(server, client);
    }

    /// Exchanges data, and closes the connection.
    pub fn end(mut self) -> Decoy {
        self.go_on();
        self.decoy
    }
}

fn pass(from: &mut TcpStream, to: &mut TcpStream) {
    from.write_all(&[b'.'; 5000]).expect("it is open");
    to.read_exact(&mut [0; 5000]).expect("it is open");
}
