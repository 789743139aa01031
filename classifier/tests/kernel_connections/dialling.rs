//! Connections by the thousand.

use std::{
    net::{IpAddr, SocketAddr, TcpStream},
    thread,
    time::Duration,
};

use testbed::Host;

const THREADS: usize = 8;

/// Dials a port of each address so many times in all, and hangs up at once; one that is not answered within `patience` is
/// given up, and tried `count` times all the same.
pub fn dial(host: &Host, to: &[IpAddr], port: u16, count: usize, patience: Duration) {
    host.enter(|| {
        thread::scope(|scope| {
            for nth in 0..THREADS {
                scope.spawn(move || {
                    for round in (nth..count).step_by(THREADS) {
                        let address = SocketAddr::new(to[round % to.len()], port);
                        // What becomes of it the capture tells.
                        drop(TcpStream::connect_timeout(&address, patience));
                    }
                });
            }
        });
    });
}
