//! What the two hosts have to say to each other in a round.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use super::{
    counts::{Counts, Direction},
    ftp,
    host::Host,
    icmp,
    lines::Lines,
    mail::{self, VISITS, Visit},
    network::{BEYOND, SERVER},
    signals::Signals,
};

const PINGS: u16 = 3;

type Server = fn(&mut Lines) -> Result<()>;

const SERVERS: [(u16, Server); 4] =
    [(ftp::CONTROL, ftp::serve), (25, mail::smtp), (110, mail::pop3), (143, mail::imap)];

/// Starts the servers, for both families, until the process ends.
pub fn serve(host: &Host) -> Result<()> {
    for (port, serve) in SERVERS {
        let listener = host.run(|| {
            TcpListener::bind((Ipv6Addr::UNSPECIFIED, port))
                .with_context(|| format!("cannot serve port {port}"))
        })?;
        let host = host.clone();
        thread::spawn(move || {
            // What a server opens itself, FTP's data connection, belongs into its host too.
            host.enter()?;
            for stream in listener.incoming() {
                // What goes wrong is seen, and said, at the client's end.
                let _ = Lines::over(stream?).and_then(|mut lines| serve(&mut lines));
            }
            std::io::Result::Ok(())
        });
    }
    Ok(())
}

/// Everything once over IPv4 and IPv6; true if a signal came.
pub fn round(client: &Host, signals: &Signals) -> Result<bool> {
    for (server, beyond) in SERVER.into_iter().zip(BEYOND) {
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

/// What one round must have left in the counts, and has not: the capture alone would not miss it.
pub fn missing(counts: &Counts) -> Vec<String> {
    let mut lines = vec![];
    for protocol in ["ftp_control", "ftp_data_active", "smtp", "pop3", "imap"] {
        for (role, direction) in [("to_server", Direction::Ingress), ("from_server", Direction::Egress)] {
            if counts.packets(protocol, role, direction) == 0 {
                lines.push(format!("{protocol} {role} {}: nothing counted", direction.label()));
            }
        }
    }
    let pings = u64::from(PINGS);
    for (family, kind, code, direction, expected) in [
        ("ipv4", 8, 0, Direction::Ingress, pings + 1),
        ("ipv4", 0, 0, Direction::Egress, pings),
        ("ipv4", 3, 3, Direction::Egress, 1),
        ("ipv4", 11, 0, Direction::Egress, 1),
        ("ipv6", 128, 0, Direction::Ingress, pings + 1),
        ("ipv6", 129, 0, Direction::Egress, pings),
        ("ipv6", 1, 4, Direction::Egress, 1),
        ("ipv6", 3, 0, Direction::Egress, 1),
    ] {
        let counted = counts.messages(family, kind, code, direction);
        if counted != expected {
            let direction = direction.label();
            lines.push(format!(
                "{family} ICMP type {kind} code {code} {direction}: {expected} sent, counted {counted}"
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::frames::Frame;

    fn round() -> Counts {
        let mut counts = Counts::default();
        for protocol in ["ftp_control", "ftp_data_active", "smtp", "pop3", "imap"] {
            for (role, direction) in [("to_server", Direction::Ingress), ("from_server", Direction::Egress)] {
                counts.add(direction, 60, &Frame { protocol, role, message: None });
            }
        }
        for (protocol, message, direction, times) in [
            ("icmp", ("ipv4", 8, 0), Direction::Ingress, 4),
            ("icmp", ("ipv4", 0, 0), Direction::Egress, 3),
            ("icmp", ("ipv4", 3, 3), Direction::Egress, 1),
            ("icmp", ("ipv4", 11, 0), Direction::Egress, 1),
            ("icmpv6", ("ipv6", 128, 0), Direction::Ingress, 4),
            ("icmpv6", ("ipv6", 129, 0), Direction::Egress, 3),
            ("icmpv6", ("ipv6", 1, 4), Direction::Egress, 1),
            ("icmpv6", ("ipv6", 3, 0), Direction::Egress, 1),
        ] {
            for _ in 0..times {
                counts.add(direction, 90, &Frame { protocol, role: "none", message: Some(message) });
            }
        }
        counts
    }

    #[test]
    fn a_whole_round_misses_nothing() {
        assert_eq!(missing(&round()), <[String; 0]>::default());
    }

    #[test]
    fn what_a_round_lacks_is_named() {
        let mut counts = round();
        counts.series.retain(|series, _| series.protocol != "imap" || series.role != "from_server");
        counts.messages.retain(|message, _| message.kind != "11");
        let expected = [
            "imap from_server egress: nothing counted",
            "ipv4 ICMP type 11 code 0 egress: 1 sent, counted 0",
        ];
        assert_eq!(missing(&counts), expected);
    }
}
