// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Proxy from this machine's loopback to a port inside a host. Other machines cannot reach it.

use std::{
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    thread,
};

use anyhow::{Context, Result};

use super::host::Host;

/// Default port of the agent, tried first.
const PORT: u16 = 9877;

/// Forwards every connection to `target` in `host`, until the process ends.
pub fn start(host: &Host, target: SocketAddr) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, PORT))
        .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .context("cannot listen on 127.0.0.1")?;
    let address = listener.local_addr()?;
    let host = host.clone();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let host = host.clone();
            // Both ends of a broken connection notice it themselves.
            thread::spawn(move || forward(&client, &host, target));
        }
    });
    Ok(address)
}

fn forward(client: &TcpStream, host: &Host, target: SocketAddr) -> io::Result<()> {
    host.enter()?;
    let server = TcpStream::connect(target)?;
    thread::scope(|scope| {
        scope.spawn(|| copy(client, &server));
        copy(&server, client)
    })
}

fn copy(mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    let copied = io::copy(&mut from, &mut to);
    to.shutdown(Shutdown::Write)?;
    copied.map(|_| ())
}
