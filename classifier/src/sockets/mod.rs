// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sockets of this network namespace, and the processes that hold them, from `/proc` (proc(5)).

mod owners;
mod remote_login;
mod table;

use std::{collections::BTreeMap, fs, io, net::IpAddr, os::unix::fs::MetadataExt as _};

use classifier_common::ports::Transport;

pub(crate) use self::owners::are_all_seen;
use self::owners::{Owners, owners};
pub use self::{
    owners::Process,
    remote_login::{is_remote_login, is_remote_login_port},
};
use table::Row;

/// Sockets of a network namespace: those that wait for other hosts, and TCP connections with other hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sockets {
    /// Sockets that wait for connections or datagrams of other hosts, by transport and port.
    pub listening: Vec<Listener>,
    /// Established TCP connections with other hosts that these may have opened.
    pub connected: Vec<Connected>,
    /// True if the processes of all sockets could be looked for.
    pub sees_processes: bool,
}

/// Sockets that wait on one port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Transport of the port.
    pub transport: Transport,
    /// Port.
    pub port: u16,
    /// Local addresses; `::` accepts IPv4 too.
    pub addresses: Vec<IpAddr>,
    /// Processes that hold the sockets; none for sockets of the kernel, and where none is visible.
    pub processes: Vec<Process>,
}

/// A TCP connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// Local port.
    pub port: u16,
    /// Address of the other host.
    pub peer: IpAddr,
    /// Processes that hold the socket.
    pub processes: Vec<Process>,
}

/// Returns the number of this process's network namespace; `None` if `/proc` does not tell.
#[must_use]
pub fn network_namespace() -> Option<u64> {
    fs::metadata("/proc/self/ns/net").ok().map(|namespace| namespace.ino())
}

impl Sockets {
    /// Reads the sockets of the network namespace of this process.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn read() -> io::Result<Self> {
        let mut rows = table::rows("tcp", Transport::Tcp)?;
        rows.extend(table::rows("udp", Transport::Udp)?);
        rows.retain(|row| !row.local.is_loopback());
        let ephemeral = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
        Ok(Self::of(&rows, &owners(&rows), ephemeral_ports(&ephemeral)))
    }

    /// Combines rows with their owners. Clients bind UDP sockets to ephemeral ports, so only a remote login is
    /// listed among these.
    fn of(rows: &[Row], owners: &Owners, [low, high]: [u16; 2]) -> Self {
        let mut listeners = BTreeMap::<(Transport, u16), Listener>::new();
        let is_ephemeral = |port| (low..=high).contains(&port);
        for row in rows.iter().filter(|row| row.peer.is_none()) {
            let processes = owners.of(row.inode);
            let is_client = row.transport == Transport::Udp && is_ephemeral(row.port);
            if is_client && !processes.iter().any(|process| process.name == remote_login::MOSH) {
                continue;
            }
            let listener = listeners.entry((row.transport, row.port)).or_insert_with(|| Listener {
                transport: row.transport,
                port: row.port,
                addresses: Vec::new(),
                processes: Vec::new(),
            });
            add(&mut listener.addresses, &[row.local]);
            add(&mut listener.processes, processes);
        }
        // Connections from an ephemeral port without a listener are this host's own.
        let is_served = |port| !is_ephemeral(port) || listeners.contains_key(&(Transport::Tcp, port));
        let connected = rows.iter().filter(|row| row.transport == Transport::Tcp && is_served(row.port));
        let connected = connected.filter_map(|row| {
            let peer = row.peer.filter(|peer| !peer.is_loopback())?;
            Some(Connected { port: row.port, peer, processes: owners.of(row.inode).to_vec() })
        });
        let connected = connected.collect();
        let listening = listeners.into_values().collect();
        Self { listening, connected, sees_processes: owners.are_all_seen }
    }
}

/// Adds the elements that are not yet in a sorted list.
fn add<T: Clone + Ord>(list: &mut Vec<T>, elements: &[T]) {
    list.extend_from_slice(elements);
    list.sort();
    list.dedup();
}

/// Parses the range of ephemeral ports; Linux's default range if the text has none.
fn ephemeral_ports(text: &str) -> [u16; 2] {
    let mut ports = text.split_whitespace().map(str::parse);
    match (ports.next(), ports.next()) {
        (Some(Ok(low)), Some(Ok(high))) => [low, high],
        _ => [32_768, 60_999],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(transport: Transport, local: &str, port: u16, peer: Option<&str>, inode: u64) -> Row {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        Row { transport, local: address(local), port, peer: peer.map(address), inode }
    }

    fn process(name: &str) -> Process {
        Process { name: name.into(), unit: None }
    }

    #[test]
    fn sockets_of_a_port_are_one_listener_and_clients_are_none() {
        let rows = [
            row(Transport::Tcp, "::", 22, None, 1),
            row(Transport::Tcp, "0.0.0.0", 22, None, 2),
            row(Transport::Tcp, "192.0.2.1", 22, Some("192.0.2.9"), 3),
            row(Transport::Tcp, "192.0.2.1", 40_000, Some("192.0.2.9"), 3),
            row(Transport::Udp, "0.0.0.0", 40_000, None, 4),
            row(Transport::Udp, "0.0.0.0", 53, None, 5),
            row(Transport::Udp, "0.0.0.0", 60_001, None, 6),
        ];
        let held = [(1, "sshd"), (2, "sshd"), (3, "sshd"), (4, "ntpd"), (6, "mosh-server")];
        let owners = Owners {
            by_inode: held.map(|(inode, name)| (inode, vec![process(name)])).into(),
            are_all_seen: true,
        };
        let sockets = Sockets::of(&rows, &owners, [32_768, 60_999]);
        let of = |listener: &Listener| (listener.port, listener.addresses.len(), listener.processes.len());
        assert_eq!(
            sockets.listening.iter().map(of).collect::<Vec<_>>(),
            [(22, 2, 1), (53, 1, 0), (60_001, 1, 1)]
        );
        let peer = "192.0.2.9".parse().unwrap();
        assert_eq!(sockets.connected, [Connected { port: 22, peer, processes: vec![process("sshd")] }]);
    }

    #[test]
    fn the_sockets_of_this_process_are_found() {
        let listener = std::net::TcpListener::bind(("0.0.0.0", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let sockets = Sockets::read().unwrap();
        let found = sockets.listening.iter().find(|one| (one.transport, one.port) == (Transport::Tcp, port));
        let own = fs::read_to_string("/proc/self/comm").unwrap();
        assert_eq!(found.unwrap().processes[0].name, own.trim());
        assert!(network_namespace().is_some_and(|number| number > 0));
    }

    #[test]
    fn a_missing_range_of_ephemeral_ports_is_the_default() {
        assert_eq!(ephemeral_ports("1024\t65535\n"), [1024, 65_535]);
        assert_eq!(ephemeral_ports(""), [32_768, 60_999]);
    }
}
