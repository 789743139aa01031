// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tells the sockets by which people and tools control a host from elsewhere.

use classifier_common::ports::Transport;

use super::Process;

/// Name of mosh's server, which waits on ephemeral UDP ports.
pub(super) const MOSH: &str = "mosh-server";

/// Programs that let others in, by the first 15 characters of their names: shells, screens, and tunnels that may carry
/// them. `systemd`, `inetd` and `xinetd` start any program at its first connection, so it may be one of these.
const PROGRAMS: [&str; 27] = [
    "sshd",
    "sshd-session",
    "dropbear",
    "tinysshd",
    "lshd",
    "telnetd",
    "in.telnetd",
    "in.rlogind",
    "in.rshd",
    "xrdp",
    "gnome-remote-de",
    "krdpserver",
    "Xvnc",
    "Xtigervnc",
    "x11vnc",
    "x0vncserver",
    "wayvnc",
    "cockpit-ws",
    "cockpit-tls",
    "teleport",
    "ttyd",
    "shellinaboxd",
    MOSH,
    "openvpn",
    "systemd",
    "inetd",
    "xinetd",
];

/// Ports of such services at IANA: SSH, telnet, rlogin, telnet over TLS, RDP, VNC. The last is the usual one of
/// `WireGuard`, whose socket belongs to the kernel.
const PORTS: [(Transport, u16); 8] = [
    (Transport::Tcp, 22),
    (Transport::Tcp, 23),
    (Transport::Tcp, 513),
    (Transport::Tcp, 992),
    (Transport::Tcp, 3389),
    (Transport::Udp, 3389),
    (Transport::Tcp, 5900),
    (Transport::Udp, 51_820),
];

/// Tells whether a process may let people in from elsewhere.
#[must_use]
pub fn is_remote_login(process: &Process) -> bool {
    PROGRAMS.contains(&process.name.as_str())
}

/// Tells whether a port is one by which people log in.
#[must_use]
pub fn is_remote_login_port(transport: Transport, port: u16) -> bool {
    PORTS.contains(&(transport, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_longer_than_the_kernel_keeps_them() {
        assert!(PROGRAMS.iter().all(|name| name.len() <= 15));
    }

    #[test]
    fn a_web_server_is_no_remote_login() {
        let of = |name: &str| is_remote_login(&Process { name: name.into(), unit: None });
        assert!(of("sshd") && of("gnome-remote-de") && !of("nginx") && !of("ssh"));
        assert!(is_remote_login_port(Transport::Tcp, 22) && !is_remote_login_port(Transport::Udp, 22));
    }
}
