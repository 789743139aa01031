// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Begins TLS with openssl.

use std::{
    net::IpAddr,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use testbed::{Agent, Host};

/// Begins TLS with more options, and continues until `is_seen` returns true.
pub fn s_client(host: &Host, address: IpAddr, port: u16, options: &[&str], is_seen: impl Fn() -> bool) {
    let to = if address.is_ipv6() { format!("[{address}]:{port}") } else { format!("{address}:{port}") };
    let mut command = host.command("openssl");
    command.args(["s_client", "-quiet", "-connect", &to]).args(options);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_seen() {
        assert!(Instant::now() < deadline, "port {port}, {options:?}: no hello is seen");
        thread::sleep(Duration::from_millis(50));
    }
    // The process may have ended itself: not every server accepts the request.
    let _ = child.kill();
    child.wait().unwrap();
}

/// Returns the sessions of a protocol that began TLS, as an agent has counted them.
pub fn upgraded(agent: &Agent, protocol: &str) -> u64 {
    let labels = [("protocol", protocol), ("encryption", "upgraded")];
    agent.metrics().sum("classifier_sessions_total", &labels)
}
