// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads `/proc/net/tcp` and the like: a row for each socket.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use classifier_common::ports::Transport;

/// States of a socket (`include/net/tcp_states.h`), which UDP uses too: bound, it is in the state of TCP's `CLOSE`.
const ESTABLISHED: &str = "01";
const CLOSE: &str = "07";
const LISTEN: &str = "0A";

/// A socket that waits, or that is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Transport of the socket.
    pub transport: Transport,
    /// Local address, IPv4 where it was mapped.
    pub local: IpAddr,
    /// Local port.
    pub port: u16,
    /// Address of the other host; `None` for a socket that waits.
    pub peer: Option<IpAddr>,
    /// Number of the socket.
    pub inode: u64,
}

/// Reads the sockets of a transport, IPv4 and IPv6. A kernel without IPv6 has no table of it.
pub(super) fn rows(name: &str, transport: Transport) -> io::Result<Vec<Row>> {
    let v4 = fs::read_to_string(format!("/proc/self/net/{name}"))?;
    let v6 = fs::read_to_string(format!("/proc/self/net/{name}6")).unwrap_or_default();
    Ok(v4.lines().chain(v6.lines()).filter_map(|line| row(line, transport)).collect())
}

/// Parses a row; `None` for the heading, and for sockets in other states.
fn row(line: &str, transport: Transport) -> Option<Row> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let [_, local, remote, state, _, _, _, _, _, inode, ..] = fields[..] else { return None };
    let (local, port) = end(local)?;
    let waiting = if transport == Transport::Tcp { LISTEN } else { CLOSE };
    let peer = match state {
        ESTABLISHED => Some(end(remote)?.0),
        _ if state == waiting => None,
        _ => return None,
    };
    Some(Row { transport, local, port, peer, inode: inode.parse().ok()? })
}

/// Parses `ADDRESS:PORT`. The kernel writes each 32 bits of an address as a number of its own byte order.
fn end(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.split_once(':')?;
    let word = |index: usize| {
        let word = u32::from_str_radix(address.get(index * 8..index * 8 + 8)?, 16).ok()?;
        Some(word.to_ne_bytes())
    };
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let words = [word(0)?, word(1)?, word(2)?, word(3)?];
            let octets: [u8; 16] = words.as_flattened().try_into().ok()?;
            Ipv6Addr::from(octets).to_canonical()
        }
        _ => return None,
    };
    Some((address, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_the_kernel_writes_them() {
        let listening = "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1";
        let expected = Row {
            transport: Transport::Tcp,
            local: Ipv4Addr::UNSPECIFIED.into(),
            port: 22,
            peer: None,
            inode: 1234,
        };
        assert_eq!(row(listening, Transport::Tcp), Some(expected));
        let mapped = "1: 0000000000000000FFFF0000010200C0:0016 0000000000000000FFFF0000090200C0:C350 01 0:0 0:0 0 0 0 7 1";
        let expected = Row {
            local: "192.0.2.1".parse().unwrap(),
            peer: Some("192.0.2.9".parse().unwrap()),
            inode: 7,
            ..expected
        };
        assert_eq!(row(mapped, Transport::Tcp), Some(expected));
        let v6 = "1: B80D0120000000000000000001000000:0035 00000000000000000000000000000000:0000 07 0:0 0:0 0 0 0 9 2";
        let found = row(v6, Transport::Udp).unwrap();
        assert_eq!((found.local, found.port, found.peer), ("2001:db8::1".parse().unwrap(), 53, None));
    }

    #[test]
    fn headings_other_states_and_broken_rows_are_no_sockets() {
        for line in [
            "",
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "0: 00000000:0016 00000000:0000 06 0:0 0:0 0 0 0 1 1",
            "0: 00000000:0016 00000000:0000 0A 0:0 0:0 0 0 0 x 1",
            "0: 000000:0016 00000000:0000 0A 0:0 0:0 0 0 0 1 1",
            "0: 00000000 00000000:0000 0A 0:0 0:0 0 0 0 1 1",
        ] {
            assert_eq!(row(line, Transport::Tcp), None, "{line}");
        }
    }
}
