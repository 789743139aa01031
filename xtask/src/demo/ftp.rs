//! Enough of FTP for an active transfer: the server dials the client from its port 20.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use socket2::{Domain, Socket, Type};

use super::lines::Lines;

pub const CONTROL: u16 = 21;
const DATA: u16 = 20;

/// Long enough for TCP to hand several segments down in one piece.
static FILE: [u8; 100_000] = [b'.'; 100_000];

const PATIENCE: Duration = Duration::from_secs(5);

pub fn serve(lines: &mut Lines) -> Result<()> {
    lines.say("220 server.example FTP")?;
    let mut client = None;
    loop {
        let line = lines.hear()?;
        let (command, argument) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match command {
            "USER" => "331 password, please",
            "PASS" => "230 welcome",
            "TYPE" => "200 binary",
            "PORT" | "EPRT" => {
                client = if command == "PORT" { port(argument) } else { extended_port(argument) };
                if client.is_some() { "200 noted" } else { "501 not an address" }
            }
            "RETR" => match client.take() {
                Some(client) => {
                    lines.say("150 dialling")?;
                    send(lines.here()?, client)?;
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

fn send(from: IpAddr, to: SocketAddr) -> Result<()> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
    // The port of the last round's transfer still lingers.
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::new(from, DATA).into())?;
    socket.connect_timeout(&to.into(), PATIENCE)?;
    let mut stream = TcpStream::from(socket);
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream.write_all(&FILE)?)
}

/// Fetches the file from the server at `address`.
pub fn fetch(address: IpAddr) -> Result<()> {
    let mut lines = Lines::to(SocketAddr::new(address, CONTROL))?;
    lines.await_line("220 ")?;
    lines.talk(&[("USER ada", "331 "), ("PASS secret", "230 "), ("TYPE I", "200 ")])?;
    let listener = TcpListener::bind((lines.here()?, 0))?;
    lines.talk(&[(&announcement(listener.local_addr()?), "200 "), ("RETR file", "150 ")])?;
    let (mut data, server) = listener.accept()?;
    ensure!(server.port() == DATA, "the server dials from port {}", server.port());
    data.set_read_timeout(Some(PATIENCE))?;
    let mut received = vec![];
    data.read_to_end(&mut received).context("the transfer breaks off")?;
    if received != FILE {
        bail!("the file arrives with {} bytes, not as it was sent", received.len());
    }
    lines.await_line("226 ")?;
    lines.talk(&[("QUIT", "221 ")])
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
    }

    #[test]
    fn what_is_no_address_is_refused() {
        assert_eq!(port("192,0,2,1,156"), None);
        assert_eq!(port("192,0,2,1,156,256"), None);
        assert_eq!(extended_port("|2|2001:db8::1|"), None);
        assert_eq!(extended_port("|3|2001:db8::1|1|"), None);
    }
}
