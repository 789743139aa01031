// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Conversations between the two hosts in a round.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use super::{
    ftp,
    host::Host,
    icmp,
    lines::Lines,
    mail::{self, VISITS, Visit},
    network::{BEYOND, addresses},
    signals::Signals,
};

/// Echo requests per round and address family.
pub const PINGS: u16 = 3;

type Server = fn(&mut Lines) -> Result<()>;

const SERVERS: [(u16, Server); 4] =
    [(ftp::CONTROL, ftp::serve), (25, mail::smtp), (110, mail::pop3), (143, mail::imap)];

/// Starts the servers of both families. They run until the process ends.
pub fn serve(host: &Host) -> Result<()> {
    for (port, serve) in SERVERS {
        let listener = host.run(|| {
            TcpListener::bind((Ipv6Addr::UNSPECIFIED, port))
                .with_context(|| format!("cannot serve port {port}"))
        })?;
        let host = host.clone();
        thread::spawn(move || {
            // FTP's active data connection is opened by this thread and must be opened inside the host too.
            host.enter()?;
            for stream in listener.incoming() {
                // The client's end of the connection reports errors.
                let _ = Lines::over(stream?).and_then(|mut lines| serve(&mut lines));
            }
            std::io::Result::Ok(())
        });
    }
    Ok(())
}

/// Runs every conversation once over IPv4 and once over IPv6. Returns `true` after a signal.
pub fn round(client: &Host, server: &Host, signals: &Signals) -> Result<bool> {
    for (server, beyond) in addresses(server).into_iter().zip(BEYOND) {
        let talk = || -> Result<()> {
            ftp::fetch(server).context("FTP")?;
            VISITS.iter().try_for_each(|one| visit(one, server).context(one.name))?;
            (0..PINGS).try_for_each(|sequence| icmp::ping(server, sequence))?;
            icmp::knock(server)?;
            icmp::spend_hops(beyond)
        };
        client.run(talk).with_context(|| format!("conversation with {server}"))?;
        if signals.within(Duration::ZERO) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn visit(visit: &Visit, server: IpAddr) -> Result<()> {
    let mut lines = Lines::to(SocketAddr::new(server, visit.port))?;
    lines.await_line(visit.greeting)?;
    lines.talk(visit.exchanges)
}
