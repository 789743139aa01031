// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A server with one observed service, and SSH.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    process::Output,
    thread,
    time::{Duration, Instant},
};

use testbed::servers::Sshd;

use crate::scene::Scene;

/// Starts a service on a port over IPv4 and IPv6. The kernel accepts its connections.
pub fn serve(scene: &Scene, port: u16) -> TcpListener {
    let any = SocketAddr::new(std::net::Ipv6Addr::UNSPECIFIED.into(), port);
    scene.server.enter(|| TcpListener::bind(any).expect("a port"))
}

/// Connects to a port of the server over IPv4 and IPv6.
pub fn connect(scene: &Scene, port: u16) -> [TcpStream; 2] {
    scene.there().map(|there| {
        let to = SocketAddr::new(there, port);
        scene.client.enter(|| TcpStream::connect_timeout(&to, Duration::from_secs(5))).expect("it answers")
    })
}

/// Connects, and waits until the connections are evidence.
pub fn observe(scene: &Scene, port: u16, protocol: &str) {
    connect(scene, port);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !scene.report(&[]).contains(protocol) {
        assert!(Instant::now() < deadline, "never observed");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Asserts that a login over IPv4 and IPv6 runs a command.
pub fn assert_logs_in(scene: &Scene, sshd: &Sshd) {
    for there in scene.there() {
        let output = sshd.login(&scene.client, &there.to_string(), "echo inside").output().expect("it runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "inside", "{there}: {}", said(&output));
    }
}

/// Returns the standard error of a command.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
