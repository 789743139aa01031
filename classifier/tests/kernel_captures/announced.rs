// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! FTP data connections, from tshark's dissection of control connections.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use crate::{classes::Class, packet::Packet};

/// Lifetime of an unused announcement, in seconds.
const LIFETIME: f64 = 60.0;

const PORTS_OF_OTHERS: [u16; 5] = [20, 21, 25, 110, 143];

/// A port to which a client is to connect.
#[derive(Clone, Copy)]
struct Announcement {
    mode: &'static str,
    server: IpAddr,
    session: u64,
    at: f64,
    /// True if the server has confirmed it, or need not.
    confirmed: bool,
}

type Owner = (IpAddr, u16, IpAddr);

#[derive(Default)]
pub struct Announced {
    /// Announcements by listener, port, and client.
    open: HashMap<Owner, Announcement>,
    /// Server and mode of each connection, by its number.
    connections: HashMap<u64, (&'static str, IpAddr)>,
    seen: HashSet<u64>,
    /// Last command for a port of each session.
    asked: HashMap<u64, String>,
}

impl Announced {
    /// Returns the class of a packet whose ports belong to no other protocol.
    pub fn classify(&mut self, packet: &Packet<'_>) -> Option<Class> {
        let stream = packet.number("tcp.stream", 0)?;
        let [from, to] = packet.hosts()?;
        if self.seen.insert(stream) {
            self.connected(packet, stream, [from, to]);
        }
        let (mode, server) = self.connections.get(&stream)?;
        Some((mode, if to == *server { "to_server" } else { "from_server" }))
    }

    fn connected(&mut self, packet: &Packet<'_>, stream: u64, [from, to]: [IpAddr; 2]) {
        let port = |field| packet.number(field, 0).and_then(|port| u16::try_from(port).ok());
        let Some((source, destination)) = port("tcp.srcport").zip(port("tcp.dstport")) else { return };
        for owner in [(to, destination, from), (from, source, to)] {
            if let Some(found) = self.open.get(&owner).copied()
                && packet.time() - found.at < LIFETIME
            {
                self.open.remove(&owner);
                self.connections.insert(stream, (found.mode, found.server));
                return;
            }
        }
    }

    /// Reads a packet of a control connection.
    pub fn hear(&mut self, packet: &Packet<'_>) {
        let (Some(session), Some([from, to])) = (packet.number("tcp.stream", 0), packet.hosts()) else {
            return;
        };
        let [command, argument] = ["ftp.request.command", "ftp.request.arg"].map(|field| packet.text(field));
        if !command.is_empty() {
            let command = command.to_ascii_uppercase();
            if let ("PORT" | "EPRT", Some((address, port))) =
                (command.as_str(), announced(&command, argument))
                && address == from
            {
                let found = Announcement {
                    mode: "ftp_data_active",
                    server: to,
                    session,
                    at: packet.time(),
                    confirmed: false,
                };
                self.announce((from, port, to), found);
            }
            self.asked.insert(session, command);
            return;
        }
        let (code, argument) = (packet.text("ftp.response.code"), packet.text("ftp.response.arg"));
        let asked = self.asked.get(&session).cloned();
        let asked = asked.as_deref();
        let port = match (code, asked) {
            ("227", Some("PASV")) => numbers(argument).map(|(_, port)| port),
            ("229", Some("EPSV")) => extended_port(argument),
            _ => None,
        };
        if let Some(port) = port {
            let found = Announcement {
                mode: "ftp_data_passive",
                server: from,
                session,
                at: packet.time(),
                confirmed: true,
            };
            self.announce((from, port, to), found);
        }
        if code.starts_with('5') && matches!(asked, Some("PORT" | "EPRT")) {
            self.open.retain(|_, open| open.session != session || open.confirmed);
        }
    }

    fn announce(&mut self, owner: Owner, found: Announcement) {
        if owner.1 < 1024 || PORTS_OF_OTHERS.contains(&owner.1) {
            return;
        }
        self.open.retain(|_, open| open.session != found.session);
        self.open.insert(owner, found);
    }
}

fn announced(command: &str, argument: &str) -> Option<(IpAddr, u16)> {
    if command == "PORT" {
        return numbers(argument);
    }
    let mut parts = argument.split('|').skip(2);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Finds six numbers with commas between them.
fn numbers(text: &str) -> Option<(IpAddr, u16)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let run = text[start..].split(|c: char| !c.is_ascii_digit() && c != ',').next()?;
    let all: Vec<u8> = run.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [a, b, c, d, high, low] = all[..] else { return None };
    Some((IpAddr::from([a, b, c, d]), u16::from_be_bytes([high, low])))
}

fn extended_port(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("|||")?;
    rest.split('|').next()?.parse().ok()
}
