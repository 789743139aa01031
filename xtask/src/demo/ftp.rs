// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Minimal FTP client and server: an active transfer, connected from the server's port 20, and a passive
//! transfer, connected by the client.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    ops::RangeInclusive,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use socket2::{Domain, Socket, Type};

use super::lines::Lines;

pub const CONTROL: u16 = 21;
const DATA: u16 = 20;

/// Ports of the server for passive transfers. They lie above Linux' ephemeral ports (`ip_local_port_range`),
/// so that a capture identifies passive data by port alone.
pub const PASSIVE: RangeInclusive<u16> = 61_000..=61_099;

/// File of the transfers, long enough for TCP to pass several segments down as one GSO packet.
static FILE: [u8; 100_000] = [b'.'; 100_000];

const PATIENCE: Duration = Duration::from_secs(5);

pub fn serve(lines: &mut Lines) -> Result<()> {
    lines.say("220 server.example FTP")?;
    let mut transfer = None;
    loop {
        let line = lines.read_line()?;
        let (command, argument) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match command {
            "USER" => "331 password, please",
            "PASS" => "230 welcome",
            "TYPE" => "200 binary",
            "PORT" | "EPRT" => {
                let client = if command == "PORT" { port(argument) } else { extended_port(argument) };
                transfer = client.map(Transfer::Active);
                if transfer.is_some() { "200 noted" } else { "501 not an address" }
            }
            "PASV" | "EPSV" => {
                let listener = listen(lines.here()?)?;
                lines.say(&invitation(command, listener.local_addr()?))?;
                transfer = Some(Transfer::Passive(listener));
                continue;
            }
            "RETR" => match transfer.take() {
                Some(transfer) => {
                    lines.say("150 here it comes")?;
                    send(lines.here()?, transfer)?;
                    "226 sent"
                }
                None => "425 where to?",
            },
            "QUIT" => return lines.say("221 bye"),
            _ => "502 unknown command",
        };
        lines.say(answer)?;
    }
}

/// Mode of the next transfer.
enum Transfer {
    Active(SocketAddr),
    Passive(TcpListener),
}

fn listen(address: IpAddr) -> Result<TcpListener> {
    PASSIVE
        .into_iter()
        .find_map(|port| TcpListener::bind((address, port)).ok())
        .context("every passive port is taken")
}

fn invitation(command: &str, address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) if command == "PASV" => {
            let ([a, b, c, d], [high, low]) = (ip.octets(), address.port().to_be_bytes());
            format!("227 Entering Passive Mode ({a},{b},{c},{d},{high},{low}).")
        }
        IpAddr::V4(_) | IpAddr::V6(_) => {
            format!("229 Entering Extended Passive Mode (|||{}|)", address.port())
        }
    }
}

fn send(from: IpAddr, transfer: Transfer) -> Result<()> {
    let mut stream = match transfer {
        Transfer::Active(client) => connect(from, client)?,
        Transfer::Passive(listener) => listener.accept()?.0,
    };
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream.write_all(&FILE)?)
}

fn connect(from: IpAddr, to: SocketAddr) -> Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
    // The port of the last round's transfer is still in TIME-WAIT.
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::new(from, DATA).into())?;
    socket.connect_timeout(&to.into(), PATIENCE)?;
    Ok(socket.into())
}

/// Fetches the file from the server at `address`, in active and in passive mode.
pub fn fetch(address: IpAddr) -> Result<()> {
    let mut lines = Lines::to(SocketAddr::new(address, CONTROL))?;
    lines.await_line("220 ")?;
    lines.talk(&[("USER ada", "331 "), ("PASS secret", "230 "), ("TYPE I", "200 ")])?;
    let listener = TcpListener::bind((lines.here()?, 0))?;
    lines.talk(&[(&announcement(listener.local_addr()?), "200 "), ("RETR file", "150 ")])?;
    let (data, server) = listener.accept()?;
    ensure!(server.port() == DATA, "the server connects from port {}", server.port());
    receive(data)?;
    lines.await_line("226 ")?;

    let (question, answer) = if address.is_ipv4() { ("PASV", "227 ") } else { ("EPSV", "229 ") };
    lines.say(question)?;
    let port = announced(&lines.await_line(answer)?).context("no port is announced")?;
    lines.talk(&[("RETR file", "150 ")])?;
    receive(TcpStream::connect((address, port))?)?;
    lines.await_line("226 ")?;
    lines.talk(&[("QUIT", "221 ")])
}

fn receive(mut data: TcpStream) -> Result<()> {
    data.set_read_timeout(Some(PATIENCE))?;
    let mut received = vec![];
    data.read_to_end(&mut received).context("the transfer breaks off")?;
    if received != FILE {
        bail!("the file arrives with {} bytes, not as it was sent", received.len());
    }
    Ok(())
}

/// Parses the port announced by a 227 or 229 reply.
fn announced(reply: &str) -> Option<u16> {
    let inside = reply.split_once('(')?.1.split_once(')')?.0;
    if let Some(port) = inside.strip_prefix("|||") {
        return port.strip_suffix('|')?.parse().ok();
    }
    let numbers: Vec<u8> = inside.split(',').map_while(|number| number.parse().ok()).collect();
    let [.., high, low] = numbers[..] else { return None };
    Some(u16::from_be_bytes([high, low]))
}

fn announcement(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => {
            let ([a, b, c, d], [high, low]) = (ip.octets(), address.port().to_be_bytes());
            format!("PORT {a},{b},{c},{d},{high},{low}")
        }
        IpAddr::V6(ip) => format!("EPRT |2|{ip}|{}|", address.port()),
    }
}

fn port(argument: &str) -> Option<SocketAddr> {
    let numbers: Vec<u8> = argument.split(',').map_while(|number| number.parse().ok()).collect();
    let [a, b, c, d, high, low] = numbers[..] else { return None };
    Some((Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([high, low])).into())
}

fn extended_port(argument: &str) -> Option<SocketAddr> {
    let fields: Vec<&str> = argument.split('|').collect();
    let ["", "1" | "2", address, port, ""] = fields[..] else { return None };
    Some(SocketAddr::new(address.parse().ok()?, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_is_understood() {
        let (ipv4, ipv6): (SocketAddr, SocketAddr) =
            ("192.0.2.1:40001".parse().unwrap(), "[2001:db8::1]:40001".parse().unwrap());
        assert_eq!(announcement(ipv4), "PORT 192,0,2,1,156,65");
        assert_eq!(announcement(ipv6), "EPRT |2|2001:db8::1|40001|");
        assert_eq!(port("192,0,2,1,156,65"), Some(ipv4));
        assert_eq!(extended_port("|2|2001:db8::1|40001|"), Some(ipv6));
        assert_eq!(announced(&invitation("PASV", ipv4)), Some(40001));
        assert_eq!(announced(&invitation("EPSV", ipv6)), Some(40001));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        assert_eq!(port("192,0,2,1,156"), None);
        assert_eq!(port("192,0,2,1,156,256"), None);
        assert_eq!(extended_port("|2|2001:db8::1|"), None);
        assert_eq!(extended_port("|3|2001:db8::1|1|"), None);
    }
}
