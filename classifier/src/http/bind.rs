//! Listening sockets, opened before anything is attached so that a taken port leaves nothing behind.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use super::BindError;

/// Connections that wait to be accepted; the kernel makes of it what `net.core.somaxconn` allows, 4096 usually.
const BACKLOG: i32 = 1 << 16;

/// Listens on every address. Port 0 takes any free port.
///
/// # Errors
///
/// When an address is taken, is not this host's, or needs a privilege.
pub fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, BindError> {
    addresses.iter().map(|address| listener(*address)).collect()
}

fn listener(address: SocketAddr) -> Result<TcpListener, BindError> {
    let listen = || {
        let listener = TcpListener::bind(address)?;
        // The standard library lets 128 wait to be accepted. Past that a client is not heard and tries again a
        // second later, which a scrape between thousands of connections must not have to.
        rustix::net::listen(&listener, BACKLOG)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    listen().map_err(|cause: io::Error| BindError { address, remedy: remedy(&cause), cause })
}

fn remedy(cause: &io::Error) -> &'static str {
    const REMEDIES: [(io::ErrorKind, &str); 3] = [
        (io::ErrorKind::AddrInUse, "`ss -ltnp` names who has the port; end it or give another with --listen"),
        (io::ErrorKind::AddrNotAvailable, "`ip address` lists the addresses of this host"),
        (io::ErrorKind::PermissionDenied, "take a port above 1023 or add CAP_NET_BIND_SERVICE"),
    ];
    let known = REMEDIES.iter().find(|(kind, _)| *kind == cause.kind());
    known.map_or("give another address with --listen", |(_, remedy)| remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_cause_and_remedy() {
        let taken = bind(&[SocketAddr::from(([127, 0, 0, 1], 0))]).unwrap();
        let address = taken[0].local_addr().unwrap();
        let text = bind(&[address]).unwrap_err().to_string();
        assert!(text.contains(&address.to_string()) && text.contains("in use"), "{text}");
        assert!(text.contains("--listen"), "{text}");
    }

    #[test]
    fn an_address_of_another_host_is_named_with_cause_and_remedy() {
        let text = bind(&["192.0.2.1:9877".parse().unwrap()]).unwrap_err().to_string();
        assert!(text.contains("192.0.2.1:9877") && text.contains("ip address"), "{text}");
    }
}
