// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Thousands of connections.

use std::{
    net::{IpAddr, SocketAddr, TcpStream},
    thread,
    time::Duration,
};

use testbed::Host;

const THREADS: usize = 8;

/// Connects to a port of each address, this often in all, and closes at once. A connection without an answer
/// ends after `patience`, and the next one follows.
pub fn connect_times(host: &Host, to: &[IpAddr], port: u16, count: usize, patience: Duration) {
    host.enter(|| {
        thread::scope(|scope| {
            for nth in 0..THREADS {
                scope.spawn(move || {
                    for round in (nth..count).step_by(THREADS) {
                        let address = SocketAddr::new(to[round % to.len()], port);
                        // The capture tells the outcome.
                        drop(TcpStream::connect_timeout(&address, patience));
                    }
                });
            }
        });
    });
}
