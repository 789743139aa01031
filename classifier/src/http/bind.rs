// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Opens listening sockets, before anything is attached: a taken port then leaves nothing behind.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _},
};

use rustix::{
    io::Errno,
    net::{self, AddressFamily, SocketFlags, SocketType, sockopt},
};

use thiserror::Error;

use crate::config::ListenAddress;

/// Reason why the server cannot listen.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {cause}; {remedy}")]
pub struct BindError {
    /// Address to listen on.
    pub address: ListenAddress,
    /// The kernel's answer.
    #[source]
    pub cause: io::Error,
    /// Remedy.
    pub remedy: &'static str,
}

/// Length of the queue of connections to accept, limited by `net.core.somaxconn`, 4096 by default. The
/// standard library takes 128. A client beyond the queue is ignored and tries again a second later, which
/// must not happen to a scrape between thousands of connections.
const BACKLOG: i32 = 1 << 16;

/// Listens on every address. Port 0 takes any free port.
///
/// # Errors
///
/// When an address is taken, is not this host's, or needs a privilege; when a name does not resolve.
pub fn bind(addresses: &[ListenAddress]) -> Result<Vec<TcpListener>, BindError> {
    let listener = |address: &ListenAddress| {
        let listening = match address {
            ListenAddress::All(port) => listen_on_all(*port),
            ListenAddress::At(address) => listen(*address),
            ListenAddress::Named(host, port) => resolve(host, *port).and_then(listen),
        };
        listening.map_err(|cause| BindError { address: address.clone(), remedy: remedy(&cause), cause })
    };
    addresses.iter().map(listener).collect()
}

/// Listens on IPv6 and IPv4; on IPv4 alone if the kernel has no IPv6.
fn listen_on_all(port: u16) -> io::Result<TcpListener> {
    match listen((Ipv6Addr::UNSPECIFIED, port).into()) {
        Err(error) if Errno::from_io_error(&error) == Some(Errno::AFNOSUPPORT) => {
            listen((Ipv4Addr::UNSPECIFIED, port).into())
        }
        listening => listening,
    }
}

/// Resolves a host name: to its first IPv4 address, if it has one.
fn resolve(host: &str, port: u16) -> io::Result<SocketAddr> {
    let found: Vec<_> = (host, port).to_socket_addrs()?.collect();
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no address"))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = net::socket_with(family, SocketType::STREAM, flags, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    if address.ip() == Ipv6Addr::UNSPECIFIED {
        // Independent of net.ipv6.bindv6only.
        sockopt::set_ipv6_v6only(&socket, false)?;
    }
    net::bind(&socket, &address)?;
    net::listen(&socket, BACKLOG)?;
    Ok(socket.into())
}

fn remedy(cause: &io::Error) -> &'static str {
    const REMEDIES: [(io::ErrorKind, &str); 3] = [
        (
            io::ErrorKind::AddrInUse,
            "`ss -ltnp` lists the process that uses the port; stop it, or give another \
        address with --listen",
        ),
        (io::ErrorKind::AddrNotAvailable, "`ip address` lists the addresses of this host"),
        (io::ErrorKind::PermissionDenied, "give a port above 1023, or add CAP_NET_BIND_SERVICE"),
    ];
    let known = REMEDIES.iter().find(|(kind, _)| *kind == cause.kind());
    known.map_or("give another address with --listen", |(_, remedy)| remedy)
}

#[cfg(test)]
mod tests {
    use std::{net::TcpStream, thread};

    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule,
    };

    use super::*;

    fn bound(text: &str) -> Result<SocketAddr, BindError> {
        let listeners = bind(&[text.parse().unwrap()])?;
        Ok(listeners[0].local_addr().unwrap())
    }

    #[test]
    fn a_taken_port_is_named_with_cause_and_remedy() {
        let taken = bind(&["127.0.0.1:0".parse().unwrap()]).unwrap();
        let address = taken[0].local_addr().unwrap().to_string();
        let text = bound(&address).unwrap_err().to_string();
        assert!(text.contains(&address) && text.contains("in use"), "{text}");
        assert!(text.contains("--listen"), "{text}");
    }

    #[test]
    fn an_address_of_another_host_is_named_with_cause_and_remedy() {
        let text = bound("192.0.2.1:9877").unwrap_err().to_string();
        assert!(text.contains("192.0.2.1:9877") && text.contains("ip address"), "{text}");
    }

    #[test]
    fn a_name_is_resolved() {
        assert!(bound("localhost:0").unwrap().ip().is_loopback());
    }

    /// Denied sockets simulate the kernel's parameter `ipv6.disable=1`.
    #[test]
    fn all_addresses_are_those_of_ipv4_where_there_is_no_ipv6() {
        thread::spawn(|| {
            without_ipv6();
            let listeners = bind(&[":0".parse().unwrap()]).unwrap();
            let address = listeners[0].local_addr().unwrap();
            assert_eq!(address.ip(), Ipv4Addr::UNSPECIFIED);
            TcpStream::connect((Ipv4Addr::LOCALHOST, address.port())).unwrap();
            assert!(bound("[::1]:0").is_err());
        })
        .join()
        .unwrap();
    }

    /// Denies IPv6 sockets to this thread.
    fn without_ipv6() {
        let family = u64::from(AddressFamily::INET6.as_raw());
        let is_ipv6 = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, family).unwrap();
        let rules = [(libc::SYS_socket, vec![SeccompRule::new(vec![is_ipv6]).unwrap()])];
        let refuse = SeccompAction::Errno(Errno::AFNOSUPPORT.raw_os_error().cast_unsigned());
        let arch = std::env::consts::ARCH.try_into().unwrap();
        let filter = SeccompFilter::new(rules.into(), SeccompAction::Allow, refuse, arch).unwrap();
        let program: BpfProgram = filter.try_into().unwrap();
        seccompiler::apply_filter(&program).unwrap();
    }
}
